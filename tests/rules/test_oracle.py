"""The tables against a second implementation written from the field alone: 2 × 10,000 drawn refunds, one verdict."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.rules.decide import decide
from sim.rules.facts import (
    BuyerSays,
    Claim,
    Facts,
    Goods,
    Inquiry,
    OrderState,
    Recall,
    Return,
    ReturnRule,
    Settings,
    Verdict,
    Weight,
)
from sim.rules.reasons import reasons, reasons_for
from sim.rules.settings import standard_settings
from tests.rules.oracle import Answer, oracle

SETS = 10_000
LISTED = 10
"""So many classes of disagreement are told; a class = same rule, same two answers."""

LIMIT = 5_000
PAID = 20_000

WORDS: dict[str, type[Any]] = {
    "goods": Goods,
    "claim": Claim,
    "buyer_says": BuyerSays,
    "recall": Recall,
    "inquiry": Inquiry,
    "weight": Weight,
    "returned": Return,
}
SWITCHES = (
    *("agreement", "one_of_several", "partly_shipped", "may_keep", "mistaken_form", "wants_exchange", "special_wish"),
    *("unfounded", "second_application", "insured", "agreed", "tracking_given"),
)
NUMBERS = ("amount", "hours_since_scan", "hours_since_agreed", "returns_waiting")
FACETS = (*WORDS, *SWITCHES, *NUMBERS, "reason")

USUAL_GOODS = {OrderState.UNSHIPPED: Goods.UNPICKED, OrderState.SHIPPED: Goods.IN_TRANSIT, OrderState.SIGNED: Goods.DELIVERED}


def one_of(rng: np.random.Generator, options: Any) -> Any:
    options = list(options)
    return options[int(rng.integers(len(options)))]


def flip(rng: np.random.Generator) -> bool:
    return bool(rng.integers(2))


def draw_facet(rng: np.random.Generator, facet: str, settings: Settings) -> Any:
    """One value of a facet; numbers lie around the boundary that they are compared with, and on it."""
    if facet in WORDS:
        return one_of(rng, WORDS[facet])
    if facet in SWITCHES:
        return flip(rng)
    if facet == "reason":
        return one_of(rng, reasons()).key
    if facet == "amount":
        return one_of(rng, (0, 1, LIMIT - 1, LIMIT, LIMIT + 1, int(rng.integers(PAID + 1)), PAID))
    if facet == "returns_waiting":
        at = settings.door_threshold
        return max(0, one_of(rng, (0, at - 1, at, at + 1, at + 30)))
    at = settings.lost_after_days * 24 if facet == "hours_since_scan" else settings.coupon_hours
    return max(0.0, one_of(rng, (0.0, at - 1, at - 0.01, at, at + 0.01, at + 6, 2 * at)))


def draw_settings(rng: np.random.Generator) -> Settings:
    """The standard ones in half of the sets; else every switch, threshold and clock is drawn."""
    if flip(rng):
        return standard_settings()
    return Settings(
        response_minutes=one_of(rng, (5.0, 15.0, 30.0, 45.0)),
        carrier_hours=one_of(rng, (1.0, 2.5, 6.0)),
        warehouse_hours=one_of(rng, (0.5, 3.0, 5.0)),
        supervisor_hours=one_of(rng, (2.0, 4.0, 7.5)),
        supervisor_amount_hours=one_of(rng, (8.0, 12.0, 24.0)),
        delegated=flip(rng),
        inspection_hours=one_of(rng, (10.0, 14.0, 20.0)),
        inspection_outside_hours=one_of(rng, (36.0, 48.0, 72.0)),
        inspection_outside=flip(rng),
        lost_after_days=one_of(rng, (2.0, 3.5, 5.0, 7.0)),
        coupon_hours=one_of(rng, (6.0, 12.0, 25.0)),
        buyer_sends_back_days=one_of(rng, (5.0, 7.0, 10.5)),
        refund_on_promise=flip(rng),
        return_rule=one_of(rng, ReturnRule),
        door_threshold=one_of(rng, (0, 1, 5, 20, 100)),
    )


def any_facts(rng: np.random.Generator, settings: Settings) -> Facts:
    """Every facet uniformly over its words, possible together or not."""
    drawn = {facet: draw_facet(rng, facet, settings) for facet in FACETS}
    return Facts(order_state=one_of(rng, OrderState), sends_back=flip(rng), paid=PAID, limit=LIMIT, **drawn)


def plausible_facts(rng: np.random.Generator, settings: Settings) -> Facts:
    """A state, a reason the platform offers there, goods where one expects them; then one to three facets drawn."""
    state = one_of(rng, OrderState)
    offered = reasons_for(list(OrderState).index(state))
    drawn: dict[str, Any] = {"goods": USUAL_GOODS[state], "amount": LIMIT, "reason": one_of(rng, offered).key}
    for facet in rng.choice(FACETS, size=int(rng.integers(1, 4)), replace=False):
        drawn[str(facet)] = one_of(rng, offered).key if facet == "reason" else draw_facet(rng, str(facet), settings)
    return Facts(order_state=state, sends_back=flip(rng), paid=PAID, limit=LIMIT, **drawn)


def answer_of(verdict: Verdict) -> Answer:
    """A verdict in the oracle's words."""
    return Answer(
        accepted_paths=verdict.accepted_paths,
        responses=frozenset((verdict.response, *verdict.alternatives)),
        response=verdict.response,
        deadline=verdict.deadline,
        seconds=verdict.seconds,
    )


def unusual(thing: Any, usual: Any) -> str:
    """The fields in which a thing differs from the usual one."""
    names = [field.name for field in dataclasses.fields(thing)]
    return " ".join(f"{name}={getattr(thing, name)}" for name in names if getattr(thing, name) != getattr(usual, name)) or "-"


def told(answer: Answer) -> str:
    as_good = "|".join(sorted(answer.responses - {answer.response})) or "-"
    return f"{answer.accepted_paths} {answer.response} (or {as_good}) by {answer.deadline} = {answer.seconds} s"


@pytest.mark.parametrize(("draw", "seed"), [(any_facts, 20_251_111), (plausible_facts, 20_251_112)])
def test_tables_agree_with_the_oracle(draw: Callable[[np.random.Generator, Settings], Facts], seed: int) -> None:
    rng = np.random.default_rng(seed)
    found: dict[tuple[Any, ...], str] = {}
    disagreements = 0
    for _ in range(SETS):
        settings = draw_settings(rng)
        facts = draw(rng, settings)
        verdict, expected = decide(facts, settings), oracle(facts, settings)
        answer = answer_of(verdict)
        if answer == expected:
            continue
        disagreements += 1
        same = (verdict.rule, answer.accepted_paths, answer.response, answer.deadline)
        found.setdefault(
            (*same, expected.accepted_paths, expected.response, expected.deadline),
            f"rule {verdict.rule}\n"
            f"  facts    {unusual(facts, Facts(OrderState.UNSHIPPED, paid=PAID, limit=LIMIT))}\n"
            f"  settings {unusual(settings, standard_settings())}\n"
            f"  tables   {told(answer)}\n"
            f"  oracle   {told(expected)}",
        )
    listed = "\n".join(list(found.values())[:LISTED])
    assert not found, f"{disagreements} of {SETS} sets disagree, in {len(found)} classes:\n{listed}"
