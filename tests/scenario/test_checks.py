"""What the schema itself holds to: sums, names, partitions, and policies that need somebody to carry them out."""

from pathlib import Path
from typing import Any

import pytest

from sim.errors import BadInput, BadInputs
from sim.scenario import Scenario, load_scenario
from sim.scenario.schema import CELLS, WRONG_PATHS
from sim.scenario.staff import path_classes
from tests.scenario.conftest import AFTER_SALES, ONE_BY_DAY, OUTSIDE, Refused

REGULAR = "pools.agents.groups.regular"
EVEN = [[0.97, 0.01, 0.01, 0.01], [0.01, 0.97, 0.01, 0.01], [0.01, 0.01, 0.97, 0.01], [0.01, 0.01, 0.01, 0.97]]


def agents(**groups: Any) -> dict[str, Any]:
    return {"pools": {"agents": {"groups": groups}}}


def dedicated(*paths: int, count: int = 1) -> dict[str, Any]:
    group: dict[str, Any] = {"cost_per_hour": "1 yuan", "shifts": {"late": {"from": "16:00", "to": "24:00", "count": count}}}
    return group | ({"paths": list(paths)} if paths else {})


@pytest.mark.parametrize(
    ("overlay", "field", "says"),
    [
        # shares that make a whole
        (f"[{REGULAR}]\nconfusion = [[1, 0, 0, 0], [0, 0.5, 0.4, 0], [0, 0, 1, 0], [0, 0, 0, 1]]", f"{REGULAR}.confusion.1", "sums to 0.9"),
        (f"[{REGULAR}]\nconfusion = [[1, 0, 0, 0]]", f"{REGULAR}.confusion.3", "is missing"),
        (f"[{REGULAR}]\nconfusion = [[1], [1], [1], [1], [1]]", f"{REGULAR}.confusion", "has too many entries. Allowed: at most 4 entries"),
        (f"[{REGULAR}]\nconfusion = [[1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]", f"{REGULAR}.confusion.0.3", "missing"),
        (
            f"[{REGULAR}]\nconfusion = [[1.1, -0.1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]",
            f"{REGULAR}.confusion.0.0",
            "= 1.1: is too large",
        ),
        ("[demand.cells.p1]\nplain-batch = 0.5", "demand.cells.p1", "sum to 0.5"),
        ("[demand.cells.p1]\nplan-batch = 1.0", "demand.cells.p1.plan-batch", "Did you mean plain-batch"),
        ("[demand.cells.p4]\nlost = 1.0", "demand.cells.p4.lost", "Allowed: freight, tracking"),
        ("[demand.cells.path_1]\nplain-batch = 1.0", "demand.cells.path_1", "Did you mean p1"),
        ("[demand.cells.p1]\nplain-batch = 1.5", "demand.cells.p1.plain-batch", "at most 1"),
        # errors of staff
        (f"[{REGULAR}.errors]\nunconfirmd = 0.1", f"{REGULAR}.errors.unconfirmd", "Did you mean unconfirmed"),
        (f"[{REGULAR}.errors]\nblank_refusal = 2", f"{REGULAR}.errors.blank_refusal", "= 2: is too large"),
        # wrong paths
        ("[costs.wrong_path]\npath_1_as_5 = { kind = 'caught' }", "costs.wrong_path.path_1_as_5", "Did you mean path_1_as_"),
        ("[costs.wrong_path]\npath_2_as_2 = { kind = 'caught' }", "costs.wrong_path.path_2_as_2", "Allowed: path_1_as_2"),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'latter' }", "costs.wrong_path.path_2_as_1.kind", '"latter": is none'),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'latter' }", "costs.wrong_path.path_2_as_1.kind", "Did you mean later"),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'later' }", "costs.wrong_path.path_2_as_1.act", '"none": an act belongs'),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'caught', act = 'pay' }", "costs.wrong_path.path_2_as_1.act", '"pay": an act belongs'),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'later', act = 'payy' }", "costs.wrong_path.path_2_as_1.act", "Did you mean pay"),
        ("[costs.wrong_path]\npath_2_as_1 = { kind = 'caught', seconds = 60 }", "costs.wrong_path.path_2_as_1.seconds", "bare number"),
        # machines and force
        ("[clocks]\nforced = 0.4\ninstant = { path_4 = 0.7 }", "clocks.forced", "= 0.4: together with clocks.instant"),
        ("[clocks]\nforced = 0.4\ninstant = { path_3 = 0.7 }", "clocks.forced", "more than all requests"),
        ("[clocks.instant]\npath_5 = 0.1", "clocks.instant.path_5", "Did you mean path_"),
        ("[clocks.instant]\npath_1 = 1.5", "clocks.instant.path_1", "= 1.5: is too large"),
        # demand
        (
            "[demand.stated]\nper_day = 5.0\namount = { mean = '1 yuan', sd = '1 yuan' }",
            "demand.stated",
            "not from both",
        ),
        ("[demand.stated]\nper_day = 0.0", "demand.stated.per_day", "more than 0"),
        ("[demand.stated]\nper_day = 1.0", "demand.stated.amount", "is missing"),
        ("[demand.stated]\nper_dya = 1.0", "demand.stated.per_dya", "Did you mean per_day"),
        ("[demand.stated]\nby_hour = [1, 2, 3]", "demand.stated.by_hour", "has 3 numbers. Allowed: 24 numbers"),
        ("[demand.stated]\nby_weekday = [0, 0, 0, 0, 0, 0, 0]", "demand.stated.by_weekday", "not all 0"),
        ("[demand.stated]\nby_weekday = [1, 1, 1, 1, 1, 1, -1]", "demand.stated.by_weekday.6", "= -1: is too small"),
        ("[demand.stated]\nburst = 0.5", "demand.stated.burst", "= 0.5: is too small"),
        # levers
        ("[policy.recall]\nloss_borne_by = 'career'", "policy.recall.loss_borne_by", "Did you mean carrier"),
        ("[policy.freight]\npaid_by = 'buyers'", "policy.freight.paid_by", "Did you mean buyer"),
        ("[policy.numbers]\nchase_every = 24", "policy.numbers.chase_every", "bare number"),
        ("[policy.named_contact]\nask_again = '0 s'", "policy.named_contact.ask_again", "longer than nothing"),
        ("[standards]\ncount = 'staff'", "standards.count", "Did you mean staffed"),
        ("[policy.coupon]\nwithn = '12 h'", "policy.coupon.withn", "Did you mean within"),
    ],
)
def test_a_figure_that_cannot_be_is_told_with_field_value_and_the_nearest(refused: Refused, overlay: str, field: str, says: str) -> None:
    error = refused(overlay)
    problems = {each.field: each for each in (error if isinstance(error, BadInputs) else (error,))}
    assert says in str(problems[field])
    assert problems[field].file is not None
    assert problems[field].line is not None


