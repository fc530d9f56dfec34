"""What the map counts: moves from one logged step to the next, waits and work at each, and how a panel passes them along its arrows."""

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.demand.workload import NEVER, REFUND
from sim.desk.contract import Step
from sim.desk.log import Log
from sim.desk.records import JOINED, WAITING
from sim.desk.steps import OUTCOMES, STEPS
from sim.measure.outcomes import OUTCOME, Outcomes
from sim.measure.visits import visits
from sim.report.process_map import flows_of
from sim.report.process_map.declared import OVER
from sim.report.process_map.flows import ALL, DROPPED, ON, OPEN, SENT, SILENT, Flows, Move, flows_in
from sim.report.process_map.plan import BUNDLE, END, WORK, Panel, Plan, plan_of
from sim.report.process_map.walks import OUTCOME as ENDED_SO
from sim.report.process_map.walks import Carried, carried
from sim.study.replicate import Replicated
from tests.measure.tiny import AGENTS, CARRIERS, DAY, HOUR, MINUTE, Diary, floor

# A desk small enough to know by heart: answered, judged (no time), asked or paid, and paid.
SMALL = (
    Step("FILE", "申请", "filed", then=("RESPOND",)),
    Step("RESPOND", "响应", "answer", by="agents", then=("JUDGE",)),
    Step("PAY", "退款", "pay", by="agents", then=("MONEY_BACK",)),
    Step("ASK", "询问", "ask", by="carriers", lost_question="agent_carrier", then=("SAYS", "SILENT", "REMIND")),
    Step("JUDGE", "判断", "judge", then=("PAY", "ASK", "WAIT")),
    Step("SAYS", "答复", "says", then=("JUDGE",)),
    Step("SILENT", "未答复", "silent", then=("JUDGE",)),
    Step("WAIT", "等", "wait", then=("JUDGE", "CLOSE")),
    Step("MONEY_BACK", "款退回", "money back", then=("CLOSE", "BOOK_IN")),
    Step("BOOK_IN", "入库", "book in", by="agents", then=("CLOSE",)),
    Step("REMIND", "再问", "remind", by="agents", rework=True, then=("ASKED_AGAIN",)),
    Step("ASKED_AGAIN", "重新询问", "asked again", then=("ASK",)),
    Step("CLOSE", "完结", "close"),
)
FILE, RESPOND, PAY, ASK, JUDGE, SAYS, SILENT_STEP, WAIT, MONEY_BACK, BOOK_IN, REMIND, ASKED_AGAIN, CLOSE = range(len(SMALL))


class Refunds:
    """As much of a workload as measuring stays needs."""

    def __init__(self, count: int) -> None:
        self.refunds = np.zeros(count, REFUND)

    def __len__(self) -> int:
        return len(self.refunds)


def counted(log: Log, steps: tuple[Step, ...] = SMALL, money_back: int = MONEY_BACK) -> Flows:
    """The flows of a log, all of whose refunds are reported on the path of its ledger."""
    stays = visits(log, floor(), Refunds(len(log.ledger)))  # type: ignore[arg-type]
    records = np.zeros(len(log.ledger), OUTCOME)
    records["refund"], records["path"] = np.arange(len(records)), log.ledger["path"]
    records["closed"] = records["completed"] = NEVER
    records["outcome"] = -1
    return flows_in(log, stays, Outcomes(records, log.until, np.zeros(0, np.int64)), steps, money_back)


def waiting(diary: Diary, time: int, refund: int, step: int, item: int = 0) -> Diary:
    return diary.say(WAITING, time, refund, step, item=item)


def work(diary: Diary, at: int, refund: int, step: int, line: int = AGENTS, waits: int = 10, works: int = 60) -> int:
    """In line at `at`, taken, finished; returns when."""
    diary.joined(at, refund, step, line).began(at + waits, refund, step, line, slot=line)
    diary.finished(at + waits + works, refund, step, line, slot=line)
    return at + waits + works


def plain(diary: Diary, at: int = 0, refund: int = 0) -> int:
    """Filed, answered, paid and closed."""
    diary.filed(at, refund)
    at = work(diary, at, refund, RESPOND)
    at = work(diary, at, refund, PAY)
    diary.closed(at, refund)
    return at


def test_moves_go_from_one_logged_step_to_the_next() -> None:
    diary = Diary()
    plain(diary)
    plain(diary, refund=1)
    found = counted(diary.log(path=2))
    assert found.moves == {Move(2, FILE, RESPOND): 2, Move(2, RESPOND, PAY): 2, Move(2, PAY, OVER): 2}


