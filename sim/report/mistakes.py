"""The tables of what went wrong and what it led to: what buyers do, mistakes and rework, paths taken wrongly, and which rules decided."""

from collections.abc import Mapping
from typing import Any

from sim.measure.coverage import coverage
from sim.measure.figures import PATHS, metrics
from sim.report import format, names
from sim.report.answer import Column, Table
from sim.report.figures import value
from sim.rules.masks import masks
from sim.rules.tables import load_cells
from sim.study.replicate import Replicated
from sim.words import _, either

BUYERS = ("chase_count", "enquiry_count", "chat_count", "complaint_rate", "intervention_rate", "dispute_count", "withdrawn_rate")
MISTAKES = ("wrong_path_rate", "wrong_act_count", "missed_compensation_count", "asked_again_count", "rework_hours")
MONEY = ("over_granted_amount", "double_loss_amount")
"""Figures by path, in the order in which they are read."""

ALARMING = ("dispute_count", "wrong_act_count", "missed_compensation_count", "double_loss_amount")
"""Figures that should be 0."""

COUNT = "times"
"""A unit that is told by the row's name alone."""

MOST_RULES = 30
MOST_CONFUSED = 20
MOST_CELLS = 6
"""Rules, mix-ups and skill cells that are named."""


def buyers(run: Replicated) -> Table:
    """What waiting makes buyers do, by path."""
    return _by_path(
        run,
        "buyers",
        _("What buyers do while they wait"),
        _("Chasers and enquiries are work on top; a complaint can end with the platform."),
        BUYERS,
    )


def mistakes(run: Replicated) -> Table:
    """What went wrong at the desk, by path."""
    return _by_path(
        run,
        "mistakes",
        _("Mistakes and rework"),
        _("Rework is work that would not be there if all had gone right: wrong paths, questions asked again, broken promises."),
        MISTAKES + MONEY,
    )


def wrong_acts(run: Replicated) -> Table:
    """How often each wrong act was done; the most frequent first."""
    acts = sorted(((count, act) for act, count in run.document["wrong_acts"].items() if count), key=lambda each: -each[0])
    return Table(
        "wrong_acts",
        _("Wrong acts, by kind"),
        _("Money is lost by acts: refunding too early, above one's limit, or not at all what is owed."),
        (Column(_("act"), number=False), Column(_("times"))),
        tuple((names.wrong_act(act), format.count(count)) for count, act in acts),
        nothing=_("No wrong act was done."),
    )


def confused(run: Replicated) -> Table:
    """Which path was first taken for which other, by staff group; those mixed up most often."""
    cells = [
        (table.group, right, taken, int(table.counts[right - 1, taken - 1]), int(table.counts[right - 1].sum()))
        for table in run.first.summary.mistakes
        for right in range(1, 5)
        for taken in range(1, 5)
        if right != taken and table.counts[right - 1, taken - 1]
    ]
    cells.sort(key=lambda cell: (-cell[3], cell[:3]))
    rows = tuple(
        (names.path(right), names.path(taken), names.group(group), format.count(count), format.share(count / whole))
        for group, right, taken, count, whole in cells[:MOST_CONFUSED]
    )
    return Table(
        "confused",
        _("Which path was taken for which"),
        _("The path as filed, what it was first taken for, and by whom."),
        (
            Column(_("path"), number=False),
            Column(_("taken for"), number=False),
            Column(_("by whom"), number=False),
            Column(_("requests")),
            Column(_("of those on that path")),
        ),
        rows,
        nothing=_("No path was taken wrongly."),
    )


def rules(run: Replicated) -> Table:
    """The rules that decided something for most requests, each with what it says and its skill cell."""
    found = coverage([run.first.summary.reported.records])
    cells = {cell.key: either(cell) for cell in load_cells()}
    responses = {rule.id: either(rule.response) for rule in masks().rules}
    used = sorted((rule for rule in found.rules if rule.requests), key=lambda rule: -rule.requests)
    rows = tuple(
        (
            responses[rule.id],
            cells[rule.cell],
            format.count(rule.requests),
            format.share(rule.requests / found.requests),
            rule.id,
        )
        for rule in used[:MOST_RULES]
    )
    about = _("{used} of {all} rules of the decision tables decided something; on its way a request meets several.").format(
        used=len(used), all=len(found.rules)
    )
    if found.cells_never:
        never = [cells[key] for key in found.cells_never]
        some = _("; ").join(never[:MOST_CELLS]) + ("…" if len(never) > MOST_CELLS else "")
        about = _("{first} {second}").format(first=about, second=_("Kinds of case that never came up: {cells}.").format(cells=some))
    return Table(
        "rules",
        _("Rules that decided most, with their kind of case"),
        about,
        (
            Column(_("what was right"), number=False),
            Column(_("kind of case"), number=False),
            Column(_("requests")),
            Column(_("share")),
            Column(_("rule"), number=False),
        ),
        rows,
        nothing=_("No rule decided anything."),
    )


def _by_path(run: Replicated, key: str, title: str, about: str, codes: tuple[str, ...]) -> Table:
    kpis = run.document["kpis"]
    rows: list[tuple[str, ...]] = []
    alarms: set[tuple[int, int]] = set()
    for code in codes:
        figure, unit = kpis[code], metrics()[code].unit
        parts = (figure, *(figure["by_path"][path] for path in PATHS))
        if code in ALARMING:
            alarms |= {(len(rows), place) for place, part in enumerate(parts, start=1) if part["mean"]}
        rows.append((either(metrics()[code]), *(_short(part, unit) for part in parts)))
    columns = (
        Column(_("what"), number=False),
        Column(_("all paths")),
        *(Column(names.short_path(number), spare=True) for number in range(1, len(PATHS) + 1)),
    )
    return Table(key, title, about, columns, tuple(rows), frozenset(alarms))


def _short(figure: Mapping[str, Any], unit: str) -> str:
    """A figure with its unit where the row's name does not tell it."""
    return value(figure, unit if unit in ("share", "yuan", "hours") else COUNT)
