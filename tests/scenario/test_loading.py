"""Files into a scenario: quantities, figures, extends, presets, overlays, and the hash."""

import json
import os
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.scenario import Exponential, Fixed, Gamma, Lognormal, Scenario, Uniform, load_scenario, overlay_heading, scenario_hash
from sim.scenario.layers import Layer, laid_over
from sim.shipped import scenarios_folder
from tests.scenario.conftest import SMALL, Write


def test_a_scenario_holds_whole_seconds_and_fen(scenario: Scenario) -> None:
    agents = scenario.pools["agents"].groups["regular"]
    assert scenario.standards.first_response == 1800
    assert scenario.standards.warehouse_carrier is None
    assert agents.authority == 5000
    assert agents.cost_per_hour == 4200
    assert (agents.shifts["night"].from_, agents.shifts["night"].to, agents.shifts["night"].length) == (79200, 21600, 28800)
    assert scenario.policy.batch.amount == 1_000_000
    assert scenario.name == "small"
    assert (scenario.title.zh, scenario.title.en) == ("Small", "Small")


def test_distributions_are_tagged_and_a_plain_duration_is_fixed(scenario: Scenario) -> None:
    assert scenario.spans.stalled == Fixed(value=432000)
    assert scenario.buyer.chase_after == Exponential(mean=28800)
    assert scenario.work.respond == Lognormal(mean=180, sd=120)
    assert scenario.work.contact == Gamma(mean=180, shape=2)
    assert scenario.work.decide == Uniform(low=60, high=180)


def test_a_scenario_cannot_be_changed(scenario: Scenario) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        scenario.policy.refresh = 5


def test_the_history_s_path_is_taken_from_the_file_that_names_it(scenario: Scenario, small: Path, write: Write) -> None:
    assert scenario.demand.history == small.parent / "small.csv"
    overlay = write("elsewhere/other.toml", '[demand]\nhistory = "other.csv"\n')
    assert load_scenario(small, [overlay]).demand.history == small.parent / "elsewhere" / "other.csv"


def test_pools_stand_in_dispatch_order_whatever_the_file_s(small: Path) -> None:
    at, to = SMALL.index("[pools.carriers]"), SMALL.index("[policy]")
    heading, rest = SMALL[:at].split("[pools.agents]", 1)
    small.write_text(heading + SMALL[at:to] + "[pools.agents]" + rest + SMALL[to:], "utf-8")
    assert list(load_scenario(small).pools) == ["agents", "supervisors", "warehouse", "inspection", "carriers"]


# -- figures


def test_a_figure_gives_its_value_and_keeps_its_source(scenario: Scenario) -> None:
    figure = scenario.figures["standards.agent_supervisor"]
    assert scenario.standards.agent_supervisor == 43200
    assert (figure.value, figure.source, figure.grade, figure.unit) == ("12 h", "the article", "A", None)


def test_a_source_at_the_head_of_a_table_holds_for_all_its_figures(scenario: Scenario, small: Path, write: Write) -> None:
    assert scenario.figures["work.respond.mean"].grade == scenario.figures["work.respond.sd"].grade == "P"
    overlay = write(
        "o.toml", '[spans]\nsource = "ours"\ngrade = "H"\ntransit = { dist = "gamma", mean = "60 h", shape = 3 }\nstalled = "4 d"\n'
    )
    laid = load_scenario(small, [overlay])
    ours = {path: figure.value for path, figure in laid.figures.items() if figure.source == "ours"}
    assert ours == {"spans.transit.mean": "60 h", "spans.transit.shape": 3, "spans.stalled": "4 d"}


def test_a_figure_of_its_own_goes_before_the_table_s(small: Path) -> None:
    laid = load_scenario(
        small,
        [{"chances": {"source": "ours", "grade": "P", "anomaly": {"value": 0.2, "grade": "H"}, "empty_return": 0.5, "unit": "share"}}],
    )
    assert (laid.figures["chances.anomaly"].grade, laid.figures["chances.anomaly"].source) == ("H", "ours")
    assert laid.figures["chances.empty_return"].unit == "share"


def test_a_value_that_is_replaced_loses_its_old_source(small: Path) -> None:
    laid = load_scenario(small, [{"standards": {"agent_supervisor": "4 h"}, "work": {"respond": {"mean": "5 min"}}}])
    assert "standards.agent_supervisor" not in laid.figures
    assert "work.respond.mean" not in laid.figures
    assert "work.respond.sd" in laid.figures


