"""The plan of the map: which steps stand where in which panel, and which of the declared arrows are drawn there.

The plan (process_map.toml) places and routes; what leads where is told by the declaration of the steps alone. An arrow of the plan that
is not declared is not drawn, a step that the plan does not know is passed through.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sim.desk.contract import Step
from sim.report.process_map.declared import Chain, visible_arrows

WORK, WAIT, QUESTION, EVENT, GOAL = "work", "wait", "question", "event", "goal"
START, END, BUNDLE, MARK, GROUP = "start", "end", "bundle", "mark", "group"
"""What a place looks like: somebody works on it, it takes time, it decides, it happens, the money is back; the first, a last one, several
steps that another panel shows, the rules asked once more, a whole path."""

SIZES = ("column", "gap", "gaps", "between", "rows", "margin")
"""What a panel may say of its grid, in pixels."""


@dataclass(frozen=True)
class Words:
    """A text of the plan in both languages."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Lane:
    """Who acts: the pools that work in it ("" = nobody of the shop) and what it is called."""

    key: str
    pools: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True)
class Place:
    """A step where it stands in a panel. `key` is unique in the panel: a step can stand in several places of it (JUDGE:2).

    column, row: places in the grid; wide: how many columns it takes. group: the path that it stands for, 0 = none. members: the steps it
    stands for where it is not a single one.
    """

    key: str
    step: str
    shape: str
    column: float
    row: int
    wide: float = 1
    group: int = 0
    members: tuple[str, ...] = ()
    name: Words = Words()
    about: Words = Words()

    @property
    def single(self) -> bool:
        """Whether it is one step."""
        return not self.members


@dataclass(frozen=True)
class Arrow:
    """A declared arrow between two places: how it is routed, when it is taken, and the chains of steps it stands for.

    way: "S r3.5 N": out at the bottom, along the gap under row 3, in at the top. back: it leads back, or mends what went wrong. mistaken:
    taken only by refunds that were taken for the wrong path; paid: only by those whose money is back.
    """

    start: str
    end: str
    way: str
    back: bool
    chains: tuple[Chain, ...]
    when: Words = Words()
    mistaken: bool = False
    paid: bool = False


@dataclass(frozen=True)
class Panel:
    """One picture of the map. lanes: with the columns each takes; ties: side work and the place it goes on beside."""

    key: str
    path: int
    title: Words
    about: Words
    lanes: tuple[tuple[Lane, int], ...]
    places: Mapping[str, Place]
    arrows: tuple[Arrow, ...]
    ties: tuple[tuple[str, str, str], ...]
    sizes: Mapping[str, Any]

    def of_step(self, step: str) -> list[Place]:
        """The places of a single step, in the order of the plan."""
        return [place for place in self.places.values() if place.step == step and place.single]

    def first_places(self) -> dict[str, str]:
        """Of each step that is shown the key of its first place."""
        return {place.step: key for key, place in reversed(list(self.places.items())) if place.single and not place.group}


@dataclass(frozen=True)
class Plan:
    """All panels, and what the plan says of steps.

    hidden: passed through. clocks: fields of the scenario's standards, by step. silent: what follows where nobody took it up. machines:
    steps at which a machine pays. again: detours that lead back to where they came from, by their first step their last one.
    """

    panels: tuple[Panel, ...]
    hidden: frozenset[str]
    clocks: Mapping[str, tuple[str, ...]]
    silent: frozenset[str]
    machines: frozenset[str]
    again: Mapping[str, str]
    steps: Mapping[str, Step]

    def panel(self, key: str) -> Panel:
        """The panel of that key. Raises KeyError."""
        return {panel.key: panel for panel in self.panels}[key]


@cache
def raw_plan() -> dict[str, Any]:
    """The file of the plan as it is."""
    return tomllib.loads(resources.files("sim.report").joinpath("process_map.toml").read_text("utf-8"))