def test_a_wait_is_a_stop_of_its_own_and_filing_into_a_wait_is_no_move() -> None:
    diary = Diary().filed(0)
    waiting(diary, 0, 0, FILE)
    at = work(diary, 300, 0, RESPOND)
    waiting(diary, at, 0, WAIT)
    diary.closed(at + HOUR)
    found = counted(diary.log(path=1))
    assert found.moves == {Move(1, FILE, RESPOND): 1, Move(1, RESPOND, WAIT): 1, Move(1, WAIT, OVER): 1}
    assert found.stands[1, WAIT].lasted == HOUR
    assert found.stands[1, FILE].lasted == 300


def test_a_line_that_nobody_came_to_is_silence_and_a_clock_sends_away() -> None:
    diary = Diary().filed(0).joined(0, step=ASK, line=CARRIERS).gave_up(HOUR, step=ASK, line=CARRIERS)
    waiting(diary, HOUR, 0, WAIT)
    diary.alarm(2 * HOUR)
    diary.joined(2 * HOUR, step=PAY)
    diary.alarm(3 * HOUR).left(3 * HOUR, step=PAY).joined(3 * HOUR, step=RESPOND)
    found = counted(diary.log(path=1))
    assert found.moves[Move(1, ASK, WAIT, SILENT)] == 1
    assert found.moves[Move(1, WAIT, PAY, SENT)] == 1
    assert found.moves[Move(1, PAY, RESPOND, SENT)] == 1
    assert found.moves[Move(1, RESPOND, OPEN)] == 1


def test_an_alarm_that_changes_nothing_sends_nobody() -> None:
    diary = Diary().filed(0)
    waiting(diary, 0, 0, WAIT)
    diary.alarm(10)
    work(diary, 50, 0, PAY)
    assert counted(diary.log(path=1)).moves[Move(1, WAIT, PAY)] == 1


def test_side_work_has_moves_of_its_own_and_is_dropped_when_the_refund_is_closed() -> None:
    diary = Diary()
    end = plain(diary)
    diary.opened(5, step=ASK).joined(5, step=ASK, line=CARRIERS, item=1).left(end, step=ASK, line=CARRIERS, item=1)
    found = counted(diary.log(path=1))
    assert found.moves[Move(1, ASK, DROPPED, ON, paid=True, side=True)] == 1
    assert found.moves[Move(1, PAY, OVER)] == 1
    assert found.stands[1, ASK].still == 0


def test_what_comes_after_the_money_is_told_apart() -> None:
    diary = Diary().filed(0)
    at = work(diary, 0, 0, RESPOND)
    at = work(diary, at, 0, PAY)
    at = work(diary, at, 0, BOOK_IN)
    diary.closed(at)
    plain(diary, refund=1)
    found = counted(diary.log(path=4))
    assert found.moves[Move(4, PAY, BOOK_IN)] == 1
    assert found.moves[Move(4, BOOK_IN, OVER, paid=True)] == 1
    assert found.courses[4].paid == 2


def test_a_refund_taken_for_the_wrong_path_is_told_apart() -> None:
    diary = Diary()
    plain(diary)
    plain(diary, refund=1)
    found = counted(diary.log(path=3, mistakes=[0, 1]))
    assert found.moves[Move(3, RESPOND, PAY)] == found.moves[Move(3, RESPOND, PAY, mistaken=True)] == 1


def test_waits_and_work_are_medians_over_those_who_got_there() -> None:
    diary = Diary()
    for refund, waits in enumerate((60, 120, 600)):
        diary.filed(0, refund)
        work(diary, 0, refund, RESPOND, waits=waits, works=waits * 2)
    diary.filed(0, 3).joined(0, 3)
    stand = counted(diary.log(path=1)).stands[1, RESPOND]
    assert (stand.times, stand.refunds, stand.still) == (4, 4, 1)
    assert (stand.in_line, stand.lasted) == (120, 240)


def test_who_waits_for_ever_counts_as_not_there_yet() -> None:
    diary = Diary().filed(0).joined(0).filed(0, 1)
    work(diary, 0, 1, RESPOND)
    diary.filed(0, 2).joined(0, 2)
    assert counted(diary.log(path=1)).stands[1, RESPOND].in_line is None  # two of three still stand there


