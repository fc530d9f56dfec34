"""What is told of replications: the same as the simulator's own report and comparison say, in both languages, there and back as JSON."""

import json
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.demand.gate import closed_times
from sim.demand.order_curve import sale_days
from sim.measure.readings import OPEN, hourly
from sim.report.headline import answer_of
from sim.report.process_map import process_map
from sim.study.block import BLOCK, jobs_of, one_run, simulated
from sim.study.compare import Policy, compare
from sim.study.replicate import Replicated, replicate
from sim.study.stopping import FIRST
from sim.words import LOCALES, speaking
from tests.app.services.asking import FEWER, MORE, SITUATION
from trainer_app.services import precision
from trainer_app.services.first_runs import FirstRun, FirstRuns, gate_of, lean, told_of
from trainer_app.services.levers import Levers, given
from trainer_app.services.situations import situations
from trainer_app.services.telling import METRICS, Kept, comparison_view, map_view, names_of, scenario_view
from trainer_app.services.views import MIDDLE, MONEY, QUANTILES, ComparisonView, Estimate, MapView, ScenarioView

CHOICES = (Levers(), MORE, Levers(batch=False))
COUNT = 4 * BLOCK


@cache
def tables(number: int) -> tuple[pa.Table, ...]:
    """The blocks of one of CHOICES."""
    jobs = jobs_of(given(SITUATION, CHOICES[number]).scenario, 0, range(COUNT))
    return tuple(simulated([job])[0] for job in jobs)


@cache
def first_run(number: int) -> FirstRun:
    return FirstRuns(0).of(given(SITUATION, CHOICES[number]))


