"""Which chart shows what of a view: plain numbers to `sim.report` charts, with the names of days, paths and variants."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from sim.measure.figures import PATHS
from sim.report import charts, comparison_charts, fan, format, names
from sim.report import comparison_words as said
from sim.report.chart import Chart
from sim.report.demand_chart import demand, mix, shut
from sim.report.money_chart import Money, money_beside
from sim.report.untrusted import in_a_line
from sim.scenario.schema import Scenario
from trainer_app.services.views import MONEY, ORDERS, RETURNS, Compared, ComparisonView, ScenarioView
from trainer_app.ui.heat import heat_map
from trainer_app.words import _

DAY_HOURS = charts.DAY_HOURS
CELLS = 26
"""Widths of a Latin letter that a variant's title may take in a chart: a Chinese character takes two."""

PATH_HEIGHT = 110
"""Pixels of a panel where there is one for each path."""


# ---------------------------------------------------------------- names
def days_of(view: ScenarioView, hours: int) -> list[str]:
    """The names of the days that so many hours from the start on touch."""
    first = date.fromisoformat(view.start)
    return [format.day_named(first + timedelta(days=day)) for day in range(-(-hours // DAY_HOURS))]


def labels(titles: Sequence[str]) -> list[str]:
    """What "as it is" and the variants are called in charts: short, on one line, each another."""
    found = [_("as it is")]
    for title in titles:
        label = short(title)
        count = sum(short(before) == label for before in titles[: len(found) - 1]) + (label == found[0])
        found.append(_("{first} {second}").format(first=label, second=f"({count + 1})") if count else label)
    return found


def short(title: str) -> str:
    """A title on one line, cut where it would take too much room."""
    text = in_a_line(title)
    widths = accumulate(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
    kept = sum(width <= CELLS for width in widths)
    return text if kept == len(text) else text[: kept - 1].rstrip() + "…"


def paths_in(of: Mapping[str, object]) -> list[tuple[int, str]]:
    """The paths that something is known of: number and key."""
    return [(number, path) for number, path in enumerate(PATHS, start=1) if path in of]


# ---------------------------------------------------------------- one scenario
def comes(view: ScenarioView) -> Chart | None:
    """What comes, hour by hour, with the gate shaded; None where nothing does."""
    if not view.coming:
        return None
    days = days_of(view, max(map(len, view.coming.values())))
    orders, returns = (_course(view, name, title) for name, title in ((ORDERS, _("orders paid")), (RETURNS, _("parcels that come back"))))
    return demand(orders, _requests(view), view.gate, days, [] if returns is None else [returns])


def comes_in_words(view: ScenarioView) -> list[str]:
    """The path mix, and when the gate is shut."""
    requests = _requests(view)
    told = [_("Requests by path: {shares}.").format(shares=mix(requests))] if requests else []
    if view.gate:
        days = days_of(view, max([0, *map(len, view.coming.values())]))
        told.append(_("No refund of unshipped orders: {hours}.").format(hours=shut(view.gate, days)))
    return told


def _requests(view: ScenarioView) -> list[charts.Course]:
    return [charts.Course(names.path(number), view.coming[path]) for number, path in paths_in(view.coming)]


def _course(view: ScenarioView, name: str, title: str) -> charts.Course | None:
    return charts.Course(title, view.coming[name]) if name in view.coming else None


def backlog(view: ScenarioView) -> Chart | None:
    """Requests that are not done, a panel for each path with a scale of its own."""
    fans = [fan.of_quantiles(names.path(number), view.backlog[path]) for number, path in paths_in(view.backlog)]
    if not fans:
        return None
    days = days_of(view, len(fans[0].middle))
    return fan.backlog_fan(fans, days, "backlog", fan.not_done(), one_scale=False, height=PATH_HEIGHT)


def responses(view: ScenarioView) -> Chart | None:
    """The share answered in time by hour and day; None where nobody has to be answered in time, or nobody asked."""
    if view.standard is None or not _has_responses(view):
        return None
    return charts.first_response_map(*_cells(view), format.duration(view.standard))


def response_table(view: ScenarioView, title: str) -> str:
    """The same as a table in HTML; "" for nothing."""
    if view.standard is None or not _has_responses(view):
        return ""
    told = _("Per cent of the requests filed in each hour that were answered within {standard}.")
    return heat_map(*_cells(view), told.format(standard=format.duration(view.standard)), title)


def _has_responses(view: ScenarioView) -> bool:
    return any(requests for _hour, requests, _in_time in view.responses)


def _cells(view: ScenarioView) -> tuple[list[charts.Cell], list[str]]:
    cells, shown = charts.cells_of(view.responses)
    days = days_of(view, DAY_HOURS * (max(shown) + 1))
    return cells, [days[day] for day in shown]


def staffing(view: ScenarioView) -> Chart | None:
    """People there against people needed."""
    stretches = [charts.Stretch(each.begin, each.end, _people(each.there), _people(each.needed)) for each in view.staffing]
    stretches = [each for each in stretches if each.begin < each.end]
    return charts.staffing(stretches, days_of(view, DAY_HOURS * view.days)) if stretches else None


def _people(mean: float) -> float:
    """People to a tenth: a mean over the runs need not be whole."""
    return round(mean, 1)


# ---------------------------------------------------------------- several
def backlog_beside(of: Sequence[tuple[str, ScenarioView]], path: str) -> Chart:
    """Requests of one path that are not done, a panel for each variant, all with one scale."""
    fans = [fan.of_quantiles(label, view.backlog[path]) for label, view in of if path in view.backlog]
    days = days_of(of[0][1], max(len(each.middle) for each in fans))
    return fan.backlog_fan(fans, days, "backlog", fan.not_done(), one_scale=True, height=PATH_HEIGHT)


def money(of: Sequence[tuple[str, ScenarioView]]) -> Chart:
    """Money by cause, the variants beside each other."""
    return money_beside(
        [
            (
                label,
                {
                    names.cause(cause): Money(amount.mean, amount.low, amount.high)
                    for cause, amount in view.money.items()
                    if cause != MONEY and amount.mean is not None
                },
            )
            for label, view in of
        ]
    )


# ---------------------------------------------------------------- differences
def differences(found: ComparisonView, called: Sequence[str], scenario: Scenario, metrics: Sequence[str]) -> Chart | None:
    """A panel for each of these metrics, in it a row for each variant; None where nothing differs in a way that can be told. called:
    `labels`."""
    panels = tuple(_panels(found, called, scenario, metrics))
    return comparison_charts.differences(panels) if panels else None


def _panels(found: ComparisonView, called: Sequence[str], scenario: Scenario, metrics: Sequence[str]) -> Iterator[comparison_charts.Panel]:
    for metric in metrics:
        place = found.metrics.index(metric)
        unit, better = found.unit[place], found.better[place]
        rows = [
            _row(called[number], of_variant[place], unit, found)
            for number, of_variant in enumerate(found.differences, start=1)
            if of_variant[place].difference is not None
        ]
        if rows:
            axis = _("difference in {unit}").format(unit=said.axis(unit, of_difference=True))
            yield comparison_charts.Panel(said.measure(metric, scenario), axis, better, tuple(rows))


def _row(label: str, compared: Compared, unit: str, found: ComparisonView) -> comparison_charts.Row:
    times = said.PERCENT if unit == "share" else 1
    middle = compared.difference or 0.0
    low, high = (middle if end is None else end for end in (compared.low, compared.high))
    text = _("{first} · {second}").format(first=change(compared, unit), second=verdict(compared, found))
    return comparison_charts.Row(label, times * middle, times * low, times * high, compared.verdict, text)


def is_same(compared: Compared) -> bool:
    """Whether both figures are the same in every run."""
    return compared.difference == 0 and compared.low == compared.high == 0


def change(compared: Compared, unit: str) -> str:
    """A difference with its sign and unit, and its interval where there is one: −0.22 h (−0.35 to −0.09)."""
    if compared.difference is None:
        return format.NOTHING
    low, high = compared.low, compared.high
    half = 0.0 if low is None or high is None else (high - low) / 2
    on = said.scale(unit, half, compared.difference)
    text = on.change(compared.difference)
    if low is None or high is None or low == high:
        return text
    interval = _("{low} to {high}").format(low=on.bare(low, sign=True), high=on.bare(high, sign=True))
    return _("{difference} ({interval})").format(difference=text, interval=interval)


def verdict(compared: Compared, found: ComparisonView) -> str:
    """Better, worse, no clear difference; or, while more runs come, that it is not clear yet."""
    if compared.difference is None:
        return said.why(compared.reason)
    if is_same(compared) and found.replications > 1:
        return _("exactly the same")
    if compared.verdict == "no clear difference" and not found.ended:
        return not_yet(found.replications)
    return _(compared.verdict)


def not_yet(runs: int) -> str:
    """That so many runs do not tell yet."""
    return _("not yet clear: 1 run") if runs == 1 else _("not yet clear: {count} runs").format(count=format.count(runs))
