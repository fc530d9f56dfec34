"""One refund's story in words: who did what when and why it was right or wrong, how long it waited, which clock ran, what money moved.

It is told from the log and from what the reference engine showed while it was watched. What nobody at the desk could know is said apart
from what they saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.demand.workload import NEVER, Workload
from sim.desk import records as log_of
from sim.desk.contract import Procedure
from sim.desk.procedure import PROCEDURE
from sim.desk.procedure.seen import PROMISED
from sim.desk.records import WAIT
from sim.desk.tables import ERROR_NAMES, HANDOFF_KINDS
from sim.errors import msgid
from sim.report import format, names
from sim.report.happened import HAPPENED, LATE, MONEY, TOLD, WAITED, Line, is_unheard, lines_of
from sim.report.truths import hidden, shown
from sim.report.watched import BEGIN, Note, Watched
from sim.scenario.calendar import day_start, moment_at
from sim.scenario.schema import Scenario
from sim.words import _

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
    "enquires": msgid("The buyer was answered, and asks where the money is."),
    "withdraws": msgid("The buyer no longer wants the refund and withdraws the request."),
}


@dataclass(frozen=True)
class Story:
    """A refund's story: its number and row, what was filed, what nobody could see, the lines by time, and what is said at the end."""

    number: int
    row: int
    opening: tuple[str, ...]
    hidden: tuple[str, ...]
    lines: tuple[Line, ...]
    ending: tuple[str, ...]


def tell(scenario: Scenario, workload: Workload, row: int, watched: Watched, procedure: Procedure = PROCEDURE) -> Story:
    """The story of the refund in `row` of the workload, in the language spoken now; without the reasons where it was not watched."""
    return _Teller(scenario, workload, row, watched, procedure).story()


