"""Levers: what can be moved in each situation, what is refused, and that overlay and file are the same to the simulator."""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as randomly
from hypothesis import settings
from hypothesis import strategies as st

from sim.errors import BadInput, each_problem
from sim.scenario import Scenario, load_scenario, overlay_heading, scenario_hash
from sim.shipped import scenarios_folder
from trainer_app.services.levers import (
    MOST_AUTHORITY,
    MOST_PEOPLE,
    MOST_REFRESH,
    Levers,
    allowed,
    checked,
    from_json,
    given,
    overlay,
    toml,
)
from trainer_app.services.situations import file_of, situations

NAMES = [each.name for each in situations()]
HUGE = 10**6_000
"""Longer than Python would write it."""
FLAGS = st.none() | st.booleans()


@st.composite
def levers(draw: Any, name: str) -> Levers:
    """Any levers that fit a situation; at least one person stays in each pool."""
    people = {
        shift.key: draw(st.integers(1, MOST_PEOPLE)) if shift.now else draw(st.integers(0, MOST_PEOPLE))
        for shift in allowed(name).shifts
        if draw(st.booleans())
    }
    return Levers(
        people=people,
        batch=draw(FLAGS),
        erp_cut=draw(FLAGS),
        agreement=draw(FLAGS),
        authority=draw(st.none() | st.integers(0, MOST_AUTHORITY)),
        refund_on=draw(st.none() | st.sampled_from(["signing", "door", "inspection"])),
        refresh=draw(st.none() | st.integers(0, MOST_REFRESH)),
    )


SITUATED = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), levers(name)))


def problems(given_: object, name: str = "618") -> dict[str | None, BadInput]:
    with pytest.raises(BadInput) as error:
        checked(from_json(given_), name)
    return {each.field: each for each in each_problem(error.value)}


# ---------------------------------------------------------------- the same to the simulator
@settings(max_examples=40, deadline=None)
@randomly(SITUATED, st.text(max_size=60))
def test_a_file_of_levers_is_the_same_scenario_as_their_overlay(tmp_path_factory: pytest.TempPathFactory, chosen: Any, title: str) -> None:
    name, moved = chosen
    file = tmp_path_factory.mktemp("levers") / "variant.toml"
    file.write_text(toml(checked(moved, name), title), "utf-8")
    by_file = load_scenario(file_of(name), [file])
    by_overlay = load_scenario(file_of(name), [overlay(moved, name)])
    assert scenario_hash(by_file) == scenario_hash(by_overlay) == given(name, moved).hash
    assert by_overlay == given(name, moved).scenario
    assert overlay_heading(file).title.zh == title.encode("utf-8", "replace").decode()


@settings(deadline=None)
@randomly(SITUATED)
def test_levers_come_back_from_plain_values_as_they_were(chosen: Any) -> None:
    _, moved = chosen
    assert from_json(moved.to_json()) == moved
    assert from_json({**moved.to_json(), "batch": moved.batch}) == moved


@settings(max_examples=40, deadline=None)
@randomly(SITUATED)
def test_only_what_differs_is_kept_and_that_is_enough(chosen: Any) -> None:
    name, moved = chosen
    kept = checked(moved, name)
    now = allowed(name).now
    assert all(count != now.people[key] for key, count in kept.people.items())
    assert all(getattr(kept, lever) != getattr(now, lever) for lever in kept.to_json() if lever != "people")
    assert checked(kept, name) == kept
    assert given(name, kept).hash == given(name, moved).hash


@pytest.mark.parametrize("name", NAMES)
def test_changing_nothing_is_the_situation_itself(name: str) -> None:
    as_it_is = scenario_hash(load_scenario(scenarios_folder() / f"{name}.toml"))
    now = allowed(name).now
    for nothing in (Levers(), now, from_json(now.to_json())):
        assert checked(nothing, name).is_nothing
        assert overlay(nothing, name) == {}
        assert given(name, nothing).hash == as_it_is


# ---------------------------------------------------------------- what each lever does
def _at(scenario: Scenario, key: str) -> Any:
    here: Any = scenario
    for word in key.split("."):
        here = here[word] if isinstance(here, Mapping) else getattr(here, word)
    return here


@pytest.mark.parametrize(
    ("moved", "key", "value"),
    [
        ({"people": {"agents.regular.night": 4}}, "pools.agents.groups.regular.shifts.night.count", 4),
        ({"people": {"agents.temporary.peak": 9}}, "pools.agents.groups.temporary.shifts.peak.count", 9),
        ({"people": {"supervisors.regular.day": 2}}, "pools.supervisors.groups.regular.shifts.day.count", 2),
        ({"people": {"warehouse.regular.evening": 7}}, "pools.warehouse.groups.regular.shifts.evening.count", 7),
        ({"people": {"inspection.regular.day": 1}}, "pools.inspection.groups.regular.shifts.day.count", 1),
        ({"batch": False}, "policy.batch.on", False),
        ({"erp_cut": False}, "policy.erp_cut.on", False),
        ({"authority": 200}, "pools.agents.groups.regular.authority", 20_000),
        ({"refund_on": "signing"}, "policy.returns.refund_on", "signing"),
        ({"refresh": 20}, "policy.refresh", 1_200),
    ],
)
def test_a_lever_moves_what_it_names_and_nothing_else(moved: dict[str, Any], key: str, value: Any) -> None:
    before, after = given("double11-2022").scenario, given("double11-2022", from_json(moved)).scenario
    assert (_at(after, key), _at(before, key)) == (value, _at(before, key))
    assert _at(before, key) != value
    differ = [name for name in type(before).model_fields if getattr(before, name) != getattr(after, name) and name != "figures"]
    assert differ == [key.partition(".")[0]]


