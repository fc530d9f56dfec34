"""The facets of the decision tables in people's words: where a card shows them, what they are called, and what their values mean."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from typing import Any, get_type_hints

from sim import words
from sim.report.names import PATHS
from sim.rules.cover import Box
from sim.rules.decide import tables
from sim.rules.facets import domains, places, reading
from sim.rules.facts import Facts, Labelled, Response, Settings
from sim.rules.reasons import reasons
from sim.rules.tables import Table, Text
from trainer_app.training.card import LANGUAGES, Card, field_entries, house_rules, shown, text_of, texts
from trainer_app.training.cases import Case

KEYS = ("order_state", "sends_back")
"""The two facts that decide the path."""

HOUSE: Mapping[str, str] = {"scan": "lost_after_days", "coupon": "coupon_hours", "returns": "door_threshold"}
"""The house rule against which a number is read."""


@cache
def said() -> Mapping[str, Any]:
    """The sentences of `feedback.toml`."""
    return texts("feedback.toml")


def path_name(path: int) -> Text:
    """A path (1-4) as people call it."""
    found = []
    for language in LANGUAGES:
        with words.speaking(language):
            found.append(words._(PATHS[path]))
    return Text(*found)


def joined(parts: Iterable[Text], by: str) -> Text:
    """Several texts as one, by a word of [list]."""
    every = list(parts)
    return Text(*(said()["list"][by][language].join(getattr(part, language) for part in every) for language in LANGUAGES))


def both(text: Text) -> Mapping[str, str]:
    """A text as a value of `text_of`."""
    return {"zh": text.zh, "en": text.en}


def pair(label: Text, value: Text) -> Text:
    """A fact with its name."""
    return text_of(said()["list"]["pair"], label=both(label), value=both(value))


def facet_label(facet: str) -> Text:
    """What a facet is called: by a word of its own, else by the field that shows it."""
    own = said()["facet"].get(facet)
    if own is not None:
        return text_of(own["label"])
    entry = next(entry for entry in field_entries().values() if facet in entry.get("facets", ()))
    return text_of(entry["label"])


def facet_value(facet: str, value: Any) -> Text:
    """A value of a facet in words."""
    own = said()["facet"].get(facet, {})
    if value in own:
        return text_of(own[value])
    if "house" in own:
        entry = next(entry for entry in shown()["house"] if entry["key"] == own["house"])
        if isinstance(value, bool):
            return text_of(entry["yes" if value else "no"])
    if facet == "reason":
        return next(Text(reason.zh, reason.en) for reason in reasons() if reason.key == value)
    if isinstance(value, bool):
        entry = field_entries().get(facet, {})
        if "yes" in entry and "{" not in entry["yes"]["zh"] + entry["no"]["zh"]:
            return text_of(entry["yes" if value else "no"])
        return text_of(said()["facet"]["true" if value else "false"]["label"])
    word = _kinds()[facet](value)
    return Text(word.zh, word.en)


def fields_of(facets: Iterable[str], card: Card) -> tuple[str, ...]:
    """The keys of the fields that show these facets, in the card's order."""
    wanted = set(facets)
    return tuple(field.key for field in card.fields if wanted & set(field.facets))


def house_rules_of(facets: Iterable[str], settings: Settings) -> tuple[Text, ...]:
    """The house rules that these facets are read against."""
    names = {HOUSE.get(facet) or said()["facet"].get(facet, {}).get("house") for facet in facets}
    every = zip(shown()["house"], house_rules(settings), strict=True)
    return tuple(text for entry, text in every if entry["key"] in names)


def actual(case: Case, facet: str) -> Any:
    """The value of a facet in a case, as the tables read it."""
    return case.facts.order_state if facet == "order_state" else reading(case.facts, case.settings)[places()[facet]]


def deciding_facets(case: Case) -> tuple[str, ...]:
    """The facets on which the rule hangs: those that it names, or of a last rule those of which another value would ask for another act."""
    read = reading(case.facts, case.settings)
    box = next((box for box in case.rule.when if all(read[places()[name]] in allowed for name, allowed in box.items())), {})
    return tuple(box) or pivotal_facets(case)


MOST_PIVOTAL = 4


def pivotal_facets(case: Case) -> tuple[str, ...]:
    """Facets of which some other value alone would change the response; at most a few, in the order of the table's rules."""
    table, read = tables()[case.path], reading(case.facts, case.settings)
    found: dict[str, None] = {}
    for rule in table.rules:
        for name in sorted(rule.facets):
            place = places()[name]
            others = (value for value in domains()[name] if value != read[place])
            if any(table.first((*read[:place], value, *read[place + 1 :])).response != case.truth.response for value in others):
                found.setdefault(name)
    return tuple(found)[:MOST_PIVOTAL]


def what_it_takes(case: Case, response: Response) -> Mapping[str, frozenset[Any]] | None:
    """The fewest facets that would have to be otherwise, and how, for a response to be right on the case's path; {} where one of its rules
    fits and comes too late; None where no rule of the path asks for it."""
    table, read = tables()[case.path], reading(case.facts, case.settings)
    best: Mapping[str, frozenset[Any]] | None = None
    for rule in table.rules:
        if rule.response is not response:
            continue
        for box, point in zip(rule.when, rule.points, strict=True):
            missing = _missing(table, read, box, response)
            if missing is None:  # an earlier rule takes it: what the point of this one has beyond keeps it off
                missing = _missing(table, read, {**box, **{name: frozenset([value]) for name, value in point.items()}}, response)
            if missing is not None and (best is None or len(missing) < len(best)):
                best = missing
    return best


def _missing(table: Table, read: tuple[Any, ...], wanted: Box, response: Response) -> Mapping[str, frozenset[Any]] | None:
    """Of the facets wanted those that a reading lacks, each with the values that lead to the response; None if none do."""
    lacks = {name: [value for value in domains()[name] if value in allowed] for name, allowed in wanted.items()}
    lacks = {name: values for name, values in lacks.items() if read[places()[name]] not in values}
    for chosen in product(*lacks.values()):
        given = dict(zip(lacks, chosen, strict=True))
        if lacks and table.first(_changed(read, given)).response is not response:
            continue
        return {
            name: frozenset(value for value in values if table.first(_changed(read, {**given, name: value})).response is response)
            for name, values in lacks.items()
        }
    return None


def _changed(read: tuple[Any, ...], given: Mapping[str, Any]) -> tuple[Any, ...]:
    """A reading with some facets otherwise."""
    return tuple(given.get(name, old) for name, old in zip(domains(), read, strict=True))


def allowed_words(facet: str, allowed: frozenset[Any]) -> Text:
    """Values of a facet in words."""
    return joined((facet_value(facet, value) for value in domains()[facet] if value in allowed), "or")


@cache
def _kinds() -> dict[str, type[Labelled]]:
    hints = {**get_type_hints(Facts), **get_type_hints(Settings)}
    return {name: kind for name, kind in hints.items() if isinstance(kind, type) and issubclass(kind, Labelled)}
