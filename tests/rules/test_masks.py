"""Masks are the decision tables in another form: they lead every reading of facts to the same rule."""

import numpy as np

from sim.rules.decide import tables
from sim.rules.facets import domains
from sim.rules.facts import Deadline, Response
from sim.rules.masks import BITS, DEADLINES, RESPONSES, masks, shifts, words_of
from sim.rules.tables import PATHS


def test_every_reading_leads_to_the_same_rule_as_the_tables() -> None:
    generator = np.random.default_rng(3)
    values = list(domains().values())
    for _ in range(20_000):
        reading = tuple(each[generator.integers(len(each))] for each in values)
        words = words_of(reading)
        for path in PATHS:
            rule = tables()[path].first(reading)
            row = masks().row_for(path, words)
            assert masks().rules[masks().rule[row]] is rule
            assert RESPONSES[masks().response[row]] is rule.response
            assert DEADLINES[masks().deadline[row]] is rule.deadline


def test_every_rule_is_led_to_from_its_own_example() -> None:
    found = set()
    for path in PATHS:
        for rule in tables()[path].rules:
            for point in rule.points:
                row = masks().row_for(path, words_of(tuple(point[name] for name in domains())))
                found.add(masks().rules[masks().rule[row]].id)
    assert found == {rule.id for rule in masks().rules}


def test_every_value_has_a_bit_of_its_own() -> None:
    bits = [words_of(tuple(values[at % len(values)] for values in domains().values())) for at in range(60)]
    assert all(first.bit_count() + second.bit_count() == len(shifts()) for first, second in bits)
    assert all(word < 1 << BITS for pair in bits for word in pair)


def test_numbers_of_responses_and_deadlines_are_their_places_in_the_vocabulary() -> None:
    assert list(Response) == list(RESPONSES)
    assert list(Deadline) == list(DEADLINES)
