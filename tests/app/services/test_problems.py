"""Why a job failed: a sentence in either language, made of plain values, in which nothing of what people typed can do harm."""

import json
import math

import pytest

from sim.desk.contract import EndlessInstant
from sim.errors import BadInput, BadInputs, msgid
from sim.words import speaking
from trainer_app.services import problems
from trainer_app.services.problems import problem_text

ERRORS = (
    BadInput("is too small", field="people.agents.regular.day", value=-1, allowed=msgid("{limit} or more"), limit=0),
    BadInputs([BadInput("unknown key", field="bach", allowed=["batch"], nearest="batch"), BadInput("is missing", field="x")]),
    BadInput("is not a number", field="refresh", value=math.nan),
    BadInput("is not a text", value=[1, 2], allowed=("a", "b")),
    EndlessInstant(3, 7, 7_200),
    MemoryError(),
    RuntimeError("secret\x1b[31m"),
    KeyError("x"),
)


def kept(error: BaseException) -> dict[str, object]:
    found: dict[str, object] = json.loads(json.dumps(problems.of_error(error)))
    return found


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_every_problem_has_a_sentence_in_both_languages(error: BaseException) -> None:
    said = {}
    for locale in ("zh", "en"):
        with speaking(locale):
            said[locale] = problem_text(kept(error))
    assert said["en"]
    assert "Traceback" not in said["en"]
    assert "\x1b" not in said["en"] + said["zh"]
    assert "secret" not in said["en"]


def test_bad_input_is_told_as_everywhere() -> None:
    with speaking("en"):
        assert problem_text(kept(ERRORS[0])) == str(ERRORS[0])
        assert problem_text(kept(ERRORS[1])) == str(ERRORS[1])
    with speaking("zh"):
        assert problem_text(kept(ERRORS[0])) != str(ERRORS[0])


def test_an_endless_instant_says_when() -> None:
    with speaking("en"):
        assert "2 h" in problem_text(kept(EndlessInstant(3, 7, 7_200)))


def test_broken_invariants_are_counted_and_the_first_is_told() -> None:
    found = problems.of_broken([f"0: a refund was paid twice {number}\x00" for number in range(12)])
    assert len(found["some"]) == problems.MOST_LISTED
    with speaking("en"):
        text = problem_text(json.loads(json.dumps(found)))
    assert "12 times" in text
    assert "paid twice 0" in text
    assert "\x00" not in text


@pytest.mark.parametrize("kind", [problems.of_lost(3), problems.of_not_kept(), {}, {"kind": "of a later version"}])
def test_what_else_can_stand_there_has_a_sentence(kind: dict[str, object]) -> None:
    with speaking("en"):
        assert problem_text(kind).endswith(".")
