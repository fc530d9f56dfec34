"""What each setting of a factorial experiment does by itself, and two of them together."""

from collections.abc import Sequence

from sim.report import comparison_words as words
from sim.report import format
from sim.report.answer import Column, Table
from sim.report.untrusted import in_a_line
from sim.scenario.schema import Scenario
from sim.study.compare import Compared, verdict_of
from sim.study.experiment import Experiment, FactorEffect
from sim.words import _, either

LONGEST_NAME = 80
"""Characters of a setting's name."""


def effects(experiment: Experiment, found: Sequence[FactorEffect], baseline: Scenario) -> Table:
    """A row for each setting, and each pair of settings, and metric."""
    rows: list[tuple[str, ...]] = []
    alarms = set()
    for effect in found:
        row = (_named(experiment, effect), words.measure(effect.metric, baseline), *_told(effect))
        if effect.difference is not None and verdict_of(effect.metric, effect.difference, effect.p_adjusted) == "worse":
            alarms.add((len(rows), len(row) - 1))
        rows.append(row)
    return Table(
        "effects",
        _("What each setting does"),
        _(
            "By itself: averaged over the combinations of all other settings. Two together (×): how much more or less than both by"
            " themselves added up."
        ),
        (
            Column(_("setting"), number=False),
            Column(_("figure"), number=False),
            Column(_("effect")),
            Column(_("95 % interval")),
            Column(_("verdict"), number=False),
        ),
        tuple(rows),
        frozenset(alarms),
    )


def _told(effect: FactorEffect) -> tuple[str, str, str]:
    if effect.difference is None:
        return format.NOTHING, format.NOTHING, words.why(None)
    unit = words.unit_of(effect.metric)
    verdict = verdict_of(effect.metric, effect.difference, effect.p_adjusted)
    compared = Compared("", effect.metric, effect.difference, effect.p_adjusted, verdict)
    interval = format.NOTHING if words.is_same(effect.difference) else words.interval(effect.difference, unit)
    return words.change(effect.difference, unit), interval, words.verdict(compared)


def _named(experiment: Experiment, effect: FactorEffect) -> str:
    """The setting, or both of them: "200 yuan", "200 yuan × agreed"."""
    levels = (experiment.factors[place].levels[level] for place, level in effect.levels)
    return " × ".join(in_a_line(either(level.title), LONGEST_NAME) for level in levels)
