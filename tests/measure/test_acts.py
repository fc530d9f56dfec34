"""What the log tells of the desk's acts is what the desk did: compared with the state of every refund, watched on the SimPy engine."""

import dataclasses
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from sim.demand.replay import draw_workload
from sim.demand.workload import NEVER, Workload
from sim.desk.log import Log
from sim.desk.procedure import PROCEDURE
from sim.desk.procedure.seen import PROMISED
from sim.desk.simulate import simulate
from sim.measure.acts import acts
from sim.scenario import Scenario
from tests.measure.random_orders import double_11, random_orders

MARKS = ("secured", "kept", "refused_at_door", "back", "returned", "recall")


@dataclasses.dataclass
class Seen:
    """Moments of each refund, NEVER = none. stopped: first secured, and neither promised, refused nor received. turned: the last promise
    that will be kept. refused_at_door, back: when the state first says so."""

    stopped: np.ndarray
    turned: np.ndarray
    refused_at_door: np.ndarray
    back: np.ndarray


def watched(scenario: Scenario, seed: int) -> tuple[Workload, Log, Seen]:
    workload = draw_workload(scenario, seed)
    moments: dict[str, dict[int, int]] = defaultdict(dict)

    def compare(before: list[int], refund: Any, state: Any, now: int) -> None:
        after = [getattr(state, mark) for mark in MARKS]
        new = {mark for mark, old, value in zip(MARKS, before, after, strict=True) if value and not old}
        if "secured" in new and not new & {"kept", "refused_at_door", "back", "returned"} and now <= refund.leaves:
            moments["stopped"].setdefault(refund.row, now)
        for mark in ("refused_at_door", "back"):
            if mark in new:
                moments[mark].setdefault(refund.row, now)
        if state.recall == PROMISED and state.kept == 1 and before[MARKS.index("recall")] != PROMISED:
            moments["turned"][refund.row] = now

    def advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        before = [getattr(state, mark) for mark in MARKS]
        action = PROCEDURE.advance(item, step, refund, state, tables, now)
        compare(before, refund, state, now)
        return action

    def alarm(which: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        before = [getattr(state, mark) for mark in MARKS]
        action = PROCEDURE.alarm(which, refund, state, tables, now)
        compare(before, refund, state, now)
        return action

    log = simulate(workload, scenario, "simpy", dataclasses.replace(PROCEDURE, advance=advance, alarm=alarm))
    columns = {each.name: np.full(len(workload), NEVER) for each in dataclasses.fields(Seen)}
    for name, times in moments.items():
        columns[name][list(times)] = list(times.values())
    return workload, log, Seen(**columns)


SHOPS = [
    *(pytest.param(random_orders, seed, id=f"random-{seed}") for seed in range(12)),
    pytest.param(lambda _: double_11(), 1, id="double-11"),
]


@pytest.mark.parametrize(("shop", "seed"), SHOPS)
def test_stops_and_returns_are_read_from_the_log_as_they_were(shop: Any, seed: int) -> None:
    workload, log, seen = watched(shop(seed), seed)
    told = acts(log, workload)
    known = workload.refunds["arrives"] < NEVER  # the books of a parcel that is lost do not tell whether the ERP had stopped it
    assert np.array_equal(told.cut[known], seen.stopped[known])
    assert (told.cut[~known] >= seen.stopped[~known]).all()
    assert np.array_equal(told.back, seen.back)
    assert not told.stopped_late.any()
    assert not told.unasked.any()


def test_what_comes_back_was_turned_round_or_refused_when_the_log_says() -> None:
    recalls = refusals = 0
    for seed in range(30):
        workload, log, seen = watched(double_11() if seed == 0 else random_orders(seed), seed)
        told = acts(log, workload)
        recalled, refused = told.recalled < NEVER, told.refused < NEVER
        assert np.array_equal(told.recalled[recalled], seen.turned[recalled])
        assert np.array_equal(np.maximum(told.refused, told.filed)[refused], seen.refused_at_door[refused])
        assert not (recalled & refused).any()
        assert (recalled | refused)[seen.back < NEVER].all()
        recalls, refusals = recalls + int(recalled.sum()), refusals + int(refused.sum())
    assert recalls > 30, recalls
    assert refusals > 300, refusals
