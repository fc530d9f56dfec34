"""How a comparison speaks: what policies and metrics are called, and how a difference is written, with its sign, unit and interval."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate

from sim.errors import msgid
from sim.measure.address import MEAN, parse_address
from sim.measure.figures import PATHS, metrics, reasons
from sim.report import format, names
from sim.report.untrusted import in_a_line
from sim.scenario.calendar import moment_at
from sim.scenario.schema import Scenario
from sim.study.compare import Compared, Comparison
from sim.study.paired import Difference
from sim.words import _, either, spoken

HOUR = 3_600
LONGEST_TITLE = 60
"""Characters of a policy's title that are shown."""

CELLS = 28
"""Widths of a Latin letter that a policy's title may take where there is little room: a Chinese character takes two."""

AFTER_START = "hours after the start"
PERCENT = 100

MOST_DIGITS = 2
_LEAST_DIGITS: Mapping[str, int] = {"share": 1, "hours": 1, "minutes": 1, AFTER_START: 1}
_LEVEL: Mapping[str, str] = {
    "hours": msgid("{amount} h"),
    "minutes": msgid("{amount} min"),
    "yuan": msgid("{amount} yuan"),
    "people": msgid("{amount} people"),
    "requests": msgid("{amount} requests"),
    "cases": msgid("{amount} cases"),
    "questions": msgid("{amount} questions"),
    "chasers": msgid("{amount} chasers"),
    "enquiries": msgid("{amount} enquiries"),
    "chats": msgid("{amount} chats"),
    "acts": msgid("{amount} acts"),
    "requests per person-day": msgid("{amount} requests per person-day"),
    AFTER_START: msgid("{amount} h after the start"),
}
_AXIS: Mapping[str, str] = {
    "share": msgid("per cent"),
    "hours": msgid("hours (h)"),
    "minutes": msgid("minutes"),
    "yuan": msgid("yuan"),
    "people": msgid("number of people"),
    "requests": msgid("number of requests"),
    "cases": msgid("number of cases"),
    "questions": msgid("number of questions"),
    "chasers": msgid("number of chasers"),
    "enquiries": msgid("number of enquiries"),
    "chats": msgid("number of chats"),
    "acts": msgid("number of acts"),
    "requests per person-day": msgid("requests per person-day"),
    AFTER_START: msgid("hours after the start"),
}
_STATISTICS: Mapping[str, str] = {
    "p50": msgid("half within"),
    "p90": msgid("9 in 10 within"),
    "p99": msgid("99 in 100 within"),
    "peak": msgid("peak"),
    "worst_hour": msgid("worst hour"),
}
_VERDICTS: Mapping[str, str] = {
    "better": msgid("better"),
    "worse": msgid("worse"),
    "different": msgid("different"),
    "no clear difference": msgid("no clear difference"),
}


# ---------------------------------------------------------------- names
def label(found: Comparison, name: str, *, roomy: bool = True) -> str:
    """What baseline ("") or policy is called: its title; of several, with its rank before it, so that each has a name of its own."""
    if not name:
        return _("as it is")
    title = title_of(found, name) if roomy else _cut(title_of(found, name))
    return title if len(found.policies) == 1 else _("{rank} · {title}").format(rank=1 + found.ranked.index(name), title=title)


def _cut(title: str) -> str:
    widths = accumulate(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in title)
    kept = sum(width <= CELLS for width in widths)
    return title if kept == len(title) else title[: kept - 1].rstrip() + "…"


def short(found: Comparison, name: str) -> str:
    """The same where there is little room: of several only the rank."""
    if not name:
        return _("as it is")
    return _("with the policy") if len(found.policies) == 1 else str(1 + found.ranked.index(name))


def title_of(found: Comparison, name: str) -> str:
    """A policy's title without its rank; its name where the title is empty."""
    policy = next(policy for policy in found.policies if policy.name == name)
    return in_a_line(either(policy.title).strip() or policy.name, LONGEST_TITLE)


def best_of(found: Comparison) -> str:
    """The name of the policy that is ranked first."""
    return found.ranked[0]


def measure(address: str, scenario: Scenario) -> str:
    """A metric as people call it, with the part and the statistic that its address asks for."""
    asked = parse_address(address)
    standard = scenario.standards.first_response
    if asked.name == "first_response_within_30min" and standard is not None:
        parts = [_("First response within {standard}").format(standard=format.duration(standard))]
    else:
        parts = [either(metrics()[asked.name])]
    if asked.part:
        parts.append(_part(asked.part, metrics()[asked.name].by))
    if asked.statistic != MEAN:
        parts.append(_(_STATISTICS[asked.statistic]))
    text = parts[0]
    for more in parts[1:]:
        text = _("{first} · {second}").format(first=text, second=more)
    return text


def _part(part: str, kinds: Iterable[str]) -> str:
    if part in PATHS:
        return names.path(1 + PATHS.index(part))
    if "handoff" in kinds:
        return names.handoff(part)
    return names.wrong_act(part) if part in names.WRONG_ACTS else names.pool(part)


def unit_of(address: str) -> str:
    """The unit of the metric at an address."""
    return metrics()[parse_address(address).name].unit


def axis(unit: str, *, of_difference: bool = False) -> str:
    """What stands on an axis of this unit; shares are told in per cent, their differences in percentage points."""
    return _("percentage points") if unit == "share" and of_difference else _(_AXIS[unit])


