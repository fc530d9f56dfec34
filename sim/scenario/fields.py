"""The kinds of value a scenario is made of, as pydantic types.

A file must write units; Python code may give whole seconds and fen as well (so that a scenario can be dumped as JSON
and read again). The loader tells the two apart by the validation context `FROM_FILE`.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from sim.errors import BadInput, msgid
from sim.scenario.units import A_DURATION, A_TIME, AN_AMOUNT, DAY, MOST_FEN, MOST_SECONDS, parse_duration, parse_money, parse_time

FROM_FILE = {"units": True}
NO_CLOCK = "none"


class Table(BaseModel):
    """A table of a scenario: frozen, unknown keys refused, no value quietly turned into another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _quantity(parse: Callable[[object], int], most: int, allowed: str, *, none: bool = False) -> BeforeValidator:
    def read(value: Any, info: ValidationInfo) -> int | None:
        if none and (value == NO_CLOCK or value is None):
            return None
        if type(value) is int and not (info.context or {}).get("units"):
            if not 0 <= value <= most:
                raise BadInput("is out of range", value=value, allowed=allowed)
            return value
        return parse(value)

    return BeforeValidator(read)


def _schema(allowed: str, pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": allowed, "pattern": pattern})


_DURATION = r"^\s*\d+(\.\d+)?\s*\D+$"
_A_CLOCK = msgid('a duration such as "48 h", or "none"')

Duration = Annotated[int, _quantity(parse_duration, MOST_SECONDS, A_DURATION), _schema(A_DURATION, _DURATION)]
"""Seconds, 0 or more."""

MaybeDuration = Annotated[
    int | None, _quantity(parse_duration, MOST_SECONDS, _A_CLOCK, none=True), _schema(_A_CLOCK, rf"{_DURATION}|^none$")
]
"""Seconds, or None where the file says "none" (no clock runs)."""

Money = Annotated[int, _quantity(parse_money, MOST_FEN, AN_AMOUNT), _schema(AN_AMOUNT, _DURATION)]
"""Fen, 0 or more."""

TimeOfDay = Annotated[int, _quantity(parse_time, DAY, A_TIME), _schema(A_TIME, r"^\d{1,2}:\d{2}$")]
"""Seconds after midnight, 0 to 86,400."""

Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(gt=0, le=1_000)]


def _positive(seconds: int) -> int:
    if seconds == 0:
        raise BadInput("must be longer than nothing")
    return seconds


LongerThanZero = Annotated[Duration, AfterValidator(_positive)]


def _name(text: str) -> str:
    if not re.fullmatch(r"[\w-]+", text):
        raise BadInput("is not a usable name", value=text, allowed=msgid("letters, digits, Chinese characters, - and _"))
    return text


Name = Annotated[str, AfterValidator(_name)]
"""A name inside a dotted address or a slot's name: no dots, slashes or blanks."""


def _in_both_languages(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


class Text(Table):
    """A text for people. One plain string stands for both languages."""

    zh: str
    en: str


Titled = Annotated[Text, BeforeValidator(_in_both_languages)]
