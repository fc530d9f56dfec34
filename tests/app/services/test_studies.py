"""Studies: whose they are, what is in them, and that nobody else changes them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.errors import BadInput
from tests.app.services.asking import FEWER, MORE, SITUATION, somebody, studied
from trainer_app.db.connect import Database
from trainer_app.services import people, studies
from trainer_app.services.levers import Levers, allowed
from trainer_app.services.studies import MOST_VARIANTS, Board

HOSTILE = ("<img src=x onerror=alert(1)>", "=1+1", "\u202e方案", "x\ny", "' or 1=1 --", "{0}", "%s", "**x**")


def board(db: Database, study: str, person: str | None) -> Board:
    with db.reading() as session:
        found = studies.seen(session, study, person)
    assert found is not None
    return found


def test_a_study_comes_back_as_it_was_made(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, MORE, FEWER)
    found = board(db, study, person)
    assert (found.situation, found.owner, found.mine) == (SITUATION, "小林", True)
    assert [(each.place, each.title, each.levers) for each in found.choices] == [(1, "方案 1", MORE), (2, "方案 2", FEWER)]


def test_variants_are_changed_renamed_and_dropped_and_a_free_place_is_taken_again(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, MORE, FEWER)
    first, second = board(db, study, person).choices
    with db.session() as session:
        studies.change(session, first.id, person, Levers(batch=False))
        studies.rename(session, second.id, person, " 少 \n 两人 ")
    with db.session() as session:
        studies.drop(session, first.id, person)
        studies.add(session, study, person, "new", Levers(refresh=20))
    found = board(db, study, person)
    assert [(each.place, each.title, each.levers) for each in found.choices] == [(1, "new", Levers(refresh=20)), (2, "少 两人", FEWER)]


def test_only_what_differs_from_the_situation_is_kept(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, allowed(SITUATION).now)
    assert board(db, study, person).choices[0].levers.is_nothing


def test_a_fifth_variant_has_no_place_and_two_added_at_once_have_one_each(db: Database) -> None:
    person = somebody(db)
    study = studied(db, person, MORE)

    def add(number: int) -> bool:
        try:
            with db.session() as session:
                studies.add(session, study, person, f"at once {number}")
        except BadInput:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        added = list(pool.map(add, range(6)))
    assert sum(added) == MOST_VARIANTS - 1
    assert [each.place for each in board(db, study, person).choices] == [1, 2, 3, 4]
    with pytest.raises(BadInput, match="no room"), db.session() as session:
        studies.add(session, study, person, "fifth")


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_kept_as_text_on_one_line(db: Database, title: str) -> None:
    person = somebody(db)
    study = studied(db, person)
    with db.session() as session:
        variant = studies.add(session, study, person, title)
        studies.rename(session, variant, person, title)
    (kept,) = board(db, study, person).choices
    assert kept.title == people.tidy(title, "title")
    assert kept.title.isprintable()


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "x" * 61, "!?"])
def test_what_is_no_title_is_refused(db: Database, title: str) -> None:
    person = somebody(db)
    study = studied(db, person)
    with pytest.raises(BadInput, match="title"), db.session() as session:
        studies.add(session, study, person, title)
    assert board(db, study, person).choices == ()


# ---------------------------------------------------------------- other people
def test_another_persons_study_is_seen_and_copied_and_never_changed(db: Database) -> None:
    owner, other = somebody(db, "owner"), somebody(db, "other")
    study = studied(db, owner, MORE)
    before = board(db, study, owner)
    assert board(db, study, other).mine is board(db, study, None).mine is False
    (variant,) = before.choices
    with db.session() as session:
        for forbidden in (
            lambda: studies.add(session, study, other, "mine now"),
            lambda: studies.change(session, variant.id, other, FEWER),
            lambda: studies.rename(session, variant.id, other, "mine now"),
            lambda: studies.drop(session, variant.id, other),
            lambda: studies.remove(session, study, other),
        ):
            with pytest.raises(BadInput, match="somebody else's"):
                forbidden()
    assert board(db, study, owner) == before
    with db.session() as session:
        copy = studies.copied(session, study, other)
    with db.session() as session:
        studies.change(session, board(db, copy, other).choices[0].id, other, FEWER)
    assert [each.levers for each in board(db, copy, other).choices] == [FEWER]
    assert board(db, study, owner) == before


def test_each_person_has_their_own_studies_the_last_changed_first(db: Database) -> None:
    owner, other = somebody(db, "owner"), somebody(db, "other")
    first, second = studied(db, owner), studied(db, owner, situation="618")
    studied(db, other)
    with db.session() as session:
        studies.add(session, first, owner, "later")
    with db.reading() as session:
        assert [each.id for each in studies.mine(session, owner)] == [first, second]
    with db.session() as session:
        studies.remove(session, first, owner)
    with db.reading() as session:
        assert [each.id for each in studies.mine(session, owner)] == [second]
        assert studies.seen(session, first, owner) is None


def test_a_person_makes_only_so_many_studies(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "MOST_STUDIES", 2)
    person = somebody(db)
    studied(db, person)
    studied(db, person)
    with pytest.raises(BadInput, match="no room"):
        studied(db, person)


@pytest.mark.parametrize("link", ["", "nothing", "x" * 22, "\0" * 22, "' or '1'='1", "\ud800", "../" * 10, "é" * 22])
def test_a_link_to_nothing_shows_nothing(db: Database, link: str) -> None:
    person = somebody(db)
    with db.session() as session:
        assert studies.seen(session, link, person) is None
        for asked in (
            lambda: studies.add(session, link, person, "a"),
            lambda: studies.copied(session, link, person),
            lambda: studies.remove(session, link, person),
            lambda: studies.change(session, link, person, MORE),
        ):
            with pytest.raises(BadInput, match="there is no such"):
                asked()


def test_a_situation_that_is_none_makes_no_study(db: Database) -> None:
    with pytest.raises(BadInput, match="no such situation"):
        studied(db, somebody(db), situation="618-2030")
