"""What the map says in words, in the language spoken now: in boxes, beside arrows, as text alternative, in tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.errors import SENTENCE, msgid
from sim.report import format, names
from sim.report.answer import Column, Table
from sim.report.process_map.flows import ALL, Flows, Stand
from sim.report.process_map.layout import NAME, SMALL, Line
from sim.report.process_map.plan import BUNDLE, END, GOAL, MARK, START, Arrow, Panel, Place, Plan
from sim.report.process_map.text import lines, width
from sim.report.process_map.walks import Carried, Rest
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

MOST_TOLD = 3
"""Moves that no arrow shows and that are named under a panel."""


@dataclass(frozen=True)
class Told:
    """A panel with its figures (None: as declared), ready to be put into words. clocks: seconds of the standards that the scenario has."""

    plan: Plan
    panel: Panel
    flows: Flows | None = None
    carried: Carried | None = None
    clocks: Mapping[str, int] | None = None

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
        if place.shape == START:
            return self.flows.requests + self.flows.machine
        stand = self.stand(place)
        return self.carried.places.get(place.key, 0) if stand is None else stand.times

    def wait_class(self, place: Place) -> int | None:
        """The place in WAITS of the median wait in line before a step; None where there is no such wait."""
        stand = self.stand(place)
        if stand is None or not self.plan.steps[place.step].by:
            return None
        if stand.in_line is None:  # half of them were never taken
            return len(WAITS) - 1
        return next(at for at, (end, _text) in enumerate(WAITS) if stand.in_line <= end)

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
        told = [Line(text, SMALL, "clock") for text in self.clock(place)]
        told += [Line(text, NAME, "ink") for text in lines(self.name(place), NAME, room)]
        if either(place.about):
            told += [Line(text, SMALL, "muted") for text in lines(either(place.about), SMALL, room)]
        for text in self.figures(place):
            together = width(text, SMALL) <= room
            for part in [text] if together or place.wide > 1 else text.split(_(", ")):
                told += [Line(line, SMALL, "ink") for line in lines(part, SMALL, room)]
        return tuple(told)

    def clock(self, place: Place) -> list[str]:
        """The standard by which a step must be answered, where the scenario has one."""
        if self.clocks is None or not place.single or place.shape == MARK:
            return []
        found = [self.clocks[field] for field in self.plan.clocks.get(place.step, ()) if field in self.clocks]
        spans = dict.fromkeys(format.duration(seconds) for seconds in found)
        return [_("within {standard}").format(standard=_(" or ").join(spans))] if spans else []

    def figures(self, place: Place) -> Iterator[str]:
        """A place's figures: how many, how long in line, how long at work."""
        if self.flows is None or self.carried is None:
            return
        if place.group:
            yield from self.of_path(place.group)
            return
        stand = self.stand(place)
        if stand is None:
            came = self.came(place) or 0
            if place.shape in (START, END, GOAL):
                yield refunds(came)
            elif came:
                yield taken(came)
            after_money = any(self.panel.places[arrow.start].shape == GOAL for arrow in self.panel.arrows if arrow.end == place.key)
            if self.panel.path == ALL and place.shape == END and after_money:
                yield self.ends()
            return
        yield self.how_many(stand)
        spans = self.spans(place, stand)
        if spans:
            yield spans
        if stand.unheard:
            yield _("{count} went unheard").format(count=format.count(stand.unheard))
        if stand.still:
            yield _("{count} still here at the end").format(count=format.count(stand.still))

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
        yield _("money back: {share}").format(share=format.share(course.refunded / course.filed))
        if course.half_done is not None:
            yield _("half done within {span}").format(span=span(course.half_done))

    def ends(self) -> str:
        """How requests ended, with their shares, the most frequent first."""
        assert self.flows is not None
        whole = self.flows.requests
        told = sorted(self.flows.outcomes.items(), key=lambda item: -item[1])
        parts = [(names.outcome(name), count) for name, count in told]
        still = whole - sum(course.closed for course in self.flows.courses.values())
        parts += [(_("still open"), still)] if still else []
        shares = [_("{what} {share}").format(what=what, share=format.share(count / whole)) for what, count in parts]
        return _("all {count} requests: {what}").format(count=format.count(whole), what=_("; ").join(shares))

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
        """The figures of the panel as a whole."""
        if self.flows is None or self.panel.path == ALL:
            return ""
        return _("; ").join(self.of_path(self.panel.path))

    def rest(self) -> str:
        """What no arrow of the panel shows: the most frequent moves, and how many there are."""
        if self.carried is None or not self.carried.rest:
            return ""
        told = [self.one_rest(rest) for rest in self.carried.rest[:MOST_TOLD]]
        more = sum(rest.times for rest in self.carried.rest[MOST_TOLD:])
        if more:
            told.append(_("{count} more").format(count=format.count(more)))
        return _("Not drawn: {what}.").format(what=_("; ").join(told))

    def one_rest(self, rest: Rest) -> str:
        """A move that no arrow shows."""
        steps = self.plan.steps
        if not rest.end:
            text = _("{times} ended by a clock, the buyer or shipping at: {step}") if rest.clock else _("{times} closed at: {step}")
        else:
            text = _("{times} called away from: {step}, to: {next}") if rest.clock else _("{times} from: {step}, to: {next}")
        onward = names.step(steps[rest.end]) if rest.end else ""
        return text.format(times=format.count(rest.times), step=names.step(steps[rest.start]), next=onward)

    def aloud(self) -> str:
        """The whole panel as text, in the order in which it is read."""
        return " ".join([either(self.panel.about), *self.sentences()])

    def sentences(self) -> list[str]:
        """A sentence for the panel's figures, one for each place with what follows it, and one for what is not drawn."""
        found = [self.head()]
        for place in self.panel.places.values():
            onward = [self.onward(arrow) for arrow in self.panel.arrows if arrow.start == place.key]
            text, about = self.name(place), [*self.clock(place), *self.figures(place)]
            if place.shape == BUNDLE and not (onward or about):
                continue
            if about:
                text = _("{what} ({about})").format(what=text, about=_(", ").join(about))
            if onward:
                text = _("{first} → {second}").format(first=text, second=_("; ").join(onward))
            found.append(text if text.endswith(ASKS) else _(SENTENCE).format(message=text))
        return [sentence for sentence in [*found, self.rest()] if sentence]

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


def short(count: int) -> str:
    """A count for a place where there is little room: 1,234, from 100,000 on 123k or 12.3万."""
    if count < LARGE:
        return format.count(count)
    if spoken() == "zh":
        return f"{count / 10_000:,.1f}万" if count < 10 * LARGE else f"{count / 10_000:,.0f}万"
    return f"{count / 1_000:,.0f}k" if count < 10 * LARGE else f"{count / 1_000_000:,.1f}M"


def refunds(count: int) -> str:
    """A number of refunds."""
    return _("1 refund") if count == 1 else _("{count} refunds").format(count=format.count(count))


def taken(times: int) -> str:
    """How often."""
    return _("once") if times == 1 else _("{count} times").format(count=format.count(times))
