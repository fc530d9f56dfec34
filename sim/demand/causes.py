"""The hidden columns of refunds: parcels, work content, patience, waits outside the shop, latent uniforms. Causes, never outcomes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand import columns
from sim.demand.columns import C_LEFT, C_LOST, C_REACH, CHANCE_NAMES, SPAN_SETTINGS, WORK_SETTINGS
from sim.demand.draws import Draws, inverse, whole
from sim.demand.workload import ATTEMPTS, NEVER
from sim.rules.path import SIGNED, UNSHIPPED
from sim.scenario.calendar import Roster
from sim.scenario.schema import MOST_DAYS, Scenario

LARGEST_SECONDS = 2**31 - 1
BELOW_ONE = np.nextafter(np.float32(1), np.float32(0))

Rows = NDArray[Any]


def chances(draw: Draws) -> NDArray[np.float32]:
    """The latent uniforms of some refunds, float32 in [0, 1), shape (refunds, C_REACH + ATTEMPTS)."""
    drawn = np.empty((len(draw.numbers), C_REACH + ATTEMPTS), np.float32)
    for at, name in enumerate(CHANCE_NAMES):
        drawn[:, at] = draw(name)
    for attempt in range(ATTEMPTS):
        drawn[:, C_REACH + attempt] = draw("C_REACH", attempt)
    return np.minimum(drawn, BELOW_ONE)  # rounding to float32 may reach 1


def fill_causes(rows: Rows, scenario: Scenario, draw: Draws, chance: NDArray[np.float32]) -> None:
    """Fill work, contact, patience, span and chance of `rows` (dtype REFUND), each from its own named draw at the row's number."""
    for name, setting in WORK_SETTINGS.items():
        rows["work"][:, getattr(columns, name)] = _seconds(scenario, setting, draw, name)
    for name, setting in SPAN_SETTINGS.items():
        rows["span"][:, getattr(columns, name)] = _seconds(scenario, setting, draw, name)
    for attempt in range(ATTEMPTS):
        rows["contact"][:, attempt] = _seconds(scenario, "work.contact", draw, "contact", attempt)
        rows["patience"][:, attempt] = _seconds(scenario, "buyer.chase_after", draw, "patience", attempt)
    rows["chance"][:, : chance.shape[1]] = chance


def fill_parcels(rows: Rows, scenario: Scenario, draw: Draws, chance: NDArray[np.float32], delivered: NDArray[np.bool_]) -> None:
    """Fill `leaves` and `arrives` (seconds since the scenario's start) where the parcel physically is.

    Unshipped: leaves after the filing, or, unseen by the system, left before it. On its way: a uniformly chosen part of the transit is
    over. Signed for, or delivered though disputed (`delivered`): arrived when the request was filed, at the latest. A parcel that is
    lost on its way never arrives.
    """
    filed = rows["filed"]
    transit = whole(inverse(scenario.spans.transit, draw("transit")))
    waiting = whole(inverse(scenario.spans.parcel_leaves, draw("parcel_leaves")))
    travelled = np.minimum(whole(draw("travelled") * transit), transit)
    unshipped = rows["state"] == UNSHIPPED
    there = (rows["state"] == SIGNED) | delivered
    inside = unshipped & (chance[:, C_LEFT] >= scenario.chances.left_unseen)
    rows["leaves"] = np.where(inside, filed + waiting, filed - np.where(there, transit, travelled))
    arrives = np.where(there, filed, np.maximum(rows["leaves"] + transit, filed + 1))
    rows["arrives"] = np.where(~there & (chance[:, C_LOST] < scenario.chances.lost), NEVER, arrives)


def absence(seed: int, replication: int, roster: Roster) -> NDArray[np.float64]:
    """Uniforms in (0, 1), shape (slots, days of the roster), each keyed by the slot's name and the day: nobody's luck hangs on who else
    is hired, or on where the roster begins."""
    draw = Draws(seed, replication, np.arange(roster.first_day, roster.last_day + 1) + MOST_DAYS)
    return np.array([draw(f"absence.{name}") for name in roster.names]).reshape(len(roster), roster.days)


def _seconds(scenario: Scenario, setting: str, draw: Draws, name: str, attempt: int = 0) -> NDArray[np.int64]:
    """Whole seconds of the distribution that stands at a dotted key of the scenario."""
    value: Any = scenario
    for part in setting.split("."):
        value = getattr(value, part)
    return np.minimum(whole(inverse(value, draw(name, attempt))), LARGEST_SECONDS)
