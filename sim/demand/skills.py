"""The 24 skill cells as causes: what makes a refund of each kind, read from `skills.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.told import OCCASIONS
from sim.rules.path import FACTS as KEYS
from sim.rules.reasons import reasons
from sim.rules.tables import load_cells
from sim.scenario.units import MOST_FEN

FACTS = (
    "claim_holds",
    "one_of_several",
    "partly_shipped",
    "mistaken_form",
    "wants_exchange",
    "special_wish",
    "unfounded",
    "not_received",
    "may_keep",
    "return_wrong",
)
"""Facts that are columns of the workload, true of nobody where a variant does not name them."""

BY_CHANCE = ("lost", "to_locker")
"""Facts that the scenario's chances decide where a variant does not name them."""

IN_HOUSE = ("waits", "picked", "labelled")
"""Where a parcel in house is, in the order of WAITS, PICKED, LABELLED in told.py."""

HOUR = 3600
NOT_SAID = float("nan")

Range = tuple[float, float]


@dataclass(frozen=True)
class Amount:
    """What is asked for: `from_` to `to` of the price, not less than `least` nor more than `most` fen (nor more than the price)."""

    from_: float = 1.0
    to: float = 1.0
    least: int = 0
    most: int = MOST_FEN


@dataclass(frozen=True)
class Variant:
    """One way in which a refund of a cell comes about; see skills.toml.

    share: of the cell. reasons: index → share. facts: name → share. in_house: one of IN_HOUSE, None = it has left. over: part of the way
    that lies behind it, beyond 1 = arrived. silent: seconds before filing since when it was not scanned. weight: shares of complete, a
    piece missing, empty.
    """

    cell: int
    path: int
    share: float
    reasons: Mapping[int, float]
    facts: Mapping[str, float] = field(default_factory=dict)
    in_house: str | None = None
    over: Range | None = None
    silent: Range | None = None
    at_door: bool = False
    weight: tuple[float, float, float] = (1.0, 0.0, 0.0)
    amount: Amount = Amount()
    sends_times: float = 1.0

    @property
    def arrived(self) -> bool:
        """The parcel has reached the address when the request is filed."""
        return self.over is not None and self.over[0] >= 1

    @property
    def scanned(self) -> bool:
        """The trace says signed for when the request is filed."""
        return self.arrived and not self.at_door


@dataclass(frozen=True)
class Skill:
    """One skill cell. place: in load_cells(). plainest: the cell of all refunds of a path for which a scenario names no cells. asked: the
    OCCASIONS that bring it."""

    key: str
    place: int
    path: int
    plainest: bool
    variants: tuple[Variant, ...]
    asked: tuple[str, ...]
    source: str
    grade: str


@cache
def skills() -> tuple[Skill, ...]:
    """The cells in the order of the decision tables. ValueError names a cell or key that is not known, or left out."""
    table = _table()
    keys = [cell.key for cell in load_cells()]
    written = {entry["key"]: entry for entry in table["cell"]}
    if set(written) != set(keys):
        raise ValueError(f"skills.toml and words.toml differ in {sorted(set(written) ^ set(keys))}")
    return tuple(_skill(place, written[key], table["usual"][key[:2]]) for place, key in enumerate(keys))


@cache
def plainest() -> dict[int, int]:
    """The plainest cell of each path."""
    return {skill.path: skill.place for skill in skills() if skill.plainest}


@cache
def induced_reasons() -> tuple[int, ...]:
    """Reasons of returns that come only because the shop pays the freight."""
    return tuple(_reason(key) for key in _table()["induced"]["reasons"])


@dataclass(frozen=True)
class Variants:
    """All variants one after another, as arrays of one row each; a path's stand together, and within it a cell's.

    asked: on each of OCCASIONS, one column each. reason: share of each reason, one column each. facts: name → shares, NaN = left to the
    scenario's chances. over, silent: from and
    length (NaN = not said). least, most: fen. in_house: place in IN_HOUSE, -1 = it has left.
    """

    cell: NDArray[np.int64]
    path: NDArray[np.int64]
    asked: NDArray[np.bool_]
    share: NDArray[np.float64]
    reason: NDArray[np.float64]
    facts: Mapping[str, NDArray[np.float64]]
    sends_back: NDArray[np.float64]
    in_house: NDArray[np.int64]
    over: NDArray[np.float64]
    silent: NDArray[np.float64]
    scanned: NDArray[np.bool_]
    at_door: NDArray[np.bool_]
    weight: NDArray[np.float64]
    part: NDArray[np.float64]
    least: NDArray[np.int64]
    most: NDArray[np.int64]
    sends_times: NDArray[np.float64]

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            for array in value.values() if isinstance(value, Mapping) else [value]:
                array.flags.writeable = False

    def of_path(self, path: int) -> tuple[int, int]:
        """First row of a path's variants, and the one after its last."""
        first, after = np.searchsorted(self.path, [path, path + 1]).tolist()
        return first, after


