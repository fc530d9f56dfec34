"""One refund's story in words: who did what when, how long it waited, which clock ran, what money moved, how it ended.

It is told from the log and from the refund's own state, which the reference engine shows after each instant. What nobody at the desk
could know is said apart from what they saw.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk import records as log_of
from sim.desk.actions import Action
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.simpy_engine import Desk
from sim.desk.simulate import end_of, floor_of
from sim.desk.tables import HANDOFF_NAMES, tables_of
from sim.errors import msgid
from sim.report import format, names
from sim.rules.path import SHIPPED, UNSHIPPED
from sim.rules.reasons import reasons
from sim.scenario.calendar import moment_at
from sim.scenario.schema import Scenario
from sim.words import _, either

CLOCKS = {
    "seller_clock": (
        msgid("The platform's clock on the shop now ends {when}, in {span}: then the money goes back by itself."),
        msgid("The platform's clock on the shop stops."),
    ),
    "buyer_clock": (
        msgid("The platform's clock on the buyer now ends {when}, in {span}: then the request is closed."),
        msgid("The platform's clock on the buyer stops."),
    ),
}
"""Clocks that both sides see: what is said when one is set, and when it is stopped."""

ALARMS = {
    "chase": msgid("The buyer has heard nothing and chases."),
    "offline": msgid("The buyer goes offline: from now on each contact takes longer."),
    "leaves": msgid("The parcel leaves the warehouse."),
    "seller_clock": msgid("The platform's clock on the shop runs out: the money goes back, and nobody decided it."),
    "buyer_clock": msgid("The platform's clock on the buyer runs out: the request is closed."),
}

HAPPENED, WAITED, LATE, TOLD, HIDDEN = "happened", "waited", "late", "clock", "hidden"
"""What kind of line it is: plain, a wait, a broken standard, a clock, or what nobody at the desk could see."""


@dataclass(frozen=True)
class Line:
    """One line of a story: seconds since the start, text, and what kind of line it is."""

    time: int
    text: str
    kind: str = HAPPENED


@dataclass(frozen=True)
class Story:
    """A refund's story: its number and row, what was filed, the lines by time, and what is said at the end."""

    number: int
    row: int
    opening: tuple[str, ...]
    hidden: tuple[str, ...]
    lines: tuple[Line, ...]
    ending: tuple[str, ...]


@dataclass(frozen=True)
class Watched:
    """A run of the reference engine, and the clocks of one refund after each instant that changed them: (time, due times)."""

    log: Log
    floor: Floor
    clocks: tuple[tuple[int, tuple[int, ...]], ...]


def watch(workload: Workload, scenario: Scenario, row: int, progress: Callable[[float], None] | None = None) -> Watched:
    """Run the reference engine to its end and keep an eye on the clocks of the refund in `row`; `progress` is told a share 0-1."""
    states: list[Any] = []

    def advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
        if refund.row == row and not states:
            states.append(state)
        return PROCEDURE.advance(item, step, refund, state, tables, now)

    floor, until = floor_of(scenario, workload), end_of(scenario)
    desk = Desk(workload.refunds, floor, tables_of(scenario), replace(PROCEDURE, advance=advance))
    clocks: list[tuple[int, tuple[int, ...]]] = []
    last: tuple[int, ...] = (NEVER,) * log_of.ALARMS
    instants = 0
    while (now := desk.step()) < until:
        due = tuple(states[0].due) if states else last
        if due != last:
            clocks.append((now, due))
            last = due
        instants += 1
        if progress and instants % 1_000 == 0:
            progress(max(0.0, now / until))
    return Watched(desk.log(until), floor, tuple(clocks))


def tell(scenario: Scenario, workload: Workload, row: int, watched: Watched, procedure: Procedure = PROCEDURE) -> Story:
    """The story of the refund in `row` of the workload, in the language spoken now."""
    return _Teller(scenario, workload, row, watched, procedure).story()