def plan_of(steps: Sequence[Step], raw: Mapping[str, Any] | None = None) -> Plan:
    """The plan joined with the declared steps. Raises KeyError or ValueError where the file of the plan contradicts itself."""
    raw = raw_plan() if raw is None else raw
    by_name = {step.name: step for step in steps}
    placed = {name.partition(":")[0] for panel in raw["panel"] for name in panel["places"]}
    hidden = frozenset(by_name.keys() - placed)
    lanes = {key: Lane(key, tuple(lane["pools"]), lane["zh"], lane["en"]) for key, lane in raw["lanes"].items()}
    declared = visible_arrows(steps, hidden, raw["again"])
    joined = _Joined(by_name, declared, lanes, raw)
    return Plan(
        tuple(joined.panel(panel) for panel in raw["panel"]),
        hidden,
        {name: tuple(fields) for name, fields in raw["clocks"].items()},
        frozenset(raw["silent"]),
        frozenset(raw["machines"]),
        raw["again"],
        by_name,
    )


@dataclass(frozen=True)
class _Joined:
    steps: Mapping[str, Step]
    declared: Mapping[tuple[str, str], tuple[Chain, ...]]
    lanes: Mapping[str, Lane]
    raw: Mapping[str, Any]

    def panel(self, raw: Mapping[str, Any]) -> Panel:
        places = {key: place for key, told in raw["places"].items() if (place := self.place(key, told)) is not None}
        arrows = [self.arrow(told, places) for told in raw["arrows"]]
        ties = tuple((tie["from"], tie["to"], tie.get("way", "")) for tie in raw.get("ties", ()))
        return Panel(
            raw["key"],
            raw.get("path", 0),
            Words(**raw["title"]),
            Words(**raw["about"]),
            tuple((self.lanes[lane], columns) for lane, columns in raw.get("lanes", ())),
            places,
            tuple(arrow for arrow in arrows if arrow is not None),
            tuple(tie for tie in ties if tie[0] in places and tie[1] in places),
            {name: raw[name] for name in SIZES if name in raw},
        )

    def place(self, key: str, told: Mapping[str, Any]) -> Place | None:
        step = key.partition(":")[0]
        column, row = told["at"]
        group = told.get("group", 0)
        wanted = [*told.get("with", ()), *told.get("members", ())]
        members = tuple(name for name, each in self.steps.items() if (group and each.path == group) or name in wanted)
        if not members and step not in self.steps:
            return None
        shape = GROUP if group else BUNDLE if members else told.get("shape") or self.shape(step)
        name, about = Words(**told.get("name", {})), Words(**told.get("about", {}))
        return Place(key, step, shape, column, row, told.get("wide", 1), group, members, name, about)

    def shape(self, step: str) -> str:
        declared = self.steps[step]
        if declared.by:
            return WORK
        if not declared.then:
            return END
        if step == next(iter(self.steps)):
            return START
        for shape, list_of in ((WAIT, "waits"), (QUESTION, "questions"), (GOAL, "goals")):
            if step in self.raw[list_of]:
                return shape
        return EVENT

    def arrow(self, told: Mapping[str, Any], places: Mapping[str, Place]) -> Arrow | None:
        start, _, end = (part.strip() for part in told["go"].partition(">"))
        if start not in places or end not in places:
            return None
        one, other = places[start], places[end]
        chains = self.between(one, other)
        if not chains:
            return None
        rework = any(self.steps[place.step].rework for place in (one, other) if place.single)
        back = told.get("back", rework or other.row < one.row or start == end)
        when = Words(told.get("zh", ""), told.get("en", ""))
        return Arrow(start, end, told.get("way", ""), back, chains, when, told.get("mistaken", False), told.get("paid", False))

    def between(self, one: Place, other: Place) -> tuple[Chain, ...]:
        """The chains an arrow between two places stands for; a whole path's are those of any of its steps."""
        starts, ends = one.members or (one.step,), other.members or (other.step,)
        return tuple(chain for start in starts for end in ends for chain in self.declared.get((start, end), ()))
