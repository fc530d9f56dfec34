"""What the staff took requests for, as it came out."""

import numpy as np

from sim.measure.mistakes import confusion
from sim.measure.outcomes import outcomes
from tests.measure.tiny import DESK, Diary, workload

GROUPS = ("agents/old", "agents/new")


def counts(**ledger: list[int]) -> list[np.ndarray]:
    diary = Diary()
    for refund in range(len(ledger["path"])):
        diary.answered(0, 0, refund=refund)
    log = diary.log(**ledger)
    return [each.counts for each in confusion(outcomes(log, workload(log), DESK), GROUPS)]


def table(**cells: int) -> list[list[int]]:
    """4 x 4 numbers; right_1_taken_2 = 3 stands in row 0, column 1."""
    found = np.zeros((4, 4), int)
    for name, count in cells.items():
        _, right, _, taken = name.split("_")
        found[int(right) - 1, int(taken) - 1] = count
    return found.tolist()


def test_a_row_for_the_right_path_and_a_column_for_the_one_taken_first() -> None:
    old, new = counts(path=[1, 1, 4, 4], taken_for=[1, 2, 4, 3], taken_by=[0, 0, 0, 0], mistakes=[0, 1, 0, 1])
    assert old.tolist() == table(right_1_taken_1=1, right_1_taken_2=1, right_4_taken_4=1, right_4_taken_3=1)
    assert new.sum() == 0


def test_each_group_has_its_own() -> None:
    old, new = counts(path=[2, 2, 2], taken_for=[2, 3, 3], taken_by=[0, 1, 1], mistakes=[0, 1, 1])
    assert old.tolist() == table(right_2_taken_2=1)
    assert new.tolist() == table(right_2_taken_3=2)


def test_requests_that_no_staff_judged_are_in_no_table() -> None:
    old, new = counts(path=[1, 0], taken_for=[0, 2], taken_by=[-1, 0])
    assert old.sum() + new.sum() == 0


def test_a_request_that_had_become_another_before_anybody_saw_it_is_no_mistake() -> None:
    old, _ = counts(path=[1], taken_for=[2], taken_by=[0], mistakes=[0])
    assert old.tolist() == table(right_2_taken_2=1)


def test_a_mistake_made_later_leaves_the_first_judgement_right() -> None:
    old, _ = counts(path=[3], taken_for=[3], taken_by=[0], mistakes=[1])
    assert old.tolist() == table(right_3_taken_3=1)


def test_judged_and_wrong_are_sums_of_the_table() -> None:
    diary = Diary().answered(0, 0).answered(0, 0, refund=1).answered(0, 0, refund=2)
    log = diary.log(path=[1, 2, 3], taken_for=[1, 3, 3], taken_by=[1, 1, 1], mistakes=[0, 1, 0])
    _, new = confusion(outcomes(log, workload(log), DESK), GROUPS)
    assert (new.group, new.judged, new.wrong) == ("agents/new", 3, 1)
