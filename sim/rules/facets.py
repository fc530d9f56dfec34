"""What a rule may ask of the facts: a finite set of facets, each with the values it can have.

A facet is a field of `Facts` (a word, or yes/no), or a number read against the shop's settings ("amount" is within the limit or
above it), or a setting itself. Because there are finitely many, the tables can be proven whole: see `cover`.
"""

import dataclasses
import math
from collections.abc import Mapping
from functools import cache
from operator import attrgetter
from typing import Any, get_type_hints

from sim.errors import BadInput, nearest_name, raise_all
from sim.rules.facts import Facts, Labelled, OrderState, ReturnRule, Settings
from sim.rules.reasons import reasons

Domain = tuple[Any, ...]

BANDS: dict[str, Domain] = {
    "scan": ("recent", "old"),
    "amount": ("within", "above"),
    "returns": ("few", "many"),
    "coupon": ("open", "over"),
}
"""Numbers as rules see them: hours since the last scan, amount against the limit, returns waiting, hours since agreed."""

SETTLED: dict[str, Domain] = {
    "delegated": (True, False),
    "refund_on_promise": (True, False),
    "return_rule": tuple(word.value for word in ReturnRule),
}
"""Settings that choose between rules, rather than the length of a deadline."""

_NUMBERS = ("hours_since_scan", "amount", "paid", "limit", "hours_since_agreed", "returns_waiting")


def _field_domains() -> dict[str, Domain]:
    domains: dict[str, Domain] = {}
    for name, kind in get_type_hints(Facts).items():
        if name == "reason":
            domains[name] = tuple(reason.key for reason in reasons())
        elif kind is bool:
            domains[name] = (False, True)
        elif name != "order_state" and name not in _NUMBERS:
            domains[name] = tuple(word.value for word in kind)
    return domains


@cache
def domains() -> dict[str, Domain]:
    """Every facet and the values it can have, in the order in which `reading` gives them."""
    return {**_field_domains(), **BANDS, **SETTLED}


@cache
def places() -> dict[str, int]:
    """The place of every facet in a reading."""
    return {name: place for place, name in enumerate(domains())}


_words = attrgetter(*_field_domains())


def reading(facts: Facts, settings: Settings) -> tuple[Any, ...]:
    """The facts as the rules see them: one value per facet, in the order of `domains()`."""
    return (
        *_words(facts),
        "old" if facts.hours_since_scan > settings.lost_after_days * 24 else "recent",
        "within" if facts.amount <= facts.limit else "above",
        "few" if facts.returns_waiting < settings.door_threshold else "many",
        "open" if facts.hours_since_agreed <= settings.coupon_hours else "over",
        settings.delegated,
        settings.refund_on_promise,
        settings.return_rule,
    )


def facts_like(facets: Mapping[str, Any], order_state: OrderState, settings: Settings) -> tuple[Facts, Settings]:
    """Facts and settings with the given facets and plain values otherwise: an example of them."""
    fields: dict[str, Any] = {name: value for name, value in facets.items() if name not in BANDS and name not in SETTLED}
    settled = {name: value for name, value in facets.items() if name in SETTLED}
    lost, coupon = settings.lost_after_days * 24, settings.coupon_hours
    fields["hours_since_scan"] = lost + 6 if facets.get("scan") == "old" else 0.0
    fields["amount"], fields["paid"], fields["limit"] = (18000 if facets.get("amount") == "above" else 3500), 20000, 5000
    fields["returns_waiting"] = settings.door_threshold if facets.get("returns") == "many" else 0
    fields["hours_since_agreed"] = coupon + 1 if facets.get("coupon") == "over" else 0.0
    return read_facts({**fields, "order_state": order_state.value}), dataclasses.replace(settings, **read_words(Settings, settled))


def read_facts(table: Mapping[str, Any]) -> Facts:
    """Facts from plain values (TOML, JSON, a form): words become enums. Raises BadInput naming field, value and the nearest word."""
    problems: list[BadInput] = []
    if "order_state" not in table:
        problems.append(BadInput("is missing", field="order_state", allowed=[word.value for word in OrderState]))
    fields: dict[str, Any] = {}
    try:
        fields = read_words(Facts, table)
    except BadInput as error:
        problems.append(error)
    raise_all(problems)
    facts = Facts(**fields)
    check_facts(facts)
    return facts


def read_words(kind: type[Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass from plain values, each of the type the class says. Raises BadInput."""
    hints = get_type_hints(kind)
    problems: list[BadInput] = []
    fields: dict[str, Any] = {}
    for name, value in table.items():
        if name not in hints:
            problems.append(BadInput("unknown key", field=name, allowed=tuple(hints), nearest=nearest_name(name, hints)))
            continue
        wanted = hints[name]
        if issubclass(wanted, Labelled):
            words = [word.value for word in wanted]
            if value not in words:
                problems.append(_no_such_word(name, value, words))
                continue
            fields[name] = wanted(value)
        elif wanted is bool and not isinstance(value, bool):
            problems.append(_no_such_word(name, value, ["true", "false"]))
        elif wanted in (int, float) and (isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)):
            problems.append(BadInput("is not a finite number", field=name, value=value))
        elif wanted is int and int(value) != value:
            problems.append(BadInput("is not a whole number", field=name, value=value))
        elif wanted is str and value not in domains()["reason"]:
            problems.append(_no_such_word(name, value, list(domains()["reason"])))
        else:
            fields[name] = wanted(value)
    raise_all(problems)
    return fields


def _no_such_word(field: str, value: Any, words: list[str]) -> BadInput:
    return BadInput("is none of the allowed words", field=field, value=value, allowed=words, nearest=nearest_name(str(value), words))


def check_facts(facts: Facts) -> None:
    """Raise BadInput if a number cannot be: less than nothing, or more asked for than was paid."""
    problems = [
        BadInput("is out of range", field=name, value=getattr(facts, name), allowed="≥ 0")
        for name in _NUMBERS
        if not getattr(facts, name) >= 0
    ]
    if facts.amount > facts.paid:
        problems.append(BadInput("is out of range", field="amount", value=facts.amount, allowed=f"0 – {facts.paid}"))
    raise_all(problems)
