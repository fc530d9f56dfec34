"""The scenarios and presets that come with the project; what their levers do stands in test_policies, how a sale unfolds in
tests/study/test_shape_of_the_weeks."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.demand.order_curve import expected_orders
from sim.demand.replay import draw_workload
from sim.demand.workload import Workload
from sim.rules.path import path_of
from sim.scenario import Scenario, load_scenario, overlay_heading, roster, scenario_hash
from sim.scenario.schema import CELLS, WRONG_PATHS
from sim.shipped import scenarios_folder

FOLDER = scenarios_folder()
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.toml"))
ON_ORDERS = ("everyday-apparel", "livestream", "standard-goods", "618", "double11-2019", "double11-2022")
SALES = ON_ORDERS[3:]
POLICIES = sorted((FOLDER / "policies").glob("*.toml"))
CHINESE = range(0x4E00, 0xA000)
HOUR, DAY = 3600, 86400
DECISIONS = re.compile(r"calendar\.|demand\.scale$|policy\.refresh$|pools\.\w+\.groups\.\w+\.(shifts\.|paths$)")
"""Numbers that the shop decides: dates, people, hours. All others are figures of the field, and somebody must answer for them."""
TOLD_WITH = {".curve.at": ".curve.upto"}
"""Two rows that make one figure: by when which share. The source stands with the shares."""


def shipped(name: str) -> Scenario:
    return load_scenario(FOLDER / f"{name}.toml")


@pytest.fixture(scope="module")
def busy_week() -> Scenario:
    return shipped("busy-week")


def share_of_day(workload: Workload, scenario: Scenario) -> tuple[np.ndarray, float, float]:
    """Of the reported days: the shares of the paths among first applications, these a day, and these per order line paid then."""
    first = workload.refunds[(workload.refunds["second"] == 0) & (workload.refunds["only_asks"] == 0)]
    end = scenario.calendar.days * DAY
    first = first[(first["filed"] >= 0) & (first["filed"] < end)]
    counts = np.bincount(path_of(first["state"], first["sends_back"]), minlength=5)[1:]
    assert workload.goods is not None
    paid = workload.goods.lines.paid
    return counts / counts.sum(), len(first) / scenario.calendar.days, len(first) / int(((paid >= 0) & (paid < end)).sum())


def numbers_given(value: object, path: str = "") -> set[str]:
    """Dotted keys of all numbers that files have given."""
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in numbers_given(inner, f"{path}.{key}" if path else str(key))}
    if isinstance(value, tuple):
        return {path} if any(isinstance(each, int | float) for each in value) else set()
    return {path} if isinstance(value, int | float) and not isinstance(value, bool) else set()


def test_all_that_is_shipped_is_tested() -> None:
    assert set(SCENARIOS) == {"busy-week", "carrier-pilot", *ON_ORDERS}
    assert {"clocks", "costs", "field", "gate", "history", "policies"} <= {path.name for path in FOLDER.iterdir() if path.is_dir()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_loads_and_says_what_it_is_in_both_languages(name: str) -> None:
    scenario = shipped(name)
    assert len(scenario_hash(scenario)) == 64
    assert scenario.about is not None
    for text in (scenario.title, scenario.about):
        assert any(ord(sign) in CHINESE for sign in text.zh)
        assert text.en.isascii()


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("policy", [None, *POLICIES], ids=lambda path: path.stem if path else "as it is")
def test_every_figure_has_a_source_and_a_grade(name: str, policy: Path | None) -> None:
    scenario = load_scenario(FOLDER / f"{name}.toml", [policy] if policy else [])
    given = scenario.model_dump(by_alias=True, exclude_unset=True, exclude={"figures"})
    unsourced = {path for path in numbers_given(given) - set(scenario.figures) if not DECISIONS.match(path)}
    for row, with_row in TOLD_WITH.items():
        unsourced -= {path for path in unsourced if path.endswith(row) and path.replace(row, with_row) in scenario.figures}
    assert not unsourced
    assert all(figure.source.strip() for figure in scenario.figures.values())


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_figure_of_a_scenario_can_be_varied_by_its_address(name: str) -> None:
    scenario = shipped(name)
    for address in scenario.figures:
        value: object = scenario
        for key in address.split("."):
            value = value[key] if isinstance(value, dict) else getattr(value, key.replace("from", "from_"))
        assert value is None or isinstance(value, int | float | tuple | str)


@pytest.mark.parametrize("name", ["busy-week", "everyday-apparel"])
def test_a_manager_sees_demand_staff_and_policy_before_the_field(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text("utf-8")
    order = [text.index(f"\n[{table}") for table in ("calendar", "demand", "pools.agents", "policy", "standards", "clocks", "costs")]
    assert order == sorted(order)
    assert not re.search(r"^\[(buyer|work|spans|chances|demand\.cells)\b", text, re.MULTILINE)
    assert '\nextends = "field/apparel.toml"' in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_path_has_its_cells(name: str) -> None:
    cells = shipped(name).demand.cells
    assert {path: set(shares) for path, shares in cells.items()} == {path: set(names) for path, names in CELLS.items()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_somebody_is_at_the_desk_at_every_hour(name: str) -> None:
    scenario = shipped(name)
    table = roster(scenario, 0, 6)
    agents = table.shifts[table.pool[table.shifts["slot"]] == 0]
    for second in range(0, 7 * 86400, 900):
        on_duty = ((agents["begin"] <= second) & (second < agents["end"])).sum()
        assert on_duty >= (4 if second % 86400 >= 8 * 3600 else 1)


def test_the_busy_week_begins_on_the_monday_of_double_11(busy_week: Scenario) -> None:
    assert (busy_week.calendar.start.isoformat(), busy_week.calendar.start.weekday(), busy_week.calendar.days) == ("2025-11-10", 0, 7)


def test_temporary_agents_are_slower_and_err_more(busy_week: Scenario) -> None:
    regular, temporary = (busy_week.pools["agents"].groups[name] for name in ("regular", "temporary"))
    assert temporary.pace > regular.pace
    assert temporary.slip > regular.slip > 0
    errors = regular.errors.model_dump()
    assert all(temporary.errors.model_dump()[act] > share > 0 for act, share in errors.items())


def test_a_refund_takes_its_8_to_15_minutes(busy_week: Scenario) -> None:
    """The hands-on minutes of an ordinary case of each path that no batch takes, at pace 1 and one chat at a time (domain: 8 to 15)."""
    work = {name: getattr(busy_week.work, name).mean / 60 for name in ("respond", "contact", "talk", "judge", "decide", "pay", "chase")}
    again = 1 - busy_week.buyer.reached_offline
    path_1_claim = work["respond"] + work["judge"] + work["pay"]
    path_2 = work["respond"] + work["talk"] + work["pay"]
    path_3 = work["respond"] + work["decide"] * (2 - busy_week.chances.offer_accepted) + work["pay"]
    path_4 = work["respond"] + work["talk"] + work["chase"] / 2 + work["pay"] + again * work["contact"]
    for minutes in (path_1_claim, path_2, path_3, path_4):
        assert 8 <= minutes <= 15


# -- the ordinary fortnight


def test_the_ordinary_fortnight_is_run_as_the_article_recommends() -> None:
    scenario = shipped("everyday-apparel")
    policy = scenario.policy
    assert scenario.demand.history is None
    assert scenario.demand.orders is not None
    assert (scenario.calendar.days, scenario.calendar.drain_days, len(scenario.demand.orders.by_hour)) == (14, 30, 24)
    assert not scenario.demand.orders.sales
    assert policy.refresh == 0
    assert policy.batch.on
    assert policy.batch.screened
    assert policy.erp_cut.on
    assert (policy.recall.agreement, policy.recall.refund_on, policy.recall.lost_after) == (True, "promise", 5 * DAY)
    assert policy.recall.loss_borne_by == "carrier"
    assert policy.returns.refund_on == "door"
    assert policy.named_contact.carrier
    assert policy.named_contact.warehouse
    assert policy.approval.delegated
    assert (policy.coupon.on, policy.coupon.within) == (True, 12 * HOUR)
    assert policy.numbers.chase_every is not None
    assert scenario.pools["agents"].groups["regular"].authority > 0


@pytest.mark.parametrize(
    ("name", "mix", "a_day", "of_the_lines"),
    [
        ("everyday-apparel", (0.40, 0.08, 0.07, 0.45), 600, (0.23, 0.40)),
        ("livestream", (0.50, 0.10, 0.05, 0.35), 680, (0.80, 0.95)),
        ("standard-goods", (0.35, 0.10, 0.20, 0.35), 340, (0.06, 0.10)),
    ],
)
def test_the_paths_of_an_ordinary_shop_come_out_near_the_field_s(
    name: str, mix: tuple[float, ...], a_day: float, of_the_lines: tuple[float, float]
) -> None:
    scenario = shipped(name)
    found = [share_of_day(draw_workload(scenario, 1, replication), scenario) for replication in range(3)]
    assert np.mean([shares for shares, _, _ in found], axis=0) == pytest.approx(np.array(mix), abs=0.02)
    assert np.mean([each for _, each, _ in found]) == pytest.approx(a_day, rel=0.06)
    assert of_the_lines[0] < np.mean([each for _, _, each in found]) < of_the_lines[1]


@pytest.mark.parametrize("name", SALES)
def test_the_paths_of_a_sale_come_out_near_the_field_s(name: str) -> None:
    scenario = shipped(name)
    shares, _, _ = share_of_day(draw_workload(scenario, 1, 0), scenario)
    assert shares == pytest.approx(np.array([0.50, 0.10, 0.05, 0.35]), abs=0.06)


def test_more_than_four_fifths_of_a_livestream_s_sales_are_refunded_by_value() -> None:
    workload = draw_workload(shipped("livestream"), 1, 0)
    assert workload.goods is not None
    lines = workload.goods.lines
    settled = (lines.paid >= -10 * DAY) & (lines.paid < 14 * DAY)  # all that is asked back of these is asked within the days and the drain
    asked = np.isin(lines.number, workload.refunds["number"])
    assert 0.80 < lines.price[settled & asked].sum() / lines.price[settled].sum() < 0.95


@pytest.mark.parametrize("name", ["everyday-apparel", "livestream", "standard-goods"])
def test_no_path_starts_empty(name: str) -> None:
    """The warm-up is long enough: requests a day of each path in the first reported week are level with those after the last."""
    scenario = load_scenario(FOLDER / f"{name}.toml", [{"demand": {"orders": {"burst": 1.0}}}])  # so that chance does not hide it
    days = np.zeros((5, 7 + scenario.calendar.drain_days))
    for replication in range(5):
        refunds = draw_workload(scenario, 1, replication).refunds
        first = refunds[refunds["second"] == 0]
        day = first["filed"] // DAY
        after = np.where(day >= scenario.calendar.days, day - scenario.calendar.days + 7, day)
        kept = (day >= 0) & ((day < 7) | (day >= scenario.calendar.days))
        np.add.at(days, (path_of(first["state"], first["sends_back"])[kept], after[kept]), 1)
    for path in (1, 2, 3, 4):
        assert days[path, :7].mean() == pytest.approx(days[path, 7:].mean(), rel=0.08), path


PUBLISHED_HOURS = {(20, 24): 0.28, (21, 22): 0.079, (2, 7): 0.037}
"""An ordinary day of a Tmall shop, by the hours from-to."""


@pytest.mark.parametrize("name", ["everyday-apparel", "standard-goods", *SALES])
def test_orders_of_ordinary_days_come_at_the_published_hours(name: str) -> None:
    scenario = shipped(name)
    expected = expected_orders(scenario, 1, 0)
    ordinary = ~np.isin(expected.buckets.day, [sale.day for sale in expected.sales])
    share = np.bincount(expected.buckets.hour[ordinary], expected.means[ordinary], 24) / expected.means[ordinary].sum()
    orders = scenario.demand.orders
    assert orders is not None
    assert np.abs(share - np.array(orders.by_hour) / sum(orders.by_hour)).max() < 0.03
    for (begin, end), told in PUBLISHED_HOURS.items():
        assert share[begin:end].sum() == pytest.approx(told, abs=0.005)
    assert scenario.figures["demand.orders.by_hour"].grade == "H"


def test_requests_come_while_buyers_are_awake() -> None:
    refunds = draw_workload(shipped("everyday-apparel"), 1, 0).refunds
    filed = refunds["filed"][refunds["second"] == 0]
    share = np.bincount(filed % DAY // HOUR, minlength=24) / len(filed)
    for (begin, end), told in PUBLISHED_HOURS.items():
        assert share[begin:end].sum() == pytest.approx(told, abs=0.03)


def test_days_differ_as_much_as_in_a_real_shop() -> None:
    """Variance over mean of the requests of a day: 5.3 after weekday and month in a wholesaler's real year."""
    found = []
    for replication in range(6):
        refunds = draw_workload(shipped("everyday-apparel"), 1, replication).refunds
        day = refunds["filed"][refunds["second"] == 0] // DAY
        counts = np.bincount(day[(day >= 0) & (day < 44)], minlength=44)
        found.append(counts.var(ddof=1) / counts.mean())
    assert 4 < np.mean(found) < 7


