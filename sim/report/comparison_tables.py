"""The tables of a comparison: differences, money by cause, key figures, sizes of the sale, the pick, and which guess decides."""

from collections.abc import Sequence

import numpy as np

from sim.report import comparison_words as words
from sim.report import format, names
from sim.report.answer import Column, Table
from sim.report.comparison_guesses import called, effect_told, tried, turns, turns_clearly, why_left_out
from sim.study.compare import Best, Compared, Comparison, OverSizes, better_of
from sim.study.intervals import Interval
from sim.study.paired import Difference, Sample, paired
from sim.study.sensitivity import Sensitivity
from sim.study.sizes import QUANTILES
from sim.words import _

BESIDE = (
    "first_response_within_30min",
    "short_staffed",
    "backlog.peak",
    "backlog_clear_at",
    "completion_hours.p90",
    "auto_refund_count",
    "double_loss_amount",
    "intervention_rate",
    "total_cost",
)
"""Key figures that are always told, whatever is judged."""

FEW = 3
"""Policies that the terminal and the first tables show beside each other; the page has all of them, folded."""

MOST_GUESSES = 12
"""Guesses that are shown: those that decide most."""


TURNS = 7
"""Column that says whether a guess turns the answer. What may be luck does not alarm."""


LONGEST_COUNTED = 20
"""Characters of a unit that stands beside a tried value; a longer one would make the table too wide to read."""


def few(found: Comparison) -> tuple[str, ...]:
    """The policies ranked first."""
    return found.ranked[:FEW]


def difference_of(found: Comparison, policy: str, address: str) -> Difference | str:
    """A difference that was not asked for; or why there is none (a key of metrics.toml)."""
    of_policy, baseline = (found.tables[name].sample(address) for name in (policy, ""))
    if isinstance(of_policy, Sample) and isinstance(baseline, Sample):
        return paired(of_policy, baseline)
    return baseline if isinstance(baseline, str) else str(of_policy)


def money_changes(found: Comparison, policy: str) -> dict[str, float]:
    """By cause, how many yuan more the policy costs than the baseline; "total" among them."""
    before, after = found.money(""), found.money(policy)
    return {cause: _mean(after, cause) - _mean(before, cause) for cause in dict.fromkeys((*before, *after))}


def _mean(amounts: dict[str, Interval], cause: str) -> float:
    return amounts[cause].mean if cause in amounts else 0.0


def differences(found: Comparison) -> Table:
    """One row for each policy and metric, the best policy first."""
    rows: list[tuple[str, ...]] = []
    alarms, several = set(), len(found.policies) > 1
    for policy in found.ranked:
        for metric in found.metrics:
            each = found.of(policy, metric)
            told = (*_row(found, policy, metric, each.difference, each.reason), words.verdict(each))
            if each.verdict == "worse":
                alarms.add((len(rows), len(told) - 1))
            rows.append(told if several else (*told, *_tests(each)))
    columns = (*_columns(several), Column(_("verdict"), number=False))
    return Table(
        "differences",
        _("What each policy changes") if several else _("What the policy changes"),
        _("The policy less as it is, pair by pair; the interval holds the true difference in 95 of 100 such studies."),
        columns if several else (*columns, *_test_columns()),
        tuple(rows),
        frozenset(alarms),
    )


def tests(found: Comparison) -> Table:
    """What the verdicts rest on: p-values, correlation of the pairs, how many."""
    return Table(
        "tests",
        _("What the verdicts rest on"),
        "",
        (Column(_("policy"), number=False), Column(_("figure"), number=False), *_test_columns()),
        tuple(
            (words.label(found, policy), words.measure(metric, found.baseline), *_tests(found.of(policy, metric)))
            for policy in found.ranked
            for metric in found.metrics
        ),
    )


def _row(found: Comparison, policy: str, address: str, difference: Difference | None, reason: str | None) -> tuple[str, ...]:
    unit = words.unit_of(address)
    if difference is None:
        change, interval = words.why(reason), format.NOTHING
    else:
        change = words.change(difference, unit)
        interval = format.NOTHING if words.is_same(difference) else words.interval(difference, unit)
    policies = (words.label(found, policy, roomy=False),) if len(found.policies) > 1 else ()
    return (
        *policies,
        words.measure(address, found.baseline),
        *words.before_and_after(found, policy, address, difference),
        change,
        interval,
    )


