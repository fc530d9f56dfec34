"""What a mistake costs, as an expectation: the desk handles many refunds that look like the case, rightly and as the trainee would, with
the same luck. The difference, refund by refund, is the price of the mistake.

The desk is the simulator's own procedure in the reference engine, with people enough that nobody waits for another. It begins where the
card stands: what has come to light by then is put into the refund's state at filing. A question that is under way is asked anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.columns import C_KEEP, S_SENDS
from sim.demand.workload import NEVER, Workload
from sim.desk import steps
from sim.desk.actions import Action, at_once
from sim.desk.contract import Floor, Procedure
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.records import BEGAN, ERRORS, FINISHED, GROUPS, KEEP, LINE, POOL, SLOT
from sim.desk.simulate import run_desk
from sim.desk.tables import (
    K_CONFIRMS,
    K_SENDS_BACK,
    LINE_NAMES,
    LINE_POOLS,
    P_AGREEMENT,
    P_BATCH,
    P_COUPON_WITHIN,
    P_DOOR_THRESHOLD,
    P_LOSS_BY_CARRIER,
    P_LOST_AFTER,
    Q_FORCED,
    Q_INSTANT,
    Q_KEEP,
    tables_of,
)
from sim.measure.money import CAUSES
from sim.measure.outcomes import BY_SELLERS_CLOCK, outcomes
from sim.rules.facts import BuyerSays, Claim, Facts, Goods, Inquiry, Recall, Return, Weight
from sim.rules.masks import words_of_settings
from sim.rules.tables import Text
from sim.scenario.calendar import CHANGE, ON
from sim.scenario.schema import Scenario
from sim.study.paired import Difference, Sample, paired
from trainer_app.training.card import FEN, response_text, text_of, texts
from trainer_app.training.cases import Case
from trainer_app.training.facet_words import both, path_name
from trainer_app.training.grading import Answer, accepted_responses
from trainer_app.training.message import MOVING
from trainer_app.training.situation_rows import rows_of

HOUR, DAY = 3600, 86400
CHATS_EACH = 2
"""Chats that the agents can hold for every refund: the refund itself, and a chaser or an enquiry beside it. Others need one."""

FIGURES = ("work_seconds", "completion_hours", "yuan", "chased", "complained", "auto_refunded", "lost_both")
"""What is compared: the shop's people's seconds of work; hours from filing until it is done; yuan by all causes, labour included; and the
shares (0-1) with a chaser, a complaint, an automatic refund, goods and money both lost."""

MANY_RETURNS = 2**30
"""A threshold that no number of returns reaches: few are waiting."""

TURNED = (Goods.REFUSED, Goods.BACK)
ANSWERED = (Recall.PROMISED, Recall.REFUSED, Recall.SILENT)


@dataclass(frozen=True)
class Cost:
    """What an answer costs more than the right one. kind: nothing, path, response, clock or unknown; cause: the same in words. figures: by
    FIGURES, each the mean difference per refund with its 95 % interval; 0 throughout where nothing is done otherwise. right, taken: the
    means of the two runs."""

    kind: str
    cause: Text
    draws: int
    figures: Mapping[str, Difference]
    right: Mapping[str, float]
    taken: Mapping[str, float]


def cost_of(case: Case, answer: Answer, scenario: Scenario, draws: int | None = None) -> Cost:
    """The price of an answer in the shop of a scenario, as an expectation over `draws` refunds (at least 2) that look like the case.

    A wrong path is carried out as the scenario's `wrong_path` says; on the right path a wrong response is carried out first, where the
    desk has such an act. A wrong deadline alone, and a response without an act, have no price.
    """
    told = texts("cost.toml")
    count = draws or told["draws"]
    kind, slip, step = _mistake(case, answer, told["steps"])
    rows = rows_of(case, scenario, count)
    until = int(rows["filed"][0]) + told["follow_days"] * DAY
    right = _handled(case, scenario, rows, None, None, until)
    taken = right if slip is None and step is None else _handled(case, scenario, rows, slip, step, until)
    figures = {name: paired(Sample(taken[name].copy()), Sample(right[name].copy())) for name in FIGURES}
    means = [MappingProxyType({name: float(run[name].mean()) for name in FIGURES}) for run in (right, taken)]
    return Cost(kind, _cause(case, answer, kind, told["cause"]), count, MappingProxyType(figures), *means)


def _mistake(case: Case, answer: Answer, acts: Mapping[str, str]) -> tuple[str, int | None, int | None]:
    """What kind of mistake it is, the path that it is taken for, and the step of the wrong response."""
    if answer.path is not None and answer.path not in case.truth.accepted_paths:
        return "path", answer.path, None
    if answer.response is not None and answer.response not in accepted_responses(case):
        if answer.response.value not in acts:
            return "unknown", None, None
        return "response", None, int(getattr(steps, acts[answer.response.value]))
    wrong_clock = answer.deadline is not None and answer.deadline is not case.truth.deadline
    return ("clock" if wrong_clock and answer.response == case.truth.response else "nothing"), None, None


def _cause(case: Case, answer: Answer, kind: str, words: Mapping[str, Any]) -> Text:
    if kind == "path" and answer.path is not None:
        return text_of(words[kind], given=both(path_name(answer.path)), right=both(path_name(case.path)))
    if answer.response is not None:
        given, right = response_text(answer.response), response_text(case.truth.response)
        return text_of(words[kind], given=both(given), right=both(right))
    return text_of(words[kind])


def _handled(
    case: Case, scenario: Scenario, rows: np.ndarray, slip: int | None, step: int | None, until: int
) -> dict[str, NDArray[np.float64]]:
    """Figures by name, one number a refund, of a desk that takes all of them in one way."""
    log = run_desk(rows, _floor(len(rows)), _tables(case, scenario, slip), until, "simpy", procedure_of(case, step))
    found = outcomes(log, Workload(rows), PROCEDURE)
    work = _work_seconds(log, len(rows))
    wage = next(iter(scenario.pools["agents"].groups.values())).cost_per_hour
    fen = np.sum([found[name] for name in CAUSES], axis=0) + work / HOUR * wage
    return {
        "work_seconds": work,
        "completion_hours": found.lasted / HOUR,
        "yuan": fen / FEN,
        "chased": (found["chases"] > 0).astype(np.float64),
        "complained": (found["complained"] > 0).astype(np.float64),
        "auto_refunded": (found["automatic"] == BY_SELLERS_CLOCK).astype(np.float64),
        "lost_both": (found["lost"] > 0).astype(np.float64),
    }


def _work_seconds(log: Log, count: int) -> NDArray[np.float64]:
    """Seconds that the shop's own people worked on each refund: all pools but the carriers' and an outside company's."""
    rows = log.rows[np.isin(log.rows["kind"], (BEGAN, FINISHED))]
    outside = [_POOLS.index(name) for name in ("carriers", "outside")]
    rows = rows[~np.isin(rows["pool"], outside)]
    order = np.lexsort((np.arange(len(rows)), rows["item"], rows["refund"]))
    rows = rows[order]
    ends = np.flatnonzero(
        (rows["kind"][1:] == FINISHED)
        & (rows["kind"][:-1] == BEGAN)
        & (rows["refund"][1:] == rows["refund"][:-1])
        & (rows["item"][1:] == rows["item"][:-1])
    )
    seconds = rows["time"][ends + 1] - rows["time"][ends]
    return np.asarray(np.bincount(rows["refund"][ends], weights=seconds, minlength=count), np.float64)


