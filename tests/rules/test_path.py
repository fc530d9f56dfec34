"""The two keys of the path, and what a row of an export says about them."""

# ruff: noqa: DTZ001 - the wall clocks of an export have no zone

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.path import FACTS, SHIPPED, SIGNED, UNSHIPPED, Confidence, Verdict, classify_row, path_of, says_signed, trace_until

FILED = datetime(2025, 11, 12, 9, 0, 0)


def row(goods: str = "", trace: str | None = "", back: int = 0, status: str = "", filed: datetime = FILED) -> Verdict:
    return classify_row(goods, trace, back, status, filed)


@pytest.mark.parametrize(
    ("state", "back", "path"),
    [(UNSHIPPED, 0, 1), (UNSHIPPED, 1, 1), (SHIPPED, 0, 2), (SHIPPED, 1, 2), (SIGNED, 0, 3), (SIGNED, 1, 4)],
)
def test_the_order_state_and_the_return_decide_the_path(state: int, back: int, path: int) -> None:
    assert path_of(state, back) == path


def test_a_return_filed_in_transit_is_still_path_2() -> None:
    assert path_of(SHIPPED, 1) == 2


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1))
def test_arrays_get_the_same_paths_as_single_requests(facts: list[tuple[int, int]]) -> None:
    state, back = (np.array(column, np.int8) for column in zip(*facts, strict=True))
    assert path_of(state, back).tolist() == [path_of(*each) for each in facts]


def test_the_plainest_facts_of_a_path_lead_back_to_it() -> None:
    assert [path_of(*FACTS[path]) for path in (1, 2, 3, 4)] == [1, 2, 3, 4]


@given(
    st.sampled_from(["", "买家未收到货", "买家已收到货", "买家已退货", "BUYER_RECEIVED", "?"]),
    st.sampled_from([None, "", "已揽收", "2025-11-11 09:00:00 已揽收", "2025-11-13 09:00:00 已揽收", "2025-11-10 09:00 已签收", "未签收"]),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from(["", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED", "TRADE_CLOSED"]),
)
def test_a_verdict_never_contradicts_the_rule(goods: str, trace: str | None, back: int, status: str) -> None:
    verdict = row(goods, trace, back, status)
    if verdict.path:
        assert path_of(verdict.state, max(verdict.sends_back, 0)) == verdict.path
        assert verdict.confidence > Confidence.NONE
        assert verdict.column
    else:
        assert verdict.confidence == Confidence.NONE


def test_no_trace_and_not_received_is_unshipped() -> None:
    assert row("买家未收到货") == Verdict(1, UNSHIPPED, 0, Confidence.SURE, "trace")


def test_on_its_way_is_path_2_even_if_a_return_is_wanted() -> None:
    verdict = row("买家未收到货", "2025-11-11 09:00:00 已揽收", back=1)
    assert (verdict.path, verdict.sends_back, verdict.confidence) == (2, 1, Confidence.SURE)


def test_a_parcel_picked_up_after_the_filing_was_unshipped_when_it_was_filed() -> None:
    verdict = row("买家未收到货", "2025-11-12 10:30:00 已揽收;2025-11-12 20:00:00 到达转运中心")
    assert (verdict.path, verdict.confidence) == (1, Confidence.SURE)


def test_a_trace_without_times_is_believed_less() -> None:
    assert row("买家未收到货", "圆通 YT1").confidence == Confidence.LIKELY


@pytest.mark.parametrize("word", ["已签收", "已送达", "邻居代收", "已放驿站", "快件已暂存"])
def test_a_signed_trace_that_the_buyer_disputes_is_path_2_and_flagged(word: str) -> None:
    verdict = row("买家未收到货", f"2025-11-11 09:00:00 {word}")
    assert (verdict.path, verdict.disputed, verdict.confidence) == (2, True, Confidence.LIKELY)


def test_refused_at_the_door_is_not_signed_for() -> None:
    assert not says_signed("2025-11-11 09:00:00 收件人拒签")
    assert row("买家未收到货", "2025-11-11 09:00:00 收件人拒签").disputed is False


def test_signed_for_and_sent_back_is_path_4_else_3() -> None:
    assert row("买家已收到货", "2025-11-10 09:00:00 已签收", back=1).path == 4
    assert row("买家已退货", back=1).path == 4
    assert row("买家已收到货", "2025-11-10 09:00:00 已签收").path == 3


def test_signed_for_without_a_word_on_the_return_leaves_the_path_open() -> None:
    assert row("买家已收到货", back=-1) == Verdict(0, SIGNED, -1, Confidence.NONE, "goods_status")


def test_todays_order_status_is_asked_last_and_only_guessed_from() -> None:
    assert row(trace=None, status="TRADE_FINISHED", back=1).confidence == Confidence.GUESS
    assert row("买家未收到货", "2025-11-11 09:00:00 已揽收", status="TRADE_FINISHED").path == 2


def test_an_order_still_unshipped_today_was_unshipped_then() -> None:
    assert row(trace=None, status="WAIT_SELLER_SEND_GOODS") == Verdict(1, UNSHIPPED, 0, Confidence.SURE, "order_status")


def test_a_row_without_any_of_the_columns_says_nothing() -> None:
    assert row(trace=None).path == 0


def test_events_may_stand_before_or_after_their_times() -> None:
    assert trace_until("2025-11-12 08:00 揽收;2025-11-12 10:00 签收", FILED) == ("2025-11-12 08:00 揽收;", True)
    assert trace_until("揽收 2025-11-12 08:00;签收 2025-11-12 10:00", FILED) == ("揽收 2025-11-12 08:00", True)
    assert trace_until("单号 2025-99-99 08:00", FILED) == ("单号 2025-99-99 08:00", False)
