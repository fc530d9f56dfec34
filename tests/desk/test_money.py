"""What a refund costs the shop, entry by entry."""

from typing import Any

import pytest

from tests.desk.stories import (
    DAY,
    HOUR,
    INSPECTION,
    NO_AGREEMENT,
    NO_ERP,
    NO_WAY,
    OUTSIDE,
    SHOP_BEARS,
    SIGNING,
    SURE,
    overlay,
    refund,
    tell,
)


@pytest.mark.parametrize(("paid", "owed"), [(2_000, 500), (20_000, 1_000), (100_000, 3_000)])
def test_compensation_is_a_share_of_the_price_between_a_least_and_a_most(paid: int, owed: int) -> None:
    story = tell(refund(1, reason="late_shipment", claim_holds=1, paid=paid, amount=paid))
    assert story.cost("compensation") == owed


def test_compensation_is_owed_for_the_price_and_not_for_what_is_asked() -> None:
    assert tell(refund(2, reason="late_shipment", claim_holds=1, amount=10_000)).cost("compensation") == 1_000


def test_an_erp_takes_its_fee_whether_or_not_the_cut_comes_in_time() -> None:
    assert tell(refund(1)).cost("fees") == tell(refund(1, C_CUT=NO_WAY)).cost("fees") == 10
    assert tell(refund(1), NO_ERP).cost("fees") == 0


def test_inspection_before_and_after_the_refund_costs_the_same_fee_outside() -> None:
    assert tell(refund(4), OUTSIDE, INSPECTION).cost("fees") == tell(refund(4), OUTSIDE, SIGNING).cost("fees") == 200


def test_a_recall_costs_its_fee_only_where_the_carrier_promises() -> None:
    assert tell(refund(2)).cost("recall") == 2_000
    assert tell(refund(2, C_RECALL=NO_WAY)).cost("recall") == 0


@pytest.mark.parametrize(
    ("facts", "overlays", "entries"),
    [
        ((1, {}), (), {"refunded": 20_000, "fees": 10}),
        ((2, {}), (), {"refunded": 20_000, "recall": 2_000}),
        ((3, {"amount": 3_500}), (), {"refunded": 3_500}),
        ((4, {}), (), {"refunded": 20_000, "freight": 1_000}),
        ((4, {"wants_exchange": 1}), (), {"reshipped": 800, "freight": 1_000}),
        ((2, {"stalls": -6 * DAY, "leaves": -7 * DAY, "arrives": 2**62}), (SHOP_BEARS,), {"refunded": 20_000, "lost": 20_000}),
    ],
)
def test_nothing_but_what_happened_stands_in_the_ledger(facts: tuple[int, dict[str, Any]], overlays: Any, entries: dict[str, int]) -> None:
    story = tell(refund(facts[0], **facts[1]), *overlays)
    amounts = ("refunded", "compensation", "lost", "over_granted", "freight", "recall", "coupon", "premium", "fees", "reshipped")
    assert {name: story.cost(name) for name in amounts if story.cost(name)} == entries


def test_what_the_agreement_secures_is_lost_without_it() -> None:
    broken = refund(2, C_KEEP=NO_WAY)
    on_promise = overlay(policy__recall__refund_on="promise")
    assert tell(broken, on_promise).ledger["lost"] == 0
    assert tell(broken, on_promise, SHOP_BEARS).ledger["lost"] == 20_000
    assert tell(broken, on_promise, NO_AGREEMENT).ledger["lost"] == 0  # no money before the parcel is back


def test_a_wrong_item_left_with_the_buyer_is_given_away() -> None:
    """The price of offering to keep: goods that do not come back, against freight and handling saved."""
    kept = tell(refund(4, reason="wrong_item", may_keep=1, C_KEEPS=SURE))
    returned = tell(refund(4, reason="wrong_item", may_keep=1))
    goods = ("lost", "over_granted", "reshipped")
    assert kept.cost("freight") < returned.cost("freight")
    assert kept.cost(*goods) > returned.cost(*goods)


def test_goods_shipped_twice_cost_the_shop_twice_on_whatever_path() -> None:
    """Said not to be received, never proven: new goods go out, and the carrier bears nothing."""
    for path, facts in ((2, {"arrives": -HOUR, "to_locker": 1}), (3, {}), (4, {})):
        row = refund(path, not_received=1, C_DELIVERED=NO_WAY, C_RESHIP=SURE, **facts)
        assert tell(row, SHOP_BEARS).cost("reshipped") == 20_800, path


def test_a_worn_return_counts_at_the_settled_share_of_the_price() -> None:
    worn = refund(4, return_wrong=1)
    assert tell(worn, overlay(costs__worn_share=0.5)).cost("refunded") == 10_000
    assert tell(worn, SIGNING, overlay(costs__worn_share=0.5)).cost("refunded", "over_granted") == 30_000