def test_every_figure_can_be_varied_by_its_address(scenario: Scenario, small: Path) -> None:
    for address, figure in scenario.figures.items():
        overlay: dict[str, Any] = {}
        inner = overlay
        *tables, key = address.split(".")
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[key] = figure.value
        assert load_scenario(small, [overlay]).model_dump(exclude={"figures"}) == scenario.model_dump(exclude={"figures"})


def test_a_group_may_be_called_value_or_source(small: Path) -> None:
    group = {"cost_per_hour": "1 yuan"}
    laid = load_scenario(small, [{"pools": {"agents": {"groups": {"value": group, "source": group}}}}])
    assert list(laid.pools["agents"].groups) == ["regular", "value", "source"]


# -- layers


def test_an_overlay_touches_only_what_it_names(scenario: Scenario, small: Path, write: Write) -> None:
    overlay = write("o.toml", 'title = "Night"\n[pools.agents.groups.regular.shifts.night]\ncount = 4\n')
    laid = load_scenario(small, [overlay])
    assert laid.pools["agents"].groups["regular"].shifts["night"].count == 4
    assert laid.title == scenario.title
    back = load_scenario(small, [overlay, {"pools": {"agents": {"groups": {"regular": {"shifts": {"night": {"count": 1}}}}}}}])
    assert back == scenario


def test_overlays_lie_over_one_another_in_order(small: Path) -> None:
    assert load_scenario(small, [{"demand": {"scale": 2.0}}, {"demand": {"scale": 3.0}}]).demand.scale == 3


def test_a_distribution_of_another_kind_replaces_the_old_one(small: Path) -> None:
    laid = load_scenario(small, [{"work": {"respond": {"dist": "exponential", "mean": "3 min"}}}])
    assert laid.work.respond == Exponential(mean=180)
    assert not [path for path in laid.figures if path.startswith("work.respond")]


def test_a_distribution_of_the_same_kind_is_merged(small: Path) -> None:
    assert load_scenario(small, [{"work": {"respond": {"sd": "5 min"}}}]).work.respond == Lognormal(mean=180, sd=300)


