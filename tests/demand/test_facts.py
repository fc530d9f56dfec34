"""Every cell's refunds have the facts of its key, parcels are where these put them, and no column leaves its range."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.columns import CHANCES_IN_USE, S_ENQUIRES, S_LABELLED, S_PICKED, S_SENDS
from sim.demand.draws import Draws
from sim.demand.kinds import draw_kinds
from sim.demand.refunds import PART, draw_refunds
from sim.demand.replay import draw_workload
from sim.demand.skills import skills, variants
from sim.demand.stated import stated_requests
from sim.demand.workload import NEVER
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED
from sim.rules.reasons import reasons
from sim.scenario import Exponential, Fixed, Scenario
from sim.scenario.schema import Price, Stated

from .conftest import changed

DAY, HOUR = 86_400, 3_600
KEYS = [skill.key for skill in skills()]
REASON = {reason.key: reason.index for reason in reasons()}
OWES = [reason.index for reason in reasons() if reason.owes_compensation]
SHOWN = [reason.index for reason in reasons() if reason.publicly_shown]

Test = Callable[[Any], Any]


@pytest.fixture(scope="module")
def refunds(evenly: Scenario) -> np.ndarray:
    """Some 14,000 first applications, as many of each cell."""
    return firsts(changed(evenly, demand__scale=3.0))


def firsts(scenario: Scenario, seed: int = 4) -> np.ndarray:
    rows = draw_workload(scenario, seed).refunds
    return rows[rows["second"] == 0]


def variant_of(scenario: Scenario, seed: int = 4) -> np.ndarray:
    """The variant of each first application."""
    told = stated_requests(scenario, seed, 0)
    return draw_kinds(told, scenario.demand, Draws(seed, 0, told.number)).variant


def in_house(r: Any) -> Any:
    return r["leaves"] > r["filed"]


def moving(r: Any) -> Any:
    return (r["leaves"] <= r["filed"]) & (r["arrives"] > r["filed"])


def arrived(r: Any) -> Any:
    return r["arrives"] <= r["filed"]


FACTS: dict[str, Test] = {
    "p1.plain-batch": lambda r: in_house(r) & ~np.isin(r["reason"], OWES),
    "p1.claim-holds": lambda r: np.isin(r["reason"], OWES) & (r["claim_holds"] == 1) & in_house(r),
    "p1.claim-fails": lambda r: np.isin(r["reason"], OWES) & (r["claim_holds"] == 0) & in_house(r),
    "p1.left-unseen": lambda r: ~in_house(r),
    "p1.one-line": lambda r: (r["one_of_several"] == 1) | (r["partly_shipped"] == 1),
    "p1.label-printed": lambda r: in_house(r) & (r["leaves"] - r["filed"] <= np.maximum(r["span"][:, S_LABELLED], r["span"][:, S_PICKED])),
    "p2.recall-promised": lambda r: (moving(r) | (arrived(r) & (r["to_locker"] == 1))) & (r["not_received"] == 0) & (r["sends_back"] == 0),
    "p2.recall-refused": lambda r: moving(r) & ((r["filed"] - r["leaves"] > 5 * (r["arrives"] - r["filed"])) | (r["arrives"] == NEVER)),
    "p2.lost": lambda r: moving(r) & (((r["stalls"] < r["filed"]) & (r["filed"] - r["stalls"] >= 96 * HOUR)) | waits_for_it(r)),
    "p2.disputed": lambda r: (r["not_received"] == 1) & (arrived(r) | (r["reason"] == REASON["empty_parcel"])),
    "p2.refused-damaged": lambda r: r["reason"] == REASON["refused_damaged"],
    "p2.return-or-in-house": lambda r: (r["sends_back"] == 1) | in_house(r) | (r["one_of_several"] == 1) | arrived(r),
    "p3.within-limit": lambda r: (r["amount"] <= 5_000) & (r["amount"] <= r["paid"]),
    "p3.above-limit": lambda r: (r["amount"] >= 6_000) | (r["amount"] == r["paid"]),
    "p3.mistaken-form": lambda r: (r["mistaken_form"] == 1) | (r["wants_exchange"] == 1) | (r["reason"] == REASON["seven_days"]),
    "p3.piece-missing": lambda r: r["reason"] == REASON["piece_missing"],
    "p3.wrong-item": lambda r: r["reason"] == REASON["wrong_item"],
    "p3.unfounded": lambda r: (r["unfounded"] == 1) | (np.isin(r["reason"], OWES) & (r["claim_holds"] == 0)),
    "p4.freight": lambda r: ~np.isin(r["reason"], OWES + SHOWN) & (r["amount"] == r["paid"]),
    "p4.tracking": lambda r: r["span"][:, S_SENDS] > 0,
    "p4.exchange": lambda r: r["wants_exchange"] == 1,
    "p4.signed-uninspected": lambda r: ~np.isin(r["reason"], OWES + SHOWN),
    "p4.wrong-or-empty": lambda r: r["return_wrong"] == 1,
    "p4.claim-or-shown": lambda r: np.isin(r["reason"], OWES + SHOWN),
}


def waits_for_it(r: Any) -> Any:
    return np.isin(r["reason"], [REASON["never_delivered"], REASON["no_trace"]])


@pytest.mark.parametrize("key", KEYS)
def test_every_refund_of_a_cell_has_the_facts_of_its_key(key: str, refunds: np.ndarray) -> None:
    of_cell = refunds[refunds["cell"] == KEYS.index(key)]
    assert len(of_cell) > 400
    assert FACTS[key](of_cell).all()


def test_facts_of_one_cell_alone_are_of_no_other(refunds: np.ndarray) -> None:
    """What makes a cell is not everywhere: most refunds of the other cells lack it."""
    for fact, cells in {
        "return_wrong": ["p4.wrong-or-empty"],
        "partly_shipped": ["p1.one-line", "p2.recall-promised"],
        "wants_exchange": ["p3.mistaken-form", "p4.exchange"],
        "may_keep": ["p3.wrong-item", "p4.claim-or-shown"],
        "mistaken_form": ["p3.mistaken-form", "p3.wrong-item"],
    }.items():
        assert {KEYS[cell] for cell in refunds["cell"][refunds[fact] == 1]} == set(cells), fact


def test_facts_that_are_shares_come_out(evenly: Scenario) -> None:
    scenario = changed(evenly, demand__scale=6.0)
    rows, variant, every = firsts(scenario), variant_of(scenario), variants()
    for name, shares in every.facts.items():
        if name == "lost":
            continue
        for at, share in enumerate(shares):
            of = rows[name][variant == at] != 0
            if not np.isnan(share) and len(of) > 60:
                assert abs(of.mean() - share) <= 4.5 * np.sqrt(share * (1 - share) / len(of)), (name, at)


@pytest.mark.parametrize("key", ["p3.piece-missing", "p2.disputed"])
def test_a_check_of_the_weight_shows_all_three(key: str, refunds: np.ndarray) -> None:
    assert set(refunds["weight"][refunds["cell"] == KEYS.index(key)]) == {1, 2, 3}
    others = refunds[~np.isin(refunds["cell"], [KEYS.index("p3.piece-missing"), KEYS.index("p2.disputed")])]
    assert set(others["weight"]) == {1}


def test_a_number_that_is_late_takes_its_times_as_long(evenly: Scenario) -> None:
    scenario = changed(evenly, buyer__sends_after=Fixed(value=10 * HOUR))
    rows = draw_workload(scenario).refunds  # second applications, too
    late = rows["cell"] == KEYS.index("p4.tracking")
    assert set(rows["second"][late]) == {0, 1}
    assert set(rows["span"][late, S_SENDS]) == {25 * HOUR}
    assert set(rows["span"][~late, S_SENDS]) == {10 * HOUR}


# ---------------------------------------------------------------- general chances
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_lockers_insurance_and_lost_parcels_come_in_the_shares_of_the_scenario(evenly: Scenario, share: float) -> None:
    scenario = changed(evenly, demand__cells={}, chances__to_locker=share, chances__insured=share, chances__lost=share)
    rows, variant = firsts(scenario), variant_of(scenario)
    free = variants().facts["to_locker"]
    assert np.isnan(free[variants().share == 1.0]).all()
    left_open = np.isnan(free[variant])
    under_way = rows["arrives"] > rows["filed"]
    for happened in (rows["to_locker"][left_open], rows["insured"], rows["arrives"][under_way] == NEVER):
        assert abs(happened.mean() - share) <= 4.5 * np.sqrt(share * (1 - share) / len(happened))
    assert (rows["arrives"][rows["state"] == SIGNED] < NEVER).all()


def test_a_chance_of_the_scenario_changes_nothing_but_its_own_column(evenly: Scenario) -> None:
    before, after = firsts(evenly), firsts(changed(evenly, chances__to_locker=1.0))
    assert (after["to_locker"] >= before["to_locker"]).all()
    for name in set(before.dtype.names or ()) - {"to_locker"}:
        assert np.array_equal(before[name], after[name]), name


# ---------------------------------------------------------------- parcels
def test_what_is_picked_or_labelled_is_so_when_the_request_is_filed(evenly: Scenario) -> None:
    scenario = changed(evenly, demand__scale=4.0, spans__labelled_before=Fixed(value=3 * HOUR), spans__picked_before=Fixed(value=7 * HOUR))
    rows, variant = firsts(scenario), variant_of(scenario)
    leaves_in = rows["leaves"] - rows["filed"]
    stage = variants().in_house[variant]
    assert (stage == 2).sum() > 100
    assert (stage == 1).sum() > 100
    assert ((leaves_in >= 1) & (leaves_in <= 3 * HOUR))[stage == 2].all()
    assert ((leaves_in > 3 * HOUR) & (leaves_in <= 7 * HOUR))[stage == 1].all()
    assert leaves_in[stage == 2].max() > 2.9 * HOUR
    assert leaves_in[stage == 1].max() > 6.9 * HOUR


def test_a_plain_unshipped_order_is_mostly_not_picked_yet(evenly: Scenario) -> None:
    plain = firsts(changed(evenly, demand__cells={"p1": {"plain-batch": 1.0}}, demand__scale=2.0))
    plain = plain[plain["state"] == UNSHIPPED]
    unpicked = plain["leaves"] - plain["filed"] > plain["span"][:, S_PICKED]
    assert 0.75 < unpicked.mean() < 1


def test_a_parcel_on_its_way_has_the_part_of_it_behind_it_that_its_cell_says(evenly: Scenario) -> None:
    rows, variant, every = firsts(evenly), variant_of(evenly), variants()
    plainly = np.isnan(every.silent[variant, 0]) & (rows["arrives"] < NEVER) & (every.in_house[variant] < 0)
    part = (rows["filed"] - rows["leaves"])[plainly] / np.maximum((rows["arrives"] - rows["leaves"])[plainly], 1)
    low, length = every.over[variant[plainly]].T
    assert (part >= low - 1e-3).all()
    assert (part <= low + length + 1e-3).all()


def test_silent_parcels_were_scanned_as_long_ago_as_their_cell_says(evenly: Scenario) -> None:
    cells = {"p2": {"lost": 1.0}}
    scenario = changed(evenly, demand__cells=cells, demand__scale=8.0, spans__stalled=Fixed(value=7 * DAY), chances__lost=0.0)
    rows, variant, every = firsts(scenario), variant_of(scenario), variants()
    silent = every.silent[variant]
    said = ~np.isnan(silent[:, 0])
    assert said.sum() > 1_000
    ago = (rows["filed"] - rows["stalls"])[said]
    assert (ago >= silent[said, 0] - 1).all()
    assert (ago <= silent.sum(axis=1)[said] + 1).all()
    foil = (ago > 118.5 * HOUR - 1) & (ago < 120 * HOUR)
    assert foil.sum() > 50
    assert (ago > 120 * HOUR).sum() > foil.sum()
    moves_on = said & (rows["arrives"] < NEVER)
    assert 0.2 < moves_on.sum() / said.sum() < 0.8
    hush = np.maximum(7 * DAY, rows["filed"] - rows["stalls"])
    assert (rows["arrives"] > rows["stalls"] + hush)[moves_on].all()
    assert (rows["stalls"][~said] == NEVER).all()


def test_a_lost_parcel_is_scanned_last_on_its_way_and_never_arrives(evenly: Scenario) -> None:
    scenario = changed(evenly, demand__cells={}, chances__lost=0.5, spans__transit=Fixed(value=64 * HOUR))
    rows = firsts(scenario)
    lost = rows[rows["arrives"] == NEVER]
    assert len(lost) > 500
    assert set(lost["state"]) == {UNSHIPPED, SHIPPED}
    assert ((lost["stalls"] >= lost["leaves"]) & (lost["stalls"] < lost["leaves"] + 64 * HOUR)).all()
    assert (rows["stalls"][rows["arrives"] < NEVER] == NEVER).all()


# ---------------------------------------------------------------- ranges
def in_range(rows: np.ndarray) -> None:
    """Nothing of a workload lies where it cannot be."""
    first = rows[rows["second"] == 0]
    assert ((rows["amount"] >= 1) & (rows["amount"] <= rows["paid"])).all()
    assert (rows["paid"] >= 100).all()
    assert (rows["leaves"] <= rows["arrives"]).all()
    assert ((rows["stalls"] == NEVER) | ((rows["leaves"] <= rows["stalls"]) & (rows["stalls"] <= rows["arrives"]))).all()
    assert (rows["stalls"][rows["arrives"] == NEVER] < NEVER).all()
    assert (first["arrives"][first["state"] == SIGNED] <= first["filed"][first["state"] == SIGNED]).all()
    assert ((rows["chance"] >= 0) & (rows["chance"] < 1)).all()
    assert (rows["chance"][:, CHANCES_IN_USE:] == 0).all()
    for name in ("work", "contact", "patience", "span"):
        assert (rows[name] >= 0).all()
    for name in ("sends_back", "second", "one_of_several", "partly_shipped", "insured", "may_keep", "to_locker", *variants().facts):
        if name != "lost":
            assert set(np.unique(rows[name])) <= {0, 1}, name
    assert set(np.unique(rows["weight"])) <= {1, 2, 3}
    assert ((rows["reason"] >= 0) & (rows["reason"] < len(REASON))).all()
    assert ((rows["cell"] >= 0) & (rows["cell"] < 24)).all()
    states = [reason.states for reason in reasons()]
    assert all(state in states[reason] for state, reason in set(zip(rows["state"].tolist(), rows["reason"].tolist(), strict=True)))
    again = rows["again"][rows["second"] == 0]
    assert np.array_equal(np.sort(again[again >= 0]), np.flatnonzero(rows["second"]))


SPAN = st.sampled_from([Fixed(value=0), Fixed(value=1), Fixed(value=10**8), Exponential(mean=2), Exponential(mean=10 * DAY)])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**40),
    spans=st.fixed_dictionaries(dict.fromkeys(("parcel_leaves", "picked_before", "labelled_before", "transit", "stalled"), SPAN)),
    price=st.sampled_from([Price(mean=0, sd=0), Price(mean=150, sd=90_000), Price(mean=14_600, sd=11_800), Price(mean=2**31 - 1, sd=10)]),
    shares=st.tuples(*[st.sampled_from([0.0, 0.02, 0.5, 1.0])] * 4),
)
def test_no_column_leaves_its_range(
    evenly: Scenario, seed: int, spans: dict[str, Any], price: Price, shares: tuple[float, float, float, float]
) -> None:
    lost, to_locker, insured, again = shares
    scenario = changed(
        evenly,
        calendar__days=1,
        demand__stated=Stated(per_day=600.0, amount=price),
        chances__lost=lost,
        chances__to_locker=to_locker,
        chances__insured=insured,
        buyer__again=again,
        **{f"spans__{name}": value for name, value in spans.items()},
    )
    in_range(draw_workload(scenario, seed).refunds)


def test_no_column_of_a_replayed_history_leaves_its_range(busy_week: Scenario) -> None:
    in_range(draw_workload(busy_week, 3).refunds)


def test_a_buyer_who_never_enquires_has_no_time_of_enquiry(evenly: Scenario) -> None:
    rows = firsts(changed(evenly, buyer__enquires_after=None))
    assert (rows["span"][:, S_ENQUIRES] == 0).all()


def test_how_many_are_filled_at_a_time_changes_nothing(evenly: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    told = stated_requests(evenly, 1, 0)
    assert len(told) > PART
    whole = draw_refunds(told, evenly, 1, 0)
    monkeypatch.setattr("sim.demand.refunds.PART", 777)
    monkeypatch.setattr("sim.demand.refunds.WEIGHED", 501)
    assert draw_refunds(told, evenly, 1, 0).tobytes() == whole.tobytes()
