"""A manager picks a situation, moves what she can decide, and reads what is better and how sure that is."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from sim.words import speaking
from tests.app.browser.app import App
from tests.app.browser.boards import (
    BETTER,
    DAY,
    EVERY,
    FIRST_FIGURES_MS,
    LONG,
    QUICK,
    TEMPORARY,
    columns,
    expect_done,
    expect_figures,
    make,
    number,
    people,
    shift,
    switch,
)
from tests.app.browser.conftest import Browsers
from tests.app.browser.hostile import HOSTILE, nothing_ran
from tests.app.browser.steps import again, enter, say, settled, tab_to, visit
from tests.app.browser.whole import must_be_whole
from trainer_app.services import jobs, studies
from trainer_app.services.levers import Levers
from trainer_app.services.situations import situation
from trainer_app.ui.levers import AUTHORITY, REFRESH, REFUND_ON, REFUNDS_ON, RULES
from trainer_app.words import _

NO_BOARDS = ("AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "' or 1=1 --", "<script>executed=1</script>", "a" * 5_000)


def test_from_the_first_page_to_a_moved_lever_and_its_figures(open_page: Browsers, new_name: Callable[..., str], language: str) -> None:
    page = open_page(language)
    enter(page, new_name())
    page.get_by_role("link", name=say(language, "Look at a situation")).click()
    expect(page.locator(".rd-sentence")).to_have_text(re.compile(r"\d"), timeout=FIRST_FIGURES_MS)
    expect(page.locator(".rd-figure .rd-value")).to_have_count(6)
    for told in ("Requests by path: {shares}.", "No refund of unshipped orders: {hours}."):
        expect(page.get_by_text(say(language, told).split("{", maxsplit=1)[0]).first).to_be_visible()
    page.get_by_label(say(language, "Which sale?")).click()
    title = situation(QUICK).title
    page.get_by_role("option", name={"zh": title.zh, "en": title.en}[language]).click()
    expect(page).to_have_url(re.compile(rf"situation={QUICK}"))
    expect(page.locator(".rd-figure .rd-value")).to_have_count(6, timeout=FIRST_FIGURES_MS)
    page.get_by_role("button", name=say(language, "Try changes")).click()
    expect(page).to_have_url(re.compile(r"compare\?study=[\w-]{22}$"))
    expect_figures(page, 1)
    field = people(page, language, shift(QUICK, DAY))
    field.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(columns(page).nth(1)).to_contain_text(re.compile(r"\d → 9"), timeout=FIRST_FIGURES_MS)
    expect_figures(page, 1)
    expect(page.locator(".rd-sentence")).to_have_text(re.compile(r"\w"))


def test_four_variants_stand_side_by_side_with_what_is_better_and_how_sure_that_is(
    open_page: Browsers, app: App, new_name: Callable[..., str], language: str
) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": BETTER})
    page = open_page.as_person(name, language)
    visit(page, f"compare?study={board}")
    copy = page.locator(".st-key-variant_add").get_by_role("button")
    for variants in (2, 3, 4):
        copy.click()
        expect_figures(page, variants)
    expect(copy).to_have_count(0)
    expect_done(page, language)
    expect(columns(page).first.get_by_role("heading")).to_have_text(say(language, "as it is"))
    expect(columns(page).nth(1)).to_contain_text(f"✓ {say(language, 'better')}")
    sure = say(language, "From {count} runs with the same luck for all: “better” and “worse” are 95 % sure.", count=25)
    expect(page.get_by_text(sure)).to_be_visible()
    must_be_whole(page, language, "board", [name])


def test_what_makes_no_difference_is_called_so_in_words(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": Levers()})
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    expect_done(page, "zh")
    expect(page.locator(".rd-sentence")).to_have_text(say("zh", "“{variant}” makes no clear difference.", variant="A"))


def test_a_link_opens_the_board_for_others_to_look_at_and_copy_but_not_to_change(
    open_page: Browsers, app: App, new_name: Callable[..., str]
) -> None:
    language = "zh"
    owner, other = new_name(), new_name("<b>")
    board = make(app, app.person(owner), {"A": BETTER})
    page = open_page.as_person(other, language)
    visit(page, f"compare?study={board}")
    expect(page.get_by_text(owner)).to_be_visible()
    expect_figures(page, 1)
    field = people(page, language, shift(QUICK, DAY))
    expect(field).to_be_disabled()
    main = page.get_by_role("main")
    for role in ("spinbutton", "textbox", "switch", "checkbox"):
        for each in main.get_by_role(role).all():
            expect(each).to_be_disabled()
    for key in ("variant_add", "variant_reset", "variant_remove", "board_cancel"):
        expect(page.locator(f".st-key-{key}")).to_have_count(0)
    main.get_by_role("button", name=say(language, "Copy to mine")).click()
    expect(page).not_to_have_url(re.compile(board))
    expect(field).to_be_enabled()
    field.fill("7")
    field.press("Enter")
    expect(columns(page).nth(1)).to_contain_text("→ 7", timeout=FIRST_FIGURES_MS)
    with app.database.reading() as reading:
        kept = studies.seen(reading, board, app.person(owner))
    assert kept is not None
    assert [each.levers for each in kept.choices] == [BETTER]


def test_a_link_to_no_board_says_so(open_page: Browsers, new_name: Callable[..., str]) -> None:
    page = open_page.as_person(new_name(), "zh")
    for study in NO_BOARDS:
        visit(page, f"compare?study={study}")
        expect(page.get_by_text(say("zh", "There is no such board (any more). Pick another one, or begin a new one."))).to_be_visible()
        assert nothing_ran(page), study


def test_a_hostile_title_is_drawn_as_it_is_written_and_does_nothing(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": BETTER, "B": Levers()})
    page = open_page.as_person(name, "en")
    visit(page, f"compare?study={board}")
    expect_figures(page, 2)
    field = page.get_by_label(say("en", "Name"), exact=True)
    for title in HOSTILE:
        field.fill(title)
        field.press("Enter")
        expect(columns(page).nth(1).get_by_role("heading")).to_have_text(title)
        expect(page.get_by_role("radio", name=title)).to_be_visible()
        assert nothing_ran(page), title
    visit(page, "compare")
    expect(page.get_by_role("button", name=HOSTILE[-1])).to_be_visible()
    assert nothing_ran(page)


def test_a_title_of_ten_thousand_signs_is_cut_or_refused_in_words(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": BETTER})
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    field = page.get_by_label(say("zh", "Name"), exact=True)
    field.fill("王" * 10_000)
    field.press("Enter")
    settled(page)
    with app.database.reading() as reading:
        kept = studies.seen(reading, board, None)
    assert kept is not None
    assert kept.choices[0].title in ("A", "王" * 60)


def test_a_cancelled_run_stops_keeps_its_figures_and_goes_on_when_asked(
    open_page: Browsers, app: App, new_name: Callable[..., str]
) -> None:
    language = "zh"
    name = new_name()
    board = make(app, app.person(name), {"A": Levers(authority=1_234)}, LONG)
    page = open_page.as_person(name, language)
    visit(page, f"compare?study={board}")
    expect_figures(page, 1)
    page.get_by_role("button", name=say(language, "Cancel"), exact=True).click()
    expect(page.get_by_role("button", name=say(language, "Go on"))).to_be_visible()
    expect(columns(page)).to_have_count(2)
    with app.database.reading() as reading:
        (run,) = jobs.mine(reading, app.person(name))
    assert run.progress.state == jobs.CANCELLED
    again(page)
    expect(page.get_by_role("button", name=say(language, "Go on"))).to_be_visible()
    visit(page, "runs")
    expect(
        page.get_by_text(say(language, "Cancelled after {count} runs; what was done is kept.").split("{", maxsplit=1)[0])
    ).to_be_visible()
    page.get_by_role("link", name=say(language, "Open")).click()
    page.get_by_role("button", name=say(language, "Go on")).click()
    cancel = page.get_by_role("button", name=say(language, "Cancel"), exact=True)
    expect(cancel).to_be_visible()
    cancel.click()
    expect(page.get_by_role("button", name=say(language, "Go on"))).to_be_visible()


def test_a_reload_in_the_middle_of_a_run_finds_the_board_and_what_was_run(
    open_page: Browsers, app: App, new_name: Callable[..., str]
) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": Levers(authority=1_236)}, LONG)
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    expect_figures(page, 1)
    with app.database.reading() as reading:
        (before,) = jobs.mine(reading, app.person(name))
    again(page)
    expect_figures(page, 1)
    with app.database.reading() as reading:
        (after,) = jobs.mine(reading, app.person(name))
    assert after.progress.id == before.progress.id
    assert after.progress.replications >= before.progress.replications >= 1
    assert after.progress.restarts == 0
    page.get_by_role("button", name=say("zh", "Cancel"), exact=True).click()
    expect(page.get_by_role("button", name=say("zh", "Go on"))).to_be_visible()


def test_every_lever_can_be_moved_and_is_kept(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": Levers()})
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    with speaking("zh"):
        fields = {
            people(page, "zh", shift(QUICK, DAY)): 6,
            people(page, "zh", shift(QUICK, TEMPORARY)): 3,
            number(page, "zh", _(AUTHORITY), 50): 200,
            number(page, "zh", _(REFRESH), 0): 30,
        }
    for field, value in fields.items():
        field.fill(str(value))
        field.press("Enter")
        expect(field).to_have_value(str(value))
    for title, _about in RULES.values():
        switch(page, "zh", title).press("Space")
    page.get_by_label(re.compile(f"^{say('zh', REFUND_ON)}")).click()
    page.get_by_role("option", name=say("zh", REFUNDS_ON["signing"])).click()
    expect_figures(page, 1)
    for part in ("4 → 6", "0 → 3", "200", "30", *(say("zh", title) for title, _about in RULES.values()), say("zh", REFUNDS_ON["signing"])):
        expect(columns(page).nth(1)).to_contain_text(part, timeout=FIRST_FIGURES_MS)
    with app.database.reading() as reading:
        kept = studies.seen(reading, board, None)
    assert kept is not None
    assert kept.choices[0].levers == EVERY
    again(page)
    for field, value in fields.items():
        expect(field).to_have_value(str(value))


def test_a_lever_is_moved_and_its_figure_read_with_the_keyboard_alone(open_page: Browsers, app: App, new_name: Callable[..., str]) -> None:
    name = new_name()
    board = make(app, app.person(name), {"A": Levers()})
    page = open_page.as_person(name, "zh")
    visit(page, f"compare?study={board}")
    expect_figures(page, 1)
    tab_to(page, people(page, "zh", shift(QUICK, DAY)))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(columns(page).nth(1)).to_contain_text("4 → 5", timeout=FIRST_FIGURES_MS)
    tab_to(page, switch(page, "zh", "Batch refund tool"))
    page.keyboard.press("Space")
    expect(columns(page).nth(1)).to_contain_text(say("zh", "Batch refund tool"), timeout=FIRST_FIGURES_MS)
