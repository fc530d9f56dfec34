"""While the platform keeps refunds of unshipped orders closed: buyers ask in chat, which is work and no request; at the opening machines
refund."""

from typing import Any

import numpy as np
import pytest

from sim.demand.workload import NEVER
from sim.desk.records import ALARMED, BEGAN, CLOSED, FILED, FINISHED, JOINED, LEDGER, WAITING
from sim.desk.tables import L_PATH_1
from tests.desk.stories import (
    AFTER_SALES,
    CLOSES,
    DAY,
    HOUR,
    MINUTE,
    NO_BATCH,
    NO_ERP,
    RECENT,
    SURE,
    Story,
    applied_again,
    instant,
    overlay,
    refund,
    tell,
)

NOBODY = {"agents": NEVER}


def chat(**facts: Any) -> np.ndarray:
    return refund(1, only_asks=1, **facts)


def in_one_line(*rows: np.ndarray) -> np.ndarray:
    together = np.concatenate(rows)
    together["number"] = range(len(together))
    return together


def taken(story: Story, count: int) -> list[int]:
    """The refunds in the order in which somebody first took them."""
    began = [(story.of(row).rows["time"][story.of(row).rows["kind"] == BEGAN][0], row) for row in range(count)]
    return [row for _, row in sorted(began)]


# ---------------------------------------------------------------- who only asks
def test_who_only_asks_is_answered_by_an_agent_and_that_is_all() -> None:
    story = tell(chat(W_CHASE=90, W_RESPOND=500))
    assert story.rows["kind"].tolist() == [FILED, JOINED, BEGAN, FINISHED, CLOSED]
    assert story.worked == ["CHAT"]
    assert story.seconds("CHAT") == 90
    assert story.outcome == "chat_answered"


def test_nothing_of_it_stands_in_the_ledger() -> None:
    assert tell(chat(reason="late_shipment", claim_holds=1)).ledger == np.zeros(1, LEDGER)[0]


def test_no_clock_no_chaser_no_machine_and_no_withdrawal_comes_to_it() -> None:
    row = chat(patience=0, leaves=HOUR, S_WITHDRAWS=0, C_WITHDRAW=SURE, C_INSTANT=SURE, S_ONLINE=0)
    story = tell(row, RECENT, CLOSES, instant(1), overlay(buyer__withdraws=1.0, policy__refresh="20 min"), there=NOBODY)
    assert story.rows["kind"].tolist() == [FILED, JOINED]
    assert story.times(JOINED, "CHAT") == [0]
    assert story.alarms == []


def test_it_waits_for_the_list_no_more_than_any_other_chat() -> None:
    story = tell(chat(filed=1), overlay(policy__refresh="20 min"))
    assert (story.began("CHAT"), story.steps(WAITING)) == (1, [])


def test_a_second_application_reserved_for_it_is_never_filed() -> None:
    story = tell(applied_again(chat()))
    assert story.outcome == "chat_answered"
    assert len(story.of(1).rows) == 0


@pytest.mark.parametrize("split", [(), (AFTER_SALES,)])
def test_it_stands_in_the_line_of_the_agents_of_unshipped_orders_also_where_others_carry_refunds_on(split: tuple[Any, ...]) -> None:
    story = tell(chat(), *split)
    assert set(story.rows["line"][story.rows["kind"] == JOINED]) == {L_PATH_1}


FIRST_COME, BY_PATH = overlay(policy__line_order="first_come"), overlay(policy__line_order="by_path")
DEADLINE, ONLINE = overlay(policy__line_order="earliest_deadline"), overlay(policy__line_order="online_first")


@pytest.mark.parametrize("order", [FIRST_COME, DEADLINE, ONLINE])
def test_it_has_its_turn_among_the_requests_of_its_time(order: dict[str, Any]) -> None:
    rows = in_one_line(*(chat(filed=second) if second == 30 else refund(3, filed=second) for second in (0, 10, 20, 30, 40)))
    assert taken(tell(rows, order, there={"agents": MINUTE}), 5) == [0, 1, 2, 3, 4]


def test_by_path_it_stands_with_unshipped_orders() -> None:
    of_path_1 = (chat(filed=second) if second == 5 else refund(1, filed=second) for second in (3, 4, 5, 6))
    rows = in_one_line(*(refund(3, filed=second) for second in (0, 1, 2)), *of_path_1)
    story = tell(rows, BY_PATH, NO_BATCH, there={"agents": MINUTE})
    assert taken(story, 7)[:4] == [3, 4, 5, 6]


# ---------------------------------------------------------------- what a machine is let loose on
@pytest.mark.parametrize("path", [1, 2, 3, 4])
def test_a_machine_refunds_at_filing_what_it_is_let_loose_on(path: int) -> None:
    story = tell(refund(path, by_machine=1, filed=DAY), instant(path, 0.0), there=NOBODY)
    assert (story.outcome, story.closed_at, story.worked) == ("instant", DAY, [])
    assert (story.ledger["automatic"], story.ledger["refunded"]) == (3, 20_000)


def test_what_a_machine_refunds_is_not_picked_where_the_erp_knows_of_it() -> None:
    assert tell(refund(1, by_machine=1)).ledger["lost"] == 0
    assert tell(refund(1, by_machine=1), NO_ERP).ledger["lost"] == 20_000


def test_a_machine_comes_before_force() -> None:
    story = tell(refund(3, by_machine=1, C_FORCED=SURE), overlay(clocks__forced=1.0))
    assert (story.outcome, story.ledger["automatic"], story.ledger["intervened"]) == ("instant", 3, 0)


def test_a_machine_refunds_nobody_who_only_asks() -> None:
    assert tell(chat(by_machine=1)).outcome == "chat_answered"


def test_no_alarm_is_left_of_what_a_machine_refunded() -> None:
    story = tell(refund(1, by_machine=1, patience=0), RECENT)
    assert ALARMED not in story.rows["kind"]
