"""What is kept of a run when its log is gone: every number that an address can name, as the run itself would tell it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from sim.errors import BadInput
from sim.measure.address import MEAN, PARTS, parse_address
from sim.measure.figures import metrics
from sim.measure.readings import COST, HOURLY, IN_TIME, NEEDED, OPEN, REQUESTS, THERE, hourly, readings
from sim.measure.summary import RunSummary
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.block import one_run
from tests.study.quick import QUICK

SMALL: dict[str, Any] = {"calendar": {"days": 2, "warmup_days": 0, "drain_days": 6}, "demand": {"scale": 0.1}}
CUT_OFF: dict[str, Any] = {"calendar": {"days": 6, "warmup_days": 0, "drain_days": 0}}
NOTHING: dict[str, Any] = {"demand": {"scale": 0.000001}}

SCENARIOS: dict[str, tuple[Any, ...]] = {
    "few orders": (QUICK,),
    "nobody asks": (QUICK, NOTHING),
    "cut off": (QUICK, CUT_OFF),
    "everyday": (scenarios_folder() / "everyday-apparel.toml", SMALL),
    "agents by path": (
        scenarios_folder() / "everyday-apparel.toml",
        SMALL,
        scenarios_folder() / "policies" / "dedicated-agents.toml",
    ),
    "a desk for after-sales": (
        scenarios_folder() / "everyday-apparel.toml",
        SMALL,
        scenarios_folder() / "policies" / "after-sales-desk.toml",
    ),
    "inspected elsewhere": (
        scenarios_folder() / "everyday-apparel.toml",
        SMALL,
        scenarios_folder() / "policies" / "inspection-outside.toml",
    ),
}


def scenario_of(name: str) -> Scenario:
    base, *overlays = SCENARIOS[name]
    return load_scenario(base, overlays)


@cache
def summary_of(name: str) -> RunSummary:
    return one_run(scenario_of(name), 3, 1).summary


def accepted(summary: RunSummary) -> Iterator[str]:
    """Every address that may be asked of the run, of pools as they are called there as well."""
    for code, metric in metrics().items():
        figure = summary.kpis[code]
        parts = {*(part for kind in metric.by for part in PARTS[kind]), *figure.by_path, *figure.by}
        for words in ((part, statistic) for part in ("", *sorted(parts)) for statistic in (MEAN, *metric.statistics)):
            text = ".".join((code, *(word for word in words if word)))
            try:
                yield str(parse_address(text))
            except BadInput:
                continue


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_address_reads_as_the_run_itself_tells_it(name: str) -> None:
    summary = summary_of(name)
    kept = readings(summary)
    asked = set(accepted(summary))
    for address in asked:
        value, why = summary.at(address)
        if address in kept:
            assert (kept[address].value, kept[address].reason) == (value, why and why.key), address
        else:  # of a pool that this desk does not have
            whole = summary.kpis[address.partition(".")[0]].reason
            assert (value, why and why.key) == (None, whole.key if whole else "no_such_pool"), address
    assert {address for address in kept if not address.startswith(f"{COST}.")} <= asked
    assert len(asked & set(kept)) > 200


def test_the_desks_tried_have_figures_of_all_kinds() -> None:
    """Without a value for want of requests, and pools of other names: else the claim above would be about less than it says."""
    assert "no_requests" in {reading.reason for reading in readings(summary_of("nobody asks")).values()}
    assert "not_reached" in {reading.reason for reading in readings(summary_of("cut off")).values()}
    pools = {part for name in SCENARIOS for part in summary_of(name).kpis["backlog"].by}
    assert {"after_sales", "outside"} <= pools
    assert any("_" in pool and pool.startswith("agents_") for pool in pools)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_share_is_the_ratio_of_its_part_and_whole(name: str) -> None:
    kept = readings(summary_of(name))
    shares = [reading for reading in kept.values() if reading.whole is not None]
    assert shares
    for reading in shares:
        assert reading.part is not None
        assert reading.value == (reading.part / reading.whole if reading.whole else None)
    of_shares = [address for address in kept if "." not in address and address in metrics() and metrics()[address].unit == "share"]
    assert any(kept[address].whole is not None for address in of_shares)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_number_that_is_missing_says_why_and_one_that_is_there_does_not(name: str) -> None:
    for address, reading in readings(summary_of(name)).items():
        assert (reading.value is None) == (reading.reason is not None), address


def test_money_by_cause_adds_up_to_the_total() -> None:
    summary = summary_of("everyday")
    kept = readings(summary)
    causes = {address.removeprefix(f"{COST}."): reading.value for address, reading in kept.items() if address.startswith(f"{COST}.")}
    assert causes == dict(summary.costs)
    assert len(summary.reported) > 10
    assert kept["total_cost"].value == causes.pop("total") == pytest.approx(sum(value or 0.0 for value in causes.values()))


def test_the_courses_are_those_of_the_document_hour_by_hour() -> None:
    summary = summary_of("agents by path")
    pools = summary.to_json()["pools"]
    found = {name: course.tolist() for name, course in hourly(summary).items()}
    beside = {*OPEN, REQUESTS, IN_TIME, NEEDED, THERE}
    of_pools = {name: course for name, course in found.items() if name not in beside}
    assert of_pools == {f"{pool}.{kind}": pools[pool]["hours"][kind] for pool in pools for kind in HOURLY}
    assert set(found) == set(of_pools) | beside
    assert all(len(course) == 2 * 24 for name, course in found.items() if name not in (NEEDED, THERE))