def _columns(several: bool) -> tuple[Column, ...]:
    return (
        *((Column(_("policy"), number=False),) if several else ()),
        Column(_("figure"), number=False),
        Column(_("as it is"), spare=several),
        Column(_("with the policy"), spare=several),
        Column(_("difference")),
        Column(_("95 % interval")),
    )


def _tests(each: Compared) -> tuple[str, ...]:
    difference = each.difference
    if difference is None:
        return (format.NOTHING,) * 3
    correlation = format.NOTHING if difference.correlation is None else f"{difference.correlation:.2f}"
    return (_p(each.p_adjusted), correlation, format.count(difference.replications))


def _test_columns() -> tuple[Column, ...]:
    return (Column(_("p (Holm)"), spare=True), Column(_("correlation"), spare=True), Column(_("pairs"), spare=True))


def _p(value: float | None) -> str:
    return format.NOTHING if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def money(found: Comparison, policies: Sequence[str]) -> Table:
    """Yuan by cause, of the baseline and of these policies; what never costs anything is left out."""
    amounts = {name: found.money(name) for name in ("", *policies)}
    causes = [cause for cause in dict.fromkeys(each for one in amounts.values() for each in one) if cause != "total"]
    spent = [cause for cause in causes if any(_mean(amounts[name], cause) for name in amounts)]
    ordered = [*sorted(spent, key=lambda cause: -max(_mean(amounts[name], cause) for name in amounts)), "total"]
    on = words.Scale("yuan", 0)
    alone = len(policies) == 1
    rows = []
    for cause in ordered:
        cells = [on.bare(_mean(each, cause)) for each in amounts.values()]
        if alone:
            cells.append(on.bare(_mean(amounts[policies[0]], cause) - _mean(amounts[""], cause), sign=True))
        rows.append((names.cause(cause), *cells))
    about = _("Yuan, the mean of all runs. What the refunds cost the shop; the refunded money itself is the buyers'.")
    if not alone:
        legend = _("; ").join(words.label(found, policy) for policy in policies)
        about = _("{first} {second}").format(first=about, second=_("Policies: {policies}.").format(policies=legend))
    heads = [words.short(found, policy) for policy in policies] if not alone else [_("with the policy"), _("difference")]
    return Table(
        "money" if len(policies) <= FEW else "money_of_all",
        _("Where money goes") if len(policies) <= FEW else _("Where money goes, all policies"),
        about,
        (Column(_("cause"), number=False), Column(_("as it is")), *(Column(title) for title in heads)),
        tuple(rows),
    )


def beside(found: Comparison, policies: Sequence[str]) -> Table:
    """Key figures under these policies with their differences: told, not judged."""
    rows = []
    for policy in policies:
        for address in BESIDE:
            found_of = difference_of(found, policy, address)
            difference, reason = (found_of, None) if isinstance(found_of, Difference) else (None, found_of)
            rows.append(_row(found, policy, address, difference, reason))
    return Table(
        "beside" if len(policies) <= FEW else "beside_of_all",
        _("Key figures beside (not judged)") if len(policies) <= FEW else _("Key figures beside (not judged), all policies"),
        _("Not judged: many figures are told here at once, and some interval leaves out 0 by luck alone."),
        _columns(len(found.policies) > 1),
        tuple(rows),
    )


def over_sizes(found: Comparison, sizes: OverSizes) -> Table:
    """How the differences lie over the sizes that the sale may have, and in how many of them the policy is better."""
    rows: list[tuple[str, ...]] = []
    alarms = set()
    for policy in found.ranked:
        for metric in found.metrics:
            values, unit, better = sizes.by[policy, metric], words.unit_of(metric), better_of(metric)
            name = (words.label(found, policy, roomy=False), words.measure(metric, found.baseline))
            if values is None:
                rows.append((*name, *[format.NOTHING] * 4))
                continue
            low, middle, high = (float(np.quantile(values, at)) for at in QUANTILES.values())
            on = words.scale(unit, (high - low) / 2, middle)
            wins = sum(value > 0 if better == "up" else value < 0 for value in values)
            if better != "neither" and 2 * wins < len(values) and any(values):
                alarms.add((len(rows), 5))
            told = format.NOTHING if better == "neither" else _("{count} of {all}").format(count=wins, all=len(values))
            rows.append((*name, *(on.change(each) for each in (low, middle, high)), told))
    drawn = sorted(sizes.drawn)
    return Table(
        "sizes",
        _("If the sale is smaller or larger"),
        _(
            "The differences over {count} sizes of the sale, from {least} to {most} of what is expected. Nine in ten lie from lower to"
            " upper; more runs do not narrow this."
        ).format(count=format.count(len(drawn)), least=format.share(drawn[0]), most=format.share(drawn[-1])),
        (
            Column(_("policy"), number=False),
            Column(_("figure"), number=False),
            Column(_("lower")),
            Column(_("middle")),
            Column(_("upper")),
            Column(_("better in so many sizes")),
        ),
        tuple(rows),
        frozenset(alarms),
    )


