"""The plan of the process map against the declaration of the steps: nothing is left out, nothing is made up."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sim.desk.contract import Step
from sim.desk.steps import STEPS
from sim.report.process_map.declared import OVER, between, visible_arrows
from sim.report.process_map.plan import MARK, WORK, Arrow, Panel, Place, Plan, plan_of, raw_plan
from sim.scenario.policy import Standards
from sim.scenario.staff import POOLS

NAMES = [step.name for step in STEPS]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(STEPS)


def arrows(plan: Plan) -> Iterator[tuple[Panel, Arrow]]:
    return ((panel, arrow) for panel in plan.panels for arrow in panel.arrows)


def test_every_step_is_placed_or_listed_as_hidden_or_beside(plan: Plan) -> None:
    placed = {place.step for panel in plan.panels for place in panel.places.values() if place.single}
    hidden, beside = {*raw_plan()["hidden"], *raw_plan()["again"].values()}, set(raw_plan()["beside"])
    assert placed | hidden | beside == set(NAMES)
    assert placed & hidden == placed & beside == hidden & beside == set()


def test_beside_stands_what_no_request_comes_to() -> None:
    """One way leads there, from the very first step, for who files nothing; and none leads back."""
    by_name, beside = {step.name: step for step in STEPS}, set(raw_plan()["beside"])
    assert {step.name for step in STEPS if set(step.then) & beside and step.name not in beside} == {"FILE"}
    assert {then for name in beside for then in by_name[name].then} <= beside
    assert not any(by_name[name].answers or by_name[name].pays or by_name[name].path for name in beside)


def test_every_declared_arrow_of_requests_is_drawn_in_some_panel(plan: Plan) -> None:
    drawn = {(chain[0], chain[-1]) for _panel, arrow in arrows(plan) for chain in arrow.chains}
    passed = {*raw_plan()["hidden"], *raw_plan()["beside"]}
    assert sorted(set(visible_arrows(STEPS, passed, raw_plan()["again"])) - drawn) == []


def test_a_detour_leads_back_to_every_step_that_takes_it() -> None:
    by_name = {step.name: step for step in STEPS}
    for away, back in raw_plan()["again"].items():
        assert back in by_name[away].then
        assert {step.name for step in STEPS if away in step.then} == set(by_name[back].then)


def test_the_plan_routes_no_arrow_that_is_not_declared(plan: Plan) -> None:
    drawn = {(panel.key, arrow.start, arrow.end) for panel, arrow in arrows(plan)}
    routed = {(panel["key"], *(end.strip() for end in told["go"].split(">"))) for panel in raw_plan()["panel"] for told in panel["arrows"]}
    assert routed - drawn == set()


def test_no_arrow_is_drawn_twice_between_the_same_places(plan: Plan) -> None:
    ends = [(panel.key, arrow.start, arrow.end) for panel, arrow in arrows(plan)]
    assert len(ends) == len(set(ends))


def test_the_panels_stand_in_the_order_of_the_article(plan: Plan) -> None:
    assert [(panel.key, panel.path) for panel in plan.panels] == [("overview", 0), *((f"path_{path}", path) for path in (1, 2, 3, 4))]


ORDER = {
    "path_1": ["LOOK", "BATCH", "CUT", "HOLD", "STOPPED", "STOP", "PAY", "MONEY_BACK", "CLOSE"],
    "path_2": ["RESPOND", "ASK_CARRIER", "BOTH_KNOWN", "LOST", "PAY", "MONEY_BACK", "CLOSE"],
    "path_3": ["RESPOND", "GUIDE", "DECIDE", "REFUSE", "PAY", "MONEY_BACK", "CLOSE"],
    "path_4": ["RESPOND", "AGREE", "NUMBER", "RECEIVE", "DOOR", "PAY", "MONEY_BACK", "BOOK_IN", "CLOSE"],
}


@pytest.mark.parametrize("key", ORDER)
def test_a_path_reads_downwards_in_the_order_of_its_story(plan: Plan, key: str) -> None:
    rows = [plan.panel(key).places[step].row for step in ORDER[key]]
    assert rows == sorted(rows)


def test_work_stands_in_the_lane_of_who_does_it(plan: Plan) -> None:
    for panel in plan.panels:
        columns = [lane for lane, count in panel.lanes for _ in range(count)]
        for place in panel.places.values():
            if columns and place.single and place.shape == WORK:
                assert plan.steps[place.step].by in columns[int(place.column)].pools, (panel.key, place.key)


def test_every_pool_has_a_lane() -> None:
    assert set(POOLS) <= {pool for lane in raw_plan()["lanes"].values() for pool in lane["pools"]}


def test_what_is_hidden_is_nobodys_work() -> None:
    by_name = {step.name: step for step in STEPS}
    assert [name for name in raw_plan()["hidden"] if by_name[name].by] == []
    assert set(raw_plan()["hidden"]) & set(raw_plan()["waits"]) == set()


def test_what_the_plan_says_of_steps_is_of_steps_that_there_are() -> None:
    raw = raw_plan()
    lists = [
        *raw["hidden"],
        *raw["beside"],
        *raw["waits"],
        *raw["questions"],
        *raw["goals"],
        *raw["machines"],
        *raw["silent"],
        *raw["clocks"],
        *raw["again"],
    ]
    members = [name for panel in raw["panel"] for place in panel["places"].values() for name in place.get("members", ())]
    assert {*lists, *members} - set(NAMES) == set()


def test_clocks_are_standards_of_the_scenario_on_steps_that_somebody_answers(plan: Plan) -> None:
    for step, fields in plan.clocks.items():
        assert plan.steps[step].by, step
        assert set(fields) <= set(Standards.model_fields), step


def test_all_text_is_there_in_both_languages() -> None:
    def texts(told: Any) -> Iterator[dict[str, Any]]:
        if isinstance(told, dict):
            if {"zh", "en"} & told.keys():
                yield told
            for value in told.values():
                yield from texts(value)
        elif isinstance(told, list):
            for value in told:
                yield from texts(value)

    found = list(texts(raw_plan()))
    assert len(found) > 50
    assert [told for told in found if not (told.get("zh") and told.get("en"))] == []


# ---------------------------------------------------------------- the declaration is the only source
def test_an_arrow_that_is_no_longer_declared_is_not_drawn() -> None:
    steps = [replace(step, then=tuple(name for name in step.then if name != "LAST_LOOK")) for step in STEPS]
    ends = {(arrow.start, arrow.end) for _panel, arrow in arrows(plan_of(steps))}
    assert ("MONEY_BACK", "LAST_LOOK") not in ends
    assert ("MONEY_BACK", "CLOSE") in ends


def test_a_step_that_the_plan_does_not_know_is_passed_through() -> None:
    steps = [replace(step, then=("NEW",)) if step.name == "PAY" else step for step in STEPS] + [
        Step("NEW", "新", "new", then=("MONEY_BACK",))
    ]
    arrow = next(arrow for _panel, arrow in arrows(plan_of(steps)) if (arrow.start, arrow.end) == ("PAY", "MONEY_BACK"))
    assert arrow.chains == (("PAY", "NEW", "MONEY_BACK"),)


def test_a_step_that_is_gone_leaves_the_rest_standing() -> None:
    plan = plan_of([step for step in STEPS if step.name not in ("CHASED", "NUMBER")])
    assert "CHASED" not in plan.panel("overview").places
    assert "RESPOND" in plan.panel("overview").places
    assert "by_return" not in plan.panel("path_3").places  # it stood for that step alone


def test_rework_is_drawn_as_going_back(plan: Plan) -> None:
    back = {(arrow.start, arrow.end) for _panel, arrow in arrows(plan) if arrow.back}
    assert {("NO_REPLY", "APPROVE"), ("RESPOND", "SET_RIGHT"), ("HOLD", "HOLD"), ("ASK_LATER", "DECIDE")} <= back
    assert ("RESPOND", "JUDGE") not in back


def test_a_place_for_several_steps_stands_for_the_arrows_of_all() -> None:
    place = plan_of(STEPS).panel("path_2").places["still_here"]
    assert isinstance(place, Place)
    assert not place.single
    arrow = next(arrow for arrow in plan_of(STEPS).panel("path_2").arrows if arrow.end == "still_here")
    assert {chain[-1] for chain in arrow.chains} == {"HOLD", "REPICK"}


def test_a_diamond_asks_the_rules(plan: Plan) -> None:
    marks = {place.step for panel in plan.panels for place in panel.places.values() if place.shape == MARK}
    assert marks == {"JUDGE"}


# ---------------------------------------------------------------- reading the declaration
A_TO_D = (
    Step("A", "", "", by="agents", then=("H", "B")),
    Step("H", "", "", then=("C", "I", "H")),
    Step("I", "", "", then=("D",)),
    Step("B", "", "", by="agents", then=("D",)),
    Step("C", "", "", by="agents"),
    Step("D", "", ""),
)


def test_hidden_steps_are_passed_through_to_all_that_follows() -> None:
    found = visible_arrows(A_TO_D, ["H", "I"])
    assert found == {
        ("A", "B"): (("A", "B"),),
        ("A", "C"): (("A", "H", "C"),),
        ("A", "D"): (("A", "H", "I", "D"),),
        ("B", "D"): (("B", "D"),),
    }


def test_a_detour_is_an_arrow_from_a_step_to_itself() -> None:
    steps = (
        Step("A", "", "", by="carriers", then=("B", "REMIND")),
        Step("B", "", "", by="carriers", then=("REMIND",)),
        Step("REMIND", "", "", by="agents", then=("AGAIN",)),
        Step("AGAIN", "", "", then=("A", "B")),
    )
    assert visible_arrows(steps, ["AGAIN"], {"REMIND": "AGAIN"}) == {
        ("A", "A"): (("A", "REMIND", "AGAIN", "A"),),
        ("A", "B"): (("A", "B"),),
        ("B", "B"): (("B", "REMIND", "AGAIN", "B"),),
    }


def test_between_two_steps_lies_the_shortest_way_on_which_nobody_works() -> None:
    assert between(A_TO_D, 0, 4) == (1,)
    assert between(A_TO_D, 0, 3) == ()
    assert between(A_TO_D, 0, 5) == (1, 2)  # by B it would be shorter, but there somebody works
    assert between(A_TO_D, 4, 0) == ()
    assert between(A_TO_D, 1, OVER) == (4,)
