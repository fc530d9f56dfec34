"""Batches by cases and by fen, and chats side by side; times to the second, on both engines."""

from sim.desk.records import HAND_BACK
from sim.scenario.calendar import ON
from tests.engine.small_desks import SmallDesk, served, shift, story


def batch_desk(amounts: list[int], cases: int, fen: int = 0, seconds: int = 0, **rest: object) -> SmallDesk:
    """All are in line when the slot comes at second 100; case k takes 10 (k + 1) seconds."""
    refunds = [{"filed": 0, "work": [10 * (row + 1)], "amount": amount} for row, amount in enumerate(amounts)]
    desk = {"changes": [(100, 0, ON)], "lines": [(0, cases, fen, seconds)], **rest}
    return SmallDesk(refunds, served(), **desk)  # type: ignore[arg-type]


def begun(desk: SmallDesk) -> dict[int, list[int]]:
    """Refunds by the second they were begun."""
    found: dict[int, list[int]] = {}
    for second, refund, _, _ in story(desk, "began"):
        found.setdefault(second, []).append(refund)
    return found


def test_a_batch_ends_at_its_most_cases_and_the_last_one_is_smaller() -> None:
    """Trap 11: a batch never waits to be full."""
    assert begun(batch_desk([1] * 5, cases=2)) == {100: [0, 1], 130: [2, 3], 200: [4]}


def test_a_batch_ends_before_the_case_that_would_break_the_limit_of_money() -> None:
    assert begun(batch_desk([400, 600, 1, 1000, 5], cases=10, fen=1000)) == {100: [0, 1], 130: [2], 160: [3], 200: [4]}


def test_a_case_above_the_limit_of_money_is_taken_alone() -> None:
    assert begun(batch_desk([5000, 1, 1], cases=10, fen=1000)) == {100: [0], 110: [1, 2]}


def test_work_on_a_batch_is_its_own_seconds_and_those_of_all_its_cases() -> None:
    told = story(batch_desk([1] * 3, cases=3, seconds=45), "finished")
    assert told == [(100 + 45 + 60, refund, "finished", 0) for refund in range(3)]


def test_a_batch_handed_back_lays_each_case_back_and_each_is_worked_for_the_share_not_done() -> None:
    """45 + 10 + 20 + 30 = 105 s, of which 42 are done: each case keeps 60 % of its own; seconds per batch are paid anew."""
    desk = batch_desk([1] * 3, cases=3, seconds=45, changes=shift(0, (100, 142), (500, 9000)), pools=[(HAND_BACK, 0, 0)])
    assert story(desk, "handed_back") == [(142, refund, "handed_back", 0) for refund in range(3)]
    assert story(desk, "finished") == [(500 + 45 + 6 + 12 + 18, refund, "finished", 0) for refund in range(3)]


def chat_desk(seats: list[int], count: int, chats: float = 0.0) -> SmallDesk:
    refunds = [{"filed": second, "work": [100]} for second in range(count)]
    slots = [(0, 0, number) for number in seats]
    return SmallDesk(refunds, served(), changes=[(0, slot, ON) for slot in range(len(seats))], slots=slots, chats=chats)


def test_each_further_chat_lengthens_the_work_begun_with_it() -> None:
    assert story(chat_desk([3], 3, chats=0.3), "finished") == [
        (100, 0, "finished", 0),
        (1 + 130, 1, "finished", 0),  # one other chat open
        (2 + 160, 2, "finished", 0),  # two others open
    ]


def test_work_once_begun_keeps_its_seconds_when_other_chats_end() -> None:
    desk = chat_desk([2], 1, chats=0.3)
    desk.refunds.append({"filed": 99, "work": [100]})
    assert story(desk, "finished") == [(100, 0, "finished", 0), (99 + 130, 1, "finished", 0)]


def test_a_chat_more_than_there_are_seats_waits() -> None:
    assert story(chat_desk([2], 3), "began") == [(0, 0, "began", 0), (1, 1, "began", 0), (100, 2, "began", 0)]


def test_chats_go_to_who_has_the_fewest_open_then_to_the_first_slot() -> None:
    assert [slot for _, _, _, slot in story(chat_desk([2, 3, 2], 7), "began")] == [0, 1, 2, 0, 1, 2, 1]
