"""What kind of case each request is: the scenario's shares come out, and what a history tells stays and narrows the choice."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.demand.draws import Draws
from sim.demand.history import History, read_history
from sim.demand.kinds import Kinds, draw_kinds
from sim.demand.replay import draw_workload, replay
from sim.demand.skills import skills, variants
from sim.demand.told import NOT_TOLD, Told, filed_at
from sim.rules.path import SHIPPED
from sim.rules.reasons import reasons
from sim.scenario import Scenario

from .conftest import Export, changed

KEYS = [skill.key for skill in skills()]
REASON = {reason.key: reason.index for reason in reasons()}
MANY = 40_000
SHIPPED_ROW = {"发货物流信息": "2025-11-11 09:00:00 已揽收", "货物状态": "买家未收到货"}


def told(count: int = MANY, **columns: int) -> Told:
    """Requests of which only the given columns are told."""
    zeros = np.zeros(count, np.int64)
    known = filed_at(np.arange(count), zeros, zeros, zeros)
    return Told(**{name: np.full(count, columns[name]) if name in columns else getattr(known, name) for name in Told.__dataclass_fields__})


def kinds(scenario: Scenario, of: Told, seed: int = 1) -> Kinds:
    return draw_kinds(of, scenario.demand, Draws(seed, 0, of.number))


def with_cells(scenario: Scenario, **cells: dict[str, float]) -> Scenario:
    return changed(scenario, demand__cells=cells)


def fits(counts: np.ndarray, shares: np.ndarray) -> bool:
    """Whether counts may well come from shares: chi-square, and nothing where the share is 0."""
    some = shares > 0
    if counts[~some].any() or some.sum() == 1:
        return not counts[~some].any()
    return bool(stats.chisquare(counts[some], shares[some] / shares.sum() * counts.sum()).pvalue > 1e-3)


def test_the_shares_of_paths_and_cells_come_out(evenly: Scenario) -> None:
    cells = {
        "p1": {"plain-batch": 0.6, "claim-holds": 0.05, "claim-fails": 0.05, "left-unseen": 0.1, "one-line": 0.15, "label-printed": 0.05},
        "p2": {"recall-promised": 0.5, "lost": 0.2, "disputed": 0.3},
        "p3": {"within-limit": 0.4, "unfounded": 0.6},
        "p4": {"freight": 0.7, "exchange": 0.1, "tracking": 0.1, "wrong-or-empty": 0.05, "claim-or-shown": 0.05},
    }
    shares = evenly.demand.shares.model_copy(update={"path_1": 0.4, "path_2": 0.1, "path_3": 0.1, "path_4": 0.4})
    drawn = kinds(changed(with_cells(evenly, **cells), demand__shares=shares), told())
    expected = np.array([getattr(shares, f"path_{key[1]}") * cells[key[:2]].get(key[3:], 0.0) for key in KEYS])
    assert fits(np.bincount(drawn.cell, minlength=len(KEYS)), expected)
    assert fits(np.bincount(drawn.path, minlength=5)[1:], np.array([0.4, 0.1, 0.1, 0.4]))


def test_the_variants_and_the_reasons_of_a_cell_come_out(evenly: Scenario) -> None:
    every = variants()
    for skill in skills():
        drawn = kinds(with_cells(evenly, **{skill.key[:2]: {skill.key[3:]: 1.0}}), told(path=skill.path))
        assert set(drawn.cell) == {skill.place}
        mine = every.cell == skill.place
        assert fits(np.bincount(drawn.variant, minlength=len(mine)), every.share * mine), skill.key
        assert fits(np.bincount(drawn.reason, minlength=len(REASON)), (every.share * mine) @ every.reason), skill.key


def test_a_path_for_which_no_cells_are_named_has_its_plainest_alone(evenly: Scenario) -> None:
    drawn = kinds(with_cells(evenly, p1={"one-line": 1.0}), told())
    assert {KEYS[cell] for cell in drawn.cell} == {"p1.one-line", "p2.recall-promised", "p3.within-limit", "p4.signed-uninspected"}


def test_a_reason_that_is_told_is_kept_and_narrows_the_choice_to_cells_that_have_it(evenly: Scenario) -> None:
    for path in (1, 2, 3, 4):
        for key, reason in REASON.items():
            drawn = kinds(evenly, told(400, path=path, reason=reason))
            assert set(drawn.reason) == {reason}, key
            having = {skill.place for skill in skills() if skill.path == path and any(reason in each.reasons for each in skill.variants)}
            if having:
                assert set(drawn.cell) <= having, (path, key)
                assert (variants().reason[drawn.variant, reason] > 0).all(), (path, key)


def test_a_told_reason_weighs_each_cell_by_how_often_it_gives_that_reason(evenly: Scenario) -> None:
    cells = {"plain-batch": 0.7, "claim-holds": 0.2, "claim-fails": 0.1}
    drawn = kinds(with_cells(evenly, p1=cells), told(path=1, reason=REASON["out_of_stock"]))
    every = variants()
    gives = np.array([(every.share * every.reason[:, REASON["out_of_stock"]])[every.cell == place].sum() for place in range(len(KEYS))])
    expected = gives * [cells.get(key[3:], 0.0) if key.startswith("p1.") else 0.0 for key in KEYS]
    assert expected[0] == 0
    assert fits(np.bincount(drawn.cell, minlength=len(KEYS)), expected)


def test_drawing_the_reason_or_being_told_it_gives_the_same_mixture_of_cells(evenly: Scenario) -> None:
    """Told what would have been drawn, the cells come in the same shares."""
    free = kinds(evenly, told(path=2))
    known = told(path=2)
    again = kinds(evenly, Told(**{**{name: getattr(known, name) for name in Told.__dataclass_fields__}, "reason": free.reason}), seed=2)
    here = [place for place, key in enumerate(KEYS) if key.startswith("p2.")]
    counts = np.array([np.bincount(each.cell, minlength=len(KEYS))[here] for each in (free, again)])
    assert stats.chi2_contingency(counts).pvalue > 1e-3


def test_a_reason_that_no_cell_has_leaves_the_plainest_cell_and_stays(evenly: Scenario) -> None:
    scenario = with_cells(evenly, p1={"label-printed": 1.0}, p4={"freight": 1.0})
    for path, reason, cell in (
        (1, "out_of_stock", "p1.plain-batch"),
        (4, "damaged", "p4.signed-uninspected"),
        (2, "seven_days", "p2.recall-promised"),
    ):
        drawn = kinds(scenario, told(200, path=path, reason=REASON[reason]))
        assert ({KEYS[each] for each in drawn.cell}, set(drawn.reason)) == ({cell}, {REASON[reason]})


def test_an_amount_that_is_told_decides_between_within_the_limit_and_above(evenly: Scenario) -> None:
    scenario = with_cells(evenly, p3={"within-limit": 0.5, "above-limit": 0.5})
    for fen, cell in ((3_500, "p3.within-limit"), (18_000, "p3.above-limit")):
        drawn = kinds(scenario, told(300, path=3, reason=REASON["quality"], amount=fen, paid=20_000))
        assert {KEYS[each] for each in drawn.cell} == {cell}


def test_more_shares_of_one_cell_change_no_variant_of_those_that_stay_in_theirs(evenly: Scenario) -> None:
    few = kinds(with_cells(evenly, p1={"left-unseen": 0.2, "plain-batch": 0.8}), told(path=1))
    more = kinds(with_cells(evenly, p1={"left-unseen": 0.6, "plain-batch": 0.4}), told(path=1))
    both = (few.cell == more.cell) & (few.cell == KEYS.index("p1.left-unseen"))
    assert both.sum() > 1_000
    assert np.array_equal(few.variant[both], more.variant[both])
    assert np.array_equal(few.reason[both], more.reason[both])


@pytest.mark.parametrize("path", [2, 4])
def test_nothing_told_is_told_by_what_is_not_told(evenly: Scenario, path: int) -> None:
    """Columns that say nothing weigh nothing."""
    plain = kinds(evenly, told(2_000, path=path))
    also = kinds(evenly, told(2_000, path=path, reason=NOT_TOLD, signed=NOT_TOLD, sends_back=NOT_TOLD, amount=NOT_TOLD))
    assert np.array_equal(plain.variant, also.variant)


# ---------------------------------------------------------------- told by an export
@pytest.fixture(scope="module")
def week() -> History:
    from sim.shipped import scenarios_folder

    return read_history(scenarios_folder() / "history" / "busy-week.csv")


def test_what_an_export_tells_of_every_refund_stays(busy_week: Scenario, evenly: Scenario, week: History) -> None:
    for cells in ({}, evenly.demand.cells):
        refunds = replay(week, changed(busy_week, demand__cells=cells, buyer__again=0.0)).refunds
        rows = week.refunds[refunds["number"]]
        for name in ("amount", "reason", "sends_back"):
            assert np.array_equal(refunds[name], rows[name]), name


def test_other_is_a_reason_like_any_and_a_blank_is_drawn(evenly: Scenario, busy_week: Scenario, export: Export) -> None:
    scenario = changed(busy_week, demand__cells=evenly.demand.cells, buyer__again=0.0)
    other = replay(read_history(export(*[{"买家退款原因": "其他"}] * 60, *[{"买家退款原因": "下雨了"}] * 60)), scenario).refunds
    assert set(other["reason"]) == {REASON["other"]}
    blank = replay(read_history(export(*[{"买家退款原因": ""}] * 300)), scenario).refunds
    assert len(set(blank["reason"])) > 4
    assert set(blank["reason"]) <= {index for index, reason in enumerate(reasons()) if 0 in reason.states}


@pytest.mark.parametrize("named", [True, False])
def test_a_dispute_that_the_trace_tells_is_a_dispute_whatever_the_scenario_names(
    evenly: Scenario, busy_week: Scenario, export: Export, named: bool
) -> None:
    scenario = changed(busy_week, demand__cells=evenly.demand.cells if named else {}, buyer__again=0.0)
    signed = {"发货物流信息": "2025-11-11 09:00:00 已签收", "货物状态": "买家未收到货"}
    rows = [signed | {"买家退款原因": reason} for reason in ("快递一直未送到", "不想要", "破损已拒签", "空包裹") for _ in range(50)]
    refunds = replay(read_history(export(*rows)), scenario).refunds
    assert {KEYS[cell] for cell in refunds["cell"]} == {"p2.disputed"}
    assert (refunds["not_received"] == 1).all()
    assert (refunds["arrives"] <= refunds["filed"]).all()
    assert (refunds["state"] == SHIPPED).all()


def test_a_trace_that_does_not_say_signed_for_leaves_no_dispute(evenly: Scenario, busy_week: Scenario, export: Export) -> None:
    scenario = changed(busy_week, demand__cells=evenly.demand.cells, buyer__again=0.0)
    rows = [
        SHIPPED_ROW | {"买家退款原因": reason} for reason in ("快递一直未送到", "不想要", "破损已拒签", "空包裹", "") for _ in range(100)
    ]
    refunds = replay(read_history(export(*rows)), scenario).refunds
    arrived = refunds["arrives"] <= refunds["filed"]
    assert {KEYS[cell] for cell in refunds["cell"][arrived]} == {"p2.refused-damaged"}
    assert (refunds["to_locker"][arrived] == 0).all()


@pytest.mark.parametrize("named", [True, False])
def test_a_return_that_is_filed_in_transit_is_its_own_cell(evenly: Scenario, busy_week: Scenario, export: Export, named: bool) -> None:
    scenario = changed(busy_week, demand__cells=evenly.demand.cells if named else {}, buyer__again=0.0)
    refunds = replay(read_history(export(*[SHIPPED_ROW | {"是否需要退货": "是", "买家退款原因": "不想要"}] * 200)), scenario).refunds
    assert (refunds["sends_back"] == 1).all()
    assert np.mean([KEYS[cell] == "p2.return-or-in-house" for cell in refunds["cell"]]) > 0.9


def test_a_changed_policy_shifts_no_draw(evenly: Scenario, tmp_path: Path) -> None:
    policy = evenly.policy.model_copy(
        update={
            "line_order": "by_path",
            "batch": evenly.policy.batch.model_copy(update={"on": False}),
            "recall": evenly.policy.recall.model_copy(update={"agreement": True, "silent": 0.5}),
            "freight": evenly.policy.freight.model_copy(update={"paid_by": "buyer"}),
        }
    )
    other = evenly.model_copy(update={"policy": policy})
    assert draw_workload(other, 2, 1).refunds.tobytes() == draw_workload(evenly, 2, 1).refunds.tobytes()
