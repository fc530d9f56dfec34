"""What the map says in words, in the language spoken now: in boxes, beside arrows, as text alternative, in tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sim.errors import SENTENCE, msgid
from sim.report import format, names
from sim.report.answer import Column, Table
from sim.report.process_map.flows import ALL, Flows, Stand
from sim.report.process_map.layout import NAME, SMALL, Line
from sim.report.process_map.plan import BUNDLE, END, GOAL, MARK, START, WAIT, WORK, Arrow, Panel, Place, Plan
from sim.report.process_map.punctual import Facts
from sim.report.process_map.text import lines, width
from sim.report.process_map.walks import DROPPED_SIDE, ENDED_SIDE, FILED, OPENED, OUTCOME, STILL, UNSEEN, Carried
from sim.words import _, either, spoken

MINUTE, HOUR = 60, 3_600
INSET: Mapping[str, float] = {"question": 15.0, "wait": 12.0, "bundle": 10.0, "start": 12.0, "end": 12.0}
"""Pixels at each side of a shape that hold no text."""
USUAL_INSET = 8.0
SIGN_ROOMS = 104.0, 62.0
"""Most pixels a line beside an arrow takes: tried one after the other."""

WAITS: tuple[tuple[float, str], ...] = (
    (5 * MINUTE, msgid("up to 5 min")),
    (30 * MINUTE, msgid("up to 30 min")),
    (2 * HOUR, msgid("up to 2 h")),
    (8 * HOUR, msgid("up to 8 h")),
    (24 * HOUR, msgid("up to 24 h")),
    (float("inf"), msgid("over 24 h")),
)
"""Classes of the wait in line: upper end in seconds, and what the legend says."""

ASKS = "?", "？"
"""After these no full stop stands."""

LARGE = 100_000
"""A count from which on it is shortened beside an arrow."""

UNITS = (2 * MINUTE, 1), (2 * HOUR, MINUTE), (10 * HOUR, 10 * MINUTE), (48 * HOUR, HOUR)
"""Up to how many seconds a span is rounded to what; longer ones to a quarter of a day."""

ENOUGH = 0.8
"""Share of answers in time below which a step is late."""

ANSWERS = "RESPOND", "BATCH"
"""Steps of the first response: their share in time is always told."""

CLOCKS: Mapping[str, str] = {
    "agent_supervisor": msgid("special wishes"),
    "agent_supervisor_amount": msgid("amounts"),
    "warehouse_inspection": msgid("own inspection"),
    "warehouse_inspection_outside": msgid("outside inspection"),
}
"""What tells standards of one step apart."""

PATH_NAMES: Mapping[int, str] = {1: msgid("path 1"), 2: msgid("path 2"), 3: msgid("path 3"), 4: msgid("path 4")}

BECAME: Mapping[str, str] = {
    "refunded": msgid("by the shop or its tools"),
    "auto_refunded": msgid("paid by the seller's clock"),
    "withdrawn": msgid("withdrawn"),
    "closed_by_shipping": msgid("closed by “Ship”"),
    "closed_by_clock": msgid("buyer's clock ran out"),
    "forced": msgid("platform, by force"),
    "ruled_for_buyer": msgid("platform ruled"),
    "instant": msgid("machine"),
}
"""Outcomes where there is little room."""


@dataclass(frozen=True)
class Told:
    """A panel with its figures (None: as declared), ready to be put into words.

    clocks: seconds of the standards that the scenario has. facts: what it says of steps.
    """

    plan: Plan
    panel: Panel
    flows: Flows | None = None
    carried: Carried | None = None
    clocks: Mapping[str, int] | None = None
    facts: Facts = field(default_factory=Facts)

    # ---------------------------------------------------------------- figures
    def stand(self, place: Place) -> Stand | None:
        """What happened at the step of a place; None where the run says nothing of it."""
        if self.flows is None or not place.single or place.shape in (MARK, GOAL):
            return None
        return self.flows.stands.get((self.panel.path, list(self.plan.steps).index(place.step)))

    def times(self, arrow: Arrow) -> int | None:
        """How often an arrow was taken."""
        if self.carried is None:
            return None
        return self.carried.arrows[self.panel.arrows.index(arrow)]

    def came(self, place: Place) -> int | None:
        """How often a place was come to."""
        if self.carried is None or self.flows is None:
            return None
        stand = self.stand(place)
        return self.carried.places.get(place.key, 0) if stand is None else stand.times

    def wait_class(self, place: Place) -> int | None:
        """The place in WAITS of the median of the whole time at a step: in line and at work, or waiting; None where it takes no time."""
        stand = self.stand(place)
        if stand is None or place.shape not in (WORK, WAIT):
            return None
        spent = stand.lasted if place.shape == WAIT else None if stand.in_line is None else stand.spent
        if spent is None:  # half of them did not get to its end
            return len(WAITS) - 1
        return next(at for at, (end, _text) in enumerate(WAITS) if spent <= end)

    def punctual(self, place: Place) -> float | None:
        """Share of the answers of a step that came within its standard; None where there is none, or nothing was due."""
        if self.flows is None or not self.clock(place):
            return None
        in_time, due = self.flows.in_time.get((self.panel.path, list(self.plan.steps).index(place.step)), (0, 0))
        return in_time / due if due else None

    def late(self, place: Place) -> bool:
        """Whether fewer of the answers than ENOUGH came within the standard."""
        punctual = self.punctual(place)
        return punctual is not None and punctual < ENOUGH

    def idle(self, place: Place) -> bool:
        """Whether nothing came to a place in this run."""
        return self.carried is not None and not place.group and self.came(place) == 0 and self.carried.places.get(place.key, 0) == 0

    # ---------------------------------------------------------------- words in the picture
    def name(self, place: Place) -> str:
        """What a place is called."""
        if place.group:
            return names.path(place.group)
        if place.members:
            return either(place.name)
        return names.step(self.plan.steps[place.step])

    def box(self, place: Place, wide: float) -> tuple[Line, ...]:
        """The lines of text of a place that is `wide` pixels wide."""
        if place.shape == MARK:
            return ()
        room = wide - 2 * INSET.get(place.shape, USUAL_INSET)
        told = [Line(line, SMALL, "clock") for text in self.clock(place) for line in lines(text, SMALL, room - 14)]
        told += [Line(text, NAME, "ink") for text in lines(self.name(place), NAME, room)]
        punctual = self.punctual(place)
        if punctual is not None and self.late(place):
            told.append(Line(_("late: {share}").format(share=format.share(1 - punctual)), SMALL, "late"))
        if either(place.about):
            told += [Line(text, SMALL, "muted") for text in lines(either(place.about), SMALL, room)]
        for fact in self.told_facts(place):
            told += [Line(text, SMALL, "muted") for text in lines(fact, SMALL, room)]
        if self.idle(place) and place.shape not in (START, END):
            return (*told, Line(_("0 in this run"), SMALL, "muted"))
        for text in self.figures(place):
            together = width(text, SMALL) <= room
            for part in [text] if together or place.wide > 1 else text.split(_(", ")):
                told += [Line(line, SMALL, "ink") for line in lines(part, SMALL, room)]
        for role, texts in (("in", self.entries(place)), ("out", self.exits(place))):
            for text in texts:
                broken = lines(text, SMALL, room - 12)
                marked = 0 if role == "in" else len(broken) - 1
                told += [Line(line, SMALL, role if at == marked else f"{role} more") for at, line in enumerate(broken)]
        return tuple(told)

    def told_facts(self, place: Place) -> tuple[str, ...]:
        """What the scenario says of a step."""
        return self.facts.steps.get(place.step, ()) if place.single and place.shape != MARK else ()

    def clock(self, place: Place) -> list[str]:
        """The standard by which a step must be answered, where the scenario has one."""
        if self.clocks is None or not place.single or place.shape == MARK:
            return []
        fields = [field for field in self.plan.clocks.get(place.step, ()) if field in self.clocks]
        found = [_("within {standard}").format(standard=standard(self.clocks[field])) for field in fields]
        if len(found) < 2:
            return found
        return [_("{what} ({about})").format(what=text, about=_(CLOCKS[field])) for text, field in zip(found, fields, strict=True)]

    def figures(self, place: Place) -> Iterator[str]:
        """A place's figures: how many, how long in line, how long at work, how many in time."""
        if self.flows is None or self.carried is None:
            return
        if place.group:
            yield from self.of_path(place.group)
            before = sum(times for of, times in self.flows.endings.items() if of.path == place.group and self.ends_before(of.start))
            if before:
                yield _("{count} of them ended before they got here").format(count=format.count(before))
            return
        stand = self.stand(place)
        came = self.came(place) or 0
        if place.shape == GOAL:
            yield from self.money_back()
        elif stand is None:
            if place.shape in (START, END):
                yield refunds(came)
            elif came:
                yield taken(came)
        elif place.shape == WAIT and stand.times < self.carried.places.get(place.key, 0):
            yield taken(self.carried.places[place.key])
            yield _("{times} to wait: {span}").format(times=taken(stand.times), span=span(stand.lasted or 0))
        else:
            yield self.how_many(stand)
            spans = self.spans(place, stand)
            if spans:
                yield spans
        punctual = self.punctual(place)
        if punctual is not None and place.step in ANSWERS and not self.late(place):
            yield _("{share} in time").format(share=format.share(punctual))
        if stand is not None and stand.unheard:
            yield _("{count} went unheard").format(count=format.count(stand.unheard))

    def ends_before(self, start: int) -> bool:
        """Whether a step stands in the picture by itself."""
        step = list(self.plan.steps)[start]
        return any(place.shape != GOAL for place in self.panel.of_step(step))

    def money_back(self) -> Iterator[str]:
        """How many have money back, and by which way."""
        assert self.flows is not None
        path, machine = self.panel.path, self.flows.machine if self.panel.path == ALL else 0
        whole = self.population()
        ways: dict[str, int] = {"instant": machine} if machine else {}
        for outcome, times in self.flows.became(path, True).items():
            way = "refunded" if outcome == "partly_refunded" else outcome
            ways[way] = ways.get(way, 0) + times
        total = sum(ways.values())
        yield _("{refunds}, {share} of all").format(refunds=refunds(total), share=format.share(total / whole if whole else None))
        if len(ways) > 1 or path == ALL:
            told = sorted(ways.items(), key=lambda way: -way[1])
            yield _("; ").join(_("{what} {count}").format(what=became(name), count=format.count(times)) for name, times in told)

    def population(self) -> int:
        """How many requests the picture is about."""
        assert self.flows is not None
        if self.panel.path == ALL:
            return self.flows.requests + self.flows.machine
        return self.flows.courses[self.panel.path].filed

    def entries(self, place: Place) -> list[str]:
        """What comes to a place without an arrow."""
        found: dict[str, int] = {}
        for (kind, what), times in (self.carried.came.get(place.key, {}) if self.carried is not None else {}).items():
            if kind == FILED and place.shape == START:
                continue
            text = {FILED: _("filed here"), OPENED: _("begun beside it"), UNSEEN: _("taken for the wrong path, not noticed")}.get(kind)
            text = text or _("from {what}").format(what=self.whence(what))
            found[text] = found.get(text, 0) + times
        return [_("{what}: {value}").format(what=text, value=format.count(times)) for text, times in found.items()]

    def exits(self, place: Place) -> list[str]:
        """What leaves a place without an arrow."""
        found: dict[str, int] = {}
        for (kind, what), times in (self.carried.left.get(place.key, {}) if self.carried is not None else {}).items():
            named = {ENDED_SIDE: _("done"), DROPPED_SIDE: _("dropped, closed meanwhile"), STILL: _("still here at the end")}
            text = named.get(kind) or (_("not noticed") if kind == UNSEEN else "")
            text = text or (became(what) if kind == OUTCOME else _("to {what}").format(what=self.whence(what)))
            found[text] = found.get(text, 0) + times
        return [_("{what}: {value}").format(what=text, value=format.count(times)) for text, times in found.items()]

    def whence(self, name: str) -> str:
        """A step that a picture does not show: by its path where it has one of its own."""
        if name not in self.plan.steps:
            return _("elsewhere")
        step = self.plan.steps[name]
        if step.path in (0, self.panel.path) or name in self.panel.first_places():
            return names.step(step)
        return _(PATH_NAMES[step.path])

    def how_many(self, stand: Stand) -> str:
        """940 refunds; or, where some came again: 812 refunds, 940 times."""
        text = refunds(stand.refunds)
        if stand.times == stand.refunds:
            return text
        return _("{refunds}, {times}").format(refunds=text, times=taken(stand.times))

    def spans(self, place: Place, stand: Stand) -> str:
        """How long half of them waited and were worked on."""
        if not self.plan.steps[place.step].by:
            return "" if stand.lasted is None else _("takes {span}").format(span=span(stand.lasted))
        told = [_("half were never taken") if stand.in_line is None else _("waits {span}").format(span=span(stand.in_line))]
        if stand.lasted is not None:
            told.append(_("work {span}").format(span=span(stand.lasted)))
        return _(", ").join(told)

    def of_path(self, path: int) -> Iterator[str]:
        """A path's figures: how many, how many have their money back, how long half of them took."""
        assert self.flows is not None
        course = self.flows.courses[path]
        if not course.filed:
            yield refunds(0)
            return
        yield _("{refunds}, {share} of all").format(refunds=refunds(course.filed), share=format.share(course.filed / self.flows.requests))
        share = format.share(course.refunded / course.filed)
        yield _("money back: {share} ({count})").format(share=share, count=format.count(course.refunded))
        if course.half_done is not None:
            yield _("half done within {span}").format(span=span(course.half_done))

    def ends(self) -> list[tuple[str, int, bool]]:
        """How the requests of the picture ended: what, how many, whether with money back. They add up to all of them."""
        if self.flows is None:
            return []
        found: dict[str, int] = {}
        paid: set[str] = {"instant"}
        for money in (True, False):
            for outcome, times in self.flows.became(self.panel.path, money).items():
                found[outcome] = found.get(outcome, 0) + times
                paid |= {outcome} if money and outcome else set()
        if self.panel.path == ALL and self.flows.machine:
            found["instant"] = found.get("instant", 0) + self.flows.machine
        ordered = sorted(found.items(), key=lambda item: (item[0] == "", item[0] not in paid, -item[1]))
        return [(names.outcome(name) if name else _("still open"), times, name in paid) for name, times in ordered]

    def ends_where(self) -> str:
        """Where in the picture they ended, so that all adds up."""
        if self.flows is None or self.carried is None:
            return ""
        boxes = sum(self.carried.places[key] for key, place in self.panel.places.items() if place.shape == END)
        marks = sum(times for left in self.carried.left.values() for (kind, _what), times in left.items() if kind == OUTCOME)
        told = [(_("in the dark boxes"), boxes), (_("at marks in boxes"), marks)]
        told.append((_("in steps of other pictures"), sum(self.carried.elsewhere.values()) - self.carried.elsewhere.get("", 0)))
        told.append((_("still open"), sum(times for (what, times, _paid) in self.ends() if what == _("still open"))))
        parts = [_("{what} {count}").format(what=what, count=format.count(times)) for what, times in told if times]
        whole = format.count(self.population())
        return _("How the {count} requests ended ({what}):").format(count=whole, what=_("; ").join(parts))

    def signs(self, arrow: Arrow) -> list[tuple[Line, ...]]:
        """What stands beside an arrow: when it is taken, and how often it was; in each of the ways to break it into lines."""
        when, times = either(arrow.when), self.times(arrow)
        back = arrow.back and times != 0
        count = (Line(short(times), SMALL, "back" if back else "ink"),) if times else ()
        forms: list[tuple[Line, ...]] = []
        for room in SIGN_ROOMS if when else SIGN_ROOMS[:1]:
            form = (*(Line(text, SMALL, "back" if back else "muted") for text in lines(when, SMALL, room) if text), *count)
            if form and form not in forms:
                forms.append(form)
        return forms

    def tooltip(self, arrow: Arrow) -> str:
        """An arrow in a sentence."""
        steps = self.plan.steps
        one, other = self.panel.places[arrow.start], self.panel.places[arrow.end]
        text = _("{first} → {second}").format(first=self.name(one), second=self.name(other))
        if one.single and other.single and len(arrow.chains) == 1 and len(arrow.chains[0]) > 2:
            between = _(", ").join(names.step(steps[name]) for name in arrow.chains[0][1:-1])
            text = _("{what} ({about})").format(what=text, about=between)
        if either(arrow.when):
            text = _("{what}: {value}").format(what=text, value=either(arrow.when))
        times = self.times(arrow)
        return text if times is None else _("{what}: {value}").format(what=text, value=taken(times))

    # ---------------------------------------------------------------- words beside the picture
    def head(self) -> str:
        """Which requests the picture is about, and their figures."""
        if self.flows is None:
            return ""
        second = sum(course.second for path, course in self.flows.courses.items() if self.panel.path in (ALL, path))
        again = format.count(second)
        if self.panel.path == ALL:
            text = _("All {count} requests, {second} of them filed again after a refusal").format(
                count=format.count(self.population()), second=again
            )
            if self.flows.machine:
                text = _(
                    "{what}; {machine} were refunded by a machine before the shop saw them and are in no other picture: {rest} are"
                ).format(what=text, machine=format.count(self.flows.machine), rest=format.count(self.flows.requests))
            return text
        text = _("All {count} requests filed on this path, {second} of them filed again after a refusal").format(
            count=format.count(self.population()), second=again
        )
        return _("; ").join([text, *list(self.of_path(self.panel.path))[1:]])

    def aloud(self) -> str:
        """The whole panel as text, in the order in which it is read."""
        return " ".join([either(self.panel.about), *self.sentences()])

    def sentences(self) -> list[str]:
        """A sentence for the panel's figures, one for each place with what follows it, and one for what is not drawn."""
        found = [self.head()]
        for place in self.panel.places.values():
            onward = [self.onward(arrow) for arrow in self.panel.arrows if arrow.start == place.key]
            text, about = (
                self.name(place),
                [*self.clock(place), *self.told_facts(place), *self.figures(place), *self.entries(place), *self.exits(place)],
            )
            if place.shape == BUNDLE and not (onward or about):
                continue
            if about:
                text = _("{what} ({about})").format(what=text, about=_(", ").join(about))
            if onward:
                text = _("{first} → {second}").format(first=text, second=_("; ").join(onward))
            found.append(text if text.endswith(ASKS) else _(SENTENCE).format(message=text))
        ended = _("; ").join(_("{what} {count}").format(what=what, count=format.count(times)) for what, times, _paid in self.ends())
        return [sentence for sentence in [*found, f"{self.ends_where()} {ended}" if ended else ""] if sentence]

    def onward(self, arrow: Arrow) -> str:
        """Where an arrow goes, when, and how often."""
        text = self.name(self.panel.places[arrow.end])
        times = self.times(arrow)
        about = [told for told in (either(arrow.when), "" if times is None else taken(times)) if told]
        return _("{what} ({about})").format(what=text, about=_(", ").join(about)) if about else text

    # ---------------------------------------------------------------- tables
    def tables(self) -> tuple[Table, ...]:
        """The panel's steps and arrows as tables."""
        return (self.steps_table(), self.arrows_table())

    def steps_table(self) -> Table:
        """A row per step."""
        columns = [Column(_("step"), False), Column(_("who"), False), Column(_("standard"), False)]
        if self.flows is not None:
            columns += [
                Column(_("refunds")),
                Column(_("times")),
                Column(_("half waited in line at most")),
                Column(_("half took at most")),
                Column(_("still there")),
            ]
        rows = []
        for place in self.panel.places.values():
            if not place.single or place.shape == MARK:
                continue
            step, stand = self.plan.steps[place.step], self.stand(place)
            row = [self.name(place), names.pool(step.by) if step.by else format.NOTHING, _(", ").join(self.clock(place)) or format.NOTHING]
            if self.flows is not None:
                if stand is None:
                    row += [format.NOTHING, format.count(self.came(place)), format.NOTHING, format.NOTHING, format.NOTHING]
                else:
                    row += [
                        format.count(stand.refunds),
                        format.count(stand.times),
                        format.duration(stand.in_line),
                        format.duration(stand.lasted),
                        format.count(stand.still),
                    ]
            rows.append(tuple(row))
        title = _("{title}: steps").format(title=either(self.panel.title))
        return Table(f"{self.panel.key}-steps", title, "", tuple(columns), tuple(rows))

    def arrows_table(self) -> Table:
        """A row per arrow."""
        columns = [Column(_("from"), False), Column(_("to"), False), Column(_("condition"), False)]
        if self.flows is not None:
            columns.append(Column(_("times")))
        rows = []
        for arrow in self.panel.arrows:
            row = [self.name(self.panel.places[key]) for key in (arrow.start, arrow.end)]
            row.append(either(arrow.when) or format.NOTHING)
            if self.flows is not None:
                row.append(format.count(self.times(arrow)))
            rows.append(tuple(row))
        title = _("{title}: arrows").format(title=either(self.panel.title))
        return Table(f"{self.panel.key}-arrows", title, "", tuple(columns), tuple(rows))


