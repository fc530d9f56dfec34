"""Bad input, told so that whoever wrote the file can mend it: where, what, what would be right, and the nearest name.

An error keeps its message as a template and the values for it, never as a finished sentence, so that the same error
can be shown in Chinese: `error.text(gettext)`. The templates are the message ids; they stand as the first argument of
`BadInput(...)` or inside `msgid(...)`, which is where a catalogue is extracted from (`pybabel extract -k BadInput -k msgid`).
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

Translate = Callable[[str], str]

LONGEST_SHOWN = 80
"""Characters of a value that an error shows; the rest of a long value helps nobody."""


def msgid(text: str) -> str:
    """Mark a text for the translators; returns it unchanged."""
    return text


SENTENCE = msgid("{message}.")
PAIR = msgid("{first} {second}")
ALLOWED = msgid("Allowed: {allowed}.")
NEAREST = msgid("Did you mean {nearest}?")


def nearest_name(name: str, names: Iterable[str], likeness: float = 0.5) -> str | None:
    """The one of `names` most like `name`, or None if none is alike (`likeness` 0-1, 1 = equal)."""
    found = difflib.get_close_matches(name.lower(), {each.lower(): each for each in names}, n=1, cutoff=likeness)
    return next((each for each in names if found and each.lower() == found[0]), None)


class BadInput(ValueError):
    """One thing wrong in what a person handed in.

    template, values: the message and what stands in its {places}; `str()` is English, `text(translate)` any language.
    file, line, field, value: where and what; field is a dotted key such as `pools.agents.shift_end`.
    allowed: what would be right: a text (translated, may use `values`) or a list of words (shown as they are).
    nearest: the name that was probably meant.
    """

    def __init__(
        self,
        template: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        field: str | None = None,
        value: object = None,
        allowed: str | Sequence[str] | None = None,
        nearest: str | None = None,
        **values: Any,
    ) -> None:
        super().__init__(template)
        self.template = template
        self.values = values
        self.file = None if file is None else str(file)
        self.line = line
        self.field = field
        self.value = value
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else tuple(allowed)
        self.nearest = nearest

    def at(self, file: str | Path | None = None, line: int | None = None, field: str | None = None) -> "BadInput":
        """The same error with its place; what it already knows of its place stays."""
        return BadInput(
            self.template,
            file=self.file if self.file is not None else file,
            line=self.line if self.line is not None else line,
            field=self.field if self.field is not None else field,
            value=self.value,
            allowed=self.allowed,
            nearest=self.nearest,
            **self.values,
        )

    def within(self, field: str) -> "BadInput":
        """The same error one level up: its field is a key inside `field`."""
        inside = self.at()
        inside.field = ".".join(part for part in (field, self.field) if part)
        return inside

    def text(self, translate: Translate = msgid) -> str:
        """One paragraph in the language of `translate` (gettext of a catalogue)."""
        place = "" if self.file is None else self.file if self.line is None else f"{self.file}:{self.line}"
        what = self.field or ""
        if self.value is not None:
            what = f"{what} = {_shown(self.value)}" if what else _shown(self.value)
        sentences = [translate(SENTENCE).format(message=translate(self.template).format(**self.values))]
        if self.allowed is not None:
            allowed = translate(self.allowed).format(**self.values) if isinstance(self.allowed, str) else ", ".join(self.allowed)
            sentences.append(translate(ALLOWED).format(allowed=allowed))
        if self.nearest is not None:
            sentences.append(translate(NEAREST).format(nearest=self.nearest))
        message = reduce(lambda first, second: translate(PAIR).format(first=first, second=second), sentences)
        return ": ".join(part for part in (place, what, message) if part)

    def __str__(self) -> str:
        return self.text()


class BadInputs(BadInput):
    """Several things wrong at once, one per line; a sequence of `BadInput`. Its own place is that of the first."""

    def __init__(self, problems: Iterable[BadInput]) -> None:
        self.problems = tuple(problems)
        if not self.problems:
            raise ValueError("BadInputs needs at least one problem")
        first = self.problems[0]
        super().__init__(first.template, file=first.file, line=first.line, field=first.field, value=first.value, **first.values)

    def within(self, field: str) -> "BadInputs":
        return BadInputs(problem.within(field) for problem in self.problems)

    def text(self, translate: Translate = msgid) -> str:
        return "\n".join(problem.text(translate) for problem in self.problems)

    def __len__(self) -> int:
        return len(self.problems)

    def __getitem__(self, index: int) -> BadInput:
        return self.problems[index]

    def __iter__(self) -> Iterator[BadInput]:
        return iter(self.problems)

    def __reduce__(self) -> tuple[type["BadInputs"], tuple[tuple[BadInput, ...]]]:
        return BadInputs, (self.problems,)


def each_problem(error: BadInput) -> tuple[BadInput, ...]:
    """The single problems of an error, whether it is one or several."""
    return error.problems if isinstance(error, BadInputs) else (error,)


def raise_all(problems: Sequence[BadInput]) -> None:
    """Raise what was found: nothing, the one problem itself, or all of them together."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise BadInputs(problems)


def _shown(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