@pytest.mark.parametrize(("agreement", "policy"), [(True, "carrier-agreement"), (False, "no-carrier-agreement")])
def test_the_carriers_agreement_is_that_of_the_shipped_policy(agreement: bool, policy: str) -> None:
    name = "carrier-pilot" if agreement else "double11-2022"  # as it is, the other way round
    by_policy = load_scenario(file_of(name), [scenarios_folder() / "policies" / f"{policy}.toml"])
    moved = given(name, Levers(agreement=agreement))
    assert moved.hash == scenario_hash(by_policy) != given(name).hash
    assert moved.scenario.policy.recall.agreement is agreement


@pytest.mark.parametrize("name", NAMES)
def test_every_shift_of_the_shops_own_people_can_be_moved_and_nobody_elses(name: str) -> None:
    scenario = given(name).scenario
    shifts = {shift.key: shift for shift in allowed(name).shifts}
    own = {"agents", "supervisors", "warehouse", "inspection"}
    expected = {
        f"{pool}.{group}.{shift}": each.count
        for pool, of in scenario.pools.items()
        for group, people in of.groups.items()
        for shift, each in people.shifts.items()
        if pool in own
    }
    assert {key: shift.now for key, shift in shifts.items()} == expected == dict(allowed(name).now.people)
    assert shifts["agents.regular.day"].begin == "08:00"
    assert shifts["agents.regular.day"].end == "16:00"


# ---------------------------------------------------------------- what is refused
@pytest.mark.parametrize(
    "count", [-1, MOST_PEOPLE + 1, HUGE, -HUGE, 1.5, 3.0, math.nan, math.inf, True, "3", None, [], {}], ids=lambda _: ""
)
def test_a_number_of_people_that_is_none_is_told_with_its_shift_and_what_is_allowed(count: object) -> None:
    found = problems({"people": {"agents.regular.day": count}})
    assert set(found) == {"people.agents.regular.day"}
    assert "0 to 200" in str(found["people.agents.regular.day"])
    assert len(str(found["people.agents.regular.day"])) < 300


@pytest.mark.parametrize(
    ("lever", "value"),
    [
        *(("refresh", value) for value in (-1, 241, 0.5, math.nan, "20 min", True, [1])),
        *(("authority", value) for value in (-1, 10_001, 10**400, 49.99, -math.inf, "50 yuan", False)),
        *(("batch", value) for value in (0, 1, "on", "false", 0.0, [])),
        *(("agreement", value) for value in (1, "yes")),
        *(("erp_cut", value) for value in (2, {})),
        *(("refund_on", value) for value in ("sining", "", True, 1, ["door"])),
        *(("people", value) for value in (3, "agents", [], True)),
    ],
)
def test_a_lever_of_a_wrong_kind_is_told_with_what_is_allowed(lever: str, value: object) -> None:
    found = problems({lever: value})
    assert set(found) == {lever}
    assert found[lever].allowed
    assert "Allowed" in str(found[lever])


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = problems({"people": {"agents.regular.day": -1, "x": math.nan}, "batch": 1, "refresh": -1, "bach": True})
    assert set(found) == {"people.agents.regular.day", "people.x", "batch", "refresh", "bach"}
    assert found["bach"].nearest == "batch"


@pytest.mark.parametrize("given_", [None, [], "{}", 3, True])
def test_what_is_no_table_is_no_levers(given_: object) -> None:
    assert set(problems(given_)) == {"levers"}


@pytest.mark.parametrize(
    "key",
    ["agents.regular.dya", "agents", "carriers.express.always", "a.b.c.d", "\0", "", "pools.agents", "x" * 10_000],
    ids=lambda key: key[:20],
)
def test_people_of_a_shift_that_is_not_there_are_refused(key: str) -> None:
    (found,) = problems({"people": {key: 3}}).values()
    assert found.field == "people"
    assert "agents.regular.day" in (found.allowed or ())
    assert found.nearest == ("agents.regular.day" if key == "agents.regular.dya" else found.nearest)


def test_a_pool_that_is_left_without_anybody_is_told() -> None:
    nobody = {"supervisors.regular.day": 0, "supervisors.regular.evening": 0}
    assert set(problems({"people": nobody})) == {"people.supervisors"}
    one = {**nobody, "supervisors.regular.evening": 1}
    assert given("618", from_json({"people": one})).scenario.staffed("supervisors")


def test_temporary_agents_alone_may_serve() -> None:
    regular = {shift.key: 0 for shift in allowed("618").shifts if shift.key.startswith("agents.regular")}
    assert given("618", Levers(people=regular)).scenario.staffed("agents")


# ---------------------------------------------------------------- hostile titles
@pytest.mark.parametrize(
    "title",
    [
        'x"\n[policy.batch]\non = false',
        "'''",
        '"""',
        "\\",
        "\x00\x1b[31m\x7f\x85\u2028",
        "<script>alert(1)</script>",
        '=HYPERLINK("http://x")',
        "\ud800",
        "\u202e退款",
        "#",
        "x" * 10_000,
    ],
    ids=lambda title: ascii(title)[:20],
)
def test_a_title_can_say_nothing_but_itself(title: str, tmp_path: Path) -> None:
    moved = Levers(people={"agents.regular.day": 8}, agreement=False)
    text = toml(moved, title)
    read = tomllib.loads(text)
    assert read["title"] == title.encode("utf-8", "replace").decode()
    assert set(read) == {"title", "pools", "policy", "costs"}
    assert set(read["policy"]) == {"recall"}
    file = tmp_path / "variant.toml"
    file.write_bytes(text.encode())
    assert scenario_hash(load_scenario(file_of("618"), [file])) == given("618", moved).hash