def kept(number: int, blocks: int = COUNT // BLOCK) -> Kept:
    found = Kept()
    for table in tables(number)[:blocks]:
        found.add(table)
    return found


def view(number: int, blocks: int = COUNT // BLOCK) -> ScenarioView:
    of = kept(number, blocks)
    return scenario_view(first_run(number), of, of.figures())


def first_look(number: int) -> ScenarioView:
    of = Kept()
    of.add(first_run(number).table)
    return scenario_view(first_run(number), of, of.figures())


def comparison(blocks: int = COUNT // BLOCK) -> ComparisonView:
    figures = [kept(number, blocks).figures() for number in range(len(CHOICES))]
    return comparison_view(figures, 0.02, precision.reached(dict(zip(names_of(3), figures, strict=True))), ended=True)


@cache
def whole(name: str) -> Replicated:
    """A first run with all that is in it."""
    run = one_run(given(name).scenario, 0, 0)
    return Replicated(run.summary.scenario, run, run.summary.to_json(), 1, ())


def through_json(plain: dict[str, Any]) -> Any:
    return json.loads(json.dumps(plain, allow_nan=False))


# ---------------------------------------------------------------- the answer
@pytest.mark.parametrize("name", [each.name for each in situations()])
def test_what_is_kept_of_a_first_run_answers_as_all_of_it_does(name: str) -> None:
    of = whole(name)
    little = Replicated(of.scenario, lean(of.first), dict(told_of(of.first).run.document), 1, ())
    for locale in LOCALES:
        with speaking(locale):
            assert answer_of(little) == answer_of(of)


@pytest.mark.parametrize("number", range(len(CHOICES)))
def test_the_answer_over_replications_is_that_of_the_simulators_own_report(number: int) -> None:
    run = replicate(given(SITUATION, CHOICES[number]).scenario, 0, COUNT)
    for locale in LOCALES:
        with speaking(locale):
            expected = answer_of(run)
        found = view(number).answer[locale]
        for part in ("title", "period", "sentence", "state", "figures", "by_hand", "notes", "tables"):
            assert getattr(found, part) == getattr(expected, part), part


def test_the_first_look_says_that_it_is_one_run_and_later_ones_how_many() -> None:
    assert "One run" in " ".join(first_look(0).answer["en"].notes)
    assert f"First of {COUNT} runs" in view(0).answer["en"].sentence
    assert (first_look(0).replications, view(0).replications) == (1, COUNT)


# ---------------------------------------------------------------- courses
def test_the_backlog_is_the_quantiles_of_the_replications_hour_by_hour() -> None:
    runs = [hourly(one_run(given(SITUATION).scenario, 0, number).summary) for number in range(BLOCK)]
    found = view(0, 1).backlog
    assert set(found) == {"path_1", "path_2", "path_3", "path_4"}
    for course in OPEN:
        path = found[course.removesuffix(".open")]
        assert tuple(path) == QUANTILES
        for at in QUANTILES:
            expected = np.quantile(np.array([run[course] for run in runs]), float(at), axis=0)
            assert path[at] == pytest.approx(expected, abs=0.051)
    assert max(found["path_1"][MIDDLE]) > 1


def test_one_replication_has_no_bands_and_is_its_own_middle() -> None:
    run = hourly(one_run(given(SITUATION).scenario, 0, 0).summary)
    for course in OPEN:
        assert first_look(0).backlog[course.removesuffix(".open")] == {MIDDLE: pytest.approx(run[course].tolist(), abs=0.051)}


def test_first_responses_are_summed_over_the_replications() -> None:
    runs = [one_run(given(SITUATION).scenario, 0, number).summary.response_hours for number in range(BLOCK)]
    found = {hour: (requests, in_time) for hour, requests, in_time in view(0, 1).responses}
    assert set(found) == {int(hour) for run in runs for hour in run["hour"]}
    for hour, (requests, in_time) in found.items():
        assert requests == sum(int(run["requests"][run["hour"] == hour].sum()) for run in runs)
        assert in_time == sum(int(run["in_time"][run["hour"] == hour].sum()) for run in runs)
    assert view(0).standard == 1_800


def test_people_there_and_needed_are_means_over_the_replications() -> None:
    runs = [one_run(given(SITUATION).scenario, 0, number).summary.needs for number in range(BLOCK)]
    for place, found in enumerate(view(0, 1).staffing):
        needs = [run[place] for run in runs]
        assert (found.begin, found.end) == (needs[0].begin / 3_600, needs[0].end / 3_600)
        assert found.needed == pytest.approx(sum(need.needed for need in needs) / BLOCK)
        assert found.there == pytest.approx(sum(need.staffed for need in needs) / BLOCK)
    assert len(view(0, 1).staffing) == len(runs[0])


def test_money_adds_up_and_has_an_interval_once_there_are_several_replications() -> None:
    money = dict(view(0).money)
    total = money.pop(MONEY)
    assert total.mean == pytest.approx(sum(each.mean or 0.0 for each in money.values()))
    assert total.low is not None
    assert total.high is not None
    assert total.low < (total.mean or 0.0) < total.high
    assert {(each.low, each.high) for each in first_look(0).money.values()} == {(None, None)}


@pytest.mark.parametrize("name", ["double11-2022", "busy-week", "everyday-apparel"])
def test_what_comes_is_counted_hour_by_hour(name: str) -> None:
    of = whole(name).first
    found = told_of(of)
    hours = of.summary.scenario.calendar.days * 24
    assert all(len(course) == hours for course in found.coming.values())
    every = of.summary.every
    for path in range(1, 5):
        filed = every["filed"][(every["path"] == path) & (every["second"] == 0)]
        inside = filed[(filed >= 0) & (filed < hours * 3_600)]
        assert sum(found.coming[f"path_{path}"]) == len(inside) > 0
    assert ("orders" in found.coming) == (of.workload.goods is not None)
    assert sum(found.coming["returns"]) > 0


def test_the_gate_is_shut_from_midnight_to_eight_on_both_days_of_the_sale_of_2022() -> None:
    found = gate_of(given("double11-2022").scenario)
    assert found == ((24.0, 32.0), (264.0, 272.0))
    scenario = given("double11-2022").scenario
    closed = closed_times(scenario.gate, sale_days(scenario.by_orders[0], scenario.calendar))
    assert [(each.begin, each.end) for each in closed] == [(begin * 3_600, end * 3_600) for begin, end in found]
    assert gate_of(given("everyday-apparel").scenario) == gate_of(given("busy-week").scenario) == ()


# ---------------------------------------------------------------- the comparison
def test_the_comparison_is_the_simulators_own() -> None:
    title = given(SITUATION).scenario.title
    policies = [Policy(str(number), title, given(SITUATION, CHOICES[number]).scenario) for number in (1, 2)]
    expected = compare(given(SITUATION).scenario, policies, METRICS, replications=COUNT)
    found = comparison()
    assert found.metrics == METRICS
    for number, policy in ((1, "1"), (2, "2")):
        for metric in METRICS:
            judged, difference = expected.of(policy, metric), found.difference(number, metric)
            assert (difference.verdict, difference.p_adjusted, difference.reason) == (judged.verdict, judged.p_adjusted, judged.reason)
            if judged.difference is not None:
                each = judged.difference
                assert (difference.difference, difference.low, difference.high) == (each.estimate, each.low, each.high)
    for number, name in enumerate(names_of(3)):
        for metric in METRICS:
            figure = expected.figure(name, metric)
            there = Estimate(None) if isinstance(figure, str) else Estimate(figure.mean, figure.low, figure.high)
            assert found.figure(number, metric) == there
    assert {found.difference(2, metric).verdict for metric in METRICS} >= {"worse"}


def test_one_replication_says_how_large_the_differences_are_and_not_how_sure_that_is() -> None:
    figures = []
    for number in range(len(CHOICES)):
        of = Kept()
        of.add(first_run(number).table)
        figures.append(of.figures())
    found = comparison_view(figures, 0.02, None, ended=False)
    for variant in (1, 2):
        for metric in METRICS:
            each = found.difference(variant, metric)
            assert (each.low, each.high, each.p_adjusted, each.verdict) == (None, None, None, "no clear difference")
    assert found.difference(2, "first_response_within_30min").difference != 0
    assert (found.replications, found.ended, found.reached) == (1, False, None)


def test_without_variants_there_are_figures_and_no_differences() -> None:
    found = comparison_view([kept(0).figures()], 0.02, 0.1, ended=True)
    assert found.differences == ()
    assert len(found.figures) == 1
    assert found.figure(0, "total_cost").low is not None


def test_every_metric_has_its_unit_and_says_which_way_is_better() -> None:
    found = dict(zip(METRICS, zip(comparison().unit, comparison().better, strict=True), strict=True))
    assert found["first_response_within_30min"] == ("share", "up")
    assert found["total_cost"] == ("yuan", "down")
    assert found["completion_hours.path_4.p90"] == ("hours", "down")
    assert found["short_staffed"] == ("people", "down")


# ---------------------------------------------------------------- how many
def test_the_first_replications_are_what_they_were_before_more_came() -> None:
    for count in (1, 7, BLOCK, 2 * BLOCK):
        cut, alone = kept(1).first(count), Kept()
        for job in jobs_of(given(SITUATION, CHOICES[1]).scenario, 0, range(count)):
            alone.add(simulated([job])[0])
        assert cut.replications == alone.replications == count
        assert cut.document() == alone.document()
        assert cut.figures().numbers().to_pylist() == alone.figures().numbers().to_pylist()
        assert scenario_view(first_run(1), cut, cut.figures()) == scenario_view(first_run(1), alone, alone.figures())


@pytest.mark.parametrize("wanted_precision", [0.2, *(pytest.param(each, marks=pytest.mark.proof) for each in (0.1, 0.05))])
def test_it_ends_where_the_simulators_own_comparison_ends(wanted_precision: float) -> None:
    title = given(SITUATION).scenario.title
    policies = [Policy("1", title, given(SITUATION, MORE).scenario)]
    expected = compare(given(SITUATION).scenario, policies, precision=wanted_precision)
    wanted = [Kept(), Kept()]
    for number, of in enumerate(wanted):
        for job in jobs_of(given(SITUATION, CHOICES[number]).scenario, 0, range(expected.replications + 2 * BLOCK)):
            of.add(simulated([job])[0])
    found = precision.stop(dict(zip(names_of(2), (each.figures() for each in wanted), strict=True)), wanted_precision)
    assert found == expected.stop


def test_the_precision_that_is_reached_is_the_widest_of_the_intervals() -> None:
    found = {name: kept(number).figures() for number, name in enumerate(names_of(3))}
    reached = precision.reached(found)
    assert reached is not None
    view_ = comparison()
    widths = []
    for metric in ("first_response_within_30min", "completion_hours", "total_cost"):
        for variant in (1, 2):
            each = view_.difference(variant, metric)
            widths.append(((each.high or 0) - (each.low or 0)) / 2 / abs(view_.figure(0, metric).mean or 0))
    assert reached == pytest.approx(max(widths))
    assert precision.reached({name: kept(number, 1).first(1).figures() for number, name in enumerate(names_of(3))}) is None


def test_without_variants_the_figures_themselves_are_to_be_precise() -> None:
    found = {"": kept(0).figures()}
    reached = precision.reached(found)
    assert reached is not None
    widths = []
    for metric in ("completion_hours", "total_cost"):
        figure = comparison().figure(0, metric)
        widths.append(((figure.high or 0) - (figure.low or 0)) / 2 / (figure.mean or 0))
    assert reached >= max(widths) > 0
    assert precision.stop(found, 1.0) is None  # it has to hold for a while longer
    more = Kept()
    for job in jobs_of(given(SITUATION).scenario, 0, range(COUNT + BLOCK)):
        more.add(simulated([job])[0])
    ended = precision.stop({"": more.figures()}, 1.0)
    assert ended is not None
    assert (ended.precise_from, ended.replications) == (FIRST, FIRST + BLOCK)
    assert precision.stop({"": more.figures()}, 1e-9) is None


# ---------------------------------------------------------------- there and back
@pytest.mark.parametrize("number", range(len(CHOICES)))
def test_a_view_comes_back_from_json_as_it_was(number: int) -> None:
    for each in (view(number), first_look(number)):
        assert ScenarioView.from_json(through_json(each.to_json())) == each


def test_a_comparison_comes_back_from_json_as_it_was() -> None:
    for each in (comparison(), comparison_view([kept(0).figures()], 0.02, None, ended=False)):
        assert ComparisonView.from_json(through_json(each.to_json())) == each


@pytest.mark.parametrize("locale", [pytest.param(each, marks=[pytest.mark.proof] if each == "en" else []) for each in LOCALES])
def test_the_map_is_that_of_the_simulator_in_either_language(locale: str) -> None:
    of = whole(SITUATION)
    found = map_view(of.first, locale)
    with speaking(locale):
        expected = process_map(of)
    assert [panel.title for panel in found.panels] == [picture.title for picture in expected.pictures]
    assert [panel.text for panel in found.panels] == [text for _, text in expected.text]
    assert all(panel.svg.startswith("<svg") and panel.told for panel in found.panels)
    assert MapView.from_json(through_json(found.to_json())) == found


# ---------------------------------------------------------------- first runs
def test_a_first_run_is_simulated_once_and_what_comes_drawn_once_for_all_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer_app.services import first_runs

    drawn: list[object] = []
    ran: list[object] = []
    draw, run = first_runs.draw_workload, first_runs.run_of
    monkeypatch.setattr(first_runs, "draw_workload", lambda *given_: drawn.append(given_) or draw(*given_))
    monkeypatch.setattr(first_runs, "run_of", lambda *given_: ran.append(given_) or run(*given_))
    runs = FirstRuns(0)
    scenarios = [given(SITUATION), given(SITUATION, MORE), given(SITUATION, FEWER)]
    for each in (*scenarios, *scenarios):
        assert runs.of(each).scenario == each.scenario
    assert (len(drawn), len(ran)) == (1, len(scenarios))


def test_a_first_run_of_shared_requests_is_what_it_would_be_alone() -> None:
    runs = FirstRuns(0)
    runs.of(given(SITUATION))
    shared, alone = runs.of(given(SITUATION, MORE)), FirstRuns(0).of(given(SITUATION, MORE))
    assert shared.table.to_pylist() == alone.table.to_pylist()
    (block,) = (simulated([jobs_of(given(SITUATION, MORE).scenario, 0, range(1))[0]])[0],)
    assert shared.table.to_pylist() == block.to_pylist()


def test_only_so_many_first_runs_are_kept_and_those_asked_for_last_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    from trainer_app.services import first_runs

    ran: list[int] = []
    told = first_runs.told_of
    monkeypatch.setattr(first_runs, "MOST_FIRST_RUNS", 2)
    monkeypatch.setattr(first_runs, "told_of", lambda run: ran.append(run.summary.scenario.policy.refresh // 60) or told(run))
    runs = FirstRuns(0)
    first, second, third = (given(SITUATION, Levers(refresh=number)) for number in (1, 2, 3))
    for each in (first, second, first, third, first, third, second):
        runs.of(each)
    assert ran == [1, 2, 3, 2]