# -- sales

PUBLISHED_2019 = {96: 0.0373, 769: 0.1863, 3840: 0.3725, 5160: 0.4496, 36300: 0.6266, 51660: 0.745, 59460: 0.7953}


@pytest.mark.parametrize(
    ("name", "dates", "preset", "clocks"),
    [
        ("618", ("2021-06-01", "2021-06-18"), "none", "taobao-recent"),
        ("double11-2019", ("2019-11-11",), "2019", "taobao-older"),
        ("double11-2022", ("2022-11-01", "2022-11-11"), "2022", "taobao-recent"),
    ],
)
def test_sales_have_their_days_gate_and_clocks(name: str, dates: tuple[str, ...], preset: str, clocks: str) -> None:
    scenario = shipped(name)
    orders, shipping, _ = scenario.by_orders
    days = [sale.date for sale in orders.sales.values()]
    assert days == [date.fromisoformat(each) for each in dates]
    assert (scenario.gate.preset, scenario.clocks.preset) == (preset, clocks)
    assert orders.spread == 0.2
    assert shipping.per_day is not None
    for sale in orders.sales.values():
        assert sale.orders > 10 * orders.per_day
        assert sale.curve is not None
        assert dict(zip(sale.curve.at, sale.curve.upto, strict=True)) == PUBLISHED_2019
    assert (max(days) - scenario.calendar.start).days + 13 <= scenario.calendar.days  # reported until the returns have passed their peak


