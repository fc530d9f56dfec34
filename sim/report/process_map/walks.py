"""A panel's figures: what was counted from one logged step to the next, passed along its arrows through steps that leave no row."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

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


FILED, OPENED, FROM, UNSEEN = "filed", "opened", "from", "unseen"
"""How a place is come to other than by an arrow: filed, begun as side work, from a step of another picture, or without an arrow."""

OUTCOME, ON_TO, ENDED_SIDE, DROPPED_SIDE, STILL = "outcome", "to", "ended", "dropped", "open"
"""How a place is left other than by an arrow: the request ended so, on to a step, side work over or dropped, still there."""

Mark = tuple[str, str]
"""One of these, and which step or outcome ("" = none)."""


@dataclass(frozen=True)
class Carried:
    """The figures of a panel's arrows, in their order, of its places by key, and what no arrow shows, the most frequent first.

    came, left: by place what comes and goes without an arrow. ended_in, elsewhere: requests that ended at the panel's last places, and at
    steps that it does not show, by outcome.
    """

    arrows: tuple[int, ...]
    places: Mapping[str, int]
    rest: tuple[Rest, ...] = ()
    came: Mapping[str, Mapping[Mark, int]] = field(default_factory=dict)
    left: Mapping[str, Mapping[Mark, int]] = field(default_factory=dict)
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def most(self) -> int:
        """The largest figure of an arrow."""
        return max(self.arrows, default=0)


class _Book:
    """What comes to each place and leaves it, as it is counted."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.arrows = [0] * len(panel.arrows)
        self.came: dict[str, dict[Mark, int]] = defaultdict(lambda: defaultdict(int))
        self.left: dict[str, dict[Mark, int]] = defaultdict(lambda: defaultdict(int))
        self.elsewhere: dict[str, int] = defaultdict(int)
        self.rest: dict[tuple[str, str, bool], int] = defaultdict(int)

    def begin(self, plan: Plan, flows: Flows, shown: Mapping[str, str]) -> None:
        """What begins at steps that are shown."""
        names = list(plan.steps)
        for (path, at), times in flows.begins.items():
            if self.panel.path in (ALL, path) and names[at] in shown:
                self.came[shown[names[at]]][OPENED if at else FILED, ""] += times

    def off(self, plan: Plan, move: Move, key: str, start: str, end: str, shown: Mapping[str, str], times: int) -> None:
        """A move from a place that no arrow shows."""
        if end in plan.hidden and not plan.steps[end].then:
            self.left[key][ENDED_SIDE, ""] += times
            return
        self.rest[start, end, move.how == SENT] += times
        self.left[key][(ON_TO, end) if end else (OUTCOME, move.outcome)] += times
        if end in shown:
            self.came[shown[end]][FROM, start] += times

    def closed(self) -> Carried:
        places: dict[str, int] = {}
        for key in self.panel.places:
            alone = sum(self.came[key].values()) if key in self.came else 0
            places[key] = alone + sum(times for arrow, times in zip(self.panel.arrows, self.arrows, strict=True) if arrow.end == key)
        ordered = sorted(self.rest.items(), key=lambda item: (-item[1], item[0]))
        rest = tuple(Rest(start, end, clock, times) for (start, end, clock), times in ordered)
        came, left = ({key: dict(of) for key, of in book.items()} for book in (self.came, self.left))
        elsewhere = {outcome: times for outcome, times in self.elsewhere.items() if times}
        return Carried(tuple(self.arrows), places, rest, came, left, elsewhere)


def carried(plan: Plan, panel: Panel, flows: Flows) -> Carried:
    """The figures of a panel: of the requests filed on its path, or of all where it is of no path."""
    return (_overview if panel.path == ALL else _along)(plan, panel, flows)


def _along(plan: Plan, panel: Panel, flows: Flows) -> Carried:
    """The requests of one path."""
    steps = tuple(plan.steps.values())
    walks, book = _Walks(plan, panel), _Book(panel)
    shown = panel.first_places()
    asked: dict[str, int] = defaultdict(int)
    returns: dict[str, int] = defaultdict(int)
    book.begin(plan, flows, shown)
    for move, times in flows.moves.items():
        if move.path != panel.path:
            continue
        start = steps[move.start].name
        if move.end in (OPEN, DROPPED):
            if start in shown:
                book.left[shown[start]][STILL if move.end == OPEN else DROPPED_SIDE, ""] += times
            elif move.end == OPEN and not move.side:
                book.elsewhere[""] += times
            continue
        end = "" if move.end == OVER else steps[move.end].name
        if start in plan.again and start not in shown and (end, end) in walks.loops:
            returns[end] += times  # it comes back to where it was counted
            continue
        if end in plan.again and end not in shown and (start, start) in walks.loops:
            asked[start] += times
        key = shown.get(start, "")
        if not key:  # it comes in from another picture, at the first step on its way that this one shows
            first = walks.enters(move, end, shown)
            if not first:
                book.elsewhere[move.outcome] += 0 if end else times
                continue
            way = walks.way(move, first, end) if first != end and plan.steps[first].then else None
            key = panel.arrows[way[0]].start if way else shown[first]
            book.came[key][(FILED, "") if move.start == 0 else (FROM, start)] += times
            if first == end or not plan.steps[first].then:
                continue
        else:
            way = walks.way(move, start, end)
        if way is None:
            way = walks.part(move, start, end)
            book.off(plan, move, panel.arrows[way[-1]].end if way else key, start, end, shown, times)
        for arrow in way or ():
            book.arrows[arrow] += times
    for (step, _again), at in walks.loops.items():
        lost = asked[step] - returns[step]
        if lost:  # closed, or still open, before it was asked again
            book.arrows[at] -= lost
            book.left[shown[step]][ON_TO, panel.arrows[at].chains[0][1]] += lost
    return book.closed()


