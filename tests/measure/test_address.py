"""Metric addresses, and what is said about wrong ones."""

import pytest

from sim.errors import BadInput
from sim.measure.address import Address, parse_address
from sim.measure.figures import metrics, reasons
from sim.measure.summary import RunSummary
from tests.measure.conftest import Measure
from tests.measure.tiny import HOUR, Diary


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("total_cost", Address("total_cost")),
        ("total_cost.mean", Address("total_cost")),
        ("completion_hours.p90", Address("completion_hours", "", "p90")),
        ("completion_hours.path_4", Address("completion_hours", "path_4")),
        ("completion_hours.path_4.p90", Address("completion_hours", "path_4", "p90")),
        ("handoff_within_standard.agent_supervisor", Address("handoff_within_standard", "agent_supervisor")),
        ("backlog.agents.peak", Address("backlog", "agents", "peak")),
        ("backlog.agents_12.peak", Address("backlog", "agents_12", "peak")),
        ("occupancy.after_sales", Address("occupancy", "after_sales")),
        ("wrong_act_count.blank_refusal", Address("wrong_act_count", "blank_refusal")),
        ("first_response_within_30min.worst_hour", Address("first_response_within_30min", "", "worst_hour")),
    ],
)
def test_an_address_names_a_metric_a_part_and_a_statistic(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("complettion_hours", "completion_hours"),
        ("first_response", "first_response_minutes"),
        ("completion_hours.path_5", "completion_hours.path_4"),
        ("completion_hours.path_4.p95", "completion_hours.path_4.p99"),
        ("completion_hours.path_4.p90.p90", "completion_hours.path_4.p90"),
        ("handoff_within_standard.agent_superviser", "handoff_within_standard.agent_supervisor"),
        ("backlog.agents.peek", "backlog.agents.peak"),
        ("backlog.agent", "backlog.agents"),
        ("backlog.agents_15", "backlog.agents"),
        ("wrong_act_count.blank_refusl", "wrong_act_count.blank_refusal"),
        ("first_response_within_30min.path_1.worst_hour", None),
    ],
)
def test_a_wrong_address_says_what_is_allowed_and_the_nearest_name(text: str, nearest: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        parse_address(text)
    assert caught.value.value == text
    assert caught.value.allowed
    assert all(parse_address(each) for each in caught.value.allowed)
    if nearest:
        assert caught.value.nearest == nearest


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "completion_hours.",
        "total_cost.path_1",
        "total_cost.p90",
        "completion_hours.agents",
        "completion_hours.agents_12",
        "occupancy.path_1",
    ],
)
def test_what_a_metric_does_not_have_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="allowed words"):
        parse_address(text)


@pytest.fixture
def summary(measure: Measure) -> RunSummary:
    return measure(Diary().answered(9 * HOUR, 0).log(path=[1]))


def test_every_address_gives_a_number_or_a_reason(summary: RunSummary) -> None:
    from sim.measure.address import MEAN, PARTS

    for name, metric in metrics().items():
        for part in ("", *(part for kind in metric.by for part in PARTS[kind])):
            for statistic in (MEAN, *metric.statistics):
                if part and statistic == "worst_hour":
                    continue
                value, reason = summary.at(Address(name, part, statistic))
                assert (value is None) == (reason is not None), (name, part, statistic)


def test_every_metric_and_reason_is_told_in_both_languages() -> None:
    for metric in metrics().values():
        assert all(any("一" <= sign <= "鿿" for sign in text) for text in (metric.zh, metric.definition_zh)), metric.code
        assert metric.definition_en.endswith(".")
        assert metric.definition_zh.endswith("。")
        assert metric.better in ("up", "down", "neither")
    for reason in reasons().values():
        assert reason.zh
        assert reason.en