def test_a_question_that_nobody_heard_is_counted_at_the_step_that_asked() -> None:
    diary = Diary().filed(0)
    waiting(diary, 0, 0, ASK)
    at = work(diary, DAY, 0, REMIND)
    at = work(diary, at, 0, ASK, CARRIERS)
    diary.closed(at)
    found = counted(diary.log(path=1))
    assert found.stands[1, ASK].unheard == 1
    assert found.stands[1, ASK].times == 1
    assert found.moves[Move(1, ASK, REMIND, SILENT)] == 1
    plan = small_plan()
    assert taken(plan, carried(plan, plan.panels[0], found))["ASK", "ASK"] == 1


def test_a_question_that_was_heard_and_never_answered_is_silence() -> None:
    diary = Diary().filed(0)
    waiting(diary, 0, 0, ASK)
    work(diary, DAY, 0, PAY)
    assert counted(diary.log(path=2)).moves[Move(2, ASK, PAY, SILENT)] == 1


def test_paths_are_counted_apart_and_together() -> None:
    diary = Diary()
    plain(diary)
    plain(diary, refund=1)
    found = counted(diary.log(path=[1, 4]))
    assert found.stands[1, PAY].times == found.stands[4, PAY].times == 1
    assert found.stands[ALL, PAY].times == 2
    assert found.requests == 2


def test_refunds_that_are_not_reported_are_left_out() -> None:
    diary = Diary()
    plain(diary)
    plain(diary, at=HOUR, refund=1)
    log = diary.log(path=1)
    stays = visits(log, floor(), Refunds(2))  # type: ignore[arg-type]
    records = np.zeros(1, OUTCOME)
    records["refund"], records["path"], records["outcome"] = 1, 1, -1
    found = flows_in(log, stays, Outcomes(records, log.until, np.zeros(0, np.int64)), SMALL, MONEY_BACK)
    assert sum(found.moves.values()) == 3
    assert found.stands[ALL, PAY].times == 1


def test_a_step_beyond_the_declaration_is_refused() -> None:
    diary = Diary().filed(0).joined(0, step=99)
    with pytest.raises(ValueError, match="step 99"):
        counted(diary.log(path=1))


def test_an_empty_log_has_no_flows() -> None:
    found = counted(Diary().log(refunds=1))
    assert found.moves == {}
    assert found.requests == 0


# ---------------------------------------------------------------- passing it along the arrows of a panel
def small_plan() -> Plan:
    hidden = {"SAYS", "REMIND", "ASKED_AGAIN"}
    places = {step.name: {"at": [0, row]} for row, step in enumerate(SMALL) if step.name not in hidden}
    arrows = [{"go": f"{step.name} > {name}"} for step in SMALL for name in step.then if not {step.name, name} & hidden]
    raw: dict[str, Any] = {
        "waits": ["WAIT"],
        "questions": ["JUDGE"],
        "goals": ["MONEY_BACK"],
        "machines": [],
        "again": {"REMIND": "ASKED_AGAIN"},
        "silent": ["SILENT"],
        "clocks": {},
        "lanes": {},
        "panel": [
            {
                "key": "path_1",
                "path": 1,
                "title": {},
                "about": {},
                "places": places,
                "arrows": [*arrows, {"go": "ASK > JUDGE"}, {"go": "ASK > ASK"}],
            }
        ],
    }
    return plan_of(SMALL, raw)


def taken(plan: Plan, found: Carried) -> dict[tuple[str, str], int]:
    return {(arrow.start, arrow.end): times for arrow, times in zip(plan.panels[0].arrows, found.arrows, strict=True) if times}


def test_a_move_takes_the_arrows_through_steps_that_take_no_time() -> None:
    diary = Diary()
    plain(diary)
    plan = small_plan()
    found = carried(plan, plan.panels[0], counted(diary.log(path=1)))
    assert taken(plan, found) == {
        ("FILE", "RESPOND"): 1,
        ("RESPOND", "JUDGE"): 1,
        ("JUDGE", "PAY"): 1,
        ("PAY", "MONEY_BACK"): 1,
        ("MONEY_BACK", "CLOSE"): 1,
    }
    assert found.places["JUDGE"] == 1
    assert found.rest == ()


@pytest.mark.parametrize(
    ("gives_up", "by", "not_by"), [(True, ("ASK", "SILENT"), ("ASK", "JUDGE")), (False, ("ASK", "JUDGE"), ("ASK", "SILENT"))]
)
def test_silence_takes_its_own_arrow(gives_up: bool, by: tuple[str, str], not_by: tuple[str, str]) -> None:
    diary = Diary().filed(0)
    if gives_up:
        diary.joined(0, step=ASK, line=CARRIERS).gave_up(HOUR, step=ASK, line=CARRIERS)
    else:
        work(diary, 0, 0, ASK, CARRIERS, works=HOUR - 10)
    work(diary, HOUR, 0, PAY)
    plan = small_plan()
    ways = taken(plan, carried(plan, plan.panels[0], counted(diary.log(path=1))))
    assert by in ways
    assert not_by not in ways


