"""What is asked: scenarios as TOML files, checked and frozen, and the calendar that ties them to dates.

Names are imported on first use: `refund-desk check` must not wait for numpy, which only the calendar needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.calendar import (
        Roster,
        absences,
        changes,
        day_of,
        day_start,
        moment_at,
        roster,
        seconds_at,
    )
    from sim.scenario.distribution import Distribution, Exponential, Fixed, Gamma, Lognormal, Uniform
    from sim.scenario.load import Heading, Overlay, load_scenario, overlay_heading, scenario_hash
    from sim.scenario.schema import Calendar, Figure, Scenario
    from sim.scenario.staff import POOLS, Break, Group, Pool, Shift

_HOMES = {
    "sim.scenario.calendar": ("Roster", "absences", "changes", "day_of", "day_start", "moment_at", "roster", "seconds_at"),
    "sim.scenario.distribution": ("Distribution", "Exponential", "Fixed", "Gamma", "Lognormal", "Uniform"),
    "sim.scenario.load": ("Heading", "Overlay", "load_scenario", "overlay_heading", "scenario_hash"),
    "sim.scenario.schema": ("Calendar", "Figure", "Scenario"),
    "sim.scenario.staff": ("POOLS", "Break", "Group", "Pool", "Shift"),
}

__all__ = [
    "POOLS",
    "Break",
    "Calendar",
    "Distribution",
    "Exponential",
    "Figure",
    "Fixed",
    "Gamma",
    "Group",
    "Heading",
    "Lognormal",
    "Overlay",
    "Pool",
    "Roster",
    "Scenario",
    "Shift",
    "Uniform",
    "absences",
    "changes",
    "day_of",
    "day_start",
    "load_scenario",
    "moment_at",
    "overlay_heading",
    "roster",
    "scenario_hash",
    "seconds_at",
]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