def test_the_curve_is_published_for_2019_and_a_prior_elsewhere() -> None:
    grades = {
        name: {figure.grade for path, figure in shipped(name).figures.items() if path.endswith(".curve.upto")}
        for name in ("double11-2019", "double11-2022", "618")
    }
    assert grades == {"double11-2019": {"H"}, "double11-2022": {"P"}, "618": {"P"}}


def test_a_sale_s_balances_are_those_of_the_pre_sale() -> None:
    presales = {name: [sale.presale is not None for sale in shipped(name).by_orders[0].sales.values()] for name in SALES}
    assert presales == {"618": [True, False], "double11-2019": [True], "double11-2022": [True, True]}


@pytest.mark.parametrize("name", SALES)
def test_a_double_11_has_20_to_50_thousand_requests(name: str) -> None:
    refunds = draw_workload(shipped(name), 1, 0).refunds
    assert 20_000 < (refunds["second"] == 0).sum() < 50_000


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_standards_are_the_article_s(name: str) -> None:
    standards = shipped(name).standards
    assert (standards.first_response, standards.agent_supervisor, standards.agent_supervisor_amount) == (1800, 4 * HOUR, 12 * HOUR)
    assert (standards.warehouse_inspection, standards.warehouse_inspection_outside) == (12 * HOUR, 48 * HOUR)
    assert standards.agent_carrier == (3 * HOUR if name == "carrier-pilot" else 2 * HOUR)