def why(reason: str | None) -> str:
    """Why there is no figure: `reason` is a key of metrics.toml."""
    return _("no figure: {reason}").format(reason=either(reasons()[reason]) if reason and reason in reasons() else format.NOTHING)


# ---------------------------------------------------------------- numbers
@dataclass(frozen=True)
class Scale:
    """How figures of one unit are written beside each other: all with as many digits after the point as their difference is known to."""

    unit: str
    digits: int

    def bare(self, value: float, *, sign: bool = False) -> str:
        """A value without its unit, shares in per cent: 68.4; with its sign: +68.4, −0.2, 0.0."""
        shown = value * PERCENT if self.unit == "share" else value
        text = f"{abs(shown):,.{self.digits}f}"
        if not text.strip("0.,"):
            return "0" if value == 0 else text
        return ("−" if shown < 0 else "+" if sign else "") + text

    def level(self, value: float | None) -> str:
        """A value with its unit: 68.4 %, 37.24 h."""
        if value is None:
            return format.NOTHING
        if self.unit == "share":
            return f"{self.bare(value)}%" if spoken() == "zh" else f"{self.bare(value)} %"
        return self._with_unit(self.bare(value))

    def change(self, value: float) -> str:
        """A difference with its sign and unit: +0.2 points, −0.22 h."""
        text = self.bare(value, sign=True)
        if self.unit == "share":
            return _("{amount} points").format(amount=text)
        return _("{amount} h").format(amount=text) if self.unit == AFTER_START else self._with_unit(text)

    def _with_unit(self, text: str) -> str:
        return _(_LEVEL[self.unit]).format(amount=text) if self.unit in _LEVEL else text


def scale(unit: str, *sizes: float) -> Scale:
    """The scale on which the first of these sizes that is not 0 shows two digits that count."""
    size = next((abs(each) for each in sizes if each and math.isfinite(each)), 0.0) * (PERCENT if unit == "share" else 1)
    if unit == "yuan":
        return Scale(unit, 0 if size == 0 or size >= 10 else MOST_DIGITS)
    least = _LEAST_DIGITS.get(unit, 0)
    return Scale(unit, least if size == 0 else min(MOST_DIGITS, max(least if size < PERCENT else 0, 1 - math.floor(math.log10(size)))))


def scale_of(difference: Difference | None, unit: str) -> Scale:
    """The scale of a difference and of the figures that it is between."""
    if difference is None:
        return scale(unit)
    if difference.half == 0 and difference.estimate.is_integer() and unit not in _LEAST_DIGITS:
        return Scale(unit, 0)
    return scale(unit, difference.half, difference.estimate)


def is_same(difference: Difference) -> bool:
    """Whether the two figures are the same in every replication."""
    return difference.estimate == 0 and not difference.error


def change(difference: Difference, unit: str) -> str:
    """The estimate of a difference: −0.22 h."""
    return scale_of(difference, unit).change(difference.estimate)


def interval(difference: Difference, unit: str) -> str:
    """Its 95 % interval without the unit: −0.35 to −0.09."""
    if difference.low is None or difference.high is None:
        return format.NOTHING
    on = scale_of(difference, unit)
    return _("{low} to {high}").format(low=on.bare(difference.low, sign=True), high=on.bare(difference.high, sign=True))


def told(difference: Difference, unit: str) -> str:
    """A difference with its interval: −0.22 h (−0.35 to −0.09)."""
    text = change(difference, unit)
    if is_same(difference):
        return _("{difference}, the same in every run").format(difference=text)
    if not difference.error:
        return _("{difference} in every run").format(difference=text)
    return _("{difference} ({interval})").format(difference=text, interval=interval(difference, unit))


def verdict(compared: Compared) -> str:
    """What is found of a metric, in words."""
    if compared.difference is None:
        return why(compared.reason)
    return _("exactly the same") if is_same(compared.difference) else _(_VERDICTS[compared.verdict])


def level(found: Comparison, name: str, address: str, on: Scale | None = None) -> str:
    """A figure of baseline or policy with its unit; a moment where it is one; a dash where there is none."""
    value = figure(found, name, address)
    if value is None:
        return format.NOTHING
    if unit_of(address) == AFTER_START:
        return format.moment(moment_at(found.baseline.calendar, round(value * HOUR)))
    on = on or scale(unit_of(address))
    if on.digits == 0 and abs(value) < PERCENT and not float(value).is_integer():
        on = Scale(on.unit, 1)
    return on.level(value)


def figure(found: Comparison, name: str, address: str) -> float | None:
    """A figure over all replications, the one that differences are taken of; None where a replication has none."""
    sample = found.tables[name].sample(address)
    return None if isinstance(sample, str) else sample.figure


def before_and_after(found: Comparison, policy: str, address: str, difference: Difference | None) -> tuple[str, str]:
    """A figure of the baseline without its unit, and of the policy with it: 49.42, 49.20 h."""
    on = scale_of(difference, unit_of(address))
    before, after = (level(found, name, address, on) for name in ("", policy))
    tail = 0
    while tail < min(len(before), len(after)) and before[-1 - tail] == after[-1 - tail] and not before[-1 - tail].isdigit():
        tail += 1
    return before[: len(before) - tail].rstrip() or before, after


def days_of(found: Comparison) -> list[str]:
    """The names of the reported days."""
    calendar = found.baseline.calendar
    return [format.day_named(calendar.start + timedelta(days=day)) for day in range(calendar.days)]