def test_what_no_arrow_shows_is_told() -> None:
    diary = Diary().filed(0)
    waiting(diary, 0, 0, WAIT)
    diary.alarm(HOUR).closed(HOUR)
    diary.filed(0, 1).joined(0, 1, step=BOOK_IN).alarm(5, 1).left(5, 1, step=BOOK_IN).joined(5, 1, step=PAY)
    plan = small_plan()
    rest = carried(plan, plan.panels[0], counted(diary.log(path=1))).rest
    assert {(one.start, one.end, one.clock) for one in rest} >= {("WAIT", "", True), ("BOOK_IN", "PAY", True)}


def test_random_walks_along_the_declaration_are_counted_as_they_went() -> None:
    chance = np.random.default_rng(4)
    diary, truth = Diary(), Counter[tuple[str, str]]()
    numbers = {step.name: number for number, step in enumerate(SMALL)}
    for refund in range(200):
        at, name, way = 0, "FILE", ["FILE"]
        diary.filed(at, refund)
        while SMALL[numbers[name]].then:
            step = SMALL[numbers[name]]
            if step.by:
                at = work(diary, at, refund, numbers[name], CARRIERS if step.by == "carriers" else AGENTS, works=MINUTE)
            elif name == "WAIT":
                waiting(diary, at, refund, WAIT)
                at += HOUR
            choices = [onward for onward in step.then if onward not in ("SILENT", "REMIND")]
            choices = ["PAY"] if name == "JUDGE" and len(way) > 30 else choices
            name = str(chance.choice(choices))
            way.append(name)
        diary.closed(at, refund)
        shown = [each for each in way if each != "SAYS"]
        truth.update(pairwise(shown))
    plan = small_plan()
    found = carried(plan, plan.panels[0], counted(diary.log(until=400 * DAY, path=1)))
    assert taken(plan, found) == truth
    assert found.rest == ()
    assert unbalanced(plan, plan.panels[0], counted(diary.log(until=400 * DAY, path=1))) == []


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_each_box_is_left_as_often_as_it_is_come_to(seed: int) -> None:
    """Random steps in any order, alarms that send away or close, side work, waits that never end."""
    chance = np.random.default_rng(seed)
    diary = Diary()
    for refund in range(120):
        at = 0
        diary.filed(at, refund)
        for _ in range(int(chance.integers(0, 7))):
            step = int(chance.choice([RESPOND, PAY, ASK, BOOK_IN, WAIT]))
            if step == WAIT:
                waiting(diary, at, refund, WAIT)
                at += HOUR
            elif chance.random() < 0.2:
                diary.joined(at, refund, step).alarm(at + 5, refund).left(at + 5, refund, step=step)
                at += 5
            else:
                at = work(diary, at, refund, step)
        if chance.random() < 0.3:
            diary.opened(at, refund, step=ASK).joined(at, refund, step=ASK, line=CARRIERS, item=1)
            diary.left(at + 9, refund, step=ASK, line=CARRIERS, item=1)
        if chance.random() < 0.7:
            diary.closed(at + 9, refund)
    plan = small_plan()
    assert unbalanced(plan, plan.panels[0], counted(diary.log(until=400 * DAY, path=1))) == []


def unbalanced(plan: Plan, panel: Panel, flows: Flows) -> list[tuple[Any, ...]]:
    """Boxes where arrivals differ from departures, ends and those still there; and "all" where the ends do not add up to the requests."""
    found = carried(plan, panel, flows)
    wrong: list[tuple[Any, ...]] = []
    ends = sum(times for outcome, times in found.elsewhere.items() if outcome)
    for key, place in panel.places.items():
        came = sum(times for arrow, times in zip(panel.arrows, found.arrows, strict=True) if arrow.end == key)
        came += sum(found.came.get(key, {}).values())
        left = sum(times for arrow, times in zip(panel.arrows, found.arrows, strict=True) if arrow.start == key)
        left += sum(found.left.get(key, {}).values())
        if came != found.places[key]:
            wrong.append((panel.key, key, "came", came, found.places[key]))
        if place.shape == END:
            ends += came
        if place.shape != END and (place.shape != BUNDLE or panel.path == ALL) and came != left:
            wrong.append((panel.key, key, came, left))
        ends += sum(times for (kind, _what), times in found.left.get(key, {}).items() if kind == ENDED_SO)
        stand = flows.stands.get((panel.path, list(plan.steps).index(place.step))) if place.shape == WORK else None
        if stand is not None and panel.path != ALL and came != stand.times + stand.unheard:
            wrong.append((panel.key, key, came, stand))
    still = sum(times for move, times in flows.moves.items() if move.end == OPEN and not move.side and panel.path in (ALL, move.path))
    filed = flows.requests + flows.machine if panel.path == ALL else flows.courses[panel.path].filed
    if ends + still != filed:
        wrong.append((panel.key, "all", ends, still, filed))
    return wrong


