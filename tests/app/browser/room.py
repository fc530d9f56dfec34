"""Whether a page fits its screen: nothing wider, nothing cut off, everything within reach."""

from playwright.sync_api import Page

WIDER = """() => {
  const room = document.documentElement.clientWidth, found = [];
  const held = each => {
    for (let box = each.parentElement; box && box !== document.body; box = box.parentElement)
      if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(box).overflowX) && box.getBoundingClientRect().right <= room + 1
          && !box.matches('[data-testid=stMain], [data-testid=stAppViewContainer], .stApp, #root, .main')) return true;
    return false;
  };
  for (const each of document.querySelectorAll('body, [data-testid=stMain]'))
    if (each.scrollWidth > each.clientWidth + 1) found.push(`${each.tagName}: ${each.scrollWidth} in ${each.clientWidth}`);
  for (const each of document.querySelectorAll('[data-testid=stMain] *')) {
    const box = each.getBoundingClientRect();
    if (box.width > 1 && each.checkVisibility() && (box.right > room + 1 || box.left < -1) && !held(each))
      found.push(`${each.outerHTML.slice(0, 160)}: ${Math.round(box.left)} to ${Math.round(box.right)} of ${room}`);
  }
  return found.slice(0, 10);
}"""

CUT = """() => {
  const found = [];
  for (const each of document.querySelectorAll('[data-testid=stMain] *')) {
    const style = getComputedStyle(each);
    if (!each.checkVisibility() || each.closest('[data-testid=stIconMaterial], canvas, svg') || each.clientWidth <= 1) continue;
    const wide = ['hidden', 'clip'].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1;
    const high = ['hidden', 'clip'].includes(style.overflowY) && each.scrollHeight > each.clientHeight + 1;
    if ((wide || high) && each.innerText?.trim())
      found.push(`${each.outerHTML.slice(0, 150)}: ${each.scrollWidth}× ${each.scrollHeight} in ${each.clientWidth}×${each.clientHeight}`);
  }
  return found.slice(0, 10);
}"""

HIDDEN = """() => {
  const found = [], things = 'button, a[href], input, select, textarea, [role=slider], [role=radio]';
  for (const each of document.querySelectorAll(`[data-testid=stMain] :is(${things})`)) {
    const box = each.getBoundingClientRect();
    if (!each.checkVisibility({opacityProperty: true, visibilityProperty: true}) || box.width <= 1 || box.height <= 1) continue;
    each.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
    const place = each.getBoundingClientRect();
    const top = document.elementFromPoint(place.left + place.width / 2, place.top + place.height / 2);
    if (!top || !(each.contains(top) || top.contains(each) || top.closest('label')?.contains(each)))
      found.push(`${each.outerHTML.slice(0, 160)} lies under ${top?.outerHTML.slice(0, 160)}`);
  }
  document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0);
  return found.slice(0, 10);
}"""


OVER = """() => {
  const texts = each => {
    const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT), boxes = [];
    while (walker.nextNode()) {
      const text = document.createRange();
      text.selectNodeContents(walker.currentNode);
      if (walker.currentNode.textContent.trim()) boxes.push(...text.getClientRects());
    }
    return boxes.filter(box => box.width > 1 && box.height > 1);
  };
  const meet = (one, other) =>
    one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  const main = document.querySelector('[data-testid=stMain]'), seen = {opacityProperty: true, visibilityProperty: true}, found = [];
  const all = kind => [...main.querySelectorAll(kind)].filter(each => each.checkVisibility(seen));
  const pressed = all('button, a[href]').map(each => [each, texts(each)]);
  for (const each of all('h1, h2, h3, p, li, td, th, dt, dd')) for (const [other, boxes] of pressed)
    if (!each.contains(other) && !other.contains(each) && texts(each).some(one => boxes.some(box => meet(one, box))))
      found.push(`“${each.innerText.slice(0, 60)}” and “${other.innerText.slice(0, 60)}”`);
  return found.slice(0, 10);
}"""


def wider_than_the_screen(page: Page) -> list[str]:
    """What makes the page itself scroll sideways, or reaches over its edge. What scrolls in a box of its own may be wider."""
    found: list[str] = page.evaluate(WIDER)
    return found


def cut_off(page: Page) -> list[str]:
    """Boxes with text that do not show all of it and do not scroll."""
    found: list[str] = page.evaluate(CUT)
    return found


def over_one_another(page: Page) -> list[str]:
    """Texts that run into those of buttons and links."""
    found: list[str] = page.evaluate(OVER)
    return found


def out_of_reach(page: Page) -> list[str]:
    """What one could click if nothing lay above it."""
    found: list[str] = page.evaluate(HIDDEN)
    return found
