"""The skill cells as data: whole, offered by the platform, with figures whose unit, source and grade are known; and every rule comes up."""

import itertools
import math
import tomllib
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
import pytest

from sim.demand import skills as module
from sim.demand.columns import S_LABELLED, S_PICKED
from sim.demand.draws import Draws
from sim.demand.kinds import draw_kinds
from sim.demand.refunds import draw_refunds
from sim.demand.skills import BY_CHANCE, FACTS, IN_HOUSE, Variant, plainest, skills, variants
from sim.demand.stated import stated_requests
from sim.demand.workload import NEVER, REFUND
from sim.rules.decide import rule_for, tables
from sim.rules.facts import BuyerSays, Claim, Facts, Goods, Inquiry, OrderState, Recall, Return, Settings, Weight
from sim.rules.path import STATES, path_of
from sim.rules.reasons import reasons, reasons_for
from sim.rules.settings import settings_with
from sim.rules.tables import load_cells
from sim.scenario import Scenario

from .conftest import changed

EVERY = [(skill, variant) for skill in skills() for variant in skill.variants]
STATE_OF_PATH = {1: 0, 2: 1, 3: 2, 4: 2}
HOUR, DAY = 3600, 86_400
LIMIT = 5_000


def table() -> dict[str, Any]:
    return tomllib.loads(resources.files("sim.demand").joinpath("skills.toml").read_text("utf-8"))


def test_there_is_a_skill_for_every_cell_of_the_decision_tables_in_their_order() -> None:
    assert [skill.key for skill in skills()] == [cell.key for cell in load_cells()]
    assert [skill.place for skill in skills()] == list(range(24))
    assert [skill.path for skill in skills()] == [path for path in range(1, 5) for _ in range(6)]


def test_each_path_has_one_plainest_cell() -> None:
    keys = {path: skills()[place].key for path, place in plainest().items()}
    assert keys == {1: "p1.plain-batch", 2: "p2.recall-promised", 3: "p3.within-limit", 4: "p4.signed-uninspected"}


def test_the_variants_of_a_cell_are_all_of_it() -> None:
    for skill in skills():
        assert sum(variant.share for variant in skill.variants) == pytest.approx(1), skill.key
        assert all(variant.share > 0 for variant in skill.variants), skill.key


def test_a_cell_has_only_reasons_that_the_platform_offers_in_that_state() -> None:
    for skill, variant in EVERY:
        offered = {reason.index for reason in reasons_for(STATE_OF_PATH[skill.path])}
        assert set(variant.reasons) <= offered, skill.key
        assert sum(variant.reasons.values()) == pytest.approx(1)


@pytest.mark.parametrize("path", [1, 2, 3, 4])
def test_every_reason_that_is_offered_comes_up_on_the_path(path: int) -> None:
    come_up = {reason for skill, variant in EVERY if skill.path == path for reason in variant.reasons}
    assert come_up == {reason.index for reason in reasons_for(STATE_OF_PATH[path])}


def test_facts_are_shares() -> None:
    for skill, variant in EVERY:
        assert all(0 <= share <= 1 for share in variant.facts.values()), skill.key
        assert set(variant.facts) <= {*FACTS, *BY_CHANCE, "sends_back"}
        assert sum(variant.weight) == pytest.approx(1), skill.key
        assert 0 <= variant.amount.from_ <= variant.amount.to <= 1
        assert "sends_back" not in variant.facts or skill.path == 2, skill.key


def test_the_facts_of_a_variant_are_columns_of_the_workload() -> None:
    assert set(FACTS) | {"to_locker", "sends_back"} <= set(REFUND.names or ())


def test_a_parcel_is_in_one_place() -> None:
    for skill, variant in EVERY:
        assert (variant.over is None) != (variant.in_house is None), skill.key
        assert variant.in_house is None or (variant.in_house in IN_HOUSE and skill.path <= 2)
        if variant.over is not None:
            assert 0 <= variant.over[0] <= variant.over[1]
            assert variant.arrived or variant.over[1] < 1, skill.key
        if skill.path >= 3:
            assert variant.arrived, skill.key
        if variant.silent is not None:
            assert not variant.arrived, skill.key
            assert variant.in_house is None
            assert 0 < variant.silent[0] <= variant.silent[1]
        if variant.at_door:
            assert variant.arrived
            assert skill.path == 2
        if variant.arrived and skill.path <= 2 and not variant.at_door:
            assert variant.facts.get("lost", 0) == 0


