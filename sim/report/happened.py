"""What a refund's calls of the procedure mean, in words: judgements and the rule behind each, answers, wrong acts, money.

Each function tells one call (`Note`) of a part of the procedure, in the order of its files; what changes in the ledger is told the same
way wherever it happens.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.demand.columns import C_REPEATED
from sim.desk import steps
from sim.desk.procedure.responses import CHECK_CLAIM
from sim.desk.procedure.seen import (
    HOLDS,
    NOT_DELIVERED,
    PROMISED,
    PROVEN_DELIVERED,
    RETURN_SIGNED,
    RETURN_WRONG,
    SILENT,
)
from sim.desk.records import DONE, GO_TO, WAIT
from sim.desk.steps import STEPS
from sim.desk.tables import ERROR_NAMES
from sim.errors import msgid
from sim.report import format, names
from sim.report.watched import ADVANCE, ALARM, BEGIN, Note
from sim.rules.masks import masks
from sim.scenario.schema import Scenario
from sim.words import _, either

HAPPENED, WAITED, LATE, TOLD, HIDDEN, JUDGED = "happened", "waited", "late", "clock", "hidden", "rule"
"""What kind of line it is: plain, a wait, a standard or rule broken, a clock, what nobody at the desk could see, what was judged right."""


@dataclass(frozen=True)
class Line:
    """One line of a story: seconds since the start, text, what kind of line it is, and a reference that may be shown muted beside it."""

    time: int
    text: str
    kind: str = HAPPENED
    reference: str = ""


def is_unheard(note: Note) -> bool:
    """A question to another pool that nobody takes: it got lost, or it will never be answered."""
    return note.asked == ADVANCE and note.action == WAIT and note.until > note.time and bool(STEPS[note.at].lost_question)


Said = Iterator[tuple[str, str]]
"""Texts in the language spoken now, each with its kind."""

MONEY: Mapping[str, str] = {
    "refunded": msgid("refunded {amount}"),
    "compensation": msgid("compensation {amount}"),
    "over_granted": msgid("of it beyond what was owed {amount}"),
    "reshipped": msgid("second parcel {amount}"),
    "coupon": msgid("coupon {amount}"),
    "freight": msgid("return freight {amount}"),
    "recall": msgid("recall fee {amount}"),
    "premium": msgid("insurance premium {amount}"),
    "fees": msgid("fees for cut or inspection {amount}"),
    "lost": msgid("goods lost {amount}"),
}
"""Columns of the ledger in fen, in the order in which they are told."""


def lines_of(note: Note, refund: Any, scenario: Scenario, when: Callable[[int], str]) -> Iterator[Line]:
    """All lines that one call of the procedure is worth. refund: its record; `when` writes a moment (seconds) for people."""
    if note.rule >= 0:
        yield judged(note)
    about = _About(note, refund, scenario, when)
    for text, kind in about.told():
        yield Line(note.time, text, kind)
    for text, kind in ledger(note):
        yield Line(note.time, text, kind)


def judged(note: Note) -> Line:
    """What was right at this moment, why, and by which rule."""
    rule = masks().rules[int(masks().rule[note.rule])]
    text = _("Right now: {response}. {why}").format(response=either(rule.response), why=either(rule.why))
    return Line(note.time, text, JUDGED, _("rule {id} · by when: {deadline}").format(id=rule.id, deadline=either(rule.deadline)))


def ledger(note: Note) -> Said:
    """What is told wherever it happens: wrong acts, money, compensation left out, complaints, the platform."""
    for bit, name in enumerate(ERROR_NAMES):
        if note["ledger.wrong_acts"] & ~note.before.get("ledger.wrong_acts", 0) & 1 << bit:
            yield _("A wrong act: {act}.").format(act=names.wrong_act(name)), LATE
    if note.grown("ledger.lost") < 0:
        yield _("The goods are safe after all: nothing is lost."), HAPPENED
    moved = [
        _(text).format(amount=format.money(note.grown(f"ledger.{column}")))
        for column, text in MONEY.items()
        if note.grown(f"ledger.{column}") > 0 and column != "lost"
    ]
    if moved:
        yield _("Money: {what}.").format(what=_("; ").join(moved)), HAPPENED
    if note.grown("ledger.lost") > 0:
        at_risk = format.money(note.grown("ledger.lost"))
        yield _("The money is out and the goods are not secured: goods for {amount} may be lost as well.").format(amount=at_risk), LATE
    if note.grown("ledger.missed") > 0:
        yield _("Compensation was owed on top, and is not paid."), LATE
    if note.grown("ledger.complained") > 0:
        yield _("The buyer complains."), LATE
    if note.grown("ledger.intervened") > 0 and note["ledger.automatic"] != 4:
        yield _("The platform steps in."), LATE


class _About:
    """One call, with what is needed to tell it."""

    def __init__(self, note: Note, refund: Any, scenario: Scenario, when: Callable[[int], str]) -> None:
        self.note, self.refund, self.scenario, self.when = note, refund, scenario, when

    def told(self) -> Said:
        note = self.note
        if note.asked == BEGIN:
            yield from self.begun()
        elif note.asked == ALARM:
            yield from self.alarm()
        elif note.at <= steps.JUDGE:
            yield from self.arrive()
        elif note.at <= steps.HELD:
            yield from self.path_1()
        elif note.at <= steps.LOST:
            yield from self.path_2()
        elif note.at <= steps.ACCEPTS_REFUSAL:
            yield from self.path_3()
        elif note.at <= steps.SENT:
            yield from self.path_4()
        else:
            yield from self.settle()
        if is_unheard(note):
            yield from self.unheard()

    # ---------------------------------------------------------------- people at work, clocks
    def begun(self) -> Said:
        note = self.note
        if note.grown("ledger.mistakes") > 0:
            yield _("It is taken for another path: {path}.").format(path=names.path(note["slipped"])), LATE
        if note.grown("reached") > 0:
            wishes = [_(text) for column, text in WISHES.items() if self.refund[column]]
            if wishes:
                yield _("In the talk it comes out: {what}.").format(what=_("; ").join(wishes)), HAPPENED
        elif note.grown("contacts") > 0 and note["online"] == 0 and note["reached"] == 0:
            yield _("The buyer is offline and cannot be reached now."), HAPPENED
        side = {"agent_carrier": "carrier", "warehouse_carrier": "carrier", "agent_warehouse": "warehouse"}
        asked = side.get(STEPS[note.at].lost_question) if note.at not in (steps.RECEIVE, steps.SEND_NEW) else None
        contact = self.scenario.policy.named_contact
        if asked and not getattr(contact, asked):
            twice = float(self.refund["chance"][C_REPEATED]) < contact.repeated
            yield (
                (
                    _("No contact person is named there: somebody has to be found first, and the question is answered twice.")
                    if twice
                    else _("No contact person is named there: somebody has to be found first.")
                ),
                HAPPENED,
            )

    def alarm(self) -> Said:
        note = self.note
        if note.at in (steps.A_CHASE, steps.A_ENQUIRES) and note.action == GO_TO:
            yield _("Instead of asking once more, the buyer calls the platform."), LATE
        elif note.at == steps.A_OFFLINE and note.action == GO_TO:
            yield _("Buyers who are still online come first: it moves back in the line."), WAITED
        elif note.at == steps.A_LEAVES and note.action == DONE:
            yield _("“Ship” is clicked, and with that the platform closes the request; the buyer may apply again."), HAPPENED
        elif note.at == steps.A_LEAVES and note.grown("handled") > 0:
            yield _("“Ship” is clicked: from now on it is {path}.").format(path=names.path(2)), HAPPENED

    # ---------------------------------------------------------------- from filing to the first judgement
    def arrive(self) -> Said:
        note = self.note
        if note.at == steps.MACHINE:
            forced = note["ledger.automatic"] == 4
            yield (
                (
                    _("The platform refunds it by force; the shop is not asked.")
                    if forced
                    else _("A machine refunds it before anybody sees it.")
                ),
                (LATE if forced else HAPPENED),
            )
        elif note.at == steps.LOOK and note.rule >= 0 and masks().response[note.rule] == CHECK_CLAIM:
            yield _("But the batch tool looks at no reasons: the claim goes through with the rest, unseen."), LATE
        elif note.at == steps.ANSWERED and note.before.get("slipped"):
            yield self._wrong_path()
        elif note.at == steps.BRUSHED_OFF and note.action == WAIT:
            yield _("The buyer does not let it rest there and asks again."), LATE

    def _wrong_path(self) -> tuple[str, str]:
        """How a path taken wrongly comes to light, or does not yet."""
        note = self.note
        cell = self.scenario.costs.wrong_path[f"path_{note['handled']}_as_{note.before['slipped']}"]
        if cell.kind == "impossible":
            return _("The platform offers no such act for this order: the wrong path is noticed at once."), HAPPENED
        if cell.kind == "caught":
            return _("The shop's system warns: the wrong path is noticed before anything is done."), HAPPENED
        return _("Nobody notices the wrong path yet; what it asks for is done."), LATE

    # ---------------------------------------------------------------- path 1
    def path_1(self) -> Said:
        note = self.note
        if note.at == steps.CLAIM_JUDGED:
            holds = note["claim"] == HOLDS
            yield (_("The claim holds.") if holds else _("The claim does not hold.")), HAPPENED
        elif note.at == steps.CUT and self.scenario.policy.erp_cut.on:
            through = note.leads == steps.STOPPED
            yield (
                (
                    _("The ERP looks for the order to cut it.")
                    if through
                    else _("The cut in the ERP does not get through: the warehouse has to stop it by hand.")
                ),
                HAPPENED,
            )
        elif note.at in (steps.STOPPED, steps.HELD):
            stopped = note["secured"] == 1
            yield (
                (_("Stopped: the parcel stays in the house."), HAPPENED) if stopped else (_("Too late: the parcel has already left."), LATE)
            )

    # ---------------------------------------------------------------- path 2
    def path_2(self) -> Said:
        note = self.note
        if note.at == steps.CARRIER_SAYS:
            if note["recall"] == PROMISED:
                yield _("The carrier promises to bring the parcel back."), HAPPENED
                if not note["kept"]:
                    yield _("What nobody can know yet: it will not keep this promise."), HIDDEN
            else:
                yield _("The carrier says no: it cannot bring the parcel back."), HAPPENED
        elif note.at == steps.TRACED and note.leads == steps.TRACED:
            yield _("The carrier can only say that it is still on its way."), HAPPENED
        elif note.at == steps.TRACED:
            proven = note["inquiry"] == PROVEN_DELIVERED
            yield (_("There is proof that the parcel was delivered.") if proven else _("Nobody can prove that it was delivered.")), HAPPENED
        elif note.at == steps.CARRIER_SILENT:
            if note.grown("inquiry") and note["inquiry"] == NOT_DELIVERED:
                yield _("The carrier did not answer: nobody can prove that it was delivered."), LATE
            elif note.grown("recall") and note["recall"] == SILENT:
                yield _("The carrier did not answer: that counts as silence."), LATE
        elif note.at == steps.BOTH_KNOWN and note.leads == steps.SET_RIGHT:
            yield _("The carrier knows of no such parcel: only now it shows that the path was wrong."), LATE
        elif note.at == steps.WAREHOUSE_SAYS:
            yield _("The warehouse has told what it knows."), HAPPENED
        elif note.at == steps.PROMISE_BROKEN:
            yield _("The promise is broken: the carrier did not bring the parcel back."), LATE
        elif note.at == steps.OFFERED:
            refused = note["refused_at_door"] == 1
            yield (_("The buyer refuses the parcel at the door.") if refused else _("The buyer has the parcel now.")), HAPPENED
        elif note.at == steps.LOST:
            goods = note.leads == steps.SEND_NEW
            yield (_("The buyer wants the goods: they are sent again.") if goods else _("The buyer wants the money.")), HAPPENED

    def unheard(self) -> Said:
        """A question that nobody answers: nobody heard it, or nobody will ever say anything."""
        note = self.note
        what = {
            "step": names.step(STEPS[note.at]),
            "when": self.when(note.until),
            "span": format.duration(note.until - note.time),
        }
        if note.leads == steps.REMIND:
            yield _("{step}: nobody hears the question. It is noticed after {span} ({when}) and asked again.").format(**what), LATE
        else:
            yield _("{step}: asked. After {span} ({when}) no answer counts as silence.").format(**what), WAITED
            yield _("What nobody can know yet: this question will never be answered."), HIDDEN

    # ---------------------------------------------------------------- path 3
    def path_3(self) -> Said:
        note = self.note
        if note.at == steps.GUIDED:
            said = {
                0: msgid("The buyer does not go along with it."),
                1: msgid("The buyer changes the form to return and refund."),
                2: msgid("The buyer leaves the form as it is and gives a return tracking number in the chat."),
            }
            template = said[note["converted"]]
            yield _(template), HAPPENED
        elif note.at == steps.DECIDED:
            yield from self._decided()
        elif note.at == steps.NO_REPLY:
            yield (
                (_("No answer from the supervisor: it is submitted again."), LATE)
                if note.leads == steps.APPROVE
                else (_("The supervisor never answered: nobody has granted it."), LATE)
            )
        elif note.at == steps.APPROVED:
            said_by = {
                steps.SET_RIGHT: msgid("The supervisor sends it back: only now it shows that the path was wrong."),
                steps.PAY: msgid("The supervisor grants it, as far as it is owed."),
                steps.DECIDE: msgid("The supervisor grants it; with the buyer it is still to be talked over."),
                steps.REFUSE: msgid("The supervisor does not grant it."),
                steps.JUDGE: msgid("The supervisor has decided on the wish; the refund itself is judged again."),
            }
            yield _(said_by[note.leads]), LATE if note.leads == steps.SET_RIGHT else HAPPENED
        elif note.at == steps.WEIGHED:
            found = {
                1: msgid("The weight is as it should be: the parcel was complete."),
                2: msgid("The parcel was too light: a piece is missing."),
                3: msgid("The parcel weighed no more than its packing: it was empty."),
            }
            template = found[note["weight"]]
            yield _(template), HAPPENED
        elif note.at == steps.ACCEPTS_REFUSAL:
            yield _("The buyer accepts the refusal, or applies again later."), HAPPENED

    def _decided(self) -> Said:
        note = self.note
        if note.leads == steps.JUDGE:
            yield _("What is really wanted is known now: it is judged once more."), HAPPENED
        elif note.leads == steps.ASK_LATER:
            yield _("No talk came about: it is tried again later."), WAITED
        elif note.leads == steps.DECIDE:
            yield _("The buyer does not take the offer: another round."), HAPPENED
        elif note["reached"]:
            agreed = note.leads == steps.PAY
            yield (_("They agree on the amount.") if agreed else _("No agreement in the last round either.")), HAPPENED
        elif note.leads == steps.PAY:
            yield _("The buyer was never reached: the part asked for is refunded."), HAPPENED
        else:
            yield _("The buyer was never reached: the whole price is not refunded for goods that stay there."), HAPPENED

    # ---------------------------------------------------------------- path 4
    def path_4(self) -> Said:
        note = self.note
        if note.at == steps.AGREED:
            if note.before.get("slipped"):
                yield _("The buyer was asked to send back what was not to come back: only now it shows that the path was wrong."), LATE
            elif note.leads == steps.WITHDRAWN_BY_BUYER:
                yield _("The buyer will not pay the return freight."), HAPPENED
            else:
                yield _("The return is agreed."), HAPPENED
        elif note.at == steps.KEEPS:
            yield (_("The buyer does not want to keep it.") if note["keep_declined"] else _("The buyer keeps the wrong item.")), HAPPENED
        elif note.at == steps.STOCKED:
            yield (_("In stock: the exchange is agreed.") if note["exchange"] == 1 else _("Out of stock: no exchange.")), HAPPENED
        elif note.at == steps.URGED and note.grown("sends_at") < 0:
            yield _("The buyer hurries up: the number comes {when}.").format(when=self.when(note["sends_at"])), HAPPENED
        elif note.at == steps.TRACKING:
            yield _("The tracking number is there."), HAPPENED
            if self.scenario.policy.coupon.on and not note.grown("ledger.coupon"):
                yield _("Too late for the coupon."), HAPPENED
        elif note.at == steps.MONEY_AHEAD:
            yield _("A machine refunds on the tracking number, before the goods are back."), HAPPENED
        elif note.at == steps.SIGNED:
            yield from self._signed()
        elif note.at == steps.INSPECTED:
            yield self._inspected(note["returned"] == RETURN_WRONG)
        elif note.at in (steps.PROVEN, steps.NO_PROOF):
            if note.at == steps.NO_PROOF:
                yield _("No stamped proof came from the carrier."), LATE
            empty = note.leads == steps.REFUSE
            yield (
                (
                    _("An empty parcel or other goods came back: it is refused.")
                    if empty
                    else _("The goods came back worn: they are taken back for less.")
                ),
                HAPPENED,
            )
        elif note.at == steps.SENT:
            yield _("The new goods are on their way."), HAPPENED

    def _signed(self) -> Said:
        note = self.note
        if note["returned"] == RETURN_SIGNED:
            yield _("The return is signed for: from now on the goods are the shop's risk."), HAPPENED
        elif note["recall"] == PROMISED and note["kept"]:
            yield _("The parcel is back in the house: the carrier kept its promise."), HAPPENED
        else:
            yield _("The parcel is back in the house."), HAPPENED

    def _inspected(self, wrong: bool) -> tuple[str, str]:
        return (_("Something is wrong with the return."), LATE) if wrong else (_("The return is in order."), HAPPENED)

    # ---------------------------------------------------------------- money and the end, and what goes on beside
    def settle(self) -> Said:
        note = self.note
        if note.at == steps.BOOKED:
            yield self._inspected(note.grown("ledger.lost") > 0 or note.grown("ledger.over_granted") > 0)
        elif note.at == steps.SAID_NOTHING:
            yield _("The shop did not make its case in time."), LATE
        elif note.at == steps.RULED and note.grown("ledger.ruled"):
            yield (
                (_("The platform rules for the shop."), HAPPENED)
                if note["ledger.ruled"] == 1
                else (_("The platform rules against the shop."), LATE)
            )
        elif note.at == steps.CLOSE and note.grown("ledger.ruled"):
            yield _("The buyer goes to the platform about the compensation that was left out: it has to be paid after all."), LATE
        elif note.at == steps.POSTED:
            yield (
                (
                    _("Only the carrier can tell: the question is passed on.")
                    if note.leads == steps.ASK_STATUS
                    else _("The buyer is told how it stands.")
                ),
                HAPPENED,
            )


WISHES: Mapping[str, str] = {
    "mistaken_form": msgid("the wrong form was ticked, and the goods are to go back"),
    "wants_exchange": msgid("other goods are wanted, not money"),
    "special_wish": msgid("something outside the shop's rules is wanted"),
}
"""Hidden columns of the workload that come out once the buyer is reached."""