def test_a_list_is_replaced_whole(small: Path) -> None:
    pause = [{"at": "10:00", "length": "15 min"}]
    laid = load_scenario(small, [{"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"breaks": pause}}}}}}}])
    assert [(each.at, each.length) for each in laid.pools["agents"].groups["regular"].shifts["day"].breaks] == [(36000, 900)]


def test_a_scenario_extends_another_in_another_folder(small: Path, write: Write) -> None:
    middle = write("sales/middle.toml", 'extends = "../small.toml"\ntitle = "Middle"\n[demand]\nscale = 2.0\n')
    child = write("sales/child.toml", 'extends = "middle.toml"\n[calendar]\ndays = 9\n')
    loaded = load_scenario(child)
    assert (loaded.name, loaded.title.en, loaded.demand.scale, loaded.calendar.days) == ("child", "Middle", 2.0, 9)
    assert loaded.demand.history == small.parent / "small.csv"
    assert loaded.place("demand.scale") == (str(middle), 4)
    assert load_scenario(small, [child]).calendar.days == 9


def test_a_name_is_not_inherited_and_a_file_s_own_goes_before_the_file_name(small: Path, write: Write) -> None:
    named = write("named.toml", 'extends = "small.toml"\nname = "spring"\n')
    assert load_scenario(named).name == "spring"
    assert load_scenario(write("later.toml", 'extends = "named.toml"\n')).name == "later"
    assert load_scenario(small, [named]).name == "small"


def test_clocks_come_from_a_preset_and_single_ones_may_differ(small: Path) -> None:
    clocks = load_scenario(small, [{"clocks": {"preset": "taobao-recent", "seller_shipped": "1 h"}}]).clocks
    assert (clocks.preset, clocks.seller_unshipped, clocks.seller_shipped, clocks.ship_click) == ("taobao-recent", 86400, 3600, "closes")


def test_another_preset_leaves_nothing_of_the_old_one(small: Path, write: Write) -> None:
    write("clocks/bare.toml", "\n".join(f'{name} = "1 h"' for name in REQUIRED_CLOCKS))
    recent = write("recent.toml", 'extends = "small.toml"\n[clocks]\npreset = "taobao-recent"\n')
    assert load_scenario(recent).clocks.seller_recall == 259200
    bare = load_scenario(recent, [{"clocks": {"preset": "none"}}])
    none = dict.fromkeys((*REQUIRED_CLOCKS, "seller_recall", "proof"))
    by_machine = {"instant": dict.fromkeys(("path_1", "path_2", "path_3", "path_4"), 0), "forced": 0}
    assert bare.clocks.model_dump(exclude={"preset", "ship_click"}) == none | by_machine
    assert not [path for path in bare.figures if path.startswith("clocks")]
    overlay = write("policies/o.toml", '[clocks]\npreset = "bare"\n')
    assert load_scenario(recent, [overlay]).clocks.seller_recall is None


REQUIRED_CLOCKS = (
    "seller_unshipped",
    "seller_shipped",
    "seller_return_request",
    "buyer_sends_back",
    "seller_confirms_return",
    "after_refusal",
)


def test_a_preset_beside_the_scenario_goes_before_the_shipped_one(small: Path, write: Write) -> None:
    write("clocks/taobao-older.toml", "\n".join(f'{name} = "1 h"' for name in REQUIRED_CLOCKS))
    assert load_scenario(small).clocks.after_refusal == 3600


def test_costs_come_from_a_preset_and_single_ones_may_differ(small: Path, write: Write) -> None:
    scenario = write("costed.toml", 'extends = "small.toml"\n[costs]\npreset = "livestream"\ncoupon = "1 yuan"\n')
    costs = load_scenario(scenario).costs
    assert (costs.preset, costs.coupon, costs.insurance_premium, costs.freight) == ("livestream", 100, 120, 1000)
    assert costs.wrong_path == load_scenario(small, [{"costs": {"preset": "apparel"}}]).costs.wrong_path
    file, line = load_scenario(scenario).place("costs.freight")
    assert file is not None
    assert file.endswith("apparel.toml")
    assert line is not None


def test_another_preset_of_costs_leaves_nothing_of_the_old_one(small: Path, write: Write) -> None:
    write("costs/bare.toml", 'coupon = "1 yuan"\nfreight = "1 yuan"\nrecall_fee = "1 yuan"\ncompensation_share = 0.1\n')
    costed = write("costed.toml", 'extends = "small.toml"\n[costs]\npreset = "apparel"\n')
    bare = load_scenario(costed, [{"costs": {"preset": "bare"}}])
    assert (bare.costs.reshipment, {each.kind for each in bare.costs.wrong_path.values()}) == (0, {"caught"})
    assert not [path for path in bare.figures if path.startswith("costs")]


def test_a_preset_may_extend_another(small: Path) -> None:
    recent, forced = (load_scenario(small, [{"clocks": {"preset": name}}]).clocks for name in ("taobao-recent", "taobao-2024"))
    assert forced.model_dump(exclude={"preset", "forced"}) == recent.model_dump(exclude={"preset", "forced"})
    assert (forced.preset, recent.forced, forced.forced > 0) == ("taobao-2024", 0, True)


def test_the_hash_does_not_see_what_a_preset_is_called(small: Path, write: Write) -> None:
    before = scenario_hash(load_scenario(small, [{"costs": {"preset": "apparel"}}]))
    write("costs/mine.toml", f'extends = "{(scenarios_folder() / "costs" / "apparel.toml").as_posix()}"\n')
    assert scenario_hash(load_scenario(small, [{"costs": {"preset": "mine"}}])) == before


def test_an_overlay_s_heading_is_read_without_a_whole_scenario(write: Write) -> None:
    heading = overlay_heading(write("night.toml", 'title = { zh = "夜班", en = "Night" }\n[policy]\nrefresh = "1 h"\n'))
    assert (heading.name, heading.title.zh, heading.title.en, heading.about) == ("night", "夜班", "Night", None)
    assert overlay_heading(write("plain.toml", "")).title.en == "plain"


LEAVES = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2))
KEYS = st.sampled_from("abc")
TABLES = st.dictionaries(KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, min_size=1), max_leaves=8))


def merged(*trees: dict[str, Any]) -> dict[str, Any]:
    layer = Layer({})
    for tree in trees:
        layer = laid_over(layer, Layer(tree))
    return layer.tree


def leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for key, value in tree.items():
        found.update(leaves(value, (*path, key)) if isinstance(value, dict) else {(*path, key): value})
    return found


