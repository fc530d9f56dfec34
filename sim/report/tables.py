"""The tables of an answer: paths, handoffs, shifts, pools, money, what is unfinished, which inputs are guesses; see also `mistakes`."""

from collections.abc import Mapping
from typing import Any

from sim.measure.figures import PATHS, metrics
from sim.report import format, names
from sim.report.answer import Column, Table
from sim.report.figures import value
from sim.report.mistakes import buyers, mistakes, wrong_acts
from sim.report.sizes import sizes
from sim.report.untrusted import in_a_line
from sim.scenario.calendar import moment_at
from sim.study.replicate import Replicated
from sim.words import _, either

HOUR = 3_600
KEPT_TOO_RARELY = 0.9
"""A share of handoffs within their standard below which the table marks it."""

MOST_SHIFTS = 12
"""Shifts shown where only those short of people are."""


def tables(run: Replicated) -> tuple[Table, ...]:
    """All tables in the order in which they are read."""
    found = (each(run) for each in (sizes, paths, handoffs, shifts, pools, buyers, mistakes, wrong_acts, costs, unfinished))
    return tuple(each for each in found if each is not None)


def paths(run: Replicated) -> Table:
    """By path: requests, answered in time, completion, platform, clock."""
    kpis = run.document["kpis"]
    path = run.first.summary.reported["path"]

    def part(code: str, name: str) -> Any:
        return kpis[code] if name == "all" else kpis[code]["by_path"][name]

    rows = []
    for number, name in enumerate((*PATHS, "all"), start=1):
        done, requests = part("completion_hours", name), int((path == number).sum()) if name != "all" else len(path)
        rows.append(
            (
                names.path(number) if name != "all" else _("all paths"),
                format.count(requests),
                value(part("first_response_within_30min", name), "share"),
                format.hours(done["quantiles"].get("p50")),
                format.hours(done["quantiles"].get("p90")),
                value(part("intervention_rate", name), "share"),
                value(part("auto_refund_rate", name), "share"),
                value(part("untouched_rate", name), "share"),
            )
        )
    return Table(
        "paths",
        _("Completion by path"),
        _("From filing to the money being back, or the request closed. In time: first responses within the standard."),
        (
            Column(_("path"), number=False),
            Column(_("requests"), spare=True),
            Column(_("in time")),
            Column(_("half within")),
            Column(_("9 in 10 within")),
            Column(_("platform in")),
            Column(_("by a clock")),
            Column(_("without people"), spare=True),
        ),
        tuple(rows),
    )


def handoffs(run: Replicated) -> Table:
    """By handoff: questions, answers, within the standard."""
    rows, alarms = [], set()
    for at, (name, each) in enumerate(run.document["handoffs"].items()):
        within, standards = each["within_standard"], _standards(each)
        shown = value(within, "share") if standards else _("no clock")
        if within["mean"] is not None and within["mean"] < KEPT_TOO_RARELY:
            alarms.add((at, 2))
        if each["lost"]:
            alarms.add((at, 5))
        rows.append(
            (
                names.handoff(name),
                " / ".join(standards) or format.NOTHING,
                shown,
                format.count(each["asked"]),
                format.count(each["answered"]),
                format.count(each["lost"]),
                format.count(each["open"]),
                format.duration(_seconds(each["mean_hours"])),
                format.duration(_seconds(each["p90_hours"])),
            )
        )
    return Table(
        "handoffs",
        either(metrics()["handoff_within_standard"]),
        _(
            "Each question to another pool has its own clock, from asking to the answer. Kept: share answered within the standard."
            " Lost: nobody heard it, or nobody ever answered; what is then missing was no longer needed."
        ),
        (
            Column(_("who asks whom"), number=False),
            Column(_("standard")),
            Column(_("kept")),
            Column(_("asked")),
            Column(_("answered"), spare=True),
            Column(_("lost"), spare=True),
            Column(_("open"), spare=True),
            Column(_("mean")),
            Column(_("9 in 10 within")),
        ),
        tuple(rows),
        frozenset(alarms),
    )


def _standards(handoff: Mapping[str, Any]) -> list[str]:
    """The standards of a handoff, each once; those of kinds about which nothing was asked only where nothing was asked at all."""
    kinds = [kind for kind in handoff["kinds"].values() if kind["standard_hours"] is not None]
    used = [kind for kind in kinds if kind["asked"]] or kinds
    return list(dict.fromkeys(format.duration(kind["standard_hours"] * HOUR) for kind in used))