@cache
def variants() -> Variants:
    """The variants of all cells as arrays."""
    each = [variant for skill in skills() for variant in skill.variants]
    reason = np.zeros((len(each), len(reasons())))
    for row, variant in enumerate(each):
        reason[row, list(variant.reasons)] = list(variant.reasons.values())
    facts = {name: np.array([variant.facts.get(name, 0.0) for variant in each]) for name in FACTS}
    facts |= {name: np.array([variant.facts.get(name, NOT_SAID) for variant in each]) for name in BY_CHANCE}
    return Variants(
        cell=np.array([variant.cell for variant in each]),
        path=np.array([variant.path for variant in each]),
        asked=np.array([[occasion in skills()[variant.cell].asked for occasion in OCCASIONS] for variant in each]),
        share=np.array([variant.share for variant in each]),
        reason=reason,
        facts=MappingProxyType(facts),
        sends_back=np.array([variant.facts.get("sends_back", float(KEYS[variant.path][1])) for variant in each]),
        in_house=np.array([-1 if variant.in_house is None else IN_HOUSE.index(variant.in_house) for variant in each]),
        over=np.array([_from_and_length(variant.over) for variant in each]),
        silent=np.array([_from_and_length(variant.silent) for variant in each]),
        scanned=np.array([variant.scanned for variant in each]),
        at_door=np.array([variant.at_door for variant in each]),
        weight=np.array([variant.weight for variant in each]),
        part=np.array([_from_and_length((variant.amount.from_, variant.amount.to)) for variant in each]),
        least=np.array([variant.amount.least for variant in each]),
        most=np.array([variant.amount.most for variant in each]),
        sends_times=np.array([variant.sends_times for variant in each]),
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files("sim.demand").joinpath("skills.toml").read_text("utf-8"))


def _skill(place: int, entry: dict[str, Any], usual: dict[str, Any]) -> Skill:
    path = int(entry["key"][1])
    parcel = {name: value for name, value in usual.items() if name != "plainest"}
    found = tuple(_variant(place, path, parcel, written) for written in entry["variant"])
    asked = tuple(entry["asked"])
    if not asked or not set(asked) <= set(OCCASIONS):
        raise ValueError(f"skills.toml: {entry['key']} is asked on {asked}, not on some of {OCCASIONS}")
    return Skill(entry["key"], place, path, entry["key"] == usual["plainest"], found, asked, entry["source"], entry["grade"])


def _variant(place: int, path: int, parcel: dict[str, Any], written: dict[str, Any]) -> Variant:
    """A variant from what is written of it; ValueError if the file says more than this reads."""
    known = {*(each.name for each in fields(Variant)), "reasons"} - {"cell", "path"}
    facts = dict(written.get("facts", {}))
    unknown = [name for name in written if name not in known]
    unknown += [name for name in facts if name not in (*FACTS, *BY_CHANCE, "sends_back")]
    if unknown:
        raise ValueError(f"skills.toml has unknown keys: {unknown}")
    if not {"in_house", "over"} & set(written):
        written = parcel | written
    weights = {_reason(key): weight for key, weight in written["reasons"].items()}
    silent = written.get("silent")
    return Variant(
        cell=place,
        path=path,
        share=written["share"],
        reasons=MappingProxyType({index: weight / sum(weights.values()) for index, weight in weights.items()}),
        facts=MappingProxyType(facts),
        in_house=written.get("in_house"),
        over=_range(written.get("over")),
        silent=None if silent is None else (silent[0] * HOUR, silent[1] * HOUR),
        at_door=written.get("at_door", False),
        weight=tuple(written.get("weight", (1.0, 0.0, 0.0))),
        amount=_amount(written.get("amount", {})),
        sends_times=written.get("sends_times", 1.0),
    )


def _amount(written: dict[str, float]) -> Amount:
    fen = {name: round(written[name] * 100) for name in ("least", "most") if name in written}
    return Amount(written.get("from", 1.0), written.get("to", 1.0), **fen)


def _range(written: list[float] | None) -> Range | None:
    return None if written is None else (written[0], written[1])


def _from_and_length(ends: Range | None) -> Range:
    return (NOT_SAID, NOT_SAID) if ends is None else (ends[0], ends[1] - ends[0])


def _reason(key: str) -> int:
    return next(reason.index for reason in reasons() if reason.key == key)