_POOLS = tuple(dict.fromkeys(LINE_POOLS))


def _floor(count: int) -> Floor:
    """Everybody is there all the time, and nobody has to wait."""
    pools = np.zeros(len(_POOLS), POOL)
    pools["rule"] = KEEP
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = [_POOLS.index(name) for name in LINE_POOLS], 1
    slots = np.zeros(len(_POOLS), SLOT)
    slots["pool"] = slots["group"] = range(len(_POOLS))
    slots["seats"] = [(CHATS_EACH if name == "agents" else 1) * count for name in _POOLS]
    changes = np.zeros(len(_POOLS), CHANGE)
    changes["slot"], changes["what"] = range(len(_POOLS)), ON
    return Floor(pools, lines, slots, changes, names=_POOLS, line_names=LINE_NAMES)


def _tables(case: Case, scenario: Scenario, slip: int | None) -> np.ndarray:
    """The scenario's tables for one careful person of the case's limit, who takes the path rightly, or for `slip` every time."""
    tables = tables_of(scenario).copy()
    row, facts, settings = tables[0], case.facts, case.settings
    row["pace"], row["chats"], row["errors"] = 1.0, 0.0, np.zeros((GROUPS, ERRORS))
    row["authority"] = facts.limit
    confusion = np.eye(4)
    if slip is not None:
        confusion[case.path - 1] = np.eye(4)[slip - 1]
    row["confusion"] = confusion.ravel()
    row["settled"] = words_of_settings(settings)
    row["refresh"] = 0
    few = facts.returns_waiting < settings.door_threshold
    for place, value in (
        (P_BATCH, 0),
        (P_AGREEMENT, facts.agreement),
        (P_LOSS_BY_CARRIER, facts.agreement and scenario.policy.recall.loss_borne_by == "carrier"),
        (P_LOST_AFTER, int(settings.lost_after_days * DAY + 0.5)),
        (P_COUPON_WITHIN, int(settings.coupon_hours * HOUR + 0.5)),
        (P_DOOR_THRESHOLD, MANY_RETURNS if few else 0),
    ):
        row["switch"][place] = value
    row["share"][Q_INSTANT : Q_FORCED + 1] = 0.0
    return tables


