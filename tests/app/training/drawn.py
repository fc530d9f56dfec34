"""Cases drawn once for all tests, and the settings of shops in which every rule can decide."""

import dataclasses
from functools import cache

from sim.rules.facts import ReturnRule, Settings
from sim.rules.settings import standard_settings
from trainer_app.training.cases import Case, cells, draw_case


def shops() -> dict[str, Settings]:
    usual = standard_settings()
    return {
        "usual": usual,
        "nothing delegated, inspection first": dataclasses.replace(
            usual, delegated=False, return_rule=ReturnRule.AFTER_INSPECTION, refund_on_promise=False, inspection_outside=True
        ),
        "refund on signing, lost after three days": dataclasses.replace(
            usual, return_rule=ReturnRule.ON_SIGNING, lost_after_days=3.0, coupon_hours=24.0, carrier_hours=1.0
        ),
    }


@cache
def drawn(cell: str, count: int, shop: str = "usual", seed: int = 20251111) -> tuple[Case, ...]:
    return tuple(draw_case(cell, seed, number, shops()[shop]) for number in range(count))


def every(count: int, shop: str = "usual") -> list[Case]:
    return [case for cell in cells() for case in drawn(cell, count, shop)]