def span(seconds: float) -> str:
    """A length of time, rounded to what can be read at a glance."""
    unit = next((unit for most, unit in UNITS if seconds < most), 6 * HOUR)
    return format.duration(round(seconds / unit) * unit).replace(" ", "\u00a0")


def standard(seconds: int) -> str:
    """A standard as people say it: 48 h, not two days."""
    hours, rest = divmod(seconds, HOUR)
    return format.duration(seconds) if rest or not hours else _("{count} h").format(count=format.count(hours))


def short(count: int) -> str:
    """A count for a place where there is little room: 1,234, from 100,000 on 123k or 12.3万."""
    if count < LARGE:
        return format.count(count)
    if spoken() == "zh":
        return f"{count / 10_000:,.1f}万" if count < 10 * LARGE else f"{count / 10_000:,.0f}万"
    return f"{count / 1_000:,.0f}k" if count < 10 * LARGE else f"{count / 1_000_000:,.1f}M"


def became(outcome: str) -> str:
    """How a request ended, in few words."""
    return _(BECAME[outcome]) if outcome in BECAME else names.outcome(outcome) if outcome else _("still open")


def refunds(count: int) -> str:
    """A number of refunds."""
    return _("1 refund") if count == 1 else _("{count} refunds").format(count=format.count(count))


def taken(times: int) -> str:
    """How often."""
    return _("once") if times == 1 else _("{count} times").format(count=format.count(times))
