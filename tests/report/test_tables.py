"""The tables say what the figures say: mistakes, what buyers do, where money went, and which rules decided."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim.desk.tables import ERROR_NAMES
from sim.measure.coverage import coverage
from sim.measure.figures import PATHS
from sim.report import format, mistakes, names, tables
from sim.report.answer import Table
from sim.study.replicate import Replicated


def with_document(run: Replicated, **parts: Any) -> Replicated:
    return dataclasses.replace(run, document={**run.document, **parts})


def with_acts(run: Replicated, **counts: int) -> Replicated:
    return with_document(run, wrong_acts={act: float(counts.get(act, 0)) for act in ERROR_NAMES})


def column(table: Table, place: int) -> list[str]:
    return [row[place] for row in table.rows]


def test_money_is_told_by_cause_the_most_expensive_first_and_nothing_that_cost_nothing(run: Replicated) -> None:
    spent = {"labour": 10.0, "coupon": 0.0, "recall": 30.0, "lost": 20.0, "total": 60.0}
    costs = {cause: {"mean": amount, "low": None, "high": None, "unit": "yuan"} for cause, amount in spent.items()}
    table = tables.costs(with_document(run, costs=costs))
    assert table.rows == (
        ("recall fees", "30.00 yuan"),
        ("goods and money both lost", "20.00 yuan"),
        ("labour", "10.00 yuan"),
        ("total", "60.00 yuan"),
    )


def test_every_cause_of_the_document_has_a_name(run: Replicated) -> None:
    assert set(run.document["costs"]) == set(names.CAUSES)


def test_figures_of_mistakes_stand_by_path(run: Replicated) -> None:
    table = mistakes.mistakes(run)
    (row,) = (row for row in table.rows if row[0] == "Wrong acts")
    figure = run.document["kpis"]["wrong_act_count"]
    assert [float(cell) for cell in row[1:]] == [figure["mean"], *(figure["by_path"][path]["mean"] for path in PATHS)]


def test_what_should_be_nothing_alarms_where_it_is_not(run: Replicated) -> None:
    for table in (mistakes.mistakes(run), mistakes.buyers(run)):
        for at, place in table.alarms:
            assert table.rows[at][place] not in ("0", "0 yuan", "0 %")
        named = [row[0] for row in table.rows]
        for at, row in enumerate(table.rows):
            if named[at] in ("Wrong acts", "Compensation missed", "Disputes lost, number"):
                assert all(((at, place) in table.alarms) == (cell != "0") for place, cell in enumerate(row[1:], start=1))


def test_wrong_acts_are_told_by_kind_the_most_frequent_first(run: Replicated) -> None:
    table = mistakes.wrong_acts(with_acts(run, unnumbered=2, blank_refusal=5))
    assert table.rows == (("refused without reason or next step", "5"), ("refunded without a return tracking number", "2"))
    assert mistakes.wrong_acts(with_acts(run)).rows == ()
    assert sum(run.document["wrong_acts"].values()) == run.document["kpis"]["wrong_act_count"]["mean"]


def test_every_path_taken_wrongly_is_in_the_table_of_mix_ups(run: Replicated) -> None:
    wrong = sum(table.wrong for table in run.first.summary.mistakes)
    table = mistakes.confused(run)
    assert wrong > 0
    assert sum(int(count) for count in column(table, 3)) == wrong
    assert all(row[0] != row[1] for row in table.rows)


def test_the_rules_that_decided_most_come_first_with_their_kind_of_case(run: Replicated) -> None:
    found = coverage([run.first.summary.reported.records])
    table = mistakes.rules(run)
    shown = {rule: int(count.replace(",", "")) for rule, count in zip(column(table, 4), column(table, 2), strict=True)}
    asked = {rule.id: rule.requests for rule in found.rules}
    assert shown == {rule: asked[rule] for rule in shown}
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    assert max(asked.values()) == next(iter(shown.values()))
    assert f"of {len(found.rules)} rules" in table.about


def test_kinds_of_case_that_never_came_up_are_named(run: Replicated) -> None:
    summary = run.first.summary
    records = summary.reported.records.copy()
    records["rules"] = 0
    records["rules"][:, 0] = 1
    none = dataclasses.replace(summary, reported=dataclasses.replace(summary.reported, records=records))
    table = mistakes.rules(dataclasses.replace(run, first=dataclasses.replace(run.first, summary=none)))
    assert len(table.rows) == 1
    assert "Kinds of case that never came up: " in table.about
    assert table.about.endswith("….")


def test_a_handoff_with_two_standards_shows_both_and_what_was_lost_alarms(run: Replicated) -> None:
    kind = {"asked": 3, "answered": 3, "open": 0, "lost": 0, "judged": 3, "in_time": 3}
    handoff = {
        **run.document["handoffs"]["agent_supervisor"],
        "lost": 2,
        "kinds": {"agent_supervisor": {**kind, "standard_hours": 4.0}, "agent_supervisor_amount": {**kind, "standard_hours": 12.0}},
    }
    table = tables.handoffs(with_document(run, handoffs={"agent_supervisor": handoff}))
    assert table.rows[0][0] == "agent → supervisor"
    assert table.rows[0][1] == "4 h / 12 h"
    assert (0, 5) in table.alarms
    quiet = {**handoff, "lost": 0, "kinds": {**handoff["kinds"], "agent_supervisor": {**kind, "asked": 0, "standard_hours": 4.0}}}
    assert tables.handoffs(with_document(run, handoffs={"agent_supervisor": quiet})).rows[0][1] == "12 h"


def test_all_five_handoffs_are_rows(run: Replicated) -> None:
    assert column(tables.handoffs(run), 0) == [
        "agent → carrier",
        "agent → supervisor",
        "agent → warehouse",
        "warehouse → inspection",
        "warehouse → carrier",
    ]


def test_completion_by_path_tells_what_needed_no_people(run: Replicated) -> None:
    table = tables.paths(run)
    assert table.columns[-1].title == "without people"
    untouched = run.document["kpis"]["untouched_rate"]["mean"]
    assert table.rows[-1][-1] == format.share(untouched)


@pytest.mark.parametrize("make", [mistakes.buyers, mistakes.mistakes])
def test_without_requests_there_are_dashes_and_no_alarm(run: Replicated, make: Any) -> None:
    kpis = {
        code: {**figure, "mean": None, "by_path": {path: {**part, "mean": None} for path, part in figure["by_path"].items()}}
        for code, figure in run.document["kpis"].items()
    }
    table = make(with_document(run, kpis=kpis))
    assert table.alarms == frozenset()
    assert {cell for row in table.rows for cell in row[1:]} == {"–"}


def test_figures_of_several_runs_carry_their_intervals(run: Replicated) -> None:
    kpis = dict(run.document["kpis"])
    kpis["chase_count"] = {**kpis["chase_count"], "mean": 120.0, "low": 100.0, "high": 140.0}
    table = mistakes.buyers(with_document(run, kpis=kpis))
    assert table.rows[0][1] == "120 (100–140)"


def test_numbers_of_an_answer_are_finite(run: Replicated) -> None:
    for table in tables.tables(run):
        assert not any("nan" in cell or "inf" in cell for row in table.rows for cell in row)
    assert np.isfinite([figure["mean"] for figure in run.document["costs"].values()]).all()