# -- dedicated agents


def test_groups_may_share_out_the_paths(small: Path) -> None:
    scenario = load_scenario(small, [agents(regular={"paths": [3, 4]}, early=dedicated(2, 1), also=dedicated(1, 2))])
    assert path_classes(scenario.pools["agents"]) == ((3, 4), (1, 2))
    assert path_classes(load_scenario(small).pools["agents"]) == ((1, 2, 3, 4),)


@pytest.mark.parametrize(
    ("groups", "field", "says"),
    [
        ({"regular": {"paths": [1, 2, 3]}}, "pools.agents.groups", "no agent serves path 4"),
        ({"regular": {"paths": [1, 2]}, "x": dedicated(3, 4, count=0)}, "pools.agents.groups", "no agent serves path 3, 4"),
        ({"regular": {"paths": [1, 2]}, "x": dedicated(2, 3, 4)}, "pools.agents.groups", "paths 1, 2 and groups that serve paths 2, 3, 4"),
        ({"x": dedicated(1)}, "pools.agents.groups", "would share a line"),
        ({"regular": {"paths": []}}, f"{REGULAR}.paths", "names no path"),
        ({"regular": {"paths": [1, 1, 2, 3, 4]}}, f"{REGULAR}.paths", '"1, 1, 2, 3, 4": names no path, or one twice'),
        ({"regular": {"paths": [0, 1, 2, 3, 4]}}, f"{REGULAR}.paths.0", "= 0: is too small"),
        ({"regular": {"paths": [1, 2, 3, 5]}}, f"{REGULAR}.paths.3", "at most 4"),
        ({"regular": {"paths": "all"}}, f"{REGULAR}.paths", "not a list"),
    ],
)
def test_paths_that_overlap_or_that_nobody_serves_are_refused(refused: Refused, groups: dict[str, Any], field: str, says: str) -> None:
    error = refused(agents(**groups))
    problems = {each.field: str(each) for each in (error if isinstance(error, BadInputs) else (error,))}
    assert says in problems[field]


def test_only_agents_can_be_dedicated(refused: Refused) -> None:
    error = refused("[pools.warehouse.groups.regular]\npaths = [4]\n")
    assert (error.field, error.line) == ("pools.warehouse.groups.regular.paths", 2)
    assert "only agents" in str(error)


# -- pools that a desk may do without


def test_a_desk_may_have_after_sales_people_and_an_outside_company_or_not(small: Path) -> None:
    assert not set(load_scenario(small).pools) & {"after_sales", "outside"}
    both = load_scenario(small, [AFTER_SALES, OUTSIDE])
    assert list(both.pools) == ["agents", "after_sales", "supervisors", "warehouse", "inspection", "outside", "carriers"]
    assert both.staffed("after_sales")
    assert both.staffed("outside")