def test_whatever_a_history_tells_of_path_2_some_variant_gives_it() -> None:
    of_path = [variant for skill, variant in EVERY if skill.path == 2]
    for signed, back in itertools.product((0, 1), (0, 1)):
        fitting = [
            variant
            for variant in of_path
            if (variant.scanned and variant.facts.get("not_received", 0) > 0 if signed else not variant.scanned)
            and (variant.facts.get("sends_back", 0) > 0 if back else variant.facts.get("sends_back", 0) < 1)
        ]
        assert fitting, (signed, back)


def test_every_figure_has_a_unit_and_every_cell_a_source_and_a_grade() -> None:
    units = set(table()["units"])
    for entry in table()["cell"]:
        assert entry["source"], entry["key"]
        assert entry["grade"] in "AHMLP"
        for variant in entry["variant"]:
            amount = variant.get("amount", {})
            numbers = {key for key, value in variant.items() if not isinstance(value, str | bool)} - {"amount"} | set(amount)
            assert numbers <= units, entry["key"]
    assert table()["induced"]["source"]
    assert table()["induced"]["grade"] in "AHMLP"


def test_a_key_that_is_not_known_is_refused() -> None:
    written = {"share": 1.0, "reasons": {"other": 1}, "facts": {}}
    with pytest.raises(ValueError, match="sents_times"):
        module._variant(0, 1, {"in_house": "waits"}, written | {"sents_times": 2})
    with pytest.raises(ValueError, match="may_kep"):
        module._variant(0, 1, {"in_house": "waits"}, written | {"facts": {"may_kep": 1}})


def test_the_arrays_are_the_variants() -> None:
    every = variants()
    for row, (skill, variant) in enumerate(EVERY):
        assert (every.cell[row], every.path[row], every.share[row]) == (skill.place, skill.path, variant.share)
        assert every.reason[row].sum() == pytest.approx(1)
        assert math.isnan(every.facts["lost"][row]) == ("lost" not in variant.facts)
    assert [every.of_path(path)[1] - every.of_path(path)[0] for path in range(1, 5)] == [
        sum(skill.path == path for skill, _ in EVERY) for path in range(1, 5)
    ]
    assert not every.cell.flags.writeable
    assert not every.facts["lost"].flags.writeable


# ---------------------------------------------------------------- what the rules can be led to by the refunds of a cell
def where(refund: Any, now: int) -> Goods:
    """Where the parcel is at a time, by the columns."""
    stage = refund["leaves"] - now
    if stage > 0:
        if stage <= refund["span"][S_LABELLED]:
            return Goods.LABELLED
        return Goods.PICKED if stage <= refund["span"][S_PICKED] else Goods.UNPICKED
    if now < refund["arrives"]:
        return Goods.IN_TRANSIT
    return Goods.LOCKER if refund["to_locker"] else Goods.DELIVERED


def moments(refund: Any) -> list[int]:
    """Times from filing on at which something about the parcel has changed."""
    filed = int(refund["filed"])
    later = [int(refund[name]) for name in ("leaves", "stalls", "arrives") if refund[name] < NEVER]
    return [filed, *(each + after for each in later for after in (0, HOUR, 5 * DAY + HOUR) if each + after > filed)]


