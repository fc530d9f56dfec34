"""The report page of a run: its answer on top, then charts and tables, section by section."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import reduce

import numpy as np

from sim.measure.figures import PATHS
from sim.report import charts, coming, format, mistakes, names, tables
from sim.report.answer import Answer
from sim.report.page import Section, page
from sim.scenario.schema import Calendar
from sim.study.replicate import Replicated
from sim.words import _

DAY_HOURS, HOUR = 24, 3_600


def run_page(run: Replicated, answer: Answer) -> str:
    """The report as HTML, in the language spoken now."""
    return page(answer, tuple(sections(run, answer)))


def sections(run: Replicated, answer: Answer) -> Iterator[Section]:
    """Every section in the order in which it is read."""
    by_key = {table.key: table for table in answer.tables}
    if "sizes" in by_key:
        yield Section("sizes", by_key["sizes"].title, by_key["sizes"].about, tables=(by_key["sizes"],))
    yield Section("coming", _("What comes"), _coming_about(run), tuple(_coming(run)))
    yield Section("responses", _("When buyers are answered in time"), _responses_about(run), tuple(_response_map(run)))
    about = _("{first} {second}").format(
        first=_("Blue: people there; dark line: people needed; red: too few."), second=by_key["shifts"].about
    )
    every_shift = tables.shifts(run, short_only=False)
    yield Section("shifts", _("Who is there, and who is needed"), about, tuple(_staffing(run)), (by_key["shifts"],), (every_shift,))
    yield Section("backlog", _("What waits in line"), _backlog_about(run), tuple(_backlog(run)), (by_key["pools"],))
    yield Section("paths", by_key["paths"].title, _paths_about(), tuple(_completion(run)), (by_key["paths"],))
    yield Section("handoffs", by_key["handoffs"].title, by_key["handoffs"].about, tables=(by_key["handoffs"],))
    wrong = tuple(by_key[key] for key in ("buyers", "mistakes", "wrong_acts"))
    about = _("{first} {second}").format(first=wrong[0].about, second=wrong[1].about)
    yield Section("mistakes", _("Chasers, mistakes and rework"), about, tables=wrong, folded=(mistakes.confused(run),))
    yield Section("costs", by_key["costs"].title, by_key["costs"].about, tuple(_money(run)), (by_key["costs"],))
    yield Section("unfinished", by_key["unfinished"].title, by_key["unfinished"].about, tables=(by_key["unfinished"],))
    rules = mistakes.rules(run)
    yield Section("rules", _("Which rules decided"), rules.about, folded=(rules,))
    guesses = tables.guesses(run)
    yield Section("guesses", _("What is guessed"), guesses.about, folded=(guesses,) if guesses.rows else ())


def _coming_about(run: Replicated) -> str:
    if run.first.workload.goods is None:
        return _("Requests filed in each hour, by path, and parcels that come back; every panel has a scale of its own.")
    return _("Orders paid and requests filed in each hour, by path, and parcels that come back; every panel has a scale of its own.")


def _coming(run: Replicated) -> Iterator[str]:
    hours = _shown_hours(run)
    courses = list(coming.courses(run, hours))
    if courses:
        yield charts.what_comes(courses, day_names(run.scenario.calendar, -(-hours // DAY_HOURS))).svg()


def _responses_about(run: Replicated) -> str:
    standard = run.scenario.standards.first_response
    if standard is None:
        return _("There is no standard for the first response.")
    return _("Each cell: per cent of the requests filed in that hour that were answered within {standard}. Empty: none was filed.").format(
        standard=format.duration(standard)
    )


def day_names(calendar: Calendar, days: int) -> list[str]:
    """The names of the first days: Wed 12 Nov."""
    return [format.day_named(calendar.start + timedelta(days=day)) for day in range(days)]


def _response_map(run: Replicated) -> Iterator[str]:
    hours = run.first.summary.response_hours
    if not len(hours):
        return
    columns = (hours[name].tolist() for name in ("hour", "requests", "in_time"))
    cells, shown = charts.cells_of(zip(*columns, strict=True))
    called = day_names(run.scenario.calendar, max(shown) + 1)
    yield charts.first_response_map(cells, [called[day] for day in shown], format.duration(run.scenario.standards.first_response)).svg()


def _staffing(run: Replicated) -> Iterator[str]:
    stretches = [
        charts.Stretch(need.begin / HOUR, need.end / HOUR, need.staffed, need.needed)
        for need in run.first.summary.needs
        if need.begin < need.end
    ]
    if stretches:
        yield charts.staffing(stretches, day_names(run.scenario.calendar, run.scenario.calendar.days)).svg()


def _shown_hours(run: Replicated) -> int:
    """The reported days, and as much after them as somebody still stands in line, at most as long again.

    Where requests go on after the reported days somebody always stands there: then until each line has been empty once after its peak.
    """
    reported = run.scenario.calendar.days * DAY_HOURS
    own = run.first.summary.pools.inside
    standing: np.ndarray = sum((pool.in_line for pool in own), np.zeros(len(own[0].in_line)))
    last = int(np.flatnonzero(standing > 0)[-1]) + 1 if (standing > 0).any() else 0
    clear = [pool.clear_at for pool in own if pool.peak]
    if _goes_on(run) and None not in clear:
        last = max((-(-at // HOUR) for at in clear if at is not None), default=0)
    return min(len(standing), max(reported, min(last, 2 * reported)))


def _goes_on(run: Replicated) -> bool:
    """Whether requests are filed after the reported days, second applications aside."""
    every, end = run.first.summary.every, run.first.summary.pools.end
    return bool(((every["filed"] >= end) & (every["second"] == 0)).any())


def _backlog(run: Replicated) -> Iterator[str]:
    hours = _shown_hours(run)
    courses = [
        charts.Course(names.pool(pool.name), tuple(np.round(pool.in_line[:hours], 2).tolist()))
        for pool in run.first.summary.pools.pools
        if pool.in_line[:hours].max(initial=0) > 0
    ]
    if courses:
        yield charts.backlog(courses, day_names(run.scenario.calendar, -(-hours // DAY_HOURS))).svg()


def _backlog_about(run: Replicated) -> str:
    calendar = run.scenario.calendar
    sentences = [
        _("Cases standing in line, averaged over each hour; every pool has a scale of its own."),
        (
            _("The last reported day is {day}; after it requests go on, and are in no figure about requests.")
            if _goes_on(run)
            else _("The last reported day is {day}; after it the desk finishes what is open.")
        ).format(day=day_names(calendar, calendar.days)[-1]),
    ]
    idle = [names.pool(pool.name) for pool in run.first.summary.pools.pools if not pool.in_line.any()]
    if idle:
        sentences.append(_("Nobody ever waited for: {pools}.").format(pools=_(", ").join(idle)))
    return reduce(lambda first, second: _("{first} {second}").format(first=first, second=second), sentences)


def _paths_about() -> str:
    return _("From filing to the money being back, or the request closed. Dot: half of the requests are done; diamond: nine in ten.")


def _completion(run: Replicated) -> Iterator[str]:
    by_path = run.document["kpis"]["completion_hours"]["by_path"]
    path = run.first.summary.reported["path"]
    spans: Sequence[charts.Span] = [
        charts.Span(names.path(number), int((path == number).sum()), quantiles["p50"], quantiles["p90"])
        for number, name in enumerate(PATHS, start=1)
        if (quantiles := by_path[name]["quantiles"]).get("p50") is not None and quantiles.get("p90") is not None
    ]
    if spans:
        yield charts.completion(spans).svg()


def _money(run: Replicated) -> Iterator[str]:
    amounts = [
        charts.Amount(names.cause(cause), amount["mean"] * 100)
        for cause, amount in run.document["costs"].items()
        if cause != "total" and amount["mean"]
    ]
    if amounts:
        yield charts.money(amounts).svg()
