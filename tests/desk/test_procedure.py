"""The four paths as claims: one refund on a quiet desk, and what becomes of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.demand import columns
from sim.demand.columns import C_CUT, C_KEEP, C_OFFER, C_RECALL, S_LOST_AFTER, S_ONLINE
from sim.demand.workload import NEVER, REFUND
from sim.desk.contract import Floor
from sim.desk.log import first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ALARMED, BEGAN, CLOSED, FINISHED, GAVE_UP, JOINED, LINE, POOL, SLOT
from sim.desk.simulate import run_desk
from sim.desk.steps import ALARM_NAMES, OUTCOMES, STEPS
from sim.desk.tables import HANDOFF_NAMES, L_BATCH, LINE_POOLS, tables_of
from sim.rules.path import FACTS
from sim.rules.reasons import reasons
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import CHANGE, ON
from sim.shipped import scenarios_folder

HOUR, DAY = 3600, 86400
REASON = {reason.key: reason.index for reason in reasons()}


@dataclass(frozen=True)
class Story:
    """What the log says of refund 0."""

    rows: Any
    ledger: Any

    def steps(self, kind: int) -> list[str]:
        names = ALARM_NAMES if kind == ALARMED else OUTCOMES if kind == CLOSED else [step.name for step in STEPS]
        return [names[step] for step in self.rows["step"][self.rows["kind"] == kind]]

    @property
    def worked(self) -> list[str]:
        return self.steps(BEGAN)

    @property
    def outcome(self) -> str:
        return self.steps(CLOSED)[0]

    def at(self, kind: int, name: str) -> int:
        step = next(number for number, step in enumerate(STEPS) if step.name == name)
        return int(self.rows["time"][(self.rows["kind"] == kind) & (self.rows["step"] == step)][0])

    @property
    def closed_at(self) -> int:
        return int(self.rows["time"][self.rows["kind"] == CLOSED][0])


def refund(path: int, **facts: Any) -> np.ndarray:
    """A refund on which nothing special happens, changed by `facts`: columns, or places in work, span and chance by name."""
    row = np.zeros(1, REFUND)
    row["again"] = -1
    row["amount"] = row["paid"] = 20_000
    row["state"], row["sends_back"] = FACTS[path]
    row["leaves"] = 3 * DAY if path == 1 else -DAY
    row["arrives"] = 2 * DAY if path == 2 else 5 * DAY if path == 1 else -1
    row["work"], row["contact"], row["patience"] = 60, 60, 30 * DAY
    row["span"] = DAY
    row["span"][0, S_ONLINE], row["span"][0, S_LOST_AFTER] = HOUR, 5 * DAY
    row["chance"] = 0.999  # nothing that has a chance happens
    row["chance"][0, [C_CUT, C_RECALL, C_KEEP, C_OFFER]] = 0.0  # but what should go well
    for name, value in facts.items():
        if name in (REFUND.names or ()):
            row[name] = REASON[value] if isinstance(value, str) else value
        else:
            column = {"W": "work", "S": "span", "C": "chance"}[name[0]]
            row[column][0, getattr(columns, name)] = value
    return row


def tell(row: np.ndarray, *overlays: dict[str, Any], night: bool = False) -> Story:
    """Run one refund on a desk where two of every pool are always there; both engines must agree."""
    scenario: Scenario = load_scenario(scenarios_folder() / "busy-week.toml", overlays)
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = LINE_POOLS, 1
    batch = scenario.policy.batch
    lines[L_BATCH] = (0, batch.cases, batch.amount, batch.per_batch)
    groups = [next(n for n, (name, _, _) in enumerate(scenario.groups()) if name == pool) for pool in scenario.pools]
    slots = np.array([(pool, groups[pool], 1) for pool in range(5) for _ in range(2)], SLOT)
    changes = np.array([(0, slot, ON) for slot in range(len(slots)) if not (night and slot < 2)], CHANGE)
    floor = Floor(np.zeros(5, POOL), lines, slots, changes)
    tables = tables_of(scenario)
    logs = [run_desk(row, floor, tables, 60 * DAY, engine, PROCEDURE) for engine in ("simpy", "compiled")]  # type: ignore[arg-type]
    assert first_difference(*logs) is None
    return Story(logs[0].rows[logs[0].rows["refund"] == 0], logs[0].ledger[0])


# ---------------------------------------------------------------- path 1
def test_a_plain_unshipped_request_is_refunded_by_the_batch_tool_after_the_erp_cut() -> None:
    story = tell(refund(1))
    assert story.worked == ["BATCH"]
    assert story.outcome == "refunded"
    assert story.ledger["refunded"] == 20_000
    assert story.ledger["lost"] == 0


def test_what_may_owe_compensation_leaves_the_batch_and_is_paid_when_the_claim_holds() -> None:
    story = tell(refund(1, reason="late_shipment", C_CLAIM=0.0))
    assert story.worked == ["RESPOND", "PAY"]
    assert story.ledger["compensation"] == 1_000  # 5 % of 200 yuan
    assert tell(refund(1, reason="late_shipment", C_CLAIM=0.999)).ledger["compensation"] == 0


def test_without_erp_the_warehouse_is_asked_to_cut() -> None:
    story = tell(refund(1), {"policy": {"erp_cut": {"on": False}}})
    assert story.worked == ["BATCH", "CUT"]
    asked = story.rows[(story.rows["kind"] == JOINED) & (story.rows["handoff"] >= 0)]
    assert [HANDOFF_NAMES[handoff] for handoff in asked["handoff"]] == ["agent_warehouse"]


def test_a_parcel_that_left_unseen_is_stopped_before_money_moves() -> None:
    story = tell(refund(1, leaves=-HOUR, arrives=2 * DAY))
    assert story.worked == ["BATCH", "RECALL", "RECEIVE", "PAY"]
    assert story.at(FINISHED, "RECALL") < story.at(BEGAN, "PAY")
    assert story.ledger["lost"] == 0
    assert story.ledger["path"] == 1


def test_a_parcel_that_leaves_while_the_request_waits_is_stopped_too() -> None:
    story = tell(refund(1, leaves=90, arrives=2 * DAY, reason="late_shipment", C_CUT=0.999), {"clocks": {"ship_click": "reroutes"}})
    assert "leaves" in story.steps(ALARMED)
    assert story.worked == ["RESPOND", "CUT", "RECALL", "RECEIVE", "PAY"]


def test_a_click_on_ship_closes_the_request_where_the_platform_says_so() -> None:
    story = tell(refund(1, leaves=30, reason="late_shipment"), {"clocks": {"ship_click": "closes"}})
    assert story.outcome == "closed_by_shipping"
    assert story.closed_at == 30


# ---------------------------------------------------------------- path 2
def test_a_promise_of_the_carrier_is_enough_where_the_agreement_says_so() -> None:
    story = tell(refund(2), {"policy": {"recall": {"refund_on": "promise"}}})
    assert story.worked == ["RESPOND", "RECALL", "PAY"]
    assert story.ledger["lost"] == 0
    assert story.ledger["freight"] == 800


def test_a_broken_promise_costs_money_and_goods() -> None:
    story = tell(refund(2, C_KEEP=0.999), {"policy": {"recall": {"refund_on": "promise"}}})
    assert story.outcome == "refunded"
    assert story.ledger["lost"] == 20_000


def test_otherwise_the_money_waits_for_the_parcel() -> None:
    story = tell(refund(2))
    assert story.worked == ["RESPOND", "RECALL", "RECEIVE", "PAY"]
    assert story.at(BEGAN, "RECEIVE") >= DAY


def test_not_received_is_asked_of_carrier_and_warehouse_side_by_side() -> None:
    story = tell(refund(2, reason="never_delivered"))
    assert story.at(BEGAN, "RECALL") == story.at(BEGAN, "ASK_WAREHOUSE")


def test_a_carrier_that_does_not_answer_is_asked_no_longer() -> None:
    others = [refund(2, number=number, W_RECALL=40 * DAY) for number in (1, 2)]  # both of the carrier's people are busy with these
    story = tell(np.concatenate([refund(2, filed=HOUR, arrives=NEVER), *others]), {"clocks": {"preset": "none"}})
    assert story.steps(GAVE_UP) == ["RECALL"]
    assert story.outcome == "refunded"


@pytest.mark.parametrize(("door", "outcome"), [(0.0, "refunded"), (0.999, "withdrawn")])
def test_without_a_promise_the_parcels_fate_decides(door: float, outcome: str) -> None:
    story = tell(refund(2, C_RECALL=0.999, C_DOOR=door), {"clocks": {"preset": "none"}})
    assert story.outcome == outcome


def test_no_scan_for_five_days_is_a_lost_parcel_and_the_carriers_cost() -> None:
    story = tell(refund(2, C_RECALL=0.999, arrives=NEVER), {"clocks": {"preset": "none"}})
    assert story.outcome == "refunded"
    assert story.ledger["lost"] == 0
    assert story.at(BEGAN, "PAY") >= 5 * DAY


# ---------------------------------------------------------------- path 3
def test_within_the_limit_an_agent_decides_alone() -> None:
    story = tell(refund(3, amount=5_000))
    assert story.worked == ["RESPOND", "DECIDE", "PAY"]
    assert story.outcome == "partly_refunded"


def test_above_it_the_supervisor_decides() -> None:
    story = tell(refund(3, amount=5_001))
    assert story.worked == ["RESPOND", "DECIDE", "APPROVE", "PAY"]


def test_a_first_offer_that_is_not_accepted_takes_another_talk() -> None:
    assert tell(refund(3, amount=5_000, C_OFFER=0.999)).worked == ["RESPOND", "DECIDE", "DECIDE", "PAY"]


def test_refund_only_filed_by_mistake_is_guided_to_send_the_goods_back() -> None:
    story = tell(refund(3, C_MISTAKEN=0.0))
    assert "RECEIVE" in story.worked
    assert "DECIDE" not in story.worked
    assert story.ledger["path"] == 3


def test_an_unfounded_request_is_refused_with_a_reason_and_may_come_again() -> None:
    rows = np.concatenate([refund(3, C_REFUSED=0.0, again=1, S_AGAIN=5 * HOUR), refund(3, filed=NEVER, second=1)])
    rows["number"] = [0, 1]
    story = tell(rows)
    assert story.outcome == "refused"
    assert story.ledger["refused"] == 1


# ---------------------------------------------------------------- path 4
SIGNING = {"policy": {"returns": {"refund_on": "signing"}}}
INSPECTION = {"policy": {"returns": {"refund_on": "inspection"}}}
DOOR = {"policy": {"returns": {"refund_on": "door", "door_threshold": 1}}}


def test_refund_on_signing_pays_before_the_inspection() -> None:
    story = tell(refund(4), SIGNING)
    assert story.worked == ["RESPOND", "RECEIVE", "PAY", "BOOK_IN"]


def test_refund_after_inspection_pays_last() -> None:
    assert tell(refund(4), INSPECTION).worked == ["RESPOND", "RECEIVE", "INSPECT", "PAY"]


def test_at_the_door_the_warehouse_inspects_while_few_wait() -> None:
    assert tell(refund(4), DOOR).worked == ["RESPOND", "RECEIVE", "PAY"]


def test_refund_on_signing_can_pay_for_an_empty_parcel_and_inspection_cannot() -> None:
    empty = {"C_ANOMALY": 0.0, "C_EMPTY": 0.0}
    assert tell(refund(4, **empty), SIGNING).ledger["lost"] == 20_000
    refused = tell(refund(4, **empty), INSPECTION)
    assert refused.outcome == "refused"
    assert refused.ledger["lost"] == 0
    assert "PROOF" in refused.worked


def test_a_tracking_number_within_twelve_hours_earns_the_coupon() -> None:
    assert tell(refund(4, S_BUYER_SHIPS=12 * HOUR)).ledger["coupon"] == 500
    assert tell(refund(4, S_BUYER_SHIPS=12 * HOUR + 1)).ledger["coupon"] == 0


def test_an_exchange_sends_new_goods_and_no_money() -> None:
    story = tell(refund(4, C_EXCHANGE=0.0), INSPECTION)
    assert story.outcome == "exchanged"
    assert story.ledger["refunded"] == 0
    assert story.worked[-1] == "SEND_NEW"


def test_a_buyer_who_sends_nothing_back_loses_the_request() -> None:
    story = tell(refund(4, S_BUYER_SHIPS=20 * DAY))
    assert story.outcome == "closed_by_clock"
    assert story.steps(ALARMED)[-1] == "buyer_clock"


# ---------------------------------------------------------------- every path
def test_a_sellers_clock_that_runs_out_moves_the_money_in_whatever_state() -> None:
    nobody = tell(refund(3), night=True)
    assert nobody.outcome == "auto_refunded"
    assert nobody.ledger["automatic"] == 1
    assert nobody.ledger["refunded"] == 20_000


def test_silence_makes_chasers_and_an_answer_ends_them() -> None:
    asked = refund(3, patience=2 * HOUR)
    silent, quick = tell(asked, night=True), tell(asked)
    assert silent.ledger["chases"] == 3
    assert quick.ledger["chases"] == 0


def test_a_path_taken_wrongly_is_answered_once_more() -> None:
    story = tell(refund(3, C_SLIP=0.0, amount=5_000))
    assert story.worked == ["RESPOND", "RESPOND", "DECIDE", "PAY"]
    assert story.ledger["mistakes"] == 1
    assert story.ledger["believed"] == 3


def test_a_buyer_who_is_offline_takes_another_contact() -> None:
    late = tell(refund(3, S_ONLINE=0, amount=5_000))
    soon = tell(refund(3, amount=5_000))
    spent = [story.at(FINISHED, "RESPOND") - story.at(BEGAN, "RESPOND") for story in (soon, late)]
    assert spent == [60, 120]


def test_without_a_named_contact_questions_take_longer() -> None:
    named = tell(refund(2, **{"S_PARCEL_RETURNS": HOUR, "S_RETURN_TRANSIT": HOUR}))
    unnamed = tell(refund(2), {"policy": {"named_contact": {"carrier": False}}})
    spent = [story.at(FINISHED, "RECALL") - story.at(BEGAN, "RECALL") for story in (named, unnamed)]
    assert spent == [60, 120]
