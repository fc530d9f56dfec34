"""What comes hour by hour, and the range over a sale's sizes, as the page shows them."""

from pathlib import Path

import numpy as np
import pytest

from sim.report import coming, names
from sim.report.headline import answer_of
from sim.report.run_page import sections
from sim.report.sizes import SHOWN, sizes
from sim.scenario import load_scenario
from sim.study.replicate import Replicated, replicate
from sim.words import speaking

FEW_ORDERS = Path(__file__).parents[1] / "cli" / "few-orders.toml"
SALE = {"demand": {"orders": {"spread": 0.4, "sales": {"main": {"date": "2025-11-11", "orders": 150.0}}}}}
HOURS = 48


@pytest.fixture(scope="module")
def run() -> Replicated:
    return replicate(load_scenario(FEW_ORDERS, [SALE]), 1, 1, "simpy", sizes=2)


def test_every_order_and_request_of_the_days_is_in_its_hour(run: Replicated) -> None:
    with speaking("en"):
        found = {course.name: np.array(course.values) for course in coming.courses(run, HOURS)}
        goods, reported = run.first.workload.goods, run.first.summary.reported
        assert goods is not None
        paid = goods.lines.paid[goods.lines.number == goods.lines.order]
        assert found["orders paid"].sum() == np.count_nonzero((paid >= 0) & (paid < HOURS * 3_600))
        assert found["orders paid"].argmax() >= 24  # the sale is on the second day
        for path in range(1, 5):
            mine = (reported["path"] == path) & (reported["second"] == 0)
            expected = np.bincount(reported["filed"][mine] // 3_600, minlength=HOURS)
            assert np.array_equal(found.get(names.path(path), np.zeros(HOURS)), expected)
        later = {course.name: sum(course.values) for course in coming.courses(run, 20 * 24)}
        assert later["parcels that come back"] > 10


@pytest.mark.parametrize(("language", "title"), [("en", "What comes"), ("zh", "来了什么")])
def test_the_page_shows_what_comes_and_the_range_over_sizes(run: Replicated, language: str, title: str) -> None:
    with speaking(language):
        found = {section.key: section for section in sections(run, answer_of(run))}
    assert list(found)[:2] == ["sizes", "coming"]
    assert found["coming"].title == title
    assert len(found["coming"].charts) == 1


def test_the_range_of_each_figure_holds_its_middle(run: Replicated) -> None:
    with speaking("en"):
        table = sizes(run)
    assert table is not None
    assert len(table.rows) == len(SHOWN)
    over = run.document["sizes"]["kpis"]
    for code in SHOWN:
        assert over[code]["low"] <= over[code]["mid"] <= over[code]["high"]


def test_without_sizes_there_is_no_such_table() -> None:
    plain = replicate(load_scenario(FEW_ORDERS), 1, 1, "simpy")
    assert sizes(plain) is None
    assert "sizes" not in {table.key for table in answer_of(plain).tables}
