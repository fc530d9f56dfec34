"""The shop's standards: `standards.toml`, overridden by what a scenario, a preset or a shop says."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from sim.errors import BadInput, raise_all
from sim.rules.facets import read_words
from sim.rules.facts import Deadline, Settings

FILE = "sim/rules/standards.toml"


@cache
def standard_settings() -> Settings:
    """The standards as shipped; each with unit, source and grade in the file."""
    table = tomllib.loads(resources.files("sim.rules").joinpath("standards.toml").read_text("utf-8"))
    return Settings(**read_words(Settings, {name: entry["value"] for name, entry in table.items()}))


def settings_with(overrides: Mapping[str, Any]) -> Settings:
    """The standards with some of them overridden, as plain values. Raises BadInput for unknown names and impossible values."""
    given = read_words(Settings, overrides)
    raise_all(
        [
            BadInput("is out of range", field=name, value=value, allowed="≥ 0")
            for name, value in given.items()
            if not isinstance(value, str) and value < 0
        ]
    )
    standard = standard_settings()
    return Settings(**({name: getattr(standard, name) for name in Settings.__slots__} | given))


def deadline_seconds(deadline: Deadline, settings: Settings) -> int | None:
    """The length of a deadline in seconds by the shop's settings; 0 = at once, None = an event without a clock."""
    if deadline is Deadline.FIRST_RESPONSE:
        return int(settings.response_minutes * 60 + 0.5)
    if deadline is Deadline.AT_ONCE:
        return 0
    if deadline is Deadline.BUYER_CLOCK:
        return int(settings.buyer_sends_back_days * 86400 + 0.5)
    hours = {
        Deadline.CARRIER: settings.carrier_hours,
        Deadline.WAREHOUSE: settings.warehouse_hours,
        Deadline.SUPERVISOR: settings.supervisor_hours,
        Deadline.SUPERVISOR_AMOUNT: settings.supervisor_amount_hours,
        Deadline.COUPON: settings.coupon_hours,
        Deadline.INSPECTION: settings.inspection_outside_hours if settings.inspection_outside else settings.inspection_hours,
    }.get(deadline)
    return None if hours is None else int(hours * 3600 + 0.5)