class _Teller:
    def __init__(self, scenario: Scenario, workload: Workload, row: int, watched: Watched, procedure: Procedure) -> None:
        self.scenario, self.workload, self.row, self.procedure = scenario, workload, row, procedure
        self.log, self.floor, self.clocks = watched.log, watched.floor, watched.clocks
        self.refund = workload.refunds[row]
        inside = self.log.rows["time"] < watched.log.until
        self.events: list[Any] = list(self.log.rows[inside & (self.log.rows["refund"] == row)])
        self.filed = int(self.events[0]["time"]) if self.events else int(self.refund["filed"])
        self.answered = False

    def story(self) -> Story:
        if not self.events:
            text = _("This second application was never filed: the first one ended otherwise, or its buyer let it rest.")
            return Story(int(self.refund["number"]), self.row, (text,), (), (), ())
        lines = [line for at, event in enumerate(self.events) for line in self._lines(at, event)]
        lines += self._clock_lines()
        lines.sort(key=lambda line: line.time)  # stable: what the clocks did stands after what happened at that moment
        return Story(
            int(self.refund["number"]), self.row, tuple(self._opening()), tuple(self._hidden()), tuple(lines), tuple(self._ending())
        )

    # ---------------------------------------------------------------- before and after
    def _opening(self) -> Iterator[str]:
        reason = reasons()[int(self.refund["reason"])]
        yield names.path(int(self.log.ledger[self.row]["path"]))
        yield _("Reason given: {reason}.").format(reason=either(reason))
        yield _("Asked for: {amount}; paid for the goods: {paid}.").format(
            amount=format.money(int(self.refund["amount"])), paid=format.money(int(self.refund["paid"]))
        )
        if self.refund["second"]:
            first = int(np.flatnonzero(self.workload.refunds["again"] == self.row)[0])
            yield _("A second application; the first was refund {number}.").format(number=self.workload.refunds[first]["number"])

    def _hidden(self) -> Iterator[str]:
        state, leaves, arrives = int(self.refund["state"]), int(self.refund["leaves"]), int(self.refund["arrives"])
        if state == UNSHIPPED and leaves <= self.filed:
            yield _("The system says unshipped, but the parcel left {when}.").format(when=self._when(leaves))
        elif state == UNSHIPPED:
            yield _("Unless it is stopped, the parcel leaves {when}.").format(when=self._when(leaves))
        if state == SHIPPED and arrives >= NEVER:
            yield _("The parcel is lost on its way.")
        elif state == SHIPPED:
            yield _("Unless it is called back, the parcel arrives {when}.").format(when=self._when(arrives))

    def _ending(self) -> Iterator[str]:
        ledger = self.log.ledger[self.row]
        closing = next((event for event in self.events if event["kind"] == log_of.CLOSED), None)
        if closing is None:
            yield _("Still open when the last day ended, {span} after filing.").format(span=format.duration(self.log.until - self.filed))
        else:
            yield _("Ended {span} after filing: {outcome}.").format(
                span=format.duration(int(closing["time"]) - self.filed), outcome=names.outcome(self.procedure.outcomes[closing["step"]])
            )
        yield _("In lines: {waited}; worked on: {worked}; elsewhere or nowhere: {rest}.").format(**self._times(closing))
        money = [
            (msgid("refunded {amount}"), ledger["refunded"]),
            (msgid("compensation {amount}"), ledger["compensation"]),
            (msgid("goods lost {amount}"), ledger["lost"]),
            (msgid("freight and recall {amount}"), ledger["freight"]),
            (msgid("coupon {amount}"), ledger["coupon"]),
        ]
        moved = [_(text).format(amount=format.money(int(fen))) for text, fen in money if fen]
        yield _("Money: {what}.").format(what=_("; ").join(moved) if moved else _("none moved"))
        marks = [
            (msgid("the path was first taken wrongly"), ledger["mistakes"]),
            (msgid("the buyer complained"), ledger["complained"]),
            (msgid("the platform stepped in"), ledger["intervened"]),
        ]
        noted = [_(text) for text, happened in marks if happened]
        if noted:
            yield _("Also: {what}.").format(what=_("; ").join(noted))
        again = int(self.refund["again"])
        if again >= 0:
            filings = self.log.rows[(self.log.rows["refund"] == again) & (self.log.rows["kind"] == log_of.FILED)]
            if len(filings):
                yield _("The buyer files again {when}: refund {number}.").format(
                    when=self._when(int(filings[0]["time"])), number=self.workload.refunds[again]["number"]
                )

    def _times(self, closing: Any) -> dict[str, str]:
        """Time in lines, at work, and otherwise, of the refund itself (side work left out)."""
        end = self.log.until if closing is None else int(closing["time"])
        waited = worked = 0
        since, doing = self.filed, ""
        for event in [event for event in self.events if event["item"] == 0]:
            time, kind = min(int(event["time"]), end), event["kind"]
            if kind == log_of.ALARMED:
                continue
            waited += (time - since) * (doing == "line")
            worked += (time - since) * (doing == "work")
            since = time
            doing = "line" if kind in (log_of.JOINED, log_of.HANDED_BACK) else "work" if kind == log_of.BEGAN else ""
        waited += (end - since) * (doing == "line")
        worked += (end - since) * (doing == "work")
        rest = end - self.filed - waited - worked
        return {"waited": format.duration(waited), "worked": format.duration(worked), "rest": format.duration(rest)}

    # ---------------------------------------------------------------- line by line
    def _lines(self, at: int, event: Any) -> Iterator[Line]:
        time, kind = int(event["time"]), int(event["kind"])
        if kind == log_of.ALARMED:
            name = self.procedure.alarms[event["step"]]
            yield Line(time, _(ALARMS[name]) if name in ALARMS else name, LATE if name == "seller_clock" else HAPPENED)
            return
        if kind == log_of.CLOSED:
            yield Line(time, _("The end: {outcome}.").format(outcome=names.outcome(self.procedure.outcomes[event["step"]])))
            return
        step = self.procedure.steps[event["step"]]
        what = {"step": names.step(step), "pool": names.pool(self._pool(event)), "who": self._who(event)}
        if kind == log_of.FILED:
            yield Line(time, _("The buyer files the request."))
        elif kind == log_of.JOINED:
            yield from self._asked(at, event, what)
        elif kind == log_of.BEGAN:
            yield from self._taken(at, event, what)
        elif kind == log_of.FINISHED:
            yield from self._finished(at, event, what)
        elif kind == log_of.GAVE_UP:
            waited = format.duration(time - self._since(at, event))
            yield Line(time, _("{step}: no answer in {waited}; it goes on without one.").format(waited=waited, **what), LATE)
        elif kind == log_of.HANDED_BACK:
            yield Line(time, _("{who}: the shift or a break takes them away; {step} goes back into the line.").format(**what), WAITED)
        elif kind == log_of.LEFT:
            yield Line(time, _("{step}: taken out of the line, it is no longer needed.").format(**what))
        elif kind == log_of.WAITING:
            yield Line(time, _("Waiting: {step}.").format(**what), WAITED)
        elif kind == log_of.OPENED:
            yield Line(time, _("Beside it: {step}.").format(**what))

    def _asked(self, at: int, event: Any, what: dict[str, str]) -> Iterator[Line]:
        time, handoff = int(event["time"]), int(event["handoff"])
        if handoff >= 0:
            standard = self._standard(handoff)
            asked = _("Handed over, {handoff}: {step}.").format(handoff=names.handoff(HANDOFF_NAMES[handoff]), **what)
            due = _("No clock for the answer.") if not standard else _("The answer is due {when}.").format(when=self._when(time + standard))
            yield Line(time, _("{first} {second}").format(first=asked, second=due))
        elif not self._taken_at_once(at, event):
            yield Line(time, _("In the line of the {pool}: {step}.").format(**what), WAITED)

    def _taken(self, at: int, event: Any, what: dict[str, str]) -> Iterator[Line]:
        time = int(event["time"])
        waited = time - self._since(at, event)
        text = _("{who} takes it at once: {step}.") if waited == 0 else _("{who} takes it after {waited} in line: {step}.")
        said = text.format(waited=format.duration(waited), **what)
        rows = self.log.rows
        together = int(((rows["time"] == time) & (rows["kind"] == log_of.BEGAN) & (rows["slot"] == event["slot"])).sum())
        if together > 1 and self.floor.lines[event["line"]]["cases"] > 1:
            said = _("{first} {second}").format(
                first=said, second=_("In one batch with {others} other refunds.").format(others=together - 1)
            )
        yield Line(time, said)
        if self.procedure.steps[event["step"]].answers and not self.answered:
            self.answered = True
            yield from self._first_response(time)

    def _first_response(self, time: int) -> Iterator[Line]:
        standard = self.scenario.standards.first_response
        after = format.duration(time - self.filed)
        if standard is None:
            yield Line(time, _("First response, {after} after filing.").format(after=after))
            return
        kept = time - self.filed <= standard
        text = (
            _("First response, {after} after filing: within the standard of {standard}.")
            if kept
            else _("First response, {after} after filing: later than the standard of {standard}.")
        )
        yield Line(time, text.format(after=after, standard=format.duration(standard)), HAPPENED if kept else LATE)

    def _finished(self, at: int, event: Any, what: dict[str, str]) -> Iterator[Line]:
        time, handoff = int(event["time"]), int(event["handoff"])
        began = self._last(at, event, (log_of.BEGAN,))
        worked = format.duration(time - int(began["time"])) if began is not None else format.NOTHING
        text = _("{step}: done after {worked} of work.") if handoff < 0 else _("{step}: answered after {worked} of work.")
        said = text.format(worked=worked, **what)
        if handoff < 0:
            yield Line(time, said)
            return
        asked = self._last(at, event, (log_of.JOINED,))
        took, standard = time - int(asked["time"] if asked is not None else time), self._standard(handoff)
        late = bool(standard) and took > standard
        if not standard:
            verdict = _("It took {took} in all.")
        elif late:
            verdict = _("It took {took} in all, later than the standard of {standard}.")
        else:
            verdict = _("It took {took} in all, within the standard of {standard}.")
        second = verdict.format(took=format.duration(took), standard=format.duration(standard))
        yield Line(time, _("{first} {second}").format(first=said, second=second), LATE if late else HAPPENED)

    def _clock_lines(self) -> Iterator[Line]:
        ends = next((int(event["time"]) for event in self.events if event["kind"] == log_of.CLOSED), NEVER)
        before = (NEVER,) * log_of.ALARMS
        for time, due in self.clocks:
            for which, name in enumerate(self.procedure.alarms):
                if name in CLOCKS and due[which] != before[which] and time < ends:
                    started, stopped = CLOCKS[name]
                    if due[which] < NEVER:
                        span = format.duration(due[which] - time)
                        yield Line(time, _(started).format(when=self._when(due[which]), span=span), TOLD)
                    else:
                        yield Line(time, _(stopped), TOLD)
            before = due

    # ---------------------------------------------------------------- looking things up
    def _standard(self, handoff: int) -> int:
        return getattr(self.scenario.standards, HANDOFF_NAMES[handoff]) or 0

    def _since(self, at: int, event: Any) -> int:
        """When the item came into the line it now leaves."""
        joined = self._last(at, event, (log_of.JOINED, log_of.HANDED_BACK))
        return int(joined["time"]) if joined is not None else int(event["time"])

    def _last(self, at: int, event: Any, kinds: tuple[int, ...]) -> Any:
        return next((each for each in reversed(self.events[:at]) if each["item"] == event["item"] and each["kind"] in kinds), None)

    def _taken_at_once(self, at: int, event: Any) -> bool:
        following = next((each for each in self.events[at + 1 :] if each["item"] == event["item"]), None)
        return following is not None and following["kind"] == log_of.BEGAN and following["time"] == event["time"]

    def _pool(self, event: Any) -> str:
        return self.floor.names[event["pool"]] if event["pool"] >= 0 else ""

    def _who(self, event: Any) -> str:
        return names.person(self.floor.slot_names[event["slot"]]) if event["slot"] >= 0 else ""

    def _when(self, seconds: int) -> str:
        return format.moment(moment_at(self.scenario.calendar, seconds))
