"""What a mistake costs: nothing where nothing was done otherwise, and dear where goods and money are both lost."""

import gc
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.desk.simulate import run_desk
from sim.desk.tables import settings_of
from sim.rules.facts import Deadline, Response
from sim.rules.masks import BITS, masks
from sim.scenario import load_scenario
from sim.scenario.schema import Scenario
from trainer_app.training import cost
from trainer_app.training.cases import Case, cells, draw_case
from trainer_app.training.cost import FIGURES, cost_of
from trainer_app.training.grading import Answer

ROOT = Path(__file__).resolve().parents[3]


@cache
def shop() -> Scenario:
    return load_scenario(ROOT / "scenarios" / "everyday-apparel.toml")


def case_of(rule: str, cell: str) -> Case:
    """The first case that a rule decides."""
    numbers = range(400)
    return next(case for case in (draw_case(cell, 9, number, settings_of(shop())) for number in numbers) if case.truth.rule == rule)


def right(case: Case) -> Answer:
    return Answer(case.path, case.truth.response, case.truth.deadline)


def test_the_right_answer_costs_nothing() -> None:
    found = cost_of(case_of("P2.recall", "p2.recall-promised"), right(case_of("P2.recall", "p2.recall-promised")), shop())
    assert found.kind == "nothing"
    assert found.draws >= 200
    assert all(figure.low <= 0 <= figure.high for figure in found.figures.values())


def test_a_path_that_is_accepted_as_well_costs_nothing() -> None:
    case = case_of("P4.wrong-item-kept", "p3.wrong-item")
    found = cost_of(case, Answer(3, Response.OFFER_KEEP, Deadline.FIRST_RESPONSE), shop())
    assert found.kind == "nothing"
    assert all(figure.low <= 0 <= figure.high for figure in found.figures.values())


def test_a_response_that_is_as_good_costs_nothing() -> None:
    case = case_of("P2.return-filed", "p2.return-or-in-house")
    assert cost_of(case, Answer(2, Response.ASK_TO_REFUSE, Deadline.FIRST_RESPONSE), shop()).kind == "nothing"


def test_refunding_a_parcel_that_left_unseen_loses_goods_and_money() -> None:
    case = case_of("P1.left-unseen", "p1.left-unseen")
    found = cost_of(case, Answer(1, Response.BATCH_REFUND, Deadline.BEFORE_PICKING), shop())
    assert found.kind == "response"
    assert found.figures["lost_both"].low > 0.3
    assert found.figures["yuan"].low > 0.3 * case.facts.paid / 100


def test_a_parcel_on_its_way_taken_for_unshipped_loses_goods_and_money() -> None:
    case = case_of("P2.recall-unbound", "p2.recall-promised")
    found = cost_of(case, Answer(1, Response.BATCH_REFUND, Deadline.BEFORE_PICKING), shop())
    assert found.kind == "path"
    assert found.figures["lost_both"].low > 0
    assert found.figures["yuan"].low > 0


def test_money_before_the_return_has_come_loses_what_is_never_sent() -> None:
    found = cost_of(case_of("P4.chase-coupon", "p4.tracking"), Answer(4, Response.REFUND_NOW, Deadline.AT_ONCE), shop())
    assert found.figures["yuan"].low > 0
    assert found.figures["lost_both"].low > 0


def test_a_confusion_that_the_system_catches_costs_a_minute() -> None:
    case = case_of("P1.plain-batch", "p1.plain-batch")
    found = cost_of(case, Answer(3, case.truth.response, case.truth.deadline), shop())
    wrong = shop().costs.wrong_path["path_1_as_3"]
    assert found.figures["work_seconds"].estimate == pytest.approx(wrong.seconds, abs=15)
    assert found.figures["lost_both"].estimate == 0


def test_a_wrong_clock_alone_and_an_act_without_a_price_are_told_as_such() -> None:
    case = case_of("P2.recall", "p2.recall-promised")
    assert cost_of(case, Answer(2, Response.RECALL, Deadline.NO_CLOCK), shop()).kind == "clock"
    found = cost_of(case, Answer(2, Response.FOLLOW_RETURN, Deadline.CARRIER), shop())
    assert found.kind == "unknown"
    assert Response.FOLLOW_RETURN.zh in found.cause.zh


def test_the_desk_begins_with_the_rule_that_the_card_teaches() -> None:
    """What the desk sees of such a refund is what the card shows: the tables lead it to the same rule."""
    rules = [rule.id for rule in masks().rules]
    count, until = 40, 40 * 86400
    for cell in cells():
        for number in range(4):
            case = draw_case(cell, 21, number, settings_of(shop()))
            if "asked" in (case.facts.recall, case.facts.inquiry):
                continue  # asked anew by the desk
            rows = cost.rows_of(case, shop(), count)
            log = run_desk(rows, cost._floor(count), cost._tables(case, shop(), None), until, "simpy", cost.procedure_of(case))
            place = rules.index(case.truth.rule)
            decided = (log.ledger["rules"][:, place // BITS] >> (place % BITS) & 1).mean()
            least = 0.6 if case.facts.goods in ("picked", "labelled") else 0.9  # in the minutes of the answer a parcel moves on
            assert decided >= least, (cell, number, case.truth.rule, case.facts)


def test_the_same_question_has_the_same_answer() -> None:
    case = case_of("P2.recall-unbound", "p2.recall-promised")
    one, other = (cost_of(case, Answer(1), shop(), draws=60) for _ in range(2))
    assert one == other


def test_right_and_wrong_are_handled_with_the_same_luck() -> None:
    case = case_of("P2.recall-unbound", "p2.recall-promised")
    assert np.array_equal(cost.rows_of(case, shop(), 50), cost.rows_of(case, shop(), 80)[:50])


def test_every_figure_has_an_interval_of_95_percent() -> None:
    found = cost_of(case_of("P2.recall-unbound", "p2.recall-promised"), Answer(3), shop())
    assert tuple(found.figures) == FIGURES
    for figure in found.figures.values():
        assert figure.low <= figure.estimate <= figure.high
        assert figure.replications == found.draws


@pytest.mark.proof
def test_every_cell_and_every_path_has_a_price_within_a_second(record_property) -> None:
    gc.freeze()  # what other tests keep is not counted against it
    taken = []
    for cell in cells():
        case = draw_case(cell, 4, 2, settings_of(shop()))
        for path in (1, 2, 3, 4):
            begin = time.process_time()
            cost_of(case, Answer(path, case.truth.response, case.truth.deadline), shop())
            taken.append(time.process_time() - begin)
    gc.unfreeze()
    record_property("seconds", {"mean": float(np.mean(taken)), "most": max(taken)})
    assert max(taken) < 1
