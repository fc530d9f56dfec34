"""Situation and Compare: what a manager sees of a job in whatever state it is, and that what she moves is kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from sim.words import speaking
from tests.app.ui.pages import base, html, script, somebody
from tests.app.ui.told import EVIL, compared, comparison, tell
from trainer_app.db.connect import Database
from trainer_app.db.tables import Job
from trainer_app.services import jobs, leases, problems, studies
from trainer_app.services.levers import AS_IT_IS, Levers
from trainer_app.services.views import ComparisonView
from trainer_app.ui import session
from trainer_app.ui.fields import field_key
from trainer_app.ui.take_away import commands, file_of
from trainer_app.words import _

SITUATION = "busy-week"
DAY = "agents.regular.day"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    yield from base(tmp_path, monkeypatch)


@pytest.fixture
def ann(db: Database) -> str:
    return somebody(db, "Ann")


def board_of(db: Database, person: str, *choices: tuple[str, Levers]) -> str:
    with db.session() as writing:
        study = studies.make(writing, person, SITUATION)
        for title, levers in choices:
            studies.add(writing, study, person, title, levers)
        return study


def asked(db: Database, person: str, study: str, found: ComparisonView | None = None, state: str = "") -> str:
    """The job about a board, with views where some are given."""
    with db.session() as writing:
        job = jobs.ask(writing, person, study)
        if found is not None:
            tell(writing, job, found, state)
        return job


def opened(page: str, person: str, language: str = "en", **link: str) -> AppTest:
    """A page by its link, as somebody sees it."""
    found = AppTest.from_function(script, args=(page,), default_timeout=60)
    found.session_state[session.PERSON] = person
    found.session_state[session.LOCALE] = language
    for name, value in link.items():
        found.query_params[name] = value
    found.run()
    assert not found.exception, found.exception
    return found


def texts(page: AppTest) -> str:
    """What a page says in Streamlit's own elements."""
    kinds = ("text", "markdown", "info", "warning", "error")
    return "\n".join(str(each.value) for kind in kinds for each in page.get(kind))


def said(page: AppTest) -> str:
    """What a page says in HTML of its own; spaces that hold a number and its unit together are spaces too."""
    return html(page).replace("\u00a0", " ")


def linked(page: AppTest) -> str:
    """The board that a page's link names."""
    found = page.query_params["study"]
    return found if isinstance(found, str) else found[0]


def levers_of(db: Database, study: str, place: int = 0) -> Levers:
    with db.reading() as reading:
        board = studies.seen(reading, study, None)
    assert board is not None
    return board.choices[place].levers


# ---------------------------------------------------------------- compare
def test_without_a_link_one_begins_a_board_with_a_variant_to_change(db: Database, ann: str) -> None:
    page = opened("compare", ann)
    page.button(key="new_board").click().run()
    assert not page.exception
    study = linked(page)
    with db.reading() as reading:
        board = studies.seen(reading, study, ann)
    assert board is not None
    assert [choice.title for choice in board.choices] == ["Variant A"]
    assert board.mine


def test_a_link_to_nothing_says_so_and_leads_on(db: Database, ann: str) -> None:
    page = opened("compare", ann, study="A" * 22)
    assert "There is no such board" in texts(page)
    assert page.button(key="new_board")