@pytest.mark.parametrize(
    ("overlay", "field", "pool"),
    [
        ("[policy.split]\nafter_sales = true", "policy.split.after_sales", "after_sales"),
        ("[policy.inspection]\n\noutside = true", "policy.inspection.outside", "outside"),
    ],
)
def test_a_policy_without_the_people_it_needs_is_refused(refused: Refused, overlay: str, field: str, pool: str) -> None:
    error = refused(overlay)
    assert (error.field, error.value, error.line) == (field, True, len(overlay.splitlines()))
    assert f'needs people in the pool "{pool}"' in str(error)
    nobody = refused(overlay + f"\n[pools.{pool}]\nshift_end = 'finish'\ngroups = {{}}\n")
    assert nobody.template == error.template


@pytest.mark.parametrize(("pool", "setting"), [("after_sales", "policy.split.after_sales"), ("outside", "policy.inspection.outside")])
def test_people_to_whom_no_work_comes_are_refused(refused: Refused, pool: str, setting: str) -> None:
    error = refused({"pools": {pool: ONE_BY_DAY}})
    assert error.field == f"pools.{pool}"
    assert f"unless {setting} = true" in str(error)


def test_an_overlay_can_turn_a_split_off_again(small: Path) -> None:
    nobody = {"groups": {"regular": {"shifts": {"day": {"count": 0}}}}}
    off = load_scenario(small, [AFTER_SALES, {"policy": {"split": {"after_sales": False}}, "pools": {"after_sales": nobody}}])
    assert not off.staffed("after_sales")


def test_both_missing_pools_are_told_together(refused: Refused) -> None:
    error = refused("[policy]\nsplit.after_sales = true\ninspection.outside = true\n")
    assert isinstance(error, BadInputs)
    assert [each.line for each in error] == [2, 3]


# -- what is filled in


def test_a_confusion_matrix_stands_for_what_is_taken_for_what(small: Path) -> None:
    laid = load_scenario(small, [agents(regular={"confusion": EVEN})])
    assert laid.pools["agents"].groups["regular"].confusion == tuple(map(tuple, EVEN))


def test_every_wrong_path_has_a_cell_and_those_not_given_are_caught(scenario: Scenario, small: Path) -> None:
    assert tuple(scenario.costs.wrong_path) == WRONG_PATHS
    assert len(WRONG_PATHS) == 12
    assert {each.kind for each in scenario.costs.wrong_path.values()} == {"caught"}
    laid = load_scenario(small, [{"costs": {"wrong_path": {"path_2_as_1": {"kind": "later", "act": "pay"}}}}])
    assert [name for name, each in laid.costs.wrong_path.items() if each.act == "pay"] == ["path_2_as_1"]


def test_the_cells_are_those_of_the_decision_tables() -> None:
    assert {path: len(cells) for path, cells in CELLS.items()} == {"p1": 6, "p2": 6, "p3": 6, "p4": 6}


def test_stated_figures_take_the_place_of_a_history(small: Path) -> None:
    text = small.read_text("utf-8").replace('history = "small.csv"\n', "")
    stated = '[demand.stated]\nper_day = 90.0\nby_weekday = { value = [1, 1, 1, 1, 1, 2, 2], source = "ours", grade = "H" }\n'
    small.write_text(text + stated + 'amount = { mean = "100 yuan", sd = "50 yuan" }\n', "utf-8")
    demand = load_scenario(small).demand
    assert demand.history is None
    assert demand.stated is not None
    assert (demand.stated.by_weekday[5], demand.stated.amount.mean, len(demand.stated.by_hour)) == (2, 10_000, 24)


def test_a_row_of_numbers_is_one_figure(small: Path) -> None:
    test_stated_figures_take_the_place_of_a_history(small)
    scenario = load_scenario(small)
    figure = scenario.figures["demand.stated.by_weekday"]
    assert (figure.value, figure.source, figure.grade) == ((1, 1, 1, 1, 1, 2, 2), "ours", "H")
    assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario


@pytest.mark.parametrize("value", ["[]", "['1 h']", "[[1, 2]]", "[true]"])
def test_only_a_row_of_numbers_is_one_figure(refused: Refused, value: str) -> None:
    error = refused(f"[demand.stated]\nby_weekday = {{ value = {value}, source = 'ours', grade = 'H' }}")
    assert (error.field, error.template) == ("demand.stated.by_weekday.value", "is not a plain value")


def test_instant_and_forced_refunds_may_take_all(small: Path) -> None:
    clocks = load_scenario(small, [{"clocks": {"instant": {"path_4": 0.75}, "forced": 0.25}}]).clocks
    assert (clocks.instant.path_4, clocks.instant.path_1, clocks.forced) == (0.75, 0, 0.25)


def test_demand_may_come_from_nowhere_until_it_is_drawn(small: Path) -> None:
    small.write_text(small.read_text("utf-8").replace('history = "small.csv"\n', ""), "utf-8")
    assert load_scenario(small).demand.stated is None


def test_a_check_of_the_whole_does_not_hide_a_fault_of_a_part(refused: Refused) -> None:
    error = refused("[policy]\nsplit.after_sales = true\nrefresh = 5\n")
    assert isinstance(error, BadInput)
    assert error.field == "policy.refresh"
