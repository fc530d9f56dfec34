"""What holds of every verdict, whatever the facts."""

import dataclasses
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadInput
from sim.rules.decide import decide, example_of, path_as_filed, rule_for, tables
from sim.rules.facets import BANDS, SETTLED, domains, read_facts, reading
from sim.rules.facts import Claim, Deadline, Facts, Goods, OrderState, Response, Settings
from sim.rules.reasons import reasons
from sim.rules.settings import settings_with, standard_settings

HINTS = get_type_hints(Facts)
MONEY, HOURS = st.integers(0, 30_000), st.one_of(st.sampled_from([0.0, 12.0, 119.0, 120.0, 120.5]), st.floats(0, 400))
NUMBERS = {
    "hours_since_scan": HOURS,
    "hours_since_agreed": HOURS,
    "amount": MONEY,
    "paid": st.just(30_000),
    "limit": MONEY,
    "returns_waiting": st.integers(0, 60),
}
FIELDS = {
    name: NUMBERS.get(name, st.sampled_from([r.key for r in reasons()]) if name == "reason" else st.from_type(kind))
    for name, kind in HINTS.items()
}
FACTS = st.builds(Facts, **FIELDS)
SETTINGS = st.builds(
    settings_with,
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in SETTLED.items()} | {"door_threshold": st.integers(0, 40)}),
)
RULES = [rule for table in tables().values() for rule in table.rules]


@given(FACTS, SETTINGS)
def test_every_refund_has_one_verdict_and_always_the_same(facts: Facts, settings: Settings) -> None:
    verdict = decide(facts, settings)
    assert verdict == decide(dataclasses.replace(facts), dataclasses.replace(settings))
    assert verdict.response not in verdict.alternatives


@given(FACTS, SETTINGS)
def test_the_path_as_filed_is_always_accepted_and_stands_first(facts: Facts, settings: Settings) -> None:
    assert decide(facts, settings).accepted_paths[0] == path_as_filed(facts)


@given(FACTS, SETTINGS, st.data())
def test_a_verdict_hangs_only_on_facts_that_the_rule_or_one_before_it_names(facts: Facts, settings: Settings, data: st.DataObject) -> None:
    rule = rule_for(facts, settings)
    table = tables()[rule.path].rules
    named = set().union(*(each.facets for each in table[: table.index(rule) + 1]))
    read = {"hours_since_scan": "scan", "amount": "amount", "limit": "amount", "returns_waiting": "returns", "hours_since_agreed": "coupon"}
    keys = {"order_state", "paid"} | ({"sends_back"} if rule.path >= 3 else set())
    free = [name for name in FIELDS if read.get(name, name) not in named and name not in keys]
    changed = dataclasses.replace(facts, **{name: data.draw(FIELDS[name], label=name) for name in free})
    assert decide(changed, settings) == decide(facts, settings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_reached_by_each_of_its_conditions(rule: Any) -> None:
    state = list(OrderState)[min(rule.path, 3) - 1]
    for box in range(len(rule.when)):
        facts, settings = rule.example(state, standard_settings(), box)
        assert rule_for(facts, settings) is rule
    assert rule_for(*example_of(rule, standard_settings())) is rule


def test_every_word_of_the_vocabulary_is_used() -> None:
    assert {rule.response for rule in RULES} | {other for rule in RULES for other in rule.alternatives} == set(Response)
    assert {rule.deadline for rule in RULES} == set(Deadline)
    assert {name for rule in RULES for name in rule.facets} == set(domains())


def test_money_never_moves_while_a_parcel_of_path_1_is_loose() -> None:
    loose = (Goods.HANDED_OVER, Goods.IN_TRANSIT, Goods.OUT_FOR_DELIVERY, Goods.LOCKER)
    pays = (Response.BATCH_REFUND, Response.REFUND_NOW, Response.REFUND_AND_COMPENSATE)
    for goods in loose:
        for reason in reasons():
            for claim in Claim:
                facts = Facts(OrderState.UNSHIPPED, goods=goods, reason=reason.key, claim=claim)
                assert decide(facts, standard_settings()).response not in pays


@given(FACTS, SETTINGS)
def test_an_agent_never_decides_above_the_limit(facts: Facts, settings: Settings) -> None:
    if decide(facts, settings).response == Response.DECIDE_NOW:
        assert facts.amount <= facts.limit


@pytest.mark.parametrize(("hours", "lost"), [(119.0, False), (120.0, False), (120.01, True)])
def test_a_parcel_is_lost_only_after_more_than_the_settled_days(hours: float, lost: bool) -> None:
    facts = Facts(OrderState.SHIPPED, goods=Goods.IN_TRANSIT, hours_since_scan=hours)
    assert (decide(facts, standard_settings()).response == Response.TREAT_AS_LOST) is lost
    week = settings_with({"lost_after_days": 7})
    assert decide(facts, week).response != Response.TREAT_AS_LOST


def test_a_shop_settles_its_own_standards() -> None:
    facts = read_facts({"order_state": "signed", "special_wish": True})
    assert [decide(facts, settings_with({"supervisor_hours": hours})).seconds for hours in (4, 12)] == [14400, 43200]
    assert decide(facts, settings_with({"delegated": False})).deadline == Deadline.FIXED_TIMES


def test_a_reading_has_a_value_of_its_domain_for_every_facet() -> None:
    seen = reading(Facts(OrderState.SIGNED), standard_settings())
    assert len(seen) == len(domains())
    assert all(value in values for value, values in zip(seen, domains().values(), strict=True))
    assert set(BANDS) <= set(domains())


@pytest.mark.parametrize(
    ("table", "field", "nearest"),
    [
        ({"order_state": "shiped"}, "order_state", "shipped"),
        ({"order_state": "signed", "reson": "quality"}, "reson", "reason"),
        ({"order_state": "signed", "reason": "qualty"}, "reason", "quality"),
        ({"order_state": "signed", "amount": 100, "paid": 50}, "amount", None),
        ({"order_state": "signed", "hours_since_scan": -1}, "hours_since_scan", None),
        ({"order_state": "signed", "hours_since_scan": float("nan")}, "hours_since_scan", None),
        ({"order_state": "signed", "amount": 1.5, "paid": 5}, "amount", None),
        ({"order_state": "signed", "insured": "yes"}, "insured", None),
        ({}, "order_state", None),
    ],
)
def test_facts_that_cannot_be_are_refused_with_field_and_nearest_word(table: dict[str, Any], field: str, nearest: str | None) -> None:
    with pytest.raises(BadInput) as caught:
        read_facts(table)
    assert (caught.value.field, caught.value.nearest) == (field, nearest)


@pytest.mark.parametrize("overrides", [{"carrier_hour": 2}, {"carrier_hours": -1}, {"return_rule": "never"}, {"delegated": "no"}])
def test_settings_that_cannot_be_are_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        settings_with(overrides)
