"""What a person reads on a page, and whether it is in the page's language."""

import re
import tomllib
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Page, TimeoutError

from tests.app.browser.app import ROOT

HAN = re.compile(r"[㐀-鿿豈-﫿]")
LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]+")
SIGNS = re.compile(r"[^\sㄱ-힣぀-ヿ㐀-鿿，。、；：？！（）《》“”‘’…—]*\d[^\s㐀-鿿，。、；：？！（）《》“”‘’…—]*|\{\w*\}")
"""What holds a digit (a waybill, a date, 10,000), and what is filled in."""
CAPITALS = re.compile(r"[A-Z]{2,}")
OTHER = {"zh": "English", "en": "中文"}
"""The switch names the other language in its own words."""

TEXTS = """() => {
  const found = [], shown = each => each.checkVisibility({opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true});
  const clipped = each => {
    for (; each; each = each.parentElement)
      if (each.clientWidth <= 1 && each.clientHeight <= 1 && getComputedStyle(each).overflow === 'hidden') return true;
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), holder = walker.currentNode.parentElement;
    if (!text || holder.closest('script, style, noscript') || !shown(holder) || clipped(holder)) continue;
    if (getComputedStyle(holder).fontFamily.includes('Material Symbols')) continue;  // the name of an icon, drawn as the icon
    const box = document.createRange();
    box.selectNodeContents(walker.currentNode);
    if ([...box.getClientRects()].some(each => each.width > 1 && each.height > 1 && each.right > 0 && each.bottom > 0)) found.push(text);
  }
  for (const each of document.body.querySelectorAll('[title], [alt]'))
    if (shown(each)) for (const name of ['title', 'alt']) if (each.getAttribute(name)) found.push(each.getAttribute(name));
  const svg = 'data:image/svg+xml;base64,';
  for (const each of document.body.querySelectorAll(`img[src^="${svg}"]`)) {
    const drawn = new TextDecoder().decode(Uint8Array.from(atob(each.src.slice(svg.length)), sign => sign.charCodeAt(0)));
    for (const text of new DOMParser().parseFromString(drawn, 'image/svg+xml').querySelectorAll('text')) found.push(text.textContent);
  }
  for (const each of document.body.querySelectorAll('input:is([type=text], [type=number]), textarea'))
    if (shown(each) && (each.value || each.placeholder)) found.push(each.value || each.placeholder);
  return found;
}"""


BOXES = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    const sign = node.textContent.search(/[\\u4e00-\\u9fff]/);
    if (sign < 0 || !node.parentElement.checkVisibility()) continue;
    const range = document.createRange();
    range.setStart(node, sign);
    range.setEnd(node, sign + 1);
    const width = range.getBoundingClientRect().width;
    if (width && Math.abs(width / size - 1) > 0.05) found.push(node.textContent);
  }
  return found;
}"""
"""A Chinese sign is as wide as the font is high, and a box of another font is not."""


FONT_SECONDS = 10
"""A font may come a moment after the text that needs it."""


def boxes(page: Page) -> list[str]:
    """The Chinese texts on a page that are still drawn as boxes once the fonts had time to come."""
    with suppress(TimeoutError):
        page.wait_for_function(f"() => ({BOXES})().length === 0", timeout=FONT_SECONDS * 1000)
    found: list[str] = page.evaluate(BOXES)
    return found


def texts(page: Page) -> list[str]:
    """All texts that can be seen now: those of the page, of its fields, and those that images and fields carry."""
    found: list[str] = page.evaluate(TEXTS)
    return found


def in_another_language(page: Page, language: str, given: Collection[str] = ()) -> list[str]:
    """The texts that are not in the page's language. given: what people called themselves and their things."""
    wrong = _not_chinese if language == "zh" else _not_english
    found = []
    for text in texts(page):
        ours = text.replace(OTHER[language], "")
        for name in given:
            ours = ours.replace(name, "")
        if wrong(ours):
            found.append(text)
    return sorted(set(found))


def _not_english(text: str) -> bool:
    return bool(HAN.search(text))


def _not_chinese(text: str) -> bool:
    """Whether there is a word in it that the project's own Chinese never writes; alone, only capitals (ERP) stand for themselves."""
    words = LATIN.findall(SIGNS.sub(" ", text))
    if HAN.search(text):
        return any(word not in terms() for word in words)
    return any(not CAPITALS.fullmatch(word) for word in words)


@cache
def terms() -> frozenset[str]:
    """The words in Latin letters that the project's own Chinese writes: ERP, CSV, TOML. Words of the command line count only in the app."""
    return frozenset(
        word
        for catalogue, text in _chinese_texts()
        if HAN.search(text)
        for word in LATIN.findall(SIGNS.sub(" ", text))
        if catalogue == "app" or any(sign.isupper() for sign in word)
    )


def _chinese_texts() -> Iterator[tuple[str, str]]:
    """Each with where it stands: the catalogue's name, or that of a table."""
    for file in ROOT.glob("*/locales/zh/LC_MESSAGES/*.po"):
        with file.open("rb") as text:
            for message in read_po(text):
                yield file.stem, str(message.string)
    for folder in ("trainer_app/training", "sim/rules", "scenarios"):
        for toml in (ROOT / folder).rglob("*.toml"):
            for string in _strings(tomllib.loads(toml.read_text("utf-8"))):
                yield toml.stem, string


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)
