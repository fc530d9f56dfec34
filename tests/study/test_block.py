"""Blocks: what is drawn once serves every policy that is sent the same requests, and what is kept of a run comes back as it was."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.replay import DRAWN_FROM, draw_workload, for_the_people_of, same_requests
from sim.demand.workload import Workload
from sim.errors import BadInput
from sim.measure.readings import Reading
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.block import BLOCK, SCHEMA, Measured, jobs_of, kept_in, measured, one_run, simulated, table_of
from tests.study.quick import QUICK, QUICKER, quick_policies, quick_scenario

POLICIES = tuple(sorted((scenarios_folder() / "policies").glob("*.toml")))
BASES: Mapping[str, Mapping[str, Any]] = {
    "everyday-apparel": {"calendar": {"days": 2, "warmup_days": 1, "drain_days": 4}, "demand": {"scale": 0.05}},
    "busy-week": {"calendar": {"days": 2, "warmup_days": 1, "drain_days": 4}, "demand": {"scale": 0.1}},
}
"""Two situations, one on orders and one on a history, cut down to moments."""

OTHER_PEOPLE_AND_RULES: Mapping[str, Mapping[str, Any]] = {
    "absent": {"pools": {"agents": {"groups": {"regular": {"absence": 0.6}}}}},
    "more of them": {"pools": {"agents": {"groups": {"regular": {"absence": 0.6, "shifts": {"day": {"count": 5}}}}}}},
    "refresh": {"policy": {"refresh": "20 min"}},
    "standards": {"standards": {"first_response": "10 min"}},
    "coupon": {"costs": {"coupon": "20 yuan"}},
    "clocks": {"clocks": {"preset": "taobao-2024"}},
}
OTHER_CAUSES: Mapping[str, Mapping[str, Any]] = {
    "calendar": {"calendar": {"drain_days": 21}},
    "demand": {"demand": {"scale": 1.5}},
    "shipping": {"shipping": {"promised": "24 h"}},
    "asks": {"asks": {"refund_only": {"share": 0.9}}},
    "gate": {"gate": {"closes": "2 h", "opens": "4 h"}},
    "buyer": {"buyer": {"chase_after": {"dist": "exponential", "mean": "3 h"}}},
    "work": {"work": {"judge": {"dist": "exponential", "mean": "1 min"}}},
    "spans": {"spans": {"transit": {"dist": "exponential", "mean": "3 d"}}},
    "chances": {"chances": {"anomaly": 0.31}},
    "policy.freight": {"policy": {"freight": {"insurance": True}}},
}


@cache
def base(name: str, policy: Path | None = None) -> Scenario:
    return load_scenario(scenarios_folder() / f"{name}.toml", [BASES[name], *([policy] if policy else [])])


@cache
def drawn(name: str) -> Workload:
    return draw_workload(base(name), 7, 3)


def causes_of(workload: Workload) -> dict[str, Any]:
    """All that a workload holds but who is absent, to the byte."""
    found = {f"refunds.{name}": workload.refunds[name].tobytes() for name in workload.refunds.dtype.names or ()}
    found |= {"automatic": workload.automatic.tobytes(), "left_out": workload.left_out, "of": (workload.seed, workload.replication)}
    if workload.goods is not None:
        found["goods"] = _bytes_of(workload.goods)
    return found


def _bytes_of(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if is_dataclass(value):
        return {field.name: _bytes_of(getattr(value, field.name)) for field in fields(value)}
    return [_bytes_of(each) for each in value] if isinstance(value, tuple) else repr(value)


# ---------------------------------------------------------------- the same requests
@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.stem)
def test_a_policy_that_is_sent_the_same_requests_would_draw_the_same_to_the_byte(policy: Path, name: str) -> None:
    own = draw_workload(base(name, policy), 7, 3)
    if not same_requests(base(name), base(name, policy)):
        assert base(name).policy.freight != base(name, policy).policy.freight  # no other lever of a policy decides what comes
        return
    shared = for_the_people_of(base(name, policy), drawn(name))
    assert causes_of(shared) == causes_of(own)
    assert shared.absence.shape == own.absence.shape
    assert shared.absence.tobytes() == own.absence.tobytes()


def test_most_policies_that_ship_are_sent_the_same_requests_and_some_have_other_people() -> None:
    """Else the claim above would be about nothing."""
    for name in BASES:
        same = [policy for policy in POLICIES if same_requests(base(name), base(name, policy))]
        assert len(same) > 0.9 * len(POLICIES)
        shapes = {for_the_people_of(base(name, policy), drawn(name)).absence.shape for policy in same}
        assert len(shapes) > 3
        assert len(drawn(name)) > 50


@pytest.mark.parametrize("change", OTHER_PEOPLE_AND_RULES)
def test_other_people_rules_standards_clocks_and_prices_leave_the_requests_as_they_are(change: str) -> None:
    other = load_scenario(QUICK, [QUICKER, OTHER_PEOPLE_AND_RULES[change]])
    assert other != quick_scenario()
    assert same_requests(quick_scenario(), other)
    assert causes_of(draw_workload(other, 5)) == causes_of(draw_workload(quick_scenario(), 5))


def test_every_table_that_requests_are_drawn_from_is_tried() -> None:
    assert {*OTHER_CAUSES} == {*DRAWN_FROM, "policy.freight"}


@pytest.mark.parametrize("table", OTHER_CAUSES)
def test_a_change_in_a_table_that_requests_are_drawn_from_makes_them_others(table: str) -> None:
    other = load_scenario(QUICK, [QUICKER, OTHER_CAUSES[table]])
    assert not same_requests(quick_scenario(), other)
    assert not same_requests(other, quick_scenario())
    assert same_requests(other, other)


def test_policies_simulated_together_give_what_each_gives_alone() -> None:
    others = (OTHER_CAUSES["asks"], OTHER_PEOPLE_AND_RULES["more of them"], OTHER_CAUSES["demand"])
    scenarios = (quick_scenario(), *(load_scenario(QUICK, [QUICKER, other]) for other in others), quick_policies()[0].scenario)
    jobs = [jobs_of(each, 4, range(2))[0] for each in scenarios]
    together = simulated(jobs)
    assert len({str(table.to_pylist()) for table in together}) == len(jobs)
    for job, table in zip(jobs, together, strict=True):
        assert table.to_pylist() == simulated([job])[0].to_pylist()


def test_a_replication_is_the_same_whatever_block_it_is_asked_for_in() -> None:
    (whole,) = simulated([jobs_of(quick_scenario(), 4, range(BLOCK))[0]])
    (short,) = simulated([jobs_of(quick_scenario(), 4, range(2))[0]])
    assert [row for row in whole.to_pylist() if row["replication"] < 2] == short.to_pylist()
    (second,) = simulated([jobs_of(quick_scenario(), 4, range(BLOCK, BLOCK + 1))[0]])
    alone = measured(one_run(quick_scenario(), 4, BLOCK))
    assert _plain(dict(kept_in(second))) == _plain({BLOCK: alone})


def test_a_history_that_changes_meanwhile_is_told_and_gives_no_block(tmp_path: Path) -> None:
    lines = (scenarios_folder() / "history" / "busy-week.csv").read_bytes().splitlines(keepends=True)
    file = tmp_path / "few.csv"
    file.write_bytes(lines[0] + b"".join(lines[1::80]))
    scenario = load_scenario(scenarios_folder() / "busy-week.toml", [{"demand": {"history": str(file)}}])
    jobs = jobs_of(scenario, 0, range(1))
    assert simulated(jobs)[0].num_rows
    file.write_bytes(lines[0] + b"".join(lines[1::70]))
    with pytest.raises(BadInput, match="is not the file that was there when the simulation began") as error:
        simulated(jobs)
    assert error.value.field == "demand.history"


# ---------------------------------------------------------------- there and back
NUMBERS = st.floats(allow_nan=False)
READINGS = st.builds(
    Reading,
    value=st.none() | NUMBERS,
    part=st.none() | NUMBERS,
    whole=st.none() | NUMBERS,
    reason=st.none() | st.sampled_from(["no_requests", "no_such_pool"]),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
DOCUMENTS = st.dictionaries(TEXTS, st.none() | st.booleans() | st.integers(-(2**60), 2**60) | NUMBERS.filter(math.isfinite) | TEXTS)
COURSES = st.lists(NUMBERS, max_size=4).map(lambda hours: np.array(hours, np.float64))


@st.composite
def kept_of_one(draw: Any) -> Measured:
    addresses = draw(st.lists(WORDS, unique=True, max_size=8))
    cut = draw(st.integers(0, len(addresses)))
    return Measured(
        {address: draw(READINGS) for address in addresses[:cut]},
        {address: draw(COURSES) for address in addresses[cut:]},
        draw(DOCUMENTS),
        tuple(draw(st.lists(TEXTS, max_size=3))),
    )


@given(st.dictionaries(st.integers(0, 2**31 - 1), kept_of_one(), max_size=BLOCK))
def test_what_is_kept_of_replications_comes_back_to_the_bit(each: dict[int, Measured]) -> None:
    table = table_of(each)
    assert table.schema == SCHEMA
    assert _plain(dict(kept_in(table))) == _plain(each)


def test_what_is_kept_of_a_run_comes_back_to_the_bit() -> None:
    for policy in quick_policies():
        kept = {number: measured(one_run(policy.scenario, 2, number)) for number in (0, 3)}
        assert all(each.problems == () for each in kept.values())
        assert _plain(dict(kept_in(table_of(kept)))) == _plain(kept)


def test_what_does_not_hold_is_kept_with_its_replication() -> None:
    kept = {4: Measured({}, {}, {}, ("a refund was paid twice", "")), 5: Measured({}, {}, {}, ())}
    assert {number: each.problems for number, each in kept_in(table_of(kept))} == {4: ("a refund was paid twice", ""), 5: ()}


def _plain(each: Mapping[int, Measured]) -> Any:
    """Comparable to the bit: 0.0 and -0.0 are two."""
    return {
        number: (
            {address: tuple(map(repr, vars(reading).values())) for address, reading in kept.readings.items()},
            {address: (hours.dtype.str, hours.tobytes()) for address, hours in kept.hourly.items()},
            repr(dict(kept.document)),
            kept.problems,
        )
        for number, kept in each.items()
    }
