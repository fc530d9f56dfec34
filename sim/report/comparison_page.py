"""The report page of a comparison: its answer on top, then charts and tables, section by section."""

from collections.abc import Iterator

from sim.measure.address import parse_address
from sim.report import comparison_charts as charts
from sim.report import comparison_pareto as pareto
from sim.report import comparison_tables as tables
from sim.report import comparison_words as words
from sim.report import names
from sim.report.answer import Answer
from sim.report.comparison_guesses import called, is_clear, tried
from sim.report.page import Section, page
from sim.study.compare import Comparison, better_of
from sim.study.intervals import Interval
from sim.study.paired import Difference
from sim.study.sensitivity import Effect, Sensitivity
from sim.words import _

COST, SERVICE = "total_cost", "first_response_within_30min"

CAUSES = 6
"""Causes that the waterfall shows; the others are one step."""


def comparison_page(found: Comparison, answer: Answer, tornado: Sensitivity | None = None) -> str:
    """The report as HTML, in the language spoken now."""
    return page(answer, tuple(sections(found, answer, tornado)))


def sections(found: Comparison, answer: Answer, tornado: Sensitivity | None = None) -> Iterator[Section]:
    """Every section in the order in which it is read."""
    by_key = {table.key: table for table in answer.tables}
    several = len(found.policies) > tables.FEW
    best = words.best_of(found)
    changed = by_key["differences"]
    about = _("{first} {second}").format(
        first=_("Dot: the difference; bar: its 95 % interval. Where the bar crosses the line at 0, there may be no difference."),
        second=_("Full dot: better; diamond: worse; open dot: no clear difference."),
    )
    folded = (tables.tests(found),) if len(found.policies) > 1 else ()
    yield Section("differences", changed.title, about, tuple(_differences(found)), (changed,), folded)
    if "effects" in by_key:
        yield Section("effects", by_key["effects"].title, by_key["effects"].about, tables=(by_key["effects"],))
    if "best" in by_key:
        yield Section("best", by_key["best"].title, by_key["best"].about, tables=(by_key["best"],))
    yield Section("pareto", _("What service costs"), _pareto_about(found), tuple(_pareto(found)))
    money = by_key["money"]
    waterfall = _("From the cost as it is to that with “{policy}”: red costs more, green saves. The axis does not begin at 0.").format(
        policy=words.title_of(found, best)
    )
    about = _("{first} {second}").format(first=waterfall, second=money.about)
    every = (tables.money(found, found.ranked),) if several else ()
    yield Section("money", money.title, about, tuple(_money(found)), (money,), every)
    yield Section("backlog", _("What waits in line"), _backlog_about(found), tuple(_backlog(found)))
    every = (tables.beside(found, found.ranked),) if several else ()
    yield Section("beside", by_key["beside"].title, by_key["beside"].about, tables=(by_key["beside"],), folded=every)
    if "sizes" in by_key:
        yield Section("sizes", by_key["sizes"].title, by_key["sizes"].about, tables=(by_key["sizes"],))
    if tornado is not None:
        shown = by_key["tornado"]
        yield Section(
            "tornado", shown.title, _tornado_about(found, tornado), tuple(_tornado(found, tornado)), (shown,), (tables.left_out(tornado),)
        )


# ---------------------------------------------------------------- differences
def _differences(found: Comparison) -> Iterator[str]:
    panels = []
    for metric in found.metrics:
        unit = words.unit_of(metric)
        times = words.PERCENT if unit == "share" else 1
        rows = []
        for policy in found.ranked:
            each = found.of(policy, metric)
            if each.difference is None:
                continue
            value, low, high = (times * end for end in _ends(each.difference))
            text = _("{first} · {second}").format(first=words.told(each.difference, unit), second=words.verdict(each))
            if words.is_same(each.difference):
                text = words.verdict(each)
            rows.append(charts.Row(words.label(found, policy), value, low, high, each.verdict, text))
        if rows:
            title = words.measure(metric, found.baseline)
            axis = _("difference in {unit}").format(unit=words.axis(unit, of_difference=True))
            panels.append(charts.Panel(title, axis, better_of(metric), tuple(rows)))
    if panels:
        yield charts.differences(panels).svg()


def _ends(difference: Difference) -> tuple[float, float, float]:
    """Estimate, low, high; without an interval all are the estimate."""
    low = difference.estimate if difference.low is None else difference.low
    high = difference.estimate if difference.high is None else difference.high
    return difference.estimate, low, high


# ---------------------------------------------------------------- cost against service
def _service(found: Comparison) -> str:
    """The metric that stands against cost: the share answered in time, else the first judged one that is better one way."""
    judged = [metric for metric in found.metrics if parse_address(metric).name != COST and better_of(metric) != "neither"]
    if SERVICE in judged or not judged:
        return SERVICE
    return judged[0]