def _overview(plan: Plan, panel: Panel, flows: Flows) -> Carried:
    """All requests; what happens at no step of its own happens in the path."""
    steps = tuple(plan.steps.values())
    walks, book = _Walks(plan, panel), _Book(panel)
    shown = {step: key for step, key in panel.first_places().items() if panel.places[key].shape != GOAL}  # one is paid inside a path
    groups = {place.group: key for key, place in panel.places.items() if place.group}
    bundles = {step: key for key, place in panel.places.items() if place.shape == BUNDLE for step in place.members}
    arrow_of = {(arrow.start, arrow.end): at for at, arrow in enumerate(panel.arrows)}
    slipped: dict[tuple[str, int], int] = defaultdict(int)
    book.begin(plan, flows, shown)
    for move, times in flows.moves.items():
        start, end = steps[move.start].name, "" if move.end in (OVER, OPEN, DROPPED) else steps[move.end].name
        key, group = shown.get(start, ""), groups.get(move.path, "")
        if move.end in (OPEN, DROPPED):
            if key:
                book.left[key][STILL if move.end == OPEN else DROPPED_SIDE, ""] += times
        elif key:
            way = walks.way(move, start, end)
            for at in way or ():
                book.arrows[at] += times
            if way is None:
                book.off(plan, move, key, start, end, shown, times)
                if end and end not in shown and not move.side and group:
                    book.came[group][FROM, start] += times
            elif panel.arrows[way[-1]].end in bundles.values():
                slipped[panel.arrows[way[-1]].end, move.path] += times
        elif end in shown:
            found = next((by for by in bundles.values() if (by, shown[end]) in arrow_of), "")
            if found:
                book.arrows[arrow_of[found, shown[end]]] += times
                slipped[found, move.path] -= times
                continue
            book.came[shown[end]][FROM, start] += times
            if not move.side and group:
                book.left[group][ON_TO, end] += times
    for (key, path), times in slipped.items():  # handled to the end by the wrong path; or found out without having been seen to go wrong
        group = groups[path]
        if times > 0:
            book.left[key][UNSEEN, ""] += times
            book.came[group][UNSEEN, ""] += times
        elif times < 0:
            book.came[key][FROM, ""] -= times
            book.left[group][ON_TO, "SET_RIGHT"] -= times
    goal = next((key for key, place in panel.places.items() if place.shape == GOAL), "")
    end_of = next((arrow.end for arrow in panel.arrows if arrow.start == goal), "")
    for ending, times in flows.endings.items():
        group = groups.get(ending.path, "")
        if steps[ending.start].name in shown or not group:
            continue
        if not ending.money:
            book.left[group][(OUTCOME, ending.outcome) if ending.outcome else (STILL, "")] += times
            continue
        book.arrows[arrow_of[group, goal]] += times
        if ending.outcome:
            book.arrows[arrow_of[goal, end_of]] += times
        else:
            book.left[goal][STILL, ""] += times
    for at, arrow in enumerate(panel.arrows):
        if panel.places[arrow.end].step in plan.machines and flows.machine:
            book.arrows[at] += flows.machine
            book.came[arrow.start][FILED, ""] += flows.machine
    return book.closed()


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
        self.loops = {(arrow.start, arrow.end): at for at, arrow in enumerate(panel.arrows) if arrow.start == arrow.end}
        self.ends = {key for key, place in panel.places.items() if place.shape == END}

    def enters(self, move: Move, end: str, shown: Mapping[str, str]) -> str:
        """The first step that the panel shows on a move from a step that it does not show; "" for none."""
        steps = list(self.plan.steps.values())
        passed = [steps[at].name for at in between(steps, move.start, move.end)] if move.how != SENT else []
        return next((name for name in passed if name in shown), end if end in shown else "")

    def part(self, move: Move, start: str, end: str) -> tuple[int, ...] | None:
        """As far as a move goes along arrows where none leads to its end; None = not at all."""
        steps = list(self.plan.steps.values())
        if move.how == SENT or steps[move.start].name != start:
            return None
        for at in reversed(between(steps, move.start, move.end)):
            name = steps[at].name
            way = self.way(move, start, name) if any(self.panel.places[key].shape == GOAL for key in self.places.get(name, ())) else None
            if way:
                return way
        return None

    def way(self, move: Move, start: str, end: str) -> tuple[int, ...] | None:
        """Places of the arrows that a move takes ("" = it is closed); None where the panel has no way for it."""
        targets = set(self.places.get(end, ()))
        if move.path in self.groups and not any(self.panel.places[key].single for key in targets):
            targets.add(self.groups[move.path])
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
