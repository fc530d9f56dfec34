"""The first screen: what a manager must know first, the six figures, and the sum that anybody can check."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from sim.measure.figures import metrics
from sim.measure.pools import PoolUse
from sim.measure.staffing import ShiftNeed
from sim.measure.summary import RunSummary
from sim.report import format, names
from sim.report.answer import BAD, GOOD, PLAIN, Answer, Figure
from sim.report.figures import value
from sim.report.tables import tables
from sim.report.version import version
from sim.scenario.calendar import moment_at
from sim.scenario.schema import Calendar
from sim.study.replicate import Replicated
from sim.words import _, either

HOUR = 3_600
GUESSES = ("P", "L")

MOST_LATE = 0.05
"""A share of late first responses from which on the sentence alarms although there are people enough."""


def answer_of(run: Replicated, overlays: tuple[str, ...] = ()) -> Answer:
    """The whole answer of a run, in the language spoken now; `overlays`: titles of what was laid over the scenario."""
    summary, scenario = run.first.summary, run.scenario
    sentence, state = headline(run)
    if run.replications > 1:
        sentence = _("First of {count} runs: {sentence}").format(count=run.replications, sentence=sentence)
    calendar = scenario.calendar
    last = calendar.start + timedelta(days=calendar.days - 1)
    period = _("{first} to {last} {year} ({zone}) · {requests} requests").format(
        first=format.day_named(calendar.start),
        last=format.day_named(last),
        year=last.year,
        zone=calendar.zone,
        requests=format.count(run.document["refunds"]),
    )
    if overlays:
        changed = _("with {overlays}").format(overlays=_("; ").join(overlays))
        period = _("{first} · {second}").format(first=period, second=changed)
    return Answer(
        title=either(scenario.title),
        period=period,
        sentence=sentence,
        state=state,
        figures=tuple(six_figures(run)),
        by_hand=by_hand(summary),
        notes=tuple(notes(run)),
        tables=tables(run),
        made=tuple(how_made(run, overlays)),
    )


# ---------------------------------------------------------------- the sentence
def headline(run: Replicated) -> tuple[str, str]:
    """One sentence, and whether it alarms: where people are short, and when the backlog is clear."""
    summary, calendar = run.first.summary, run.scenario.calendar
    worst = worst_need(summary)
    line = line_text(summary, calendar)
    if worst is not None and worst.short > 0:
        many = sum(need.short > 0 for need in summary.needs)
        return _("{people} people short on {when} (too few in {shifts} of {all} shifts); {line}.").format(
            people=worst.short, when=span(worst, calendar), shifts=many, all=len(summary.needs), line=line
        ), BAD
    in_time = run.document["kpis"]["first_response_within_30min"]["mean"]
    if in_time is not None and in_time < 1 - MOST_LATE:
        return _("Enough people over each shift, yet {late} answered late; {line}.").format(late=format.share(1 - in_time), line=line), BAD
    return _("Enough people in every shift; {line}.").format(line=line), GOOD


def worst_need(summary: RunSummary) -> ShiftNeed | None:
    """The stretch that is shortest of people; of equal ones the one with the most requests due."""
    return max(summary.needs, key=lambda need: (need.short, need.due), default=None)


def span(need: ShiftNeed, calendar: Calendar) -> str:
    """When a stretch is: Wed 12 Nov 08:00–16:00."""
    begin, end = moment_at(calendar, need.begin), moment_at(calendar, need.end)
    until = format.clock(end) if format.clock(end) != "00:00" else "24:00"
    return f"{format.day_named(begin.date())} {format.clock(begin)}–{until}"


def longest_line(summary: RunSummary) -> PoolUse | None:
    """The one of the shop's own pools in front of which most cases stood at once; None where nobody ever waited."""
    longest = max(summary.pools.inside, key=lambda pool: pool.peak)
    return longest if longest.peak else None


