"""Hints in three grades: where to look, which fact decides, what it reads on this card. None gives the answer."""

from sim.rules.tables import Text
from trainer_app.training.card import text_of
from trainer_app.training.cases import Case
from trainer_app.training.facet_words import KEYS, both, deciding_facets, fields_of, house_rules_of, joined, pair, pivotal_facets, said

GRADES = (1, 2, 3)
"""1: where to look; 2: which fact decides; 3: what it reads."""


def hint(case: Case, level: int) -> Text:
    """The hint of a grade, 1-3, in both languages. ValueError for another."""
    if level not in GRADES:
        raise ValueError(f"a hint has a grade from {GRADES[0]} to {GRADES[-1]}, not {level}")
    words, facets = said()["hint"], deciding_facets(case)
    if level == 1:
        where = fields_of((*facets, *pivotal_facets(case)), case.card)
        keys = text_of(words["keys"], fields=both(_labels(case, KEYS)))
        rest = [key for key in where if key not in KEYS]
        return _after(keys, text_of(words["where"], fields=both(_labels(case, rest)))) if rest else keys
    decides = fields_of(facets, case.card)
    first = (
        text_of(words["fact"], fields=both(_labels(case, decides))) if decides else text_of(words["keys"], fields=both(_labels(case, KEYS)))
    )
    rules = house_rules_of(facets, case.settings)
    if rules:
        first = _after(first, text_of(words["house"], rules=both(joined(rules, "and"))))
    if level == 2:
        return first
    fields = [case.card.field(key) for key in decides or KEYS]
    read = joined(
        (pair(field.label, field.lines[-1] if field.key in ("warehouse", "trace") else field.lines[0]) for field in fields), "and"
    )
    return _after(first, text_of(words["value"], facts=both(read)))


def hints(case: Case) -> tuple[Text, ...]:
    """All hints of a case, from the faintest on."""
    return tuple(hint(case, level) for level in GRADES)


def _labels(case: Case, keys: tuple[str, ...] | list[str]) -> Text:
    return joined((case.card.field(key).label for key in keys), "and")


def _after(first: Text, second: Text) -> Text:
    return Text(first.zh + second.zh, f"{first.en} {second.en}")