@given(TABLES, TABLES)
def test_all_that_an_overlay_says_holds_and_the_rest_stays(base: dict[str, Any], over: dict[str, Any]) -> None:
    result, said = leaves(merged(base, over)), leaves(over)
    for path, value in said.items():
        assert result[path] == value
    for path, value in leaves(base).items():
        if not any(path[: len(named)] == named or named[: len(path)] == path for named in said):
            assert result[path] == value


@given(TABLES, TABLES, TABLES)
def test_overlays_may_be_merged_beforehand(base: dict[str, Any], first: dict[str, Any], second: dict[str, Any]) -> None:
    same_shape = all(isinstance(a, dict) == isinstance(b, dict) for a, b in _meeting(first, second))
    if same_shape:
        assert merged(merged(base, first), second) == merged(base, merged(first, second))


def _meeting(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[Any, Any]]:
    pairs = []
    for key in one.keys() & other.keys():
        pairs.append((one[key], other[key]))
        if isinstance(one[key], dict) and isinstance(other[key], dict):
            pairs += _meeting(one[key], other[key])
    return pairs


# -- hash, copies, places


def shuffled(tree: Any, turn: int) -> Any:
    if not isinstance(tree, dict):
        return tree
    keys = list(tree)
    turned = keys[turn % len(keys) :] + keys[: turn % len(keys)] if keys else keys
    return {key: shuffled(tree[key], turn) for key in reversed(turned)}


@given(st.integers(0, 50))
def test_the_hash_hangs_on_no_order_of_keys(tmp_path_factory: pytest.TempPathFactory, turn: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "small.csv").write_text("x", "utf-8")
    (folder / "small.toml").write_text(SMALL, "utf-8")
    scenario = load_scenario(folder / "small.toml")
    content = json.loads(scenario.model_dump_json(by_alias=True))
    assert scenario_hash(Scenario.model_validate_json(json.dumps(shuffled(content, turn)))) == scenario_hash(scenario)


def test_the_hash_is_the_same_in_every_process(small: Path) -> None:
    code = f"from sim.scenario import *; print(scenario_hash(load_scenario({str(small)!r})))"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert hashes == {scenario_hash(load_scenario(small)) + "\n"}


def test_the_hash_sees_figures_and_the_history_but_not_titles(scenario: Scenario, small: Path) -> None:
    before = scenario_hash(scenario)
    assert scenario_hash(load_scenario(small, [{"chances": {"anomaly": 0.2}}])) != before
    assert scenario_hash(load_scenario(small, [{"standards": {"agent_supervisor": "720 min"}}])) == before
    renamed = small.with_name("renamed.toml")
    renamed.write_text(SMALL.replace('"Small"', '"Large"'), "utf-8")
    assert scenario_hash(load_scenario(renamed)) == before
    small.with_name("small.csv").write_text("other refunds", "utf-8")
    assert scenario_hash(scenario) != before


def test_the_order_of_groups_counts_because_idle_staff_are_given_work_in_it(small: Path) -> None:
    group = {"cost_per_hour": "1 yuan"}
    one, other = (
        load_scenario(small, [{"pools": {"agents": {"groups": dict.fromkeys(names, group)}}}]) for names in (("a", "b"), ("b", "a"))
    )
    assert scenario_hash(one) != scenario_hash(other)


def test_a_scenario_survives_json_and_the_way_between_processes(scenario: Scenario) -> None:
    assert Scenario.model_validate_json(scenario.model_dump_json(by_alias=True)) == scenario
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert again.place("work.pay") == scenario.place("work.pay")


def test_every_value_knows_its_file_and_line(scenario: Scenario, small: Path) -> None:
    lines = SMALL.splitlines()
    for field in ("costs.coupon", "pools.agents.groups.regular.shifts.day.from", "work.respond.sd", "clocks.preset"):
        file, line = scenario.place(field)
        assert file == str(small)
        assert line is not None
        assert field.split(".")[-1] in lines[line - 1]
    file, _ = scenario.place("clocks.after_refusal")
    assert file is not None
    assert file.endswith("taobao-older.toml")


def test_the_json_schema_can_be_published() -> None:
    schema = Scenario.model_json_schema()
    assert set(tomllib.loads(SMALL)) <= set(schema["properties"])
    assert "from" in schema["$defs"]["Shift"]["properties"]


def test_reading_a_scenario_does_not_wait_for_numpy(small: Path) -> None:
    code = f"import sys; from sim.scenario import *; load_scenario({str(small)!r}); print('numpy' in sys.modules)"
    code = code.replace("import *", "import load_scenario")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
