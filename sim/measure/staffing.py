"""An estimate of the people missing, shift by shift, that can be checked by hand: requests due x time per request ÷ productive time."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.desk.contract import Floor
from sim.measure.curves import Flags, Records, Whole
from sim.measure.outcomes import Outcomes
from sim.measure.pools import pool_names
from sim.measure.presence import presence
from sim.measure.responses import Standard
from sim.measure.visits import Visits
from sim.scenario.calendar import Roster, day_start, roster
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class ShiftNeed:
    """What one stretch of a day would have needed. Stretches are bounded by the begins and ends of the pool's shifts.

    begin, end: seconds since the start. due: requests whose standard for the first response runs out in it, whenever they were filed, also
    before second 0; those due while no shift is planned count in the next stretch, also from a closed night before second 0.
    seconds_each: seat seconds that the pool works on a reported request, all its work together. productive: seat seconds that one of the
    people there can give.
    needed = ⌈due x seconds_each ÷ productive⌉; short = needed - staffed, negative where people are to spare.
    """

    begin: int
    end: int
    due: int
    seconds_each: float
    productive: float
    needed: int
    staffed: int

    @property
    def short(self) -> int:
        return self.needed - self.staffed


def shift_needs(
    every: Outcomes, reported: Outcomes, stays: Visits, floor: Floor, scenario: Scenario, answering: tuple[str, ...], standard: Standard
) -> tuple[ShiftNeed, ...]:
    """The stretches of the reported days on which somebody who answers buyers is on the roster, in order.

    every: all requests, of which those due on the reported days count; reported: those whose work says how much a request takes. An
    estimate: what was late before a stretch, or could be done after it, is in none of them; what a machine refunded unseen needs nobody,
    and chats with buyers who only ask are no requests. () where there is no standard, or where nobody answers.
    """
    if standard.seconds is None or not answering:
        return ()
    end = day_start(scenario.calendar, scenario.calendar.days)
    people = roster(scenario, -scenario.calendar.warmup_days, scenario.calendar.days - 1)
    there = presence(floor)
    answers = np.array([name in answering for name in pool_names(floor)], np.bool_)
    in_pool = answers[floor.slots["pool"]]
    spans = _planned(people, in_pool, end)
    before = [until for _, until in spans if until <= 0]
    spans = spans[len(before) :]
    mine = answers[stays.records["pool"]] & reported.among(stays.records["refund"])
    seconds_each = float(stays.seat_seconds[mine].sum()) / max(1, int(np.count_nonzero(~reported.unseen)))

    come = ~every.unseen
    due = np.sort(standard.clocks.runs_out(every["pool"][come], every["filed"][come], standard.seconds))
    on_duty = there.stretches.compress(in_pool[there.stretches["slot"]] & there.stretches["on"])
    worth = np.where(on_duty["away"], 0, floor.slots["seats"][on_duty["slot"]])
    needs = []
    counted = int(np.searchsorted(due, before[-1])) if before else 0
    for begin, until in spans:
        upto = int(np.searchsorted(due, until))
        needs.append(_need(begin, until, upto - counted, seconds_each, on_duty, worth))
        counted = upto
    return tuple(needs)


def _planned(people: Roster, answers: Flags, end: int) -> list[tuple[int, int]]:
    """(begin, end) of the stretches before `end` over which the same shifts are planned, if any; none lies across second 0."""
    shifts = people.shifts[answers[people.shifts["slot"]]]
    bounds = np.unique(np.minimum(np.concatenate([shifts["begin"], shifts["end"], [0]]), end))
    return [(begin, until) for begin, until in pairwise(bounds.tolist()) if ((shifts["begin"] <= begin) & (shifts["end"] >= until)).any()]


def _need(begin: int, end: int, due: int, seconds_each: float, on_duty: Records, worth: Whole) -> ShiftNeed:
    """worth: seats ready for work in each of the stretches on duty."""
    here = np.flatnonzero((on_duty["begin"] < end) & (on_duty["end"] > begin))
    staffed = int(np.count_nonzero(np.bincount(on_duty["slot"][here])))
    lasts = np.minimum(on_duty["end"][here], end) - np.maximum(on_duty["begin"][here], begin)
    ready = int((lasts * worth[here]).sum())
    productive = ready / staffed if ready else float(end - begin)
    needed = int(np.ceil(round(due * seconds_each / productive, 9)))  # rounded, lest the last bit of a ratio asks for one more
    return ShiftNeed(begin, end, due, seconds_each, productive, needed, staffed)
