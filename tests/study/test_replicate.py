"""Replications joined: means with t-intervals, shares as ratios of sums, null where a replication has none."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.intervals import mean_of, ratio_of
from sim.study.laboratory import Laboratory
from sim.study.replicate import joined, replicate
from sim.study.store import Store


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    lines = (scenarios_folder() / "history" / "busy-week.csv").read_bytes().splitlines(keepends=True)
    file: Path = tmp_path_factory.mktemp("history") / "few.csv"
    file.write_bytes(lines[0] + b"".join(lines[1::40]))
    return load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"history": str(file)}}])


def test_the_interval_of_a_mean_is_students() -> None:
    values = [3.0, 5.0, 4.0, 9.0]
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    found = mean_of(values)
    assert (found.mean, found.high) == pytest.approx((5.25, high))
    assert found.low == pytest.approx(max(0.0, low))


def test_one_value_has_no_interval() -> None:
    assert mean_of([4.0]).low is None
    found = ratio_of([(1, 4)])
    assert found is not None
    assert (found.mean, found.low, found.high) == (0.25, None, None)


def test_a_share_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    found = ratio_of([(1, 1), (0, 99)])
    assert found is not None
    assert found.mean == 0.01


def test_the_interval_of_a_share_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = np.random.default_rng(11)
    covered = 0
    for _ in range(600):
        wholes = chance.poisson(80, 12)
        found = ratio_of([(int(chance.binomial(whole, 0.3)), int(whole)) for whole in wholes])
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.3 <= found.high
    assert 0.92 <= covered / 600 <= 0.975


def test_a_share_stays_inside_0_and_1_and_is_none_of_nothing() -> None:
    found = ratio_of([(5, 5), (4, 5), (5, 5)])
    assert found is not None
    assert found.high == 1.0
    assert ratio_of([(0, 0), (0, 0)]) is None


def figure(mean: float | None, **more: Any) -> dict[str, Any]:
    return {"mean": mean, "low": None, "high": None, "unit": "hours", **more}


def document(**kpis: Any) -> dict[str, Any]:
    return {"schema": 1, "seed": 3, "replications": 1, "kpis": kpis}


def test_a_figure_that_one_replication_cannot_give_is_null_with_the_reason() -> None:
    found = joined([document(a=figure(2.0)), document(a=figure(None, reason="nobody waited"))], [{}, {}])
    assert found["kpis"]["a"]["mean"] is None
    assert found["kpis"]["a"]["reason"] == "nobody waited"


def test_documents_are_joined_place_by_place() -> None:
    one = {**document(a=figure(2.0, quantiles={"p50": 1.0}, by_path={"path_1": figure(1.0)})), "list": [1, 2], "same": 4, "word": "x"}
    two = {**document(a=figure(4.0, quantiles={"p50": 3.0}, by_path={"path_1": figure(5.0)})), "list": [3, 6], "same": 4, "word": "x"}
    found = joined([one, two], [{}, {}])
    assert found["replications"] == 2
    assert found["seed"] == 3
    assert found["kpis"]["a"]["mean"] == 3.0
    assert found["kpis"]["a"]["low"] < 3.0 < found["kpis"]["a"]["high"]
    assert found["kpis"]["a"]["quantiles"] == {"p50": 2.0}
    assert found["kpis"]["a"]["by_path"]["path_1"]["mean"] == 3.0
    assert (found["list"], found["same"], found["word"]) == ([2.0, 4.0], 4, "x")


def test_a_moment_that_differs_between_replications_has_no_mean() -> None:
    found = joined([{**document(), "backlog_peak_at": hour} for hour in (3.0, 50.0)], [{}, {}])
    assert found["backlog_peak_at"] is None


def test_one_replication_is_its_own_document(scenario: Scenario) -> None:
    run = replicate(scenario, engine="simpy")
    assert run.document == run.first.summary.to_json()
    assert run.problems == ()


def test_replications_differ_in_luck_and_are_joined(scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    run = replicate(scenario, 5, 3, "simpy", progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    alone = [replicate(scenario, 5, count, "simpy").document for count in (1,)]
    assert run.first.summary.to_json() == alone[0]
    in_time = run.document["kpis"]["completion_hours"]
    assert in_time["low"] < in_time["mean"] < in_time["high"]
    assert run.document["kpis"]["dispute_rate"]["mean"] is None
    assert run.document["kpis"]["instant_refunds"]["low"] < run.document["kpis"]["instant_refunds"]["high"]  # machines are luck as well
    assert all(math.isfinite(value) for value in run.document["pools"]["agents"]["hours"]["in_line"])


def test_fewer_than_one_is_refused(scenario: Scenario) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        replicate(scenario, replications=0)


def test_what_is_kept_under_one_name_is_told_under_the_name_that_asks(scenario: Scenario, tmp_path: Path) -> None:
    kept = Laboratory(Store(tmp_path))
    replicate(scenario, 5, 2, "simpy", laboratory=kept)
    again = Laboratory(Store(tmp_path))
    found = replicate(scenario.model_copy(update={"name": "another"}), 5, 2, "simpy", laboratory=again)
    assert again.made == 0
    assert found.document["scenario"]["name"] == "another"
