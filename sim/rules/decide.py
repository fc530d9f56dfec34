"""What is right for one refund: the path by its two keys, the rest by the first rule of that path's table that fits."""

from functools import cache

from sim.rules.facets import reading
from sim.rules.facts import Facts, Labelled, OrderState, Settings, Verdict
from sim.rules.path import SIGNED, STATES, UNSHIPPED, path_of
from sim.rules.settings import deadline_seconds
from sim.rules.tables import Rule, Table, load_tables

_STATE: dict[Labelled, int] = {OrderState(name): state for state, name in enumerate(STATES)}


@cache
def tables() -> dict[int, Table]:
    """The four decision tables as shipped, checked when first asked for."""
    return load_tables()


def path_as_filed(facts: Facts) -> int:
    """The path that the two keys give."""
    return int(path_of(_STATE[facts.order_state], int(facts.sends_back)))


def rule_for(facts: Facts, settings: Settings) -> Rule:
    """The rule that decides: the first of the path's table whose condition holds."""
    return tables()[path_as_filed(facts)].first(reading(facts, settings))


def decide(facts: Facts, settings: Settings) -> Verdict:
    """What is right, by the visible facts and the shop's settings alone; total and deterministic.

    Facts from outside come through `read_facts`, which refuses what cannot be; this function takes any.
    """
    rule = rule_for(facts, settings)
    return Verdict(
        accepted_paths=rule.accepted_paths,
        response=rule.response,
        deadline=rule.deadline,
        seconds=deadline_seconds(rule.deadline, settings),
        rule=rule.id,
        alternatives=rule.alternatives,
    )


def example_of(rule: Rule, settings: Settings) -> tuple[Facts, Settings]:
    """Facts, and settings like the given ones, that this rule decides; every rule has some."""
    state = SIGNED if rule.path >= 3 else UNSHIPPED + rule.path - 1
    return rule.example(OrderState(STATES[state]), settings)
