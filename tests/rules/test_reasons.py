"""The reasons a buyer can give."""

import pytest

from sim.desk.records import TABLES
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED
from sim.rules.reasons import OTHER, reason_index, reasons, reasons_for


def key(text: str, state: int = -1) -> str | None:
    index = reason_index(text, state)
    return None if index is None else reasons()[index].key


def test_the_index_of_a_reason_never_changes() -> None:
    """Histories, tables and stored cases keep it: add at the end only."""
    assert [reason.key for reason in reasons()][:20] == [
        "other",
        "not_wanted_unshipped",
        "wrong_address",
        "out_of_stock",
        "late_shipment",
        "agreed_refund",
        "never_delivered",
        "no_trace",
        "empty_parcel",
        "refused_damaged",
        "not_wanted_shipped",
        "seven_days",
        "freight",
        "not_as_described",
        "quality",
        "piece_missing",
        "damaged",
        "wrong_item",
        "counterfeit",
        "production_date",
    ]
    assert [reason.index for reason in reasons()] == list(range(len(reasons())))


def test_the_desks_table_has_room_for_every_reason() -> None:
    assert len(reasons()) <= TABLES["owed"].shape[0]


def test_compensation_may_be_owed_for_what_the_shop_promised_and_did_not_do() -> None:
    assert {reason.key for reason in reasons() if reason.owes_compensation} == {"out_of_stock", "late_shipment", "counterfeit"}


def test_quality_reasons_exist_only_for_goods_received() -> None:
    assert all(reason.states == (SIGNED,) for reason in reasons() if reason.quality)


def test_every_reason_has_both_languages_a_source_and_a_grade() -> None:
    assert all(reason.zh and reason.en and reason.source and reason.grade in "AHMLP" for reason in reasons())


def test_each_state_offers_its_reasons() -> None:
    assert [len(reasons_for(state)) for state in (UNSHIPPED, SHIPPED, SIGNED)] == [6, 7, 10]


def test_one_wording_means_different_reasons_in_different_states() -> None:
    assert key("不想要", UNSHIPPED) == "not_wanted_unshipped"
    assert key("不想要", SHIPPED) == "not_wanted_shipped"
    assert key("不想要", SIGNED) == "seven_days"


@pytest.mark.parametrize("text", ["7天无理由", " 7天无理由退货", "七天无理由退换货", "７天无理由", "seven_days"])
def test_wordings_of_exports_are_recognised(text: str) -> None:
    assert key(text, SIGNED) == "seven_days"


def test_a_separator_more_or_less_makes_no_difference() -> None:
    assert key("多拍、拍错、不想要") == "not_wanted_unshipped"


def test_an_unlisted_reason_is_not_guessed() -> None:
    assert reason_index("下雨了") is None
    assert reasons()[OTHER].key == "other"