def shifts(run: Replicated, short_only: bool = True) -> Table:
    """Staffed against needed, shift by shift; `short_only`: those short of people, the shortest first."""
    summary = run.first.summary
    needs = list(summary.needs)
    if short_only:
        needs = sorted((need for need in needs if need.short > 0), key=lambda need: (-need.short, need.begin))[:MOST_SHIFTS]
    rows, alarms = [], set()
    for at, need in enumerate(needs):
        begin, end = moment_at(summary.scenario.calendar, need.begin), moment_at(summary.scenario.calendar, need.end)
        hours = f"{format.clock(begin)}–{format.clock(end) if format.clock(end) != '00:00' else '24:00'}"
        numbers = (need.due, need.needed, need.staffed, max(0, need.short))
        rows.append((format.day_named(begin.date()), hours, *map(format.count, numbers)))
        if need.short > 0:
            alarms.add((at, 5))
    return Table(
        "shifts",
        _("Shifts with too few people (estimate)") if short_only else _("Staffed against needed, every shift (estimate)"),
        _("Needed: requests due × time per request ÷ time that one person can give, rounded up."),
        (
            Column(_("day"), number=False),
            Column(_("hours"), number=False),
            Column(_("due")),
            Column(_("needed")),
            Column(_("there")),
            Column(_("short")),
        ),
        tuple(rows),
        frozenset(alarms),
        _("No shift is short of people."),
    )


def pools(run: Replicated) -> Table:
    """By pool: the line, how busy, overtime, output, cost."""
    rows = []
    for name, each in run.document["pools"].items():
        first = run.first.summary.pools[name]
        per_day = each["done"] / each["person_days"] if each["person_days"] else None
        rows.append(
            (
                names.pool(name),
                format.count(each["backlog_peak"]),
                _when(first.peak_at if first.peak else None, run),
                _when(first.clear_at, run),
                format.share(each["occupancy"]),
                format.hours(each["overtime_hours"]),
                format.count(each["done"]),
                format.count(per_day),
                format.money(each["labour_cost"] * 100),
            )
        )
    return Table(
        "pools",
        _("People and lines, by pool"),
        _(
            "Over the reported days, whenever the work was filed; clear may come after them."
            " A “person” of the carriers is a question they deal with at a time."
        ),
        (
            Column(_("pool"), number=False),
            Column(_("most in line")),
            Column(_("when"), spare=True),
            Column(_("clear")),
            Column(_("occupancy")),
            Column(_("overtime")),
            Column(_("work done"), spare=True),
            Column(_("per person-day"), spare=True),
            Column(_("labour")),
        ),
        tuple(rows),
    )


def costs(run: Replicated) -> Table:
    """Money by cause, the most expensive first; what cost nothing is left out."""
    costs = dict(run.document["costs"])
    total = costs.pop("total")
    spent = sorted(((cause, amount) for cause, amount in costs.items() if amount["mean"]), key=lambda each: -each[1]["mean"])
    rows = tuple((names.cause(cause), value(amount)) for cause, amount in [*spent, ("total", total)])
    return Table(
        "costs",
        _("Where money went"),
        _("What the refunds cost the shop. The refunded money itself is the buyers', no cost."),
        (Column(_("cause"), number=False), Column(_("amount"))),
        rows,
    )


def unfinished(run: Replicated) -> Table:
    """What of the requests of the reported days was open when these ended, and when the run ended, by age; and what they began with."""
    ages = {
        "up_to_24_h": _("up to 24 h"),
        "1_to_3_d": _("1 to 3 days"),
        "3_to_7_d": _("3 to 7 days"),
        "over_7_d": _("over 7 days"),
    }
    at_end = run.document["unfinished"]
    after = at_end["after_the_reported_days"]
    rows = [(ages.get(age, age), format.count(after["by_age"][age]), format.count(at_end["by_age"][age])) for age in at_end["by_age"]]
    rows.append((_("all"), format.count(after["count"]), format.count(at_end["count"])))
    drain = run.scenario.calendar.drain_days
    about = _("Of the requests of the reported days none is left out: the desk goes on for {days} days after the last one.").format(
        days=drain
    )
    before = at_end["before_the_reported_days"]["count"]
    if before:
        carried = _("When those days began, {count} requests filed before were open; they are not in this table.")
        about = _("{first} {second}").format(first=about, second=carried.format(count=format.count(before)))
    return Table(
        "unfinished",
        _("Unfinished requests, by age"),
        about,
        (
            Column(_("age"), number=False),
            Column(_("open when the days end")),
            Column(_("open {days} days later").format(days=drain)),
        ),
        tuple(rows),
        frozenset({(len(rows) - 1, 2)} if at_end["count"] else ()),
    )


def guesses(run: Replicated) -> Table:
    """The inputs of grade P and L."""
    figures = {key: figure for key, figure in run.scenario.figures.items() if figure.grade in ("P", "L")}
    rows = tuple(
        (key, f"{in_a_line(str(figure.value))}", figure.grade, in_a_line(figure.source, 120))
        for key, figure in sorted(figures.items(), key=lambda item: (item[1].grade != "P", item[0]))
    )
    return Table(
        "guesses",
        _("Guessed inputs: {count} of {all}").format(count=len(rows), all=len(run.scenario.figures)),
        _("P is our own guess, L a weak source."),
        tuple(Column(title, number=False) for title in (_("key in the scenario"), _("value"), _("grade"), _("source"))),
        rows,
        nothing=_("No input is a guess."),
    )


def _when(seconds: int | None, run: Replicated) -> str:
    return format.NOTHING if seconds is None else format.moment(moment_at(run.scenario.calendar, seconds))


def _seconds(hours: float | None) -> float | None:
    return None if hours is None else hours * HOUR