def _pareto_about(found: Comparison) -> str:
    better = _("up") if better_of(_service(found)) == "up" else _("down")
    first = _(
        "To the left is cheaper, {better} is better. Full: no other beats it in both; open: one does. The square is how it is."
        " Bars: 95 % of each mean alone, so they may overlap where the pairs above tell a clear difference."
    ).format(better=better)
    if len(found.policies) == 1:
        return first
    legend = _("; ").join(words.label(found, policy) for policy in found.ranked)
    return _("{first} {second}").format(first=first, second=_("Policies: {policies}.").format(policies=legend))


def _pareto(found: Comparison) -> Iterator[str]:
    service = _service(found)
    unit = words.unit_of(service)
    times = words.PERCENT if unit == "share" else 1
    alternatives = []
    for name in ("", *found.ranked):
        cost, served = found.figure(name, COST), found.figure(name, service)
        if isinstance(cost, Interval) and isinstance(served, Interval):
            alternatives.append(
                pareto.Alternative(
                    words.label(found, name),
                    words.short(found, name),
                    cost.mean,
                    times * served.mean,
                    _around(cost),
                    (times * _around(served)[0], times * _around(served)[1]),
                    present=not name,
                )
            )
    if len(alternatives) > 1:
        titles = [
            _("{what} ({unit})").format(what=words.measure(metric, found.baseline), unit=words.axis(words.unit_of(metric)))
            for metric in (COST, service)
        ]
        yield pareto.cost_against_service(alternatives, better_of(service), *titles).svg()


def _around(interval: Interval) -> tuple[float, float]:
    return interval.mean if interval.low is None else interval.low, interval.mean if interval.high is None else interval.high


# ---------------------------------------------------------------- money and backlog
def _money(found: Comparison) -> Iterator[str]:
    best = words.best_of(found)
    changes = tables.money_changes(found, best)
    total = changes.pop("total", None)
    before = found.money("").get("total")
    if total is None or before is None or not any(changes.values()):
        return
    steps = charts.steps_of({names.cause(cause): yuan for cause, yuan in changes.items()}, CAUSES, _("the rest"))
    yield charts.waterfall((words.label(found, ""), before.mean), steps, (words.label(found, best), before.mean + total)).svg()


def _backlog_about(found: Comparison) -> str:
    return _(
        "Cases in the lines of the shop's own people, hour by hour, as they may come on any one run, not as their mean is known."
        " From {count} runs; both pictures have one scale."
    ).format(count=found.replications)


def _backlog(found: Comparison) -> Iterator[str]:
    of = [(words.label(found, name), found.backlog(name)) for name in ("", words.best_of(found))]
    if all(hours.shape[1] for _name, hours in of):
        yield charts.backlog_fan(of, words.days_of(found)).svg()


# ---------------------------------------------------------------- guesses
def _tornado_about(found: Comparison, of: Sensitivity) -> str:
    first = _("Each guess alone lower and higher; the text is the value tried. Dark line: {answer}. Pale bars may be luck alone.").format(
        answer=tables.answer_told(of, found)
    )
    shown = of.effects[: tables.MOST_GUESSES]
    if any(each is not None and is_clear(each) for effect in shown for each in (effect.at_low, effect.at_high)):
        return first
    more = _("With {count} runs none of these effects is more than luck: make more runs before you trust their order.")
    return _("{first} {second}").format(first=first, second=more.format(count=of.replications))


def _tornado(found: Comparison, of: Sensitivity) -> Iterator[str]:
    unit = words.unit_of(of.metric)
    times = words.PERCENT if unit == "share" else 1

    def end(effect: Effect, which: str) -> charts.End | None:
        difference = effect.at_low if which == "low" else effect.at_high
        if difference is None:
            return None
        value = tried(effect.guess, "low" if which == "low" else "high", roomy=False)
        return charts.End(value, times * (of.answer + difference.estimate), is_clear(difference))

    guesses = [
        charts.Guessed(called(effect.guess), end(effect, "low"), end(effect, "high")) for effect in of.effects[: tables.MOST_GUESSES]
    ]
    guesses = [each for each in guesses if each.low or each.high]
    if guesses:
        name = words.measure(of.metric, found.baseline)
        in_unit = words.axis(unit, of_difference=of.policy is not None)
        what = _("{what}: difference").format(what=name) if of.policy is not None else name
        axis = _("{what} ({unit})").format(what=what, unit=in_unit)
        yield charts.tornado(guesses, times * of.answer, axis, turns_at_zero=of.policy is not None).svg()
