"""A panel's figures: what was counted from one logged step to the next, passed along its arrows through steps that leave no row."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sim.report.process_map.declared import OVER, between
from sim.report.process_map.flows import ALL, DROPPED, OPEN, SENT, SILENT, Flows, Move
from sim.report.process_map.plan import BUNDLE, END, GOAL, Arrow, Panel, Plan


@dataclass(frozen=True)
class Rest:
    """Moves that no arrow of the panel shows: from a step to another ("" = closed there), and whether a clock sent them."""

    start: str
    end: str
    clock: bool
    times: int


@dataclass(frozen=True)
class Carried:
    """The figures of a panel's arrows, in their order, of its places by key, and what no arrow shows, the most frequent first."""

    arrows: tuple[int, ...]
    places: Mapping[str, int]
    rest: tuple[Rest, ...] = ()

    @property
    def most(self) -> int:
        """The largest figure of an arrow."""
        return max(self.arrows, default=0)


def carried(plan: Plan, panel: Panel, flows: Flows) -> Carried:
    """The figures of a panel: of the requests filed on its path, or of all where it is of no path."""
    places: dict[str, int] = defaultdict(int)
    arrows, rest = _overview(panel, flows, plan) if panel.path == ALL else _along(plan, panel, flows, places)
    for arrow, times in zip(panel.arrows, arrows, strict=True):
        places[arrow.end] += times
    for key, place in panel.places.items():
        if place.group:
            places[key] = flows.courses[place.group].filed
    return Carried(tuple(arrows), dict(places), rest)


def _along(plan: Plan, panel: Panel, flows: Flows, entered: dict[str, int]) -> tuple[list[int], tuple[Rest, ...]]:
    """The figures of the arrows, and what no arrow shows. entered: by place, those that come in from another picture."""
    steps = tuple(plan.steps.values())
    arrows = [0] * len(panel.arrows)
    rest: dict[tuple[str, str, bool], int] = defaultdict(int)
    walks = _Walks(plan, panel)
    shown = {place.step for place in panel.places.values() if place.single}
    for move, times in flows.moves.items():
        if move.path != panel.path or move.end in (OPEN, DROPPED):
            continue
        start, end = steps[move.start].name, "" if move.end == OVER else steps[move.end].name
        if start in plan.again and start not in shown:
            continue  # it comes back to where it was counted
        if end in plan.hidden and not plan.steps[end].then:
            continue  # side work is over: nothing to be seen
        if start not in shown:  # it comes in from another picture, at the first step on its way that this one shows
            on_the_way = [steps[at].name for at in between(steps, move.start, move.end)] if move.how != SENT else []
            start = next((name for name in on_the_way if name in shown), "")
            if not start:
                continue
            way = walks.way(move, start, end) if plan.steps[start].then else ()
            entered[panel.arrows[way[0]].start if way else panel.of_step(start)[0].key] += times
        else:
            way = walks.way(move, start, end)
        if way is None:
            rest[start, end, move.how == SENT] += times
        for at in way or ():
            arrows[at] += times
    ordered = sorted(rest.items(), key=lambda item: (-item[1], item[0]))
    return arrows, tuple(Rest(start, end, clock, times) for (start, end, clock), times in ordered)


def _overview(panel: Panel, flows: Flows, plan: Plan) -> tuple[list[int], tuple[Rest, ...]]:
    """Between single steps as they were made; into a path those filed on it, out of it those whose money is back."""
    names = list(plan.steps)
    walks = _Walks(plan, panel)
    arrows = [0] * len(panel.arrows)
    for move, times in flows.moves.items():
        start = names[move.start]
        if start not in walks.places or move.end in (OPEN, DROPPED):
            continue
        way = walks.way(move, start, "" if move.end == OVER else names[move.end])
        for at in way or ():
            arrows[at] += times
    for at, arrow in enumerate(panel.arrows):
        one, other = panel.places[arrow.start], panel.places[arrow.end]
        if one.group:
            arrows[at] = flows.courses[one.group].paid
        elif one.shape == GOAL:
            arrows[at] = sum(course.both for course in flows.courses.values())
        elif other.step in plan.machines:
            arrows[at] += flows.machine
    return arrows, ()


class _Walks:
    """Shortest ways along a panel's arrows, through steps at which nobody works."""

    def __init__(self, plan: Plan, panel: Panel) -> None:
        self.plan, self.panel = plan, panel
        self.out: dict[str, list[int]] = defaultdict(list)
        for at, arrow in enumerate(panel.arrows):
            self.out[arrow.start].append(at)
        self.places: dict[str, list[str]] = defaultdict(list)
        for key, place in panel.places.items():
            for step in place.members if place.shape == BUNDLE else () if place.group else (place.step,):
                self.places[step].append(key)
        self.groups = {place.group: key for key, place in panel.places.items() if place.group}
        self.ends = {key for key, place in panel.places.items() if place.shape == END}

    def way(self, move: Move, start: str, end: str) -> tuple[int, ...] | None:
        """Places of the arrows that a move takes ("" = it is closed); None where the panel has no way for it."""
        targets = {*self.places.get(end, ()), *([self.groups[move.path]] if end and move.path in self.groups else ())}
        if not end:
            targets = self.ends
        if end in self.plan.again:  # it will come back to where it is
            targets = set(self.places[start])
            return next(((at,) for key in targets for at in self.out[key] if self.panel.arrows[at].end == key), None)
        if move.how == SENT:  # only along one arrow that is declared as such: a clock may send it anywhere
            straight = (at for key in self.places[start] for at in self.out[key] if end and self.panel.arrows[at].end in targets)
            return next(((at,) for at in straight), None)
        found = self.shortest(start, targets, move, move.how == SILENT)
        return found if found is not None else self.shortest(start, targets, move, None)

    def shortest(self, start: str, targets: set[str], move: Move, silent: bool | None) -> tuple[int, ...] | None:
        """silent: its first arrow is one that is taken where nobody took it up in time, or is none of these; None = either."""
        ways: list[tuple[str, tuple[int, ...]]] = [(key, ()) for key in self.places[start]]
        seen: set[str] = set()
        while ways:
            onward: list[tuple[str, tuple[int, ...]]] = []
            for key, way in ways:
                for at in self.out[key]:
                    arrow = self.panel.arrows[at]
                    if (arrow.mistaken and not move.mistaken) or (arrow.paid and not move.paid):
                        continue
                    if not self.passable(arrow, None if way else silent):
                        continue
                    target = self.panel.places[arrow.end]
                    if target.key in targets:
                        return (*way, at)
                    if target.single and not self.plan.steps[target.step].by and target.key not in seen:
                        seen.add(target.key)
                        onward.append((target.key, (*way, at)))
            ways = onward
        return None

    def passable(self, arrow: Arrow, silent: bool | None) -> bool:
        """Whether one of the arrow's chains can be gone without anybody working in between."""
        steps = self.plan.steps
        for chain in arrow.chains:
            if any(steps[name].by for name in chain[1:-1]):
                continue
            if silent is not None and steps[chain[0]].by and (chain[1] in self.plan.silent) != silent:
                continue
            return True
        return False
