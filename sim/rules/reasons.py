"""The reasons a buyer can give, read from `reasons.toml`; a reason's index is its place in that file."""

import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sim.rules.path import STATES

OTHER = 0
"""Index of the reason that stands for all that is not listed."""


@dataclass(frozen=True)
class Reason:
    """One reason. `owes_compensation`: money on top may be due if the claim holds; `quality`: counts as a quality refund;
    `publicly_shown`: weighs in figures that the storefront shows. `grade` A-P says how far to trust the entry."""

    index: int
    key: str
    zh: str
    en: str
    states: tuple[int, ...]  # order states in which the platform offers it: 0 unshipped, 1 shipped, 2 signed
    owes_compensation: bool
    quality: bool
    publicly_shown: bool
    aliases: tuple[str, ...]
    source: str
    grade: str


@cache
def reasons() -> tuple[Reason, ...]:
    """All reasons in the order of the file."""
    table = tomllib.loads(resources.files("sim.rules").joinpath("reasons.toml").read_text("utf-8"))
    return tuple(
        Reason(
            index=index,
            key=entry["key"],
            zh=entry["zh"],
            en=entry["en"],
            states=tuple(STATES.index(state) for state in entry["states"]),
            owes_compensation=entry.get("owes_compensation", False),
            quality=entry.get("quality", False),
            publicly_shown=entry.get("publicly_shown", False),
            aliases=tuple(entry.get("aliases", ())),
            source=entry["source"],
            grade=entry["grade"],
        )
        for index, entry in enumerate(table["reason"])
    )


def reasons_for(state: int) -> tuple[Reason, ...]:
    """The listed reasons that the platform offers in an order state (0 unshipped, 1 shipped, 2 signed)."""
    return tuple(reason for reason in reasons() if state in reason.states)


def reason_index(text: str, state: int = -1) -> int | None:
    """The index of a reason as an export words it (Chinese or English, key or alias); None = not listed.

    Several states share a wording ("不想要"): with `state` the reason offered there is meant, else the first in the file.
    """
    found = _by_wording().get(_plain(text), ())
    for index in found:
        if state in reasons()[index].states:
            return index
    return found[0] if found else None


@cache
def _by_wording() -> dict[str, tuple[int, ...]]:
    wordings: dict[str, tuple[int, ...]] = {}
    for reason in reasons():
        for wording in dict.fromkeys(_plain(text) for text in (reason.zh, reason.en, reason.key, *reason.aliases)):
            wordings[wording] = (*wordings.get(wording, ()), reason.index)
    return wordings


def _plain(text: str) -> str:
    """Full-width forms, blanks, case and the kind of separator make no difference between two wordings."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    for separator in ("、", "\\", "|", ","):
        folded = folded.replace(separator, "/")
    return "".join(folded.split())
