"""Comparisons made of stated numbers: what the tests of their report start from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.measure.readings import Reading
from sim.scenario import Scenario
from sim.scenario.fields import Text
from sim.study.block import Measured, table_of
from sim.study.compare import Comparison, Policy, judged
from sim.study.samples import Replications

PAIRS = 24
HOURS = 48
METRICS = ("first_response_within_30min", "completion_hours", "total_cost")
REQUESTS = 200.0

Change = Mapping[str, float | str]
"""By address what a policy adds to the baseline in every replication, or why it has no figure. "noise": luck of its own beside what is
common to all, to and fro, so that it changes no mean of an even number of replications."""


def made(
    scenario: Scenario, policies: Mapping[str, Change], pairs: int = PAIRS, metrics: Sequence[str] = METRICS, **more: Any
) -> Comparison:
    """A comparison whose baseline answers 60 % in time, takes 40 h and costs 10,000 yuan, with policies by name."""
    tables = {"": _replications({}, pairs)} | {name: _replications(change, pairs) for name, change in policies.items()}
    told = tuple(Policy(name, Text(zh=f"方案{name}", en=f"Policy {name}"), scenario) for name in policies)
    found = Comparison(
        baseline=scenario,
        policies=told,
        metrics=tuple(metrics),
        seed=0,
        replications=pairs,
        precision=None,
        stop=None,
        compared=judged(tables, metrics),
        tables=tables,
    )
    return replace(found, **more)


def titled(found: Comparison, *titles: str) -> Comparison:
    """The comparison with other titles of its policies, the same in both languages."""
    policies = tuple(replace(policy, title=Text(zh=title, en=title)) for policy, title in zip(found.policies, titles, strict=True))
    return replace(found, policies=policies)


def _replications(change: Change, pairs: int) -> Replications:
    luck = np.random.default_rng(5)
    measured = {}
    for number in range(pairs):
        common, noise = luck.normal(), (-1) ** number * float(change.get("noise", 0.0))

        def value(address: str, level: float, spread: float, common: float = common, noise: float = noise) -> Reading:
            added = change.get(address, 0.0)
            if isinstance(added, str):
                return Reading(None, reason=added)
            return Reading(level + spread * common + added + noise * spread)

        in_time = value("first_response_within_30min", 0.6, 0.02)
        share = in_time if in_time.value is None else Reading(in_time.value, in_time.value * REQUESTS, REQUESTS)
        labour, lost = value("cost.labour", 9_000.0, 300.0), value("cost.lost", 1_000.0, 0.0)
        assert labour.value is not None
        assert lost.value is not None
        readings = {
            "first_response_within_30min": share,
            "completion_hours": value("completion_hours", 40.0, 2.0),
            "completion_hours.p90": value("completion_hours", 90.0, 3.0),
            "total_cost": Reading(labour.value + lost.value),
            "cost.total": Reading(labour.value + lost.value),
            "cost.labour": labour,
            "cost.lost": lost,
            "short_staffed": value("short_staffed", 3.0, 0.0),
            "backlog.peak": value("backlog.peak", 120.0, 10.0),
            "backlog_clear_at": value("backlog_clear_at", 60.0, 1.0),
            "auto_refund_count": value("auto_refund_count", 0.0, 0.0),
            "double_loss_amount": value("double_loss_amount", 1_000.0, 50.0),
            "intervention_rate": Reading(0.01, 2.0, REQUESTS),
            "occupancy": Reading(0.7 + 0.01 * common, (0.7 + 0.01 * common) * REQUESTS, REQUESTS),
        }
        level = 50 + 10 * common + 5 * np.sin(np.arange(HOURS) / 4) + float(change.get("backlog", 0.0))
        hourly = {"agents.in_line": np.maximum(0, level), "carriers.in_line": np.full(HOURS, 1_000.0)}
        measured[number] = Measured(readings, hourly, {}, ())
    return Replications([table_of(measured)])
