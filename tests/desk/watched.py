"""A procedure under watch: every step, judgement and movement of money of every refund, on the SimPy engine.

What the desk sees is put together here a second time, from the words of `sim.rules.facts` alone, so that `seen` has somebody to disagree
with.
"""

import dataclasses
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sim.demand.columns import S_LABELLED, S_LAST_MILE, S_LINEHAUL, S_PICKED
from sim.demand.workload import NEVER
from sim.desk.contract import Procedure
from sim.desk.procedure import PROCEDURE
from sim.desk.records import GO_TO, WORK
from sim.desk.steps import FILE, JUDGE, LOST, PAY, STEPS
from sim.desk.tables import E_UNCONFIRMED, L_RETURNS, P_AGREEMENT, P_INSURANCE
from sim.rules.decide import rule_for
from sim.rules.facts import BuyerSays, Claim, Facts, Goods, Inquiry, OrderState, Recall, Response, Return, Settings, Weight
from sim.rules.masks import BITS, masks
from sim.rules.reasons import reasons

HOUR = 3600
NAMES = tuple(step.name for step in STEPS)


def facts_of(refund: Any, state: Any, tables: Any, now: int, filed: int) -> Facts:
    """What the desk sees of a refund now. `state.handled` is the path of the form as it is now."""
    collected = state.collected == 1
    return Facts(
        order_state=(OrderState.UNSHIPPED, OrderState.SHIPPED, OrderState.SIGNED, OrderState.SIGNED)[state.handled - 1],
        sends_back=state.handled == 4 or (state.handled == 2 and refund.sends_back == 1),
        goods=goods_of(refund, state, now, filed),
        hours_since_scan=max(0, now - last_scan(refund, now)) / HOUR,
        reason=reasons()[refund.reason].key,
        claim=list(Claim)[state.claim],
        amount=refund.amount,
        paid=refund.paid,
        limit=tables.authority[state.agent],
        buyer_says=BuyerSays.RECEIVED if collected else BuyerSays.NOT_RECEIVED if refund.not_received else BuyerSays.NOTHING,
        recall=list(Recall)[state.recall],
        inquiry=list(Inquiry)[state.inquiry],
        agreement=tables.switch[P_AGREEMENT] == 1,
        one_of_several=refund.one_of_several == 1,
        partly_shipped=refund.partly_shipped == 1,
        weight=list(Weight)[state.weight],
        may_keep=refund.may_keep == 1 and state.keep_declined == 0,
        mistaken_form=refund.mistaken_form == 1 and state.reached == 1,
        wants_exchange=state.exchange == 1 or (refund.wants_exchange == 1 and state.reached == 1 and state.exchange != 2),
        special_wish=refund.special_wish == 1 and state.reached == 1 and state.wish_settled == 0,
        unfounded=refund.unfounded == 1 and state.answered == 1,
        second_application=refund.second == 1,
        insured=refund.insured == 1 or tables.switch[P_INSURANCE] == 1,
        agreed=state.agreed == 1,
        hours_since_agreed=(now - state.agreed_at) / HOUR if state.agreed == 1 else 0.0,
        tracking_given=state.tracking == 1,
        returned=list(Return)[state.returned],
        returns_waiting=tables.waiting[tables.line[L_RETURNS]],
    )


def goods_of(refund: Any, state: Any, now: int, filed: int) -> Goods:
    """Where the goods are as ERP, warehouse and trace show it."""
    if state.handled >= 3:
        return Goods.LOCKER if refund.to_locker == 1 else Goods.DELIVERED
    if state.back == 1:
        return Goods.BACK
    if state.refused_at_door == 1:
        return Goods.REFUSED
    known_out = state.known_left == 1 or (state.handled == 2 and now >= refund.leaves)
    if not known_out and state.handled == 2:
        return Goods.LABELLED
    if not known_out:  # the ERP shows each stage of an order that will be handed over; one that left unseen looks untouched
        stages = ((S_LABELLED, Goods.LABELLED), (S_PICKED, Goods.PICKED)) if refund.leaves > filed else ()
        return next((goods for before, goods in stages if refund.leaves - refund.span[before] <= now), Goods.UNPICKED)
    if state.recall == 2 and state.kept == 1:
        return Goods.IN_TRANSIT
    if now >= refund.arrives:
        return Goods.LOCKER if refund.to_locker == 1 and state.collected == 0 else Goods.DELIVERED
    if refund.arrives < NEVER and now >= refund.arrives - refund.span[S_LAST_MILE]:
        return Goods.OUT_FOR_DELIVERY
    return Goods.IN_TRANSIT if now >= refund.leaves + refund.span[S_LINEHAUL] else Goods.HANDED_OVER


def last_scan(refund: Any, now: int) -> int:
    """The carrier's last scan: the one before a silence, or the hand-over of a parcel of which nothing was heard again; else just now."""
    if refund.stalls < NEVER:
        return int(refund.stalls)
    return int(refund.leaves) if refund.arrives >= NEVER else now