def test_a_moved_lever_is_kept_and_asked_about_at_once(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", AS_IT_IS))
    page = opened("compare", ann, study=study)
    now = page.number_input[0]
    assert now.label == "agents, day shift 08:00–16:00 · as it is: 5"
    now.set_value(7).run()
    assert not page.exception
    assert levers_of(db, study) == Levers(people={DAY: 7})
    with db.reading() as reading:
        (only,) = jobs.mine(reading, ann)
    assert only.variants == (Levers(people={DAY: 7}),)


def test_a_field_is_never_told_what_to_show_while_it_is_there(db: Database, ann: str) -> None:
    """Or it would lose what somebody types while the page is drawn for another field's move."""
    page = opened("compare", ann, study=board_of(db, ann, ("A", AS_IT_IS)))
    before = [each.proto.id for each in page.number_input]
    page.number_input[0].set_value(7).run()
    assert [each.proto.id for each in page.number_input] == before
    assert not any(each.proto.set_value for each in (*page.number_input, *page.toggle, *page.selectbox, *page.text_input))


def test_what_was_moved_in_another_tab_is_shown(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", AS_IT_IS))
    page = opened("compare", ann, study=study)
    with db.session() as writing:
        board = studies.seen(writing, study, ann)
        assert board is not None
        studies.change(writing, board.choices[0].id, ann, Levers(people={DAY: 9}, agreement=False))
        studies.rename(writing, board.choices[0].id, ann, "B")
    page.run()
    assert page.number_input[0].value == 9
    assert not page.toggle[2].value
    assert page.text_input[0].value == "B"
    page.number_input[0].set_value(8).run()
    assert levers_of(db, study) == Levers(people={DAY: 8}, agreement=False)


def test_a_move_of_which_nobody_was_told_is_kept_all_the_same(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", AS_IT_IS))
    page = opened("compare", ann, study=study)
    with db.reading() as reading:
        board = studies.seen(reading, study, ann)
    assert board is not None
    page.session_state[field_key(f"{board.choices[0].id}.{DAY}")] = 9  # as the browser sends it, without a call
    page.session_state[field_key(f"{board.choices[0].id}.agreement")] = False
    page.run()
    assert not page.exception
    assert levers_of(db, study) == Levers(people={DAY: 9}, agreement=False)


def test_a_name_that_is_refused_gives_way_to_the_one_that_is_kept(db: Database, ann: str) -> None:
    page = opened("compare", ann, study=board_of(db, ann, ("A", AS_IT_IS)))
    page.text_input[0].set_value("   ").run()
    assert page.error
    assert page.text_input[0].value == "A"


def test_two_levers_moved_one_after_the_other_are_both_kept_and_taken_back_together(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", AS_IT_IS))
    page = opened("compare", ann, study=study)
    page.number_input[0].set_value(7).run()
    page.toggle[1].set_value(False).run()
    assert levers_of(db, study) == Levers(people={DAY: 7}, erp_cut=False)
    page.button(key="variant_reset").click().run()
    assert levers_of(db, study) == AS_IT_IS
    assert page.number_input[0].value == 5


def test_a_change_from_another_window_is_not_overwritten(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", AS_IT_IS))
    page = opened("compare", ann, study=study)
    with db.session() as writing:
        board = studies.seen(writing, study, ann)
        assert board is not None
        studies.change(writing, board.choices[0].id, ann, Levers(authority=200))
    page.number_input[0].set_value(6).run()
    assert levers_of(db, study) == Levers(people={DAY: 6}, authority=200)


def test_what_cannot_be_is_refused_in_words_and_not_kept(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", Levers(people={"inspection.regular.day": 1})))
    page = opened("compare", ann, study=study)
    field = next(each for each in page.number_input if "inspection" in each.label)
    field.set_value(0).run()
    assert not page.exception
    assert "nobody works in the pool" in texts(page)
    assert levers_of(db, study) == Levers(people={"inspection.regular.day": 1})
    assert next(each for each in page.number_input if "inspection" in each.label).value == 1


def test_a_copy_begins_where_its_original_stands_and_the_fifth_is_not_offered(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", Levers(authority=200)))
    page = opened("compare", ann, study=study)
    for _more in range(3):
        page.button(key="variant_add").click().run()
        assert not page.exception
    assert [levers_of(db, study, place) for place in range(4)] == [Levers(authority=200)] * 4
    assert not [button for button in page.button if button.key == "variant_add"]


def test_titles_of_people_are_shown_as_they_are_written(db: Database, ann: str) -> None:
    study = board_of(db, ann, (EVIL, Levers(authority=200)))
    asked(db, ann, study, comparison({}))
    page = opened("compare", ann, study=study)
    assert "<img" not in said(page).replace('<img alt="', "")
    assert EVIL.replace("<", "&lt;").replace(">", "&gt;") in said(page)


def test_the_first_screen_has_a_sentence_six_figures_for_each_and_the_levers_that_differ(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("More people", Levers(people={DAY: 9})), ("B", AS_IT_IS))
    asked(db, ann, study, comparison({"short_staffed": compared("better", -2, 0.5)}, {}))
    page = said(opened("compare", ann, study=study))
    assert "With “More people” better: People short −2.00 people." in page
    assert page.count("<section>") == 3
    assert page.count("<dt>") == 3 * 6
    assert "agents, day shift 5 → 9" in page
    assert "✓ better" in page
    assert "no clear difference" in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_while_more_runs_come_what_is_not_clear_is_called_so(db: Database, ann: str, language: str) -> None:
    study = board_of(db, ann, ("A", Levers(authority=200)))
    asked(db, ann, study, comparison({}, replications=10, ended=False))
    page = said(opened("compare", ann, language, study=study))
    with speaking(language):
        assert _("not yet clear: {count} runs").format(count=10) in page
        assert _("{count} runs so far; the figures still get sharper.").format(count=10) in page


def test_a_job_is_cancelled_stays_so_after_a_reload_and_goes_on_when_asked(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", Levers(authority=200)))
    job = asked(db, ann, study, comparison({}, replications=10, ended=False))
    page = opened("compare", ann, study=study)
    page.button(key="board_cancel").click().run()
    again = opened("compare", ann, study=study)
    assert "Cancelled after 10 runs; what is known so far stays." in texts(again)
    assert "<section>" in said(again)
    again.button(key="board_again").click().run()
    with db.reading() as reading:
        present = jobs.progress(reading, job)
    assert present is not None
    assert present.state == jobs.QUEUED


def test_a_job_that_failed_says_why_in_words_and_is_not_begun_again_by_itself(db: Database, ann: str) -> None:
    study = board_of(db, ann, ("A", Levers(authority=200)))
    job = asked(db, ann, study)
    with db.session() as writing:
        writing.execute(update(Job).where(Job.id == job).values(state=jobs.FAILED, problem=problems.of_lost(3)))
    page = opened("compare", ann, study=study)
    assert "ended without a word 3 times" in texts(page)
    assert page.button(key="board_again")
    with db.reading() as reading:
        present = jobs.progress(reading, job)
    assert present is not None
    assert present.state == jobs.FAILED


@pytest.mark.parametrize(
    ("state", "text"),
    [(jobs.COMPILING, "Preparing the simulator"), (jobs.STARTING, "The simulator is starting"), (jobs.READY, "Working out the figures")],
)
def test_before_the_first_figures_the_page_says_what_it_waits_for(db: Database, ann: str, state: str, text: str) -> None:
    study = board_of(db, ann, ("A", Levers(authority=200)))
    with db.session() as writing:
        leases.enlist(writing, "worker")
        leases.beat(writing, "worker", state)
    page = opened("compare", ann, study=study)
    assert next(bar.proto.text for bar in page.get("progress")).startswith(text)


def test_without_variants_the_board_tells_of_the_situation_as_it_is(db: Database, ann: str) -> None:
    study = board_of(db, ann)
    asked(db, ann, study, comparison())
    page = said(opened("compare", ann, study=study))
    assert "5 people short." in page
    assert "add a variant to compare" in page


# ---------------------------------------------------------------- whose board
def test_another_persons_board_can_be_seen_and_copied_but_not_changed(db: Database, ann: str) -> None:
    bob = somebody(db, "Bob")
    study = board_of(db, ann, ("A", Levers(authority=200)))
    asked(db, ann, study, comparison({}))
    page = opened("compare", bob, study=study)
    assert "This is Ann's board" in texts(page)
    assert all(each.disabled for kind in (page.number_input, page.toggle, page.selectbox) for each in kind)
    keys = {button.key for button in page.button}
    assert not keys & {"variant_add", "variant_reset", "variant_remove_yes", "board_cancel"}
    page.button(key="copy_board").click().run()
    assert not page.exception
    copy = linked(page)
    assert copy != study
    with db.reading() as reading:
        board = studies.seen(reading, copy, bob)
    assert board is not None
    assert board.mine
    assert [(choice.title, choice.levers) for choice in board.choices] == [("A", Levers(authority=200))]


def test_a_link_holds_an_id_and_the_commands_only_plain_names(db: Database, ann: str) -> None:
    study = board_of(db, ann, (EVIL, Levers(authority=200)), ("$(rm -rf /)", AS_IT_IS))
    with db.reading() as reading:
        board = studies.seen(reading, study, ann)
    assert board is not None
    assert all(re.fullmatch(r"[a-z0-9.-]+", file_of(board, choice)) for choice in board.choices)
    assert all(re.fullmatch(r"[a-z0-9. -]+", command) for command in commands(board))
    assert commands(board)[0] == f"refund-desk run {SITUATION} --overlay {SITUATION}-variant-1.toml"
    assert f"compare?study={study}" in opened("compare", ann, study=study).code[0].value


# ---------------------------------------------------------------- situation
@pytest.mark.parametrize(("language", "sentence"), [("en", "5 people short."), ("zh", "缺 5 人。")])
def test_a_situation_has_its_sentence_figures_and_what_comes(db: Database, ann: str, language: str, sentence: str) -> None:
    with db.session() as writing:
        tell(writing, jobs.ask_situation(writing, ann, SITUATION), comparison())
    page = opened("situation", ann, language, situation=SITUATION)
    assert sentence in said(page)
    assert said(page).count("<dt>") == 3
    assert 'src="data:image/svg+xml;base64,' in said(page)


def test_a_situation_that_does_not_ship_shows_the_first_one_instead(db: Database, ann: str) -> None:
    page = opened("situation", ann, situation="no-such")
    assert page.selectbox[0].value == "double11-2022"


def test_trying_changes_makes_a_board_of_this_situation(db: Database, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[object] = []
    monkeypatch.setattr("trainer_app.pages.situation.way", lambda path: path)
    monkeypatch.setattr("streamlit.switch_page", lambda page, query_params: gone.append((page, query_params)))
    page = opened("situation", ann, situation=SITUATION)
    page.button(key="try_changes").click().run()
    with db.reading() as reading:
        (board,) = studies.mine(reading, ann)
    assert board.situation == SITUATION
    assert gone == [("compare", {"study": board.id})]
