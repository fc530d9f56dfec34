"""How guesses are written that were put otherwise: their values as people write them, and what became of the answer."""

from typing import Any, Literal

from sim.errors import BadInput, msgid
from sim.report import comparison_words as words
from sim.report import format
from sim.report.untrusted import in_a_line
from sim.scenario.units import parse_duration, parse_money
from sim.study.paired import Difference
from sim.study.sensitivity import Effect, Guess, Sensitivity, Why
from sim.words import _

TIMES = "times the minutes of [work]"
LONGEST_UNIT = 30
LONGEST_KEY = 100

_WHY: dict[Why, str] = {
    "a profile": msgid("several numbers that make one figure"),
    "no number": msgid("no number"),
    "zero": msgid("nothing that could be multiplied"),
    "part of a whole": msgid("not sound alone: it is part of a whole, or bound to another figure"),
}


def why_left_out(reason: Why) -> str:
    """Why a guess was not varied."""
    return _(_WHY[reason])


def called(guess: Guess) -> str:
    """A guess by its key; which side makes it, where baseline and policy have one each."""
    key = in_a_line(guess.key, LONGEST_KEY)
    if guess.of == "all":
        return key
    return _("{key} (as it is)").format(key=key) if guess.of == "baseline" else _("{key} (with the policy)").format(key=key)


def tried(guess: Guess, which: Literal["low", "as it is", "high"], *, roomy: bool = True) -> str:
    """A guess as the file gives it, or what was tried instead, with its unit: 12 h, 35.00 yuan, 15 %. roomy: with the unit of a count."""
    value: Any = guess.figure.value
    kind = _kind(guess)
    if which != "as it is":
        value = (guess.low if which == "low" else guess.high)[guess.key]
    elif kind == "duration":
        value = parse_duration(value)
    elif kind == "money":
        value = parse_money(value)
    if kind == "duration":
        return format.duration(value)
    if kind == "money":
        return format.money(value)
    if kind == "share":
        return format.share(value)
    number = f"{value:g}"
    unit = guess.figure.unit
    if not roomy or unit is None or unit.startswith("share"):
        return number
    return f"{number} {in_a_line(unit, LONGEST_UNIT)}"


def _kind(guess: Guess) -> Literal["duration", "money", "share", "number"]:
    value = guess.figure.value
    if isinstance(value, str):
        for kind, parse in (("duration", parse_duration), ("money", parse_money)):
            try:
                parse(value)
            except BadInput:
                continue
            return "duration" if kind == "duration" else "money"
    is_share = isinstance(value, float) and 0 <= value <= 1 and guess.figure.unit != TIMES
    return "share" if is_share else "number"


def effect_told(effect: Difference | None, unit: str) -> str:
    """What a guess does to the answer, with its sign and unit; why not, where there is none."""
    if effect is None:
        return _("no figure in every run")
    return words.change(effect, unit)


def is_clear(effect: Difference) -> bool:
    """Whether an effect is more than luck by its own interval."""
    if effect.low is None or effect.high is None:
        return False
    return effect.low * effect.high > 0


def turns(effect: Effect, of: Sensitivity) -> bool:
    """Whether one end of a guess turns the sign of a policy's difference."""
    ends = (each for each in (effect.at_low, effect.at_high) if each is not None)
    return of.policy is not None and any((of.answer + each.estimate) * of.answer < 0 for each in ends)


def turns_clearly(effect: Effect, of: Sensitivity) -> bool:
    """Whether it does so by more than luck."""
    ends = (each for each in (effect.at_low, effect.at_high) if each is not None and is_clear(each))
    return of.policy is not None and any((of.answer + each.estimate) * of.answer < 0 for each in ends)