def best(found: Comparison, picked: Best) -> Table:
    """Which was picked as the best by one metric, on runs of its own, and when the others were out."""
    selection = picked.selection
    rows = []
    for name, out_at in zip(picked.names, selection.left_out_at, strict=True):
        if name == picked.pick:
            fate = _("picked")
        elif out_at is None:
            fate = _("could not be told apart")
        else:
            fate = _("out after {count} runs").format(count=format.count(out_at))
        rows.append((words.label(found, name), fate))
    if picked.pick is None:
        about = _("By {figure}, {count} runs each did not suffice to tell the best from the others.")
    else:
        about = _("By {figure}, on {count} runs each that are used for nothing else.")
    zone = _("Differences below {zone} do not matter here; the pick is right with a chance of {share} at least.").format(
        zone=words.scale(words.unit_of(picked.metric), picked.zone).level(picked.zone), share=format.share(0.95)
    )
    first = about.format(figure=words.measure(picked.metric, found.baseline), count=format.count(selection.replications))
    return Table(
        "best",
        _("Which is best"),
        _("{first} {second}").format(first=first, second=zone),
        (Column(_("policy"), number=False), Column(_("verdict"), number=False)),
        tuple(rows),
    )


def tornado(of: Sensitivity, found: Comparison) -> Table:
    """The guesses that decide most: what was tried, and what the answer made of it; those that turn it alarm."""
    unit = words.unit_of(of.metric)
    rows: list[tuple[str, ...]] = []
    alarms = set()
    for effect in of.effects[:MOST_GUESSES]:
        if turns_clearly(effect, of):
            alarms.add((len(rows), TURNS))
        guess = effect.guess
        roomy = len(guess.figure.unit or "") <= LONGEST_COUNTED
        rows.append(
            (
                called(guess),
                guess.figure.grade,
                tried(guess, "as it is", roomy=roomy),
                tried(guess, "low", roomy=roomy),
                tried(guess, "high", roomy=roomy),
                effect_told(effect.at_low, unit),
                effect_told(effect.at_high, unit),
                _("yes") if turns_clearly(effect, of) else _("perhaps") if turns(effect, of) else _("no"),
            )
        )
    return Table(
        "tornado",
        _("Which guess decides"),
        _(
            "Each guess alone lower and higher, the same luck in all {count} runs; told is what that adds to {answer}."
            " It turns where the sign changes; perhaps: that may be luck."
        ).format(count=format.count(of.replications), answer=answer_told(of, found)),
        (
            Column(_("key in the scenario"), number=False),
            Column(_("grade"), number=False, spare=True),
            Column(_("value"), spare=True),
            Column(_("lower value"), spare=True),
            Column(_("higher value"), spare=True),
            Column(_("effect of lower")),
            Column(_("effect of higher")),
            Column(_("turns it"), number=False),
        ),
        tuple(rows),
        frozenset(alarms),
        _("No input is a guess that can be varied."),
    )


def left_out(of: Sensitivity) -> Table:
    """Guesses that were not varied, and why; and how many more decide less than those shown."""
    rows = tuple((key, why_left_out(reason)) for key, reason in sorted(of.left_out.items()))
    more = max(0, len(of.effects) - MOST_GUESSES)
    return Table(
        "left_out",
        _("Guesses not shown: {more} that decide less, {count} that were not varied").format(more=more, count=len(rows)),
        "",
        (Column(_("key in the scenario"), number=False), Column(_("why it was not varied"), number=False)),
        rows,
        nothing=_("Every guess was varied."),
    )


def answer_told(of: Sensitivity, found: Comparison) -> str:
    """What the guesses are tried on: the difference that a policy makes, or the figure itself, with its value."""
    name, unit = words.measure(of.metric, found.baseline), words.unit_of(of.metric)
    on = words.scale(unit, of.answer)
    if of.policy is None:
        return _("{what} {value}").format(what=name, value=on.level(of.answer))
    policy = words.title_of(found, of.policy) if of.policy in found.names else of.policy
    return _("{what} {value} by “{policy}”").format(what=name, value=on.change(of.answer), policy=policy)
