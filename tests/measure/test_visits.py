"""Stays in lines and spells of work, read from the log."""

from typing import Any

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.contract import Floor
from sim.desk.records import FINISHED, GAVE_UP, HANDED_BACK, LEFT
from sim.measure.visits import OPEN, Visits, visits
from tests.measure.tiny import AGENTS, ASK, CARRIERS, RESPOND, WITHDRAWN, Diary, floor, workload


def of(diary: Diary, until: int = 10_000, on: Floor | None = None, **columns: Any) -> Visits:
    log = diary.log(until)
    return visits(log, on or floor(), workload(log, **columns))


def test_a_stay_tells_when_it_was_joined_taken_and_finished_and_by_whom() -> None:
    diary = Diary().filed(0).joined(10, step=ASK, line=CARRIERS, handoff=2)
    diary.began(40, step=ASK, line=CARRIERS, slot=1, handoff=2).finished(100, step=ASK, line=CARRIERS, slot=1, handoff=2)
    (stay,) = of(diary).records
    told = {name: int(stay[name]) for name in ("pool", "line", "group", "slot", "handoff", "step", "how", "spells")}
    assert told == {"pool": 4, "line": 4, "group": 4, "slot": 1, "handoff": 2, "step": ASK, "how": FINISHED, "spells": 1}
    assert (stay["joined"], stay["began"], stay["ended"], stay["waited"], stay["worked"]) == (10, 40, 100, 30, 60)


def test_spells_of_work_that_was_handed_back_are_one_stay() -> None:
    diary = Diary().filed(0).joined(0).began(10).handed_back(30).began(100, slot=1).finished(150, slot=1)
    (stay,) = of(diary).records
    assert (stay["began"], stay["ended"], stay["worked"], stay["waited"]) == (10, 150, 70, 80)
    assert (stay["spells"], stay["slot"], stay["how"]) == (2, 1, FINISHED)


def test_stays_that_end_without_work() -> None:
    diary = Diary().filed(0).joined(0).gave_up(50).joined(60).closed(70, outcome=WITHDRAWN).left(70)
    found = of(diary).records
    assert found["how"].tolist() == [GAVE_UP, LEFT]
    assert found["began"].tolist() == [NEVER, NEVER]
    assert found["waited"].tolist() == [50, 10]
    assert found["slot"].tolist() == [-1, -1]


def test_open_stays_are_measured_up_to_the_end_of_the_run() -> None:
    diary = Diary().filed(0).joined(0).filed(0, 1).joined(0, 1).began(30, 1).filed(0, 2).joined(0, 2).began(10, 2).handed_back(20, 2)
    found = of(diary, until=100).records
    assert found["how"].tolist() == [OPEN] * 3
    assert found["waited"].tolist() == [100, 30, 90]
    assert found["worked"].tolist() == [0, 70, 10]


def test_work_handed_back_after_its_refund_was_closed_goes_back_into_no_line() -> None:
    diary = Diary().filed(0).joined(0).began(0).closed(40, outcome=WITHDRAWN).handed_back(90)
    (stay,) = of(diary).records
    assert (stay["how"], stay["ended"], stay["worked"], stay["waited"]) == (HANDED_BACK, 90, 90, 0)


def test_items_of_one_refund_do_not_mix() -> None:
    diary = Diary().filed(0).joined(0).opened(0).joined(0, step=ASK, line=CARRIERS, item=1)
    diary.began(5, step=ASK, line=CARRIERS, slot=1, item=1).began(20).finished(30).finished(60, step=ASK, line=CARRIERS, slot=1, item=1)
    found = of(diary).records
    assert found["item"].tolist() == [0, 1]
    assert found["waited"].tolist() == [20, 5]
    assert found["worked"].tolist() == [10, 55]


def batch(refunds: range, at: int, ends: int, slot: int = 0, diary: Diary | None = None) -> Diary:
    diary = diary or Diary()
    for refund in refunds:
        diary.filed(0, refund).joined(0, refund, line=5)
    for refund in refunds:
        diary.began(at, refund, line=5, slot=slot)
    for refund in refunds:
        diary.finished(ends, refund, line=5, slot=slot)
    return diary


def test_a_batch_takes_one_seat_and_its_seconds_are_shared() -> None:
    found = of(batch(range(3), 10, 100), on=floor(batch=(30, 0)))
    assert found.records["worked"].tolist() == [90, 90, 90]
    assert found.spells["seat"].tolist() == [0, 0, 0]
    assert len(found.seats) == 1
    assert found.seat_seconds.tolist() == [30.0, 30.0, 30.0]


def test_cases_of_a_line_without_batches_are_never_a_batch() -> None:
    diary = Diary()
    for refund in (0, 1):
        diary.filed(0, refund).joined(0, refund)
    diary.began(5, 0).began(5, 1).finished(9, 0).finished(9, 1)
    assert len(of(diary, on=floor(slots=[(AGENTS, 2), (CARRIERS, 1)])).seats) == 2


def test_two_batches_that_one_slot_takes_in_a_row_are_told_apart_by_the_limit_of_cases() -> None:
    found = of(batch(range(5), 10, 100), on=floor(slots=[(AGENTS, 2), (CARRIERS, 1)], batch=(3, 0)))
    assert found.spells["seat"].tolist() == [0, 0, 0, 3, 3]


def test_and_by_the_limit_of_money() -> None:
    on = floor(slots=[(AGENTS, 3), (CARRIERS, 1)], batch=(30, 1_000))
    found = of(batch(range(4), 10, 100), on=on, amount=np.array([600, 500, 400, 200]))
    assert found.spells["seat"].tolist() == [0, 1, 1, 3]


def test_the_step_is_the_one_that_asked_for_the_work() -> None:
    assert of(Diary().answered(0, 5)).records["step"].tolist() == [RESPOND]