def course(refund: Any, variant: Variant, pick: Any) -> tuple[Facts, Settings]:
    """Facts that the desk may come to see of a refund, at some moment and by some answers, and settings of some shop."""
    now = pick(moments(refund))
    goods = where(refund, now)
    out = goods not in (Goods.UNPICKED, Goods.PICKED, Goods.LABELLED)
    may_be_at_door = variant.at_door or (refund["arrives"] <= now and refund["state"] < 2)
    if out and (variant.at_door or (may_be_at_door and pick([True, False, False]))):
        goods = pick([Goods.REFUSED, Goods.REFUSED, Goods.BACK])
    moving = goods is Goods.IN_TRANSIT
    said = BuyerSays.NOT_RECEIVED if refund["not_received"] else BuyerSays.NOTHING
    revealed = pick([0, 1, 1])
    agreed = bool(pick([0, 1])) if refund["sends_back"] else False
    tracking = bool(pick([0, 0, 1])) and (agreed or refund["mistaken_form"] or refund["state"] == 2)
    back = [Return.NONE, Return.IN_TRANSIT, Return.SIGNED, Return.WRONG_OR_EMPTY if refund["return_wrong"] else Return.FINE]
    shown = [Weight.MATCHES, Weight.SHORT, Weight.EMPTY][refund["weight"] - 1]
    facts = Facts(
        order_state=OrderState(STATES[refund["state"]]),
        sends_back=bool(refund["sends_back"]),
        goods=goods,
        hours_since_scan=(now - refund["stalls"]) / HOUR if moving and refund["stalls"] < now else 0.0,
        reason=reasons()[refund["reason"]].key,
        claim=pick([Claim.UNJUDGED, Claim.HOLDS if refund["claim_holds"] else Claim.FAILS]),
        amount=int(refund["amount"]),
        paid=int(refund["paid"]),
        limit=LIMIT,
        buyer_says=said,
        recall=pick(list(Recall)) if out and refund["state"] < 2 else Recall.NOT_ASKED,
        inquiry=pick([Inquiry.NOT_ASKED, *Inquiry]) if refund["not_received"] or pick([0, 0, 1]) else Inquiry.NOT_ASKED,
        one_of_several=bool(refund["one_of_several"]),
        partly_shipped=bool(refund["partly_shipped"]),
        weight=pick([Weight.NOT_CHECKED, shown]),
        may_keep=bool(refund["may_keep"]),
        mistaken_form=bool(refund["mistaken_form"] and revealed),
        wants_exchange=bool(refund["wants_exchange"] and revealed),
        special_wish=bool(refund["special_wish"] and revealed),
        unfounded=bool(refund["unfounded"] and revealed),
        second_application=bool(refund["second"]),
        insured=bool(refund["insured"]),
        agreed=agreed,
        hours_since_agreed=pick([1.0, 13.0]) if agreed else 0.0,
        tracking_given=bool(tracking),
        returned=pick(back) if tracking and refund["sends_back"] else Return.NONE,
        returns_waiting=pick([0, 50]),
    )
    return facts, settings_with(
        {
            "delegated": pick([True, False]),
            "refund_on_promise": pick([True, False]),
            "return_rule": pick(["on_signing", "at_door", "after_inspection"]),
        }
    )


@pytest.fixture(scope="module")
def reached(evenly: Scenario) -> dict[str, set[str]]:
    """Rule → cells some of whose refunds can come to it."""
    demand = evenly.demand.model_copy(update={"scale": 5.0})
    scenario = changed(evenly.model_copy(update={"demand": demand}), buyer__again=1.0, chances__insured=0.5, chances__lost=0.01)
    told = stated_requests(scenario, 3, 0)
    refunds = draw_refunds(told, scenario, 3, 0)
    variant_of = draw_kinds(told, demand, Draws(3, 0, told.number)).variant
    rng = np.random.default_rng(1)

    def pick(choices: Any) -> Any:
        return choices[rng.integers(len(choices))]

    found: dict[str, set[str]] = {}
    for row, (skill, variant) in enumerate(EVERY):
        for number, at in enumerate(np.flatnonzero(variant_of == row)[:14]):
            refund = refunds[at] if number % 7 else refunds[refunds[at]["again"]].copy()
            refund["filed"] = min(refund["filed"], refunds[at]["filed"])
            for _ in range(20):
                facts, settings = course(refund, variant, pick)
                for agreement in (True, False):
                    rule = rule_for(replace(facts, agreement=agreement), settings)
                    found.setdefault(rule.id, set()).add(skill.key)
    return found


@pytest.mark.parametrize("path", [1, 2, 3, 4])
def test_every_rule_of_a_path_is_reached_by_refunds_of_the_path(path: int, reached: dict[str, set[str]]) -> None:
    assert {rule.id for rule in tables()[path].rules} - set(reached) == set()


def test_every_rule_is_reached_by_refunds_of_its_own_cell(reached: dict[str, set[str]]) -> None:
    missing = [
        rule.id for path in range(1, 5) for rule in tables()[path].rules if rule.cell[1] == str(path) and rule.cell not in reached[rule.id]
    ]
    assert missing == []


def test_paths_of_the_cells_are_the_paths_of_their_refunds(evenly: Scenario) -> None:
    refunds = draw_refunds(stated_requests(evenly, 5, 0), evenly, 5, 0)
    paths = np.array([skill.path for skill in skills()])
    assert np.array_equal(path_of(refunds["state"], refunds["sends_back"]), paths[refunds["cell"]])