def procedure_of(case: Case, step: int | None = None) -> Procedure:
    """The desk's procedure, begun where the card stands; with `step` the first judgement is followed by that step instead of the right
    one. Plain Python, for the reference engine."""
    facts = case.facts

    def advance(item: int, at: int, refund: Any, state: Any, tables: Any, now: int) -> Action:
        if step is not None and item == 0 and at == steps.JUDGE and state.flag[0] == 0:
            state.flag[0] = 1
            return at_once(step)
        action = PROCEDURE.advance(item, at, refund, state, tables, now)
        if at == steps.FILE:
            put_in(facts, refund, state, tables, now)
        if at == steps.SET_RIGHT and facts.recall in ANSWERED:  # what the card says of the carrier is not forgotten with the mistake
            state.recall = tuple(Recall).index(facts.recall)
        return action

    return Procedure(
        PROCEDURE.name,
        advance,
        PROCEDURE.begin,
        PROCEDURE.alarm,
        PROCEDURE.first_step,
        PROCEDURE.steps,
        PROCEDURE.alarms,
        PROCEDURE.outcomes,
        PROCEDURE.paying_alarms,
    )


def put_in(facts: Facts, refund: Any, state: Any, tables: Any, now: int) -> None:
    """Write into a refund's state what has come to light by the time of the card."""
    state.claim = tuple(Claim).index(facts.claim)
    state.weight = tuple(Weight).index(facts.weight)
    if facts.recall is not Recall.ASKED:
        state.recall = tuple(Recall).index(facts.recall)
    if facts.inquiry is not Inquiry.ASKED:
        state.inquiry = tuple(Inquiry).index(facts.inquiry)
    if state.handled <= 2:
        _put_in_the_parcel(facts, refund, state, tables)
    else:
        _put_in_the_return(facts, refund, state, tables, now)


def _put_in_the_parcel(facts: Facts, refund: Any, state: Any, tables: Any) -> None:
    out = facts.goods in (*MOVING, *TURNED, Goods.LOCKER, Goods.DELIVERED)
    state.known_left = 1 if out else 0
    if facts.goods is Goods.REFUSED:
        state.refused_at_door = state.secured = 1
    if facts.goods is Goods.BACK:
        state.back = state.secured = 1
    if facts.buyer_says is BuyerSays.RECEIVED:
        state.collected = 1
    if (
        facts.recall is Recall.PROMISED
        and facts.goods in MOVING
        and refund.arrives < NEVER
        and refund.chance[C_KEEP] < tables.share[Q_KEEP]
    ):
        state.kept = state.secured = 1


def _put_in_the_return(facts: Facts, refund: Any, state: Any, tables: Any, now: int) -> None:
    if not facts.agreed and not facts.tracking_given:
        return
    state.agreed = 1 if state.handled == 4 else 0
    state.since = NEVER
    state.agreed_at = now - int(facts.hours_since_agreed * HOUR + 0.5)
    state.sends_at = now + refund.span[S_SENDS]
    state.due[steps.A_SELLER_CLOCK] = NEVER
    clock = tables.clock[K_SENDS_BACK]
    state.due[steps.A_BUYER_CLOCK] = NEVER if clock >= NEVER else max(state.agreed_at + clock, now + 1)
    if not facts.tracking_given:
        return
    state.tracking = 1
    state.due[steps.A_BUYER_CLOCK] = state.due[steps.A_WITHDRAWS] = NEVER
    if state.handled == 3:
        state.converted = state.ledger.converted = 2
        state.agreed = 1
        return
    confirms = tables.clock[K_CONFIRMS]
    state.due[steps.A_SELLER_CLOCK] = NEVER if confirms >= NEVER else now + confirms
    state.returned = max(tuple(Return).index(facts.returned), tuple(Return).index(Return.IN_TRANSIT))
    if state.returned > tuple(Return).index(Return.IN_TRANSIT):
        state.secured = 1
        state.since = now
    if facts.returned in (Return.FINE, Return.WRONG_OR_EMPTY):
        state.inspected = 1
