"""What a trainee may choose from: responses of which nothing but the card tells the right one, and every deadline that the rules know."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from sim.demand.draws import uniforms
from sim.rules.decide import tables
from sim.rules.facts import Deadline, Response, Settings
from sim.rules.tables import PATHS
from trainer_app.training.cases import Case, cells
from trainer_app.training.grading import accepted_responses
from trainer_app.training.situations import situations_of

OFFERED = 6
"""Responses that are offered with a card."""

NEIGHBOURS = 0.5
"""How often a response of a neighbouring path is offered, beside one that is as often right on the path itself (own prior)."""
SELDOM = 0.004
"""A response of the path that is right less often than this is offered as if it were right so often (0-1, own prior)."""
TEMPTING = 0.05
"""So much is added for a response of which the rule says why it is wrong (0-1, own prior)."""


def offered(case: Case) -> tuple[Response, ...]:
    """The responses offered with a case, the same for the same case: all that are accepted, among others of its path and of neighbouring
    ones. The more often a response is right, the more often it stands among the others, so that its presence tells nothing. The order
    is drawn."""
    right = accepted_responses(case)
    weights = _weights(case)
    pool = tuple(weights)
    luck = uniforms(case.seed, case.number, f"trainer.{case.cell}.choices", len(pool) + OFFERED)
    chosen = np.argsort(-np.log(luck[: len(pool)]) / np.array(list(weights.values())), kind="stable")
    every = (*right, *(pool[place] for place in chosen[: OFFERED - len(right)]))
    return tuple(every[place] for place in np.argsort(luck[len(pool) :][: len(every)], kind="stable"))


def deadlines() -> tuple[Deadline, ...]:
    """Every deadline, always in the same order: a key means the same on every card."""
    return tuple(Deadline)


def _weights(case: Case) -> dict[Response, float]:
    """The wrong responses worth offering, each with a weight above 0."""
    usual = _usual(case.settings)
    own, near = usual[case.path], [usual[path] for path in (case.path - 1, case.path + 1) if path in PATHS]
    accepted = accepted_responses(case)
    found = {}
    for response in Response:
        there = [response in each for each in (own, *near)]
        if any(there) and response not in accepted:
            found[response] = max(own.get(response, 0.0) + NEIGHBOURS * sum(each.get(response, 0.0) for each in near), SELDOM)
    for mistake in case.rule.why_not:
        if mistake.response in found:
            found[mistake.response] += TEMPTING
    return found


@cache
def _usual(settings: Settings) -> Mapping[int, Mapping[Response, float]]:
    """By path: its responses, each with the share (0-1) of all cases in which it is right there, the skill cells alike."""
    rules = {rule.id: rule for table in tables().values() for rule in table.rules}
    shares: dict[int, dict[Response, float]] = {path: {rule.response: 0.0 for rule in tables()[path].rules} for path in PATHS}
    for cell in cells():
        found = situations_of(cell, settings)
        every = sum(each.share for each in found)
        for each in found:
            rule = rules[each.rule]
            shares[rule.path][rule.response] += each.share / every / len(cells())
    return shares