@dataclass
class Watch:
    """What was seen of all refunds of a run. faults: sentences, by what they are about."""

    settings: Settings
    arrows: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    responses: Counter[str] = field(default_factory=Counter)
    filed: dict[int, int] = field(default_factory=dict)
    routes: dict[int, list[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(list))
    _at: dict[tuple[int, int], int] = field(default_factory=dict)
    _sent: dict[int, int] = field(default_factory=dict)
    _judged: dict[int, Response] = field(default_factory=dict)

    def procedure(self) -> Procedure:
        """The refund procedure, watched."""
        return dataclasses.replace(PROCEDURE, advance=self.advance, alarm=self.alarm)

    def advance(self, item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        row = refund.row
        self.routes[row].append((now, item, NAMES[step]))
        if step == FILE:
            self.filed[row] = now
        self.note_arrow(row, item, step)
        expected = self.before_judgement(step, refund, state, tables, now)
        money = (state.paid, state.ledger.refunded)
        if step == PAY:
            self.money_is_safe(refund, state, tables)
        action = PROCEDURE.advance(item, step, refund, state, tables, now)
        if expected is not None:
            self.after_judgement(expected, refund, state, now)
        self.note_money(money, refund, state, NAMES[step])
        if action[0] == WORK and action[5] >= 0:
            self.declared(step, action[5])
        return action

    def alarm(self, which: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        money = (state.paid, state.ledger.refunded)
        action = PROCEDURE.alarm(which, refund, state, tables, now)
        self.note_money(money, refund, state, f"alarm {which}")
        if action[0] == GO_TO:
            self._sent[refund.row] = action[1]
        self.routes[refund.row].append((now, -1, f"alarm {which}"))
        return action

    def note_arrow(self, row: int, item: int, step: int) -> None:
        before = self._at.get((row, item))
        self._at[row, item] = step
        if item == 0 and self._sent.get(row) == step:  # an alarm sent it here, from wherever it was
            del self._sent[row]
            return
        if before is not None and (item == 0 or STEPS[before].then):
            self.arrows[NAMES[before], NAMES[step]] += 1
            self.declared(before, step)

    def declared(self, before: int, step: int) -> None:
        if NAMES[step] not in STEPS[before].then:
            self.faults["arrows"].append(f"{NAMES[before]} → {NAMES[step]} is not declared")

    # ---------------------------------------------------------------- judgements
    def before_judgement(self, step: int, refund: Any, state: Any, tables: Any, now: int) -> str | None:
        """The rule that the words of the rules lead to; the ledger's marks are set aside meanwhile."""
        if step != JUDGE:
            return None
        facts = facts_of(refund, state, tables, now, self.filed[refund.row])
        rule = rule_for(facts, self.settings)
        self._judged[refund.row] = rule.response
        self.responses[rule.response.value] += 1
        self._marks = list(state.ledger.rules)
        state.ledger.rules = [0, 0]
        return rule.id

    def after_judgement(self, expected: str, refund: Any, state: Any, now: int) -> None:
        marks = state.ledger.rules
        taken = [rule.id for number, rule in enumerate(masks().rules) if marks[number // BITS] >> (number % BITS) & 1]
        state.ledger.rules = [old | new for old, new in zip(self._marks, marks, strict=True)]
        already_paid = taken == [] and state.paid == 1  # nothing is left to judge
        if taken != [expected] and not already_paid:
            self.faults["rules"].append(f"refund {refund.row} at {now}: the rules say {expected}, the desk went by {taken}")

    # ---------------------------------------------------------------- money
    def note_money(self, before: tuple[int, int], refund: Any, state: Any, where: str) -> None:
        paid, refunded = before
        if paid == 1 and state.ledger.refunded != refunded:
            self.faults["twice"].append(f"refund {refund.row} is refunded again at {where}")
        if paid == 0 and refunded == 0 and state.ledger.refunded > 0 and state.paid == 0:
            self.faults["twice"].append(f"refund {refund.row}: money moves at {where} and is not marked as paid")

    def money_is_safe(self, refund: Any, state: Any, tables: Any) -> None:
        """On paths 1 and 2 no person pays before the goods are secured, promised or lost; but for wrong acts and what owes compensation."""
        if state.handled > 2:
            return
        wrong = state.ledger.wrong_acts >> E_UNCONFIRMED & 1
        lost = any(name == NAMES[LOST] for _, item, name in self.routes[refund.row] if item == 0)
        first_thing = self._judged.get(refund.row) == Response.REFUND_AND_COMPENSATE
        if not (state.secured or state.recall == 2 or lost or wrong or first_thing):
            self.faults["unsafe"].append(f"refund {refund.row}: {[name for _, _, name in self.routes[refund.row]]}")
