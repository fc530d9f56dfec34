"""Questions to another pool: asked, answered, answered in time, and how long the answers took, per handoff."""

from dataclasses import dataclass

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.records import FINISHED
from sim.desk.tables import HANDOFF_NAMES
from sim.measure.curves import HOUR, Flags, Records, reached_by
from sim.measure.figures import Figure, figure, share
from sim.measure.outcomes import Outcomes
from sim.measure.visits import Visits
from sim.scenario.schema import Scenario

CODE = "handoff_within_standard"


@dataclass(frozen=True)
class Handoff:
    """One handoff over the questions asked for the reported requests, whenever they were asked.

    standard: seconds, None = no clock. within_standard: answered within it ÷ asked, open questions younger than it left out; a question
    that was given up or dropped is asked and not answered. mean_hours, p90_hours: from asking to the answer, over the answered ones.
    """

    name: str
    standard: int | None
    asked: int
    answered: int
    open: int
    within_standard: Figure
    mean_hours: float | None
    p90_hours: float | None


def handoffs(stays: Visits, reported: Outcomes, scenario: Scenario) -> tuple[Handoff, ...]:
    """Every handoff, in the order of HANDOFF_NAMES."""
    belongs = np.isin(stays.records["refund"], reported["refund"])
    return tuple(
        _handoff(name, getattr(scenario.standards, name), stays.records[belongs & (stays.records["handoff"] == number)], stays.horizon)
        for number, name in enumerate(HANDOFF_NAMES)
    )


def over_all(each: tuple[Handoff, ...]) -> Figure:
    """The share over all handoffs that have a standard, as a ratio of sums, with each handoff's own in `by`."""
    own = {handoff.name: handoff.within_standard for handoff in each}
    with_clock = [handoff.within_standard.parts for handoff in each if handoff.standard is not None]
    reason = "none_asked" if with_clock else "no_standard"
    return share(CODE, sum(parts["in"] for parts in with_clock), sum(parts["of"] for parts in with_clock), reason, by=own)


def _handoff(name: str, standard: int | None, asked: Records, horizon: int) -> Handoff:
    answered: Flags = asked["how"] == FINISHED
    is_open = asked["ended"] == NEVER
    took = (asked["ended"] - asked["joined"])[answered]
    if standard is None:
        within = figure(CODE, None, "no_standard")
    else:
        young = is_open & (horizon - asked["joined"] <= standard)
        in_time = int(np.count_nonzero(took <= standard))
        within = share(CODE, in_time, len(asked) - int(young.sum()), "none_asked", parts={"left_out": int(young.sum())})
    (p90,) = reached_by((0.9,), took, np.ones(len(took), np.bool_))
    return Handoff(
        name=name,
        standard=standard,
        asked=len(asked),
        answered=int(answered.sum()),
        open=int(is_open.sum()),
        within_standard=within,
        mean_hours=int(took.sum()) / len(took) / HOUR if len(took) else None,
        p90_hours=None if p90 is None else p90 / HOUR,
    )