# -- the carrier pilot


def test_the_pilot_is_about_parcels_on_their_way_alone() -> None:
    scenario = shipped("carrier-pilot")
    demand = scenario.demand
    shares, a_day, _ = share_of_day(draw_workload(scenario, 1, 0), scenario)
    assert shares[1] > 0.98
    assert a_day == pytest.approx(100, rel=0.1)
    assert {name for name, share in demand.cells["p2"].items() if share} == {"recall-promised", "recall-refused"}


def test_the_agreement_is_all_that_sets_the_pilot_s_two_halves_apart() -> None:
    without = shipped("carrier-pilot")
    agreed = load_scenario(FOLDER / "carrier-pilot.toml", [FOLDER / "policies" / "carrier-agreement.toml"])
    one, other = (each.model_dump(exclude={"figures"}) for each in (without, agreed))
    assert changed(one, other) == {
        *(f"policy.recall.{key}" for key in ("agreement", "refund_on", "answer_pace", "silent", "give_up", "loss_borne_by")),
        "costs.recall_fee",
    }
    assert without.policy.recall.answer_pace > agreed.policy.recall.answer_pace == 1
    assert without.policy.recall.silent > agreed.policy.recall.silent


def test_the_pilot_s_parameters_are_the_field_s_and_not_its_results() -> None:
    scenario = shipped("carrier-pilot")
    chances = scenario.chances
    assert (chances.recall_before_linehaul, chances.recall_in_transit, chances.recall_out_for_delivery) == (0.85, 0.6, 0.25)
    assert (scenario.figures["work.recall.mean"].value, scenario.figures["work.recall.mean"].grade) == ("4.2 h", "M")
    for name in ("spans", "buyer", "work", "chances"):
        assert getattr(scenario, name) == getattr(shipped("everyday-apparel"), name)
    assert not {"73 h", "19 h"} & {str(figure.value) for figure in scenario.figures.values()}