def line_text(summary: RunSummary, calendar: Calendar) -> str:
    """How long the longest line was, and when it was gone."""
    longest = longest_line(summary)
    if longest is None:
        return _("nobody ever waited in line")
    text = (
        _("longest line: {count} cases ({pool}), clear {when}")
        if longest.clear_at is not None
        else _("longest line: {count} cases ({pool}), never clear")
    )
    return text.format(count=format.count(longest.peak), pool=names.pool(longest.name), when=_when(longest.clear_at, calendar))


def _when(seconds: int | None, calendar: Calendar) -> str:
    return format.NOTHING if seconds is None else format.moment(moment_at(calendar, seconds))


def _all_clear(summary: RunSummary, calendar: Calendar) -> str:
    figure = summary.kpis["backlog_clear_at"]
    if figure.value is None:
        return _("not all lines are clear by the end")
    return _("every line clear once by {when}").format(when=_when(round(figure.value * HOUR), calendar))


# ---------------------------------------------------------------- the six figures
def six_figures(run: Replicated) -> Iterator[Figure]:
    """First response, people short, backlog, refunds by a clock, goods and money lost, cost."""
    kpis, summary, calendar = run.document["kpis"], run.first.summary, run.scenario.calendar
    in_time = kpis["first_response_within_30min"]["mean"]
    late = in_time is not None and in_time < 1 - MOST_LATE
    standard = run.scenario.standards.first_response
    yield Figure(
        either(metrics()["first_response_within_30min"])
        if standard is None
        else _("First response within {standard}").format(standard=format.duration(standard)),
        value(kpis["first_response_within_30min"]),
        worst_hour(summary, calendar),
        BAD if late else GOOD if in_time is not None else PLAIN,
    )
    worst = worst_need(summary)
    short = worst is not None and worst.short > 0
    yield Figure(
        _("People short (estimate)"),
        value(kpis["short_staffed"]),
        _("most on {when}").format(when=span(worst, calendar)) if worst is not None and short else "",
        BAD if short else PLAIN if worst is None else GOOD,
    )
    most, at = summary.pools.own.peak(0, summary.pools.end)
    yield Figure(
        _("Most in line at once, all pools"),
        _("{count} cases").format(count=format.count(kpis["backlog"]["quantiles"]["peak"])),
        _("{when}; {clear}").format(when=_when(at, calendar), clear=_all_clear(summary, calendar)) if most else "",
    )
    by_clock = kpis["auto_refund_count"]["mean"]
    yield Figure(
        either(metrics()["auto_refund_count"]),
        value(kpis["auto_refund_count"]),
        _("{amount}, {share} of the requests").format(
            amount=value(kpis["auto_refund_amount"]), share=format.share(kpis["auto_refund_rate"]["mean"])
        ),
        BAD if by_clock else GOOD,
    )
    lost = int(np.count_nonzero(summary.reported["lost"]))
    yield Figure(
        either(metrics()["double_loss_amount"]),
        value(kpis["double_loss_amount"]),
        _("{count} requests").format(count=format.count(lost)),
        BAD if kpis["double_loss_amount"]["mean"] else GOOD,
    )
    labour = run.document["costs"]["labour"]["mean"]
    yield Figure(
        either(metrics()["total_cost"]), value(kpis["total_cost"]), _("of it labour {amount}").format(amount=format.money(labour * 100))
    )


def worst_hour(summary: RunSummary, calendar: Calendar) -> str:
    """The staffed hour of filing with the lowest share in time; of equal ones the one with the most requests."""
    hours = summary.response_hours[summary.response_hours["staffed"]] if len(summary.response_hours) else summary.response_hours
    if not len(hours):
        return ""
    share = hours["in_time"] / hours["requests"]
    worst = hours[np.lexsort((-hours["requests"], share))[0]]
    when = moment_at(calendar, int(worst["hour"]) * HOUR)
    return _("worst staffed hour: {share}, {in_time} of {requests} requests ({when})").format(
        share=format.share(float(share.min())),
        in_time=format.count(int(worst["in_time"])),
        requests=format.count(int(worst["requests"])),
        when=format.moment(when),
    )