class _Teller:
    def __init__(self, scenario: Scenario, workload: Workload, row: int, watched: Watched, procedure: Procedure) -> None:
        self.scenario, self.workload, self.row, self.procedure = scenario, workload, row, procedure
        self.log, self.floor = watched.log, watched.floor
        self.refund = workload.refunds[row]
        mine = np.flatnonzero((self.log.rows["refund"] == row) & (self.log.rows["time"] < watched.log.until))
        self.places: list[int] = mine.tolist()
        self.events: list[Any] = list(self.log.rows[mine])
        self.notes = [note for note in watched.notes.get(row, ()) if note.time < watched.log.until]
        self.filed = int(self.events[0]["time"]) if self.events else int(self.refund["filed"])
        self.ends = next((int(event["time"]) for event in self.events if event["kind"] == log_of.CLOSED), NEVER)
        self.answered = False
        self.only_asks = bool(self.refund["only_asks"])

    def story(self) -> Story:
        number = int(self.refund["number"])
        if not self.events:
            text = _("This second application was never filed: the first one ended otherwise, or its buyer let it rest.")
            return Story(number, self.row, (text,), (), (), ())
        path = int(self.log.ledger[self.row]["path"])
        unseen = () if self.only_asks else hidden(self.refund, path, self.filed, self.scenario, self._when)
        return Story(number, self.row, tuple(self._opening(path)), tuple(unseen), tuple(self._told()), tuple(self._ending()))

    def _told(self) -> Iterator[Line]:
        """Events and calls of the procedure in the order in which they happened."""
        moments: list[tuple[int, int | Note]] = [(2 * place + 1, at) for at, place in enumerate(self.places)]
        moments += [(2 * (note.place + (note.asked == BEGIN)), note) for note in self.notes]  # who takes it, then what that brings
        last: dict[int, Note] = {}
        for _place, each in sorted(moments, key=lambda moment: moment[0]):
            if isinstance(each, Note):
                last[each.item] = each
                if each.asked == BEGIN and each.grown("answered") > 0:
                    yield from self._first_response(each.time)
                yield from lines_of(each, self.refund, self.scenario, self._when)
                yield from self._clocks(each)
            else:
                yield from self._lines(each, self.events[each], last.get(int(self.events[each]["item"])))

    # ---------------------------------------------------------------- before and after
    def _opening(self, path: int) -> Iterator[str]:
        if self.only_asks:
            yield _("No request: refunds of unshipped orders are closed, and the buyer asks in the shop's chat instead.")
            return
        yield names.path(path)
        if self.filed < 0:
            yield _("Filed before the reported days begin: it keeps the desk busy and is in no figure about requests.")
        elif self.filed >= day_start(self.scenario.calendar, self.scenario.calendar.days):
            yield _("Filed after the reported days: it keeps the desk busy and is in no figure about requests.")
        yield from shown(self.refund)
        if self.refund["second"]:
            first = int(np.flatnonzero(self.workload.refunds["again"] == self.row)[0])
            yield _("A second application; the first was refund {number}.").format(number=self.workload.refunds[first]["number"])

    def _ending(self) -> Iterator[str]:
        ledger = self.log.ledger[self.row]
        closing = next((event for event in self.events if event["kind"] == log_of.CLOSED), None)
        if closing is None:
            still = _("Still open when the last day ended, {span} after filing.")
            asked = _("Still not answered when the last day ended, {span} after the buyer wrote.")
            yield (asked if self.only_asks else still).format(span=format.duration(self.log.until - self.filed))
        else:
            ended, answered = _("Ended {span} after filing: {outcome}."), _("Ended {span} after the buyer wrote: {outcome}.")
            yield (answered if self.only_asks else ended).format(
                span=format.duration(int(closing["time"]) - self.filed), outcome=names.outcome(self.procedure.outcomes[closing["step"]])
            )
        yield _("In lines: {waited}; worked on: {worked}; elsewhere or nowhere: {rest}.").format(**self._times(closing))
        if self.only_asks:
            return
        moved = [_(text).format(amount=format.money(int(ledger[column]))) for column, text in MONEY.items() if ledger[column]]
        yield _("Money: {what}.").format(what=_("; ").join(moved) if moved else _("none moved"))
        yield from self._marks(ledger)
        again = int(self.refund["again"])
        if again >= 0:
            filings = self.log.rows[(self.log.rows["refund"] == again) & (self.log.rows["kind"] == log_of.FILED)]
            if len(filings):
                yield _("The buyer files again {when}: refund {number}.").format(
                    when=self._when(int(filings[0]["time"])), number=self.workload.refunds[again]["number"]
                )

    def _marks(self, ledger: Any) -> Iterator[str]:
        """What went wrong, in a line each for the shop and for the buyer."""
        acts = [name for bit, name in enumerate(ERROR_NAMES) if int(ledger["wrong_acts"]) & 1 << bit]
        wrong = [_("the path was first taken wrongly")] if ledger["mistakes"] else []
        wrong += [names.wrong_act(name) for name in acts]
        if ledger["missed"] and "missed_compensation" not in acts:
            wrong.append(names.wrong_act("missed_compensation"))
        if self.notes and self.notes[-1]["recall"] == PROMISED and not self.notes[-1]["kept"]:
            wrong.append(_("the carrier did not keep its promise"))
        if ledger["asked_again"]:
            wrong.append(_("questions lost or unanswered: {count}").format(count=int(ledger["asked_again"])))
        if wrong:
            yield _("What went wrong: {what}.").format(what=_("; ").join(wrong))
        buyer = [
            _(text).format(count=int(ledger[column]))
            for column, text in (
                ("chases", msgid("chasers: {count}")),
                ("enquiries", msgid("enquiries: {count}")),
                ("complained", msgid("the buyer complained")),
                ("intervened", msgid("the platform stepped in")),
            )
            if ledger[column]
        ]
        if buyer:
            yield _("Also: {what}.").format(what=_("; ").join(buyer))

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
    def _lines(self, at: int, event: Any, note: Note | None) -> Iterator[Line]:
        """What one row of the log tells; `note`: the last call of the procedure for the same item before it."""
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
            yield Line(time, _("Refunds are closed: the buyer asks in the chat.") if self.only_asks else _("The buyer files the request."))
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
            yield from self._waiting(time, event, note, what)
        elif kind == log_of.OPENED:
            yield Line(time, _("Beside it: {step}.").format(**what))

    def _waiting(self, time: int, event: Any, note: Note | None, what: dict[str, str]) -> Iterator[Line]:
        """A wait; a question that got lost has been told already."""
        if event["step"] == self.procedure.first_step:
            yield Line(time, _("Nobody can see it before the list is refreshed."), WAITED)
        elif self.procedure.steps[event["step"]].pays:
            return  # the money is on its way for a second
        elif note is None or note.action != WAIT or note.at != event["step"]:
            yield Line(time, _("Waiting: {step}.").format(**what), WAITED)
        elif not is_unheard(note):
            until = {"when": self._when(note.until), "span": format.duration(note.until - time)}
            yield Line(time, _("Waiting {span}, until {when}: {step}.").format(**what, **until), WAITED)

    def _asked(self, at: int, event: Any, what: dict[str, str]) -> Iterator[Line]:
        time, handoff = int(event["time"]), int(event["handoff"])
        if handoff >= 0:
            standard = self._standard(handoff)
            asked = _("Handed over, {handoff}: {step}.").format(handoff=names.handoff(HANDOFF_KINDS[handoff]), **what)
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
        if not self.notes and self.procedure.steps[event["step"]].answers and not self.answered:
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

    def _clocks(self, note: Note) -> Iterator[Line]:
        """Clocks that a call has set or stopped; at the end of a refund they all stop."""
        before, due = note.clocks
        for which, name in enumerate(self.procedure.alarms):
            if name in CLOCKS and due[which] != before[which] and note.time < self.ends:
                started, stopped = CLOCKS[name]
                if due[which] < NEVER:
                    span = format.duration(due[which] - note.time)
                    yield Line(note.time, _(started).format(when=self._when(due[which]), span=span), TOLD)
                else:
                    yield Line(note.time, _(stopped), TOLD)

    # ---------------------------------------------------------------- looking things up
    def _standard(self, handoff: int) -> int:
        return getattr(self.scenario.standards, HANDOFF_KINDS[handoff]) or 0

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