def changed(one: dict[str, object], other: dict[str, object], path: str = "") -> set[str]:
    """Dotted keys whose values differ."""
    found: set[str] = set()
    for key in one.keys() | other.keys():
        here, first, second = f"{path}.{key}" if path else key, one.get(key), other.get(key)
        if isinstance(first, dict) and isinstance(second, dict):
            found |= changed(first, second, here)
        elif first != second:
            found.add(here)
    return found


# -- presets


@pytest.mark.parametrize(
    ("preset", "clocks"),
    [
        ("taobao-recent", (24 * HOUR, 36 * HOUR, 5 * DAY, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("taobao-2024", (24 * HOUR, 36 * HOUR, 5 * DAY, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("taobao-older", (48 * HOUR, 5 * DAY, 5 * DAY, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("wechat-shop", (48 * HOUR, 48 * HOUR, 48 * HOUR, 7 * DAY, 10 * DAY, 7 * DAY)),
        ("pinduoduo", (48 * HOUR, 48 * HOUR, 48 * HOUR, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("none", (None,) * 6),
        ("own", (None,) * 6),
    ],
)
def test_the_platforms_clocks_are_those_of_the_field(preset: str, clocks: tuple[int | None, ...]) -> None:
    found = load_scenario(FOLDER / "busy-week.toml", [{"clocks": {"preset": preset}}]).clocks
    shown = (found.seller_unshipped, found.seller_shipped, found.seller_return_request)
    assert (*shown, found.buyer_sends_back, found.seller_confirms_return, found.after_refusal) == clocks
    assert found.proof == (None if clocks[0] is None else 3 * DAY)
    assert overlay_heading(FOLDER / "clocks" / f"{preset}.toml").title.zh


def test_every_preset_of_clocks_is_tested() -> None:
    tested = {"taobao-recent", "taobao-2024", "taobao-older", "wechat-shop", "pinduoduo", "none", "own"}
    assert {path.stem for path in (FOLDER / "clocks").glob("*.toml")} == tested


@pytest.mark.parametrize("preset", sorted(path.stem for path in (FOLDER / "clocks").glob("*.toml")))
def test_every_figure_of_a_preset_of_clocks_has_a_source_and_a_grade(preset: str) -> None:
    scenario = load_scenario(FOLDER / "busy-week.toml", [{"clocks": {"preset": preset}}])
    given = scenario.model_dump(include={"clocks"}, exclude_unset=True)
    assert numbers_given(given) <= set(scenario.figures)
    assert {path for path in scenario.figures if path.startswith("clocks")} >= numbers_given(given)


def test_machines_refund_where_the_platforms_are_known_for_it() -> None:
    machines = {
        name: load_scenario(FOLDER / "busy-week.toml", [{"clocks": {"preset": name}}]).clocks
        for name in ("taobao-recent", "taobao-2024", "taobao-older", "pinduoduo", "none")
    }
    assert machines["pinduoduo"].instant.path_1 > 0.5 > machines["taobao-recent"].instant.path_1 > 0
    assert machines["taobao-older"].instant.path_1 == machines["none"].instant.path_1 == 0
    assert [name for name, clocks in machines.items() if clocks.forced] == ["taobao-2024"]


@pytest.mark.parametrize(
    ("preset", "closed", "late_opens", "grade"),
    [
        ("2019", (0, 24 * HOUR), 10 * DAY, "H"),
        ("2022", (0, 8 * HOUR), None, "M"),
        ("none", (0, None), None, None),
        ("own", (0, None), None, None),
    ],
)
def test_the_gate_closes_and_opens_as_the_field_knows(
    preset: str, closed: tuple[int, int | None], late_opens: int | None, grade: str | None
) -> None:
    scenario = load_scenario(FOLDER / "double11-2019.toml", [{"gate": {"preset": preset}}])
    gate = scenario.gate
    assert ((gate.closes, gate.opens), gate.late_opens, gate.preset) == (closed, late_opens, preset)
    if grade:
        assert scenario.figures["gate.opens"].grade == grade
        assert scenario.figures["gate.closes"].grade == grade
    assert overlay_heading(FOLDER / "gate" / f"{preset}.toml").title.zh


def test_every_preset_of_the_gate_is_tested() -> None:
    assert {path.stem for path in (FOLDER / "gate").glob("*.toml")} == {"2019", "2022", "none", "own"}


@pytest.mark.parametrize("preset", sorted(path.stem for path in (FOLDER / "gate").glob("*.toml")))
def test_what_buyers_make_of_the_gate_is_a_prior(preset: str) -> None:
    scenario = load_scenario(FOLDER / "double11-2022.toml", [{"gate": {"preset": preset}}])
    given = scenario.model_dump(include={"gate"}, exclude_unset=True)
    assert numbers_given(given) <= set(scenario.figures)
    buyers = {
        path: figure for path, figure in scenario.figures.items() if path.startswith("gate.") and not path.endswith(("closes", "opens"))
    }
    assert all(figure.grade == "P" for figure in buyers.values())
    if preset != "none":
        assert {path.split(".")[1] for path in buyers} == {"persists", "chats", "returns_after", "machine"}


@pytest.mark.parametrize("preset", sorted(path.stem for path in (FOLDER / "costs").glob("*.toml")))
def test_every_preset_of_costs_fills_the_whole_table_and_names_its_sources(preset: str) -> None:
    scenario = load_scenario(FOLDER / "everyday-apparel.toml", [{"costs": {"preset": preset}}])
    costs = scenario.costs
    given = scenario.model_dump(include={"costs"}, exclude_unset=True)
    assert set(given["costs"]) == set(type(costs).model_fields)
    assert numbers_given(given) <= set(scenario.figures)
    assert tuple(costs.wrong_path) == WRONG_PATHS
    assert (costs.compensation_share, costs.compensation_least, costs.compensation_most) == (0.05, 500, 3000)
    assert 800 <= costs.freight <= 1200
    assert costs.recall_fee <= 1000
    assert 1500 <= costs.recall_fee_late <= 2500
    assert overlay_heading(FOLDER / "costs" / f"{preset}.toml").title.zh


def test_no_path_1_act_is_offered_on_a_signed_order() -> None:
    wrong = shipped("busy-week").costs.wrong_path
    assert {wrong["path_3_as_1"].kind, wrong["path_4_as_1"].kind} == {"impossible"}
    assert {each.kind for each in wrong.values()} == {"impossible", "caught", "later"}
    assert {each.act for each in wrong.values()} == {"none", "pay", "recall", "submit", "agree"}
    assert all(each.seconds > 0 for each in wrong.values() if each.kind != "later")


def test_every_cell_of_the_wrong_paths_says_why_in_both_languages() -> None:
    lines = (FOLDER / "costs" / "apparel.toml").read_text("utf-8").splitlines()
    for name in WRONG_PATHS:
        [line] = [each for each in lines if each.startswith(name)]
        zh, en = line.split("#")[1].split(" · ")
        assert any(ord(sign) in CHINESE for sign in zh)
        assert en.isascii()