# ---------------------------------------------------------------- the real procedure
@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(STEPS)


@pytest.fixture(scope="module")
def of_run(run: Replicated, plan: Plan) -> Flows:
    return flows_of(run, plan)


def test_in_every_picture_each_box_is_left_as_often_as_it_is_come_to(of_run: Flows, plan: Plan) -> None:
    assert [wrong for panel in plan.panels for wrong in unbalanced(plan, panel, of_run)] == []


BESIDE = ("CHASED", "ENQUIRED", "ASK_WAREHOUSE", "HOLD_BESIDE")
"""Side work begins where it is opened: it comes from nowhere."""


def test_all_that_happened_at_a_step_came_by_an_arrow_or_is_told(of_run: Flows, plan: Plan) -> None:
    """Into each step where somebody works go as many as stood in line there, over the arrows and over what is said not to be drawn."""
    names = list(plan.steps)
    for panel in plan.panels[1:]:
        found = carried(plan, panel, of_run)
        shown = {place.step for place in panel.places.values() if place.single}
        for place in panel.places.values():
            if not place.single or not plan.steps[place.step].by or place.step in BESIDE:
                continue
            number = names.index(place.step)
            stand = of_run.stands.get((panel.path, number))
            there = 0 if stand is None else stand.times + stand.unheard
            came = sum(times for arrow, times in zip(panel.arrows, found.arrows, strict=True) if arrow.end == place.key)
            told = sum(one.times for one in found.rest if one.end == place.step)
            moves = [(move, times) for move, times in of_run.moves.items() if move.path == panel.path and move.end == number]
            from_elsewhere = sum(times for move, times in moves if names[move.start] not in shown)
            assert came + told <= there <= came + told + from_elsewhere, (panel.key, place.key)


def test_most_of_what_happened_is_drawn(of_run: Flows, plan: Plan) -> None:
    for panel in plan.panels[1:]:
        found = carried(plan, panel, of_run)
        assert sum(one.times for one in found.rest if not one.clock) <= 0.02 * max(sum(found.arrows), 100), (panel.key, found.rest[:5])


def test_the_overview_adds_up(run: Replicated, of_run: Flows, plan: Plan) -> None:
    panel = plan.panel("overview")
    found = carried(plan, panel, of_run)
    by_ends = {(arrow.start, arrow.end): times for arrow, times in zip(panel.arrows, found.arrows, strict=True)}
    reported = run.first.summary.reported
    assert of_run.requests == len(reported)
    assert sum(of_run.outcomes.values()) == sum(course.closed for course in of_run.courses.values())
    assert by_ends["FILE", "LOOK"] == by_ends["LOOK", "RESPOND"] + by_ends["LOOK", "path_1"]
    assert sum(times for (_start, end), times in by_ends.items() if end == "MONEY_BACK") >= by_ends["MONEY_BACK", "CLOSE"]
    assert [of_run.courses[path].filed for path in (1, 2, 3, 4)] == [int((reported["path"] == path).sum()) for path in (1, 2, 3, 4)]


def test_medians_are_those_of_the_stays(run: Replicated, of_run: Flows, plan: Plan) -> None:
    stays, number = run.first.summary.visits.records, list(plan.steps).index("RESPOND")
    own = stays[(stays["step"] == number) & np.isin(stays["refund"], run.first.summary.reported["refund"])]
    assert of_run.stands[ALL, number].times == len(own)
    assert of_run.stands[ALL, number].in_line == np.quantile(own["waited"], 0.5, method="inverted_cdf")
    assert len(OUTCOMES) >= len(of_run.outcomes)
    assert JOINED in run.first.log.rows["kind"]
