"""The first screen of a comparison: which variant is better in what and how sure that is, and six figures of each beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from sim.report import comparison_words as said
from sim.report import figures, format
from sim.report.answer import BAD, GOOD, PLAIN
from sim.report.markup import escaped
from sim.report.untrusted import in_a_line
from sim.scenario.schema import Scenario
from trainer_app.services.views import Compared, ComparisonView, Estimate
from trainer_app.ui.drawings import change, verdict
from trainer_app.ui.figures import mark
from trainer_app.words import _

SIX = ("first_response_within_30min", "short_staffed", "backlog.peak", "auto_refund_count", "double_loss_amount", "total_cost")
"""What is shown of each variant: answers, people, backlog, refunds by a clock, goods and money lost, cost."""

DECIDE = (*SIX, "completion_hours")
"""What the sentence speaks of and the best variant is chosen by: the rest tells the same once more, path by path."""

MOST_TOLD = 3
"""Figures that the sentence names for each verdict."""

STATES = {"better": GOOD, "worse": BAD}


@dataclass(frozen=True)
class Headline:
    """The sentence, whether it alarms, and how sure it is."""

    text: str
    state: str
    sure: str


# ---------------------------------------------------------------- the sentence
def headline(found: ComparisonView, titles: Sequence[str], scenario: Scenario) -> Headline:
    """Which variant is best, in what it is better and worse, and how sure that is. titles: of the variants, at least one."""
    best = best_of(found)
    by_verdict = {name: _told(found, best, name, scenario) for name in ("better", "worse")}
    better, worse = by_verdict["better"], by_verdict["worse"]
    title = in_a_line(titles[best - 1], said.LONGEST_TITLE)
    if better and worse:
        text = _("With “{variant}” better: {better}. Worse: {worse}.")
    elif better:
        text = _("With “{variant}” better: {better}.")
    elif worse:
        text = _("With “{variant}” worse: {worse}.") if len(titles) == 1 else _("No variant is better. With “{variant}” worse: {worse}.")
    elif found.ended:
        text = _("“{variant}” makes no clear difference.") if len(titles) == 1 else _("No variant makes a clear difference.")
    else:
        text = _("“{variant}”: not clear yet.") if len(titles) == 1 else _("No variant is clearly ahead yet.")
    told = text.format(variant=title, better=_list(better), worse=_list(worse))
    if not found.ended:
        return Headline(_("So far: {text}").format(text=told) if better or worse else told, PLAIN, sure(found))
    state = PLAIN if bool(better) == bool(worse) else GOOD if better else BAD
    return Headline(told, state, sure(found))


def best_of(found: ComparisonView) -> int:
    """The number (1 …) of the variant that is better in most less worse in most; of equal ones the first."""

    def rank(number: int) -> tuple[int, int]:
        verdicts = [found.difference(number, metric).verdict for metric in found.metrics if metric in DECIDE]
        return verdicts.count("better") - verdicts.count("worse"), -number

    return max(range(1, 1 + len(found.differences)), key=rank)


def sure(found: ComparisonView) -> str:
    """How far the verdicts can be trusted."""
    runs = format.count(found.replications)
    if found.replications == 1:
        return _("First look: 1 run, luck not yet told apart. More runs follow.")
    if not found.ended:
        return _("{count} runs so far; the figures still get sharper.").format(count=runs)
    return _("From {count} runs with the same luck for all: “better” and “worse” are 95 % sure.").format(count=runs)


def _told(found: ComparisonView, number: int, wanted: str, scenario: Scenario) -> list[str]:
    return [
        _("{what} {value}").format(what=said.measure(metric, scenario), value=_estimate(compared, unit))
        for metric, unit, compared in zip(found.metrics, found.unit, found.differences[number - 1], strict=True)
        if metric in DECIDE and compared.verdict == wanted
    ]


def _estimate(compared: Compared, unit: str) -> str:
    """A difference without its interval."""
    half = 0.0 if compared.low is None or compared.high is None else (compared.high - compared.low) / 2
    estimate = compared.difference or 0.0
    return said.scale(unit, half, estimate).change(estimate)


def _list(texts: Sequence[str]) -> str:
    told, more = _("; ").join(texts[:MOST_TOLD]), len(texts) - MOST_TOLD
    return told if more <= 0 else _("{figures} and {count} more").format(figures=told, count=more)


# ---------------------------------------------------------------- six figures each
def board(found: ComparisonView, titles: Sequence[str], changes: Sequence[Sequence[str]], scenario: Scenario, *, old: bool = False) -> None:
    """A column for the situation as it is and for each variant; on a phone one below the other. changes: what each variant changes;
    old: the figures are those of the levers as they were a moment ago."""
    shown = six_of(found)
    names = [said.measure(metric, scenario) for metric in shown]
    first = _column(_("as it is"), [], names, [_figure(found.figure(0, metric), _unit(found, metric)) for metric in shown])
    columns = [first]
    for number, title in enumerate(titles, start=1):
        cells = [_compared(found.figure(number, metric), found.difference(number, metric), _unit(found, metric), found) for metric in shown]
        columns.append(_column(in_a_line(title), changes[number - 1], names, cells))
    pale = ' old" aria-busy="true' if old else ""
    st.html(f'<div class="rd-board{pale}">{"".join(columns)}</div>')


def six_of(found: ComparisonView) -> list[str]:
    """The metrics that are shown: SIX as far as they are compared, then what else is."""
    known = [metric for metric in SIX if metric in found.metrics]
    return [*known, *(metric for metric in found.metrics if metric not in known)][: len(SIX)]


def _column(title: str, changes: Sequence[str], names: Sequence[str], cells: Sequence[str]) -> str:
    told = _("; ").join(changes)
    below = f'<p class="rd-small">{escaped(told)}</p>' if told else ""
    rows = "".join(f"<div><dt>{escaped(name)}</dt>{cell}</div>" for name, cell in zip(names, cells, strict=True))
    return f"<section><div><h2>{escaped(title)}</h2>{below}</div><dl>{rows}</dl></section>"


def _figure(figure: Estimate, unit: str) -> str:
    """A figure alone, with its interval below."""
    whole = figures.value({"mean": figure.mean, "low": figure.low, "high": figure.high}, unit)
    value = figures.with_unit(figure.mean, unit)
    interval = whole.removeprefix(value).strip(" ()（）").replace("–", " – ")  # a line may end there: columns are narrow
    told = _("95 %: {interval}").format(interval=interval)
    about = f'<dd class="rd-about">{escaped(told)}</dd>' if interval else ""
    return f'<dd class="rd-value">{escaped(value)}</dd>{about}'


def _compared(figure: Estimate, compared: Compared, unit: str, found: ComparisonView) -> str:
    """A figure, its difference to as it is, and what that means in words."""
    value = figures.with_unit(figure.mean, unit)
    difference = "" if compared.difference is None else f'<dd class="rd-about">{escaped(change(compared, unit))}</dd>'
    return f'<dd class="rd-value">{escaped(value)}</dd>{difference}{mark(STATES.get(compared.verdict, PLAIN), _signed(compared, found))}'


def _signed(compared: Compared, found: ComparisonView) -> str:
    """The verdict with a sign before it, so that it is seen without reading."""
    sign = {"better": "✓ ", "worse": "✗ "}.get(compared.verdict, "")
    return sign + verdict(compared, found)


def _unit(found: ComparisonView, metric: str) -> str:
    return found.unit[found.metrics.index(metric)]