def by_hand(summary: RunSummary) -> str:
    """Requests x minutes ÷ hours of the shift that is shortest of people."""
    need = worst_need(summary)
    if need is None:
        return ""
    people = need.due * need.seconds_each / need.productive if need.productive else 0.0
    worked_out = _("{when}: {due} requests due × {each} min each ÷ {productive} h that one person can give = {people} people.")
    so = _("Needed: {needed}; there: {staffed}.")
    first = worked_out.format(
        when=span(need, summary.scenario.calendar),
        due=format.count(need.due),
        each=f"{need.seconds_each / 60:.1f}",
        productive=f"{need.productive / HOUR:.1f}",
        people=f"{people:.1f}",
    )
    return _("{first} {second}").format(first=first, second=so.format(needed=need.needed, staffed=need.staffed))


# ---------------------------------------------------------------- how far it goes
def notes(run: Replicated) -> Iterator[str]:
    """How sure the figures are, what was left out, and what is not in them."""
    scenario, workload = run.scenario, run.first.workload
    dealt_anew = scenario.demand.bootstrap is not None
    replayed = scenario.demand.history is not None and not dealt_anew
    if run.replications == 1:
        if dealt_anew:
            yield _("One run over the days of one history, dealt anew: the figures have no interval.")
        elif replayed:
            yield _("One run over one replayed history: the figures have no interval.")
        else:
            yield _("One run: the figures have no interval.")
    else:
        yield _(
            "{count} runs of different luck: means, with 95 % intervals in brackets; sentence, charts and times are the first run's."
        ).format(count=run.replications)
        if dealt_anew:
            yield _("Days of one history dealt anew: the intervals hold the luck of its days, not what it never saw.")
        if replayed:
            yield _(
                "One replayed history: no interval for the arrivals. Only what it does not tell (work content, patience, absence …) varies."
            )
    guesses = sum(figure.grade in GUESSES for figure in scenario.figures.values())
    if guesses:
        yield _(
            "{guesses} of {count} inputs are guesses or weak (P, L): put your own shop's figures there before you decide on them."
        ).format(guesses=guesses, count=len(scenario.figures))
    before, after = run.first.summary.not_reported
    if before:
        yield _(
            "The desk does not open empty: {count} requests filed before the reported days keep it busy; no figure about requests has them."
        ).format(count=format.count(before))
    if after:
        yield _(
            "{count} requests filed after the reported days keep the desk busy while it finishes; no figure about requests has them."
        ).format(count=format.count(after))
    chats = len(run.first.summary.reported.chats)
    if chats:
        yield _("{count} buyers found refunds closed and asked in chat: no requests, but work for the agents.").format(
            count=format.count(chats)
        )
    automatic = len(run.first.summary.reported.automatic)
    if automatic:
        yield _("{count} requests that a machine refunded at once are in no figure.").format(count=format.count(automatic))
    outside = sum(workload.left_out.values())
    if outside:
        yield _("{count} refunds of the history lie before the warm-up or after the drain days and are left out.").format(
            count=format.count(outside)
        )


def how_made(run: Replicated, overlays: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """What one needs to make the same report again."""
    document, scenario = run.document, run.scenario
    yield _("Scenario"), f"{scenario.name} · {document['scenario']['hash']}"
    if overlays:
        yield _("Overlays"), _("; ").join(overlays)
    if scenario.demand.history is not None:
        yield _("History"), scenario.demand.history.name
    if scenario.clocks.preset:
        yield _("Platform clocks"), scenario.clocks.preset
    yield _("Seed"), str(document["seed"])
    yield _("Runs"), str(run.replications)
    yield _("Engine"), document["engine"]
    yield _("Version"), f"refund-desk {version()}"
    grades = sorted({figure.grade for figure in scenario.figures.values()}, key="AHMLP".index)
    if grades:
        yield _("Grades of the inputs"), _("; ").join(f"{grade} {names.grade(grade)}" for grade in grades)
