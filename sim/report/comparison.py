"""The answer of a comparison: which policy is better and by how much, a sum that anybody can check, and how far it goes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import reduce

from sim.report import comparison_tables as tables
from sim.report import comparison_words as words
from sim.report import format, names
from sim.report.answer import BAD, GOOD, PLAIN, Answer, Figure, Table
from sim.report.comparison_effects import effects
from sim.report.comparison_guesses import called, turns_clearly
from sim.report.version import version
from sim.scenario import scenario_hash
from sim.scenario.schema import Scenario
from sim.study.compare import Compared, Comparison
from sim.study.experiment import Experiment, FactorEffect
from sim.study.paired import SIGNIFICANT, Difference
from sim.study.sensitivity import GUESSED, Sensitivity
from sim.words import _, either

Factorial = tuple[Experiment, Sequence[FactorEffect]]

MOST_TOLD = 3
"""Metrics that the sentence names for each verdict."""

FIGURES = 6
BESIDE = ("total_cost", "short_staffed", "backlog.peak", "auto_refund_count", "double_loss_amount", "first_response_within_30min")
"""What fills up the figures of the first screen where fewer metrics are judged."""

CAUSES_BY_HAND = 4
"""Causes of money that the sum to check names; the others are taken together."""

MOST_EXPLAINED = 3
COST = "total_cost"


def comparison_answer(found: Comparison, tornado: Sensitivity | None = None, factorial: Factorial | None = None) -> Answer:
    """The whole answer of a comparison, in the language spoken now; tornado: which guesses the answer hangs on; factorial: the experiment
    whose combinations were compared, and its effects."""
    sentence, state = headline(found)
    calendar = found.baseline.calendar
    last = calendar.start + timedelta(days=calendar.days - 1)
    period = _("{first} to {last} {year} ({zone}) · {pairs} pairs of runs, the same refunds under every policy").format(
        first=format.day_named(calendar.start),
        last=format.day_named(last),
        year=last.year,
        zone=calendar.zone,
        pairs=format.count(found.replications),
    )
    return Answer(
        title=either(found.baseline.title),
        period=period,
        sentence=sentence,
        state=state,
        figures=tuple(figures(found)),
        by_hand=by_hand(found),
        notes=(*notes(found), *(() if tornado is None else _about_guesses(found, tornado))),
        tables=tuple(_tables(found, tornado, factorial)),
        made=tuple(how_made(found)),
    )


def _tables(found: Comparison, tornado: Sensitivity | None, factorial: Factorial | None) -> Iterator[Table]:
    yield tables.differences(found)
    if factorial is not None:
        yield effects(*factorial, found.baseline)
    yield tables.money(found, tables.few(found))
    yield tables.beside(found, tables.few(found))
    if found.over_sizes is not None:
        yield tables.over_sizes(found, found.over_sizes)
    if found.best is not None:
        yield tables.best(found, found.best)
    if tornado is not None:
        yield tables.tornado(tornado, found)


# ---------------------------------------------------------------- the sentence
def headline(found: Comparison) -> tuple[str, str]:
    """What a manager must know first, and whether it is good: which policy is best, in what, by how much, and at what cost."""
    best = words.best_of(found)
    compared = [found.of(best, metric) for metric in found.metrics]
    by_verdict = {name: [each for each in compared if each.verdict == name] for name in ("better", "worse", "different")}
    parts = [_lead(found, best, by_verdict["better"], by_verdict["worse"])]
    if by_verdict["better"] and by_verdict["worse"]:
        parts.append(_("Better: {figures}.").format(figures=_items(found, by_verdict["better"])))
        parts.append(_("Worse: {figures}.").format(figures=_items(found, by_verdict["worse"])))
    if by_verdict["different"]:
        parts.append(_("Changed: {figures}.").format(figures=_items(found, by_verdict["different"])))
    parts += _not_clear(found, compared, said=any(by_verdict.values()))
    if COST not in found.metrics:
        cost = tables.difference_of(found, best, COST)
        if isinstance(cost, Difference):
            parts.append(_("Total cost, not judged: {difference}.").format(difference=words.told(cost, "yuan")))
    if found.stop is not None and found.stop.precise_from is None:
        parts.append(
            _("Not as precise as asked for, even after {count} pairs of runs.").format(count=format.count(found.stop.replications))
        )
    state = GOOD if by_verdict["better"] and not by_verdict["worse"] else BAD if by_verdict["worse"] and not by_verdict["better"] else PLAIN
    return _joined(parts), state


def _lead(found: Comparison, best: str, better: Sequence[Compared], worse: Sequence[Compared]) -> str:
    several = len(found.policies) > 1
    if better and worse:
        text = _("Of {count} policies “{policy}” comes first, but it has its price.") if several else _("“{policy}” has its price.")
    elif better:
        text = (
            _("Of {count} policies “{policy}” is best, clearly better in {some} of {all} figures: {figures}.")
            if several
            else _("“{policy}” is clearly better in {some} of {all} figures: {figures}.")
        )
    elif worse:
        text = (
            _("None of {count} policies is better; even “{policy}” is clearly worse in {some} of {all} figures: {figures}.")
            if several
            else _("“{policy}” is clearly worse in {some} of {all} figures: {figures}.")
        )
    else:
        text = (
            _("None of {count} policies is clearly better than as it is; “{policy}” comes first.")
            if several
            else _("“{policy}” makes no clear difference.")
        )
    return text.format(
        count=len(found.policies),
        policy=words.title_of(found, best),
        some=len(better or worse),
        all=len(found.metrics),
        figures=_items(found, better or worse),
    )


def _not_clear(found: Comparison, compared: Sequence[Compared], said: bool) -> Iterator[str]:
    """What shows no clear difference: its name where something else does, else with the interval, which says what could still be."""
    open_ = [each for each in compared if each.verdict == "no clear difference" and each.difference is not None]
    same = [each for each in open_ if each.difference is not None and words.is_same(each.difference)]
    rest = [each for each in open_ if each not in same]
    if rest:
        figures = _items(found, rest, () if not said else [each.metric for each in rest if each.metric != COST])
        yield (_("No clear difference: {figures}.") if said else _("What is seen may be luck: {figures}.")).format(figures=figures)
    if same:
        figures = _listed([words.measure(each.metric, found.baseline) for each in same])
        yield _("Exactly the same in every run: {figures}.").format(figures=figures)
    none = [words.measure(each.metric, found.baseline) for each in compared if each.difference is None]
    if none:
        yield _("No figure: {figures}.").format(figures=_listed(none))


def _items(found: Comparison, compared: Sequence[Compared], bare: Sequence[str] = ()) -> str:
    """Metrics with their differences; of those in `bare` the name alone."""
    return _listed(
        [
            words.measure(each.metric, found.baseline)
            if each.metric in bare
            else _("{what} {value}").format(
                what=words.measure(each.metric, found.baseline), value=words.told(each.difference, words.unit_of(each.metric))
            )
            for each in compared
            if each.difference is not None
        ]
    )


def _listed(texts: Sequence[str]) -> str:
    told = _("; ").join(texts[:MOST_TOLD])
    more = len(texts) - MOST_TOLD
    return told if more <= 0 else _("{figures} and {count} more").format(figures=told, count=more)


def _joined(parts: Sequence[str]) -> str:
    return reduce(lambda first, second: _("{first} {second}").format(first=first, second=second), parts)


# ---------------------------------------------------------------- figures and the sum
def figures(found: Comparison) -> Iterator[Figure]:
    """Baseline → best policy: what is judged first, then the key figures beside it."""
    best = words.best_of(found)
    shown = [*found.metrics, *(address for address in BESIDE if address not in found.metrics)]
    for address in shown[:FIGURES]:
        judged = found.of(best, address) if address in found.metrics else None
        difference = tables.difference_of(found, best, address) if judged is None else judged.difference
        unit, name = words.unit_of(address), words.measure(address, found.baseline)
        if not isinstance(difference, Difference):
            yield Figure(name, format.NOTHING, words.why(difference if judged is None else judged.reason))
            continue
        before, after = words.before_and_after(found, best, address, difference)
        after = after.replace(" ", "\u00a0")  # no line ends between the number and its unit
        value = after if words.is_same(difference) else _("{first} → {second}").format(first=before, second=after)
        said = _("not judged") if judged is None else words.verdict(judged)
        told = _("the same in every run") if words.is_same(difference) else words.told(difference, unit)
        about = told if judged and words.is_same(difference) else _("{first} · {second}").format(first=told, second=said)
        yield Figure(name, value, about, PLAIN if judged is None else {"better": GOOD, "worse": BAD}.get(judged.verdict, PLAIN))


def by_hand(found: Comparison) -> str:
    """The difference of the metric that decides as a difference of two figures, and the total cost as the sum of its causes."""
    best = words.best_of(found)
    known = [each for each in (found.of(best, metric) for metric in found.metrics) if each.difference is not None]
    parts = []
    if known:
        parts.append(_subtraction(found, best, next((each for each in known if each.verdict != "no clear difference"), known[0]).metric))
    money = _money_by_hand(found, best)
    return _joined([*parts, *([money] if money else [])]) if parts or money else ""


def _subtraction(found: Comparison, best: str, metric: str) -> str:
    difference = found.of(best, metric).difference
    before, after = (words.figure(found, name, metric) for name in ("", best))
    assert difference is not None
    assert before is not None
    assert after is not None
    on = _adding_up(words.scale_of(difference, words.unit_of(metric)), before, after)
    return _("{figure}: {after} with “{policy}” − {before} as it is = {difference}.").format(
        figure=words.measure(metric, found.baseline),
        after=on.level(after),
        policy=words.title_of(found, best),
        before=on.level(before),
        difference=on.change(after - before),
    )


def _adding_up(on: words.Scale, before: float, after: float) -> words.Scale:
    """The scale with as many digits as it takes for the rounded numbers to add up; as it was where a few more do not help."""
    times = words.PERCENT if on.unit == "share" else 1

    def adds_up(digits: int) -> bool:
        first, second, third = (round(times * each, digits) for each in (before, after, after - before))
        return round(second - first, digits) == third

    return words.Scale(on.unit, next((digits for digits in range(on.digits, on.digits + 3) if adds_up(digits)), on.digits))


def _money_by_hand(found: Comparison, best: str) -> str:
    """Yuan by cause, rounded so that they add up: what is left of the rounded total is the other causes'."""
    changes = tables.money_changes(found, best)
    total = round(changes.pop("total", 0.0))
    largest = sorted((cause for cause in changes if round(changes[cause])), key=lambda cause: -abs(changes[cause]))[:CAUSES_BY_HAND]
    rest = total - sum(round(changes[cause]) for cause in largest)
    on = words.Scale("yuan", 0)
    parts = [
        _("{what} {value}").format(what=name, value=on.bare(amount, sign=True))
        for name, amount in [*((names.cause(cause), round(changes[cause])) for cause in largest), (_("the rest"), rest)]
        if amount
    ]
    if not parts:
        return ""
    return _("Yuan: {parts} = {total}.").format(parts=_("; ").join(parts), total=on.bare(total, sign=True))


# ---------------------------------------------------------------- how far it goes
def notes(found: Comparison) -> Iterator[str]:
    """What the intervals hold and what they do not, when it stopped, and what the baseline says of itself."""
    if found.problems:
        yield _("Something does not add up in {count} places, the first: {problem}").format(
            count=len(found.problems), problem=found.problems[0]
        )
    yield _("Every policy meets the same refunds with the same luck, pair by pair; in brackets the 95 % interval, of luck only.")
    yield from _about_many(found)
    yield _stopping(found)
    yield from _demand(found.baseline, sizes=found.over_sizes is not None)
    guesses = sum(figure.grade in GUESSED for figure in found.baseline.figures.values())
    if guesses:
        yield _(
            "{guesses} of {count} inputs are guesses or weak (P, L): put your own shop's figures there before you decide on them."
        ).format(guesses=guesses, count=len(found.baseline.figures))


def _about_many(found: Comparison) -> Iterator[str]:
    asked = sum(each.p_adjusted is not None for each in found.compared)
    if asked < 2:
        return
    yield _(
        "{count} differences are judged together (Holm): the chance that any “better” or “worse” among them is luck is at most {share}."
    ).format(count=asked, share=format.share(SIGNIFICANT))
    doubtful = [each for each in found.compared if each.verdict == "no clear difference" and _looks_clear(each.difference)]
    if doubtful:
        told = _("; ").join(
            _("{first} · {second}").format(first=words.label(found, each.policy), second=words.measure(each.metric, found.baseline))
            for each in doubtful[:MOST_EXPLAINED]
        )
        yield _(
            "No clear difference although the single interval leaves out 0 ({what}): of {count} intervals one may do so by luck alone."
        ).format(what=told, count=asked)


def _looks_clear(difference: Difference | None) -> bool:
    return difference is not None and difference.low is not None and difference.high is not None and difference.low * difference.high > 0


def _stopping(found: Comparison) -> str:
    pairs = format.count(found.replications)
    if found.stop is None or found.precision is None:
        return _("{pairs} pairs of runs, as asked for; more of them make the intervals narrower.").format(pairs=pairs)
    precision = format.share(found.precision)
    if found.stop.precise_from is None:
        return _("After {pairs} pairs some interval is still wider than ±{precision} of the figure as it is; more are not made.").format(
            pairs=pairs, precision=precision
        )
    return _("From {first} pairs on every interval was within ±{precision} of the figure as it is; it stopped after {pairs}.").format(
        first=format.count(found.stop.precise_from), precision=precision, pairs=pairs
    )


def _demand(scenario: Scenario, sizes: bool) -> Iterator[str]:
    if scenario.demand.bootstrap is not None:
        yield _("Days of one history dealt anew: the intervals hold the luck of its days, not what it never saw.")
    elif scenario.demand.history is not None:
        yield _(
            "One replayed history: no interval for the arrivals. Only what it does not tell (work content, patience, absence …) varies."
        )
    orders = scenario.demand.orders
    if orders is not None and orders.sales and orders.spread and not sizes:
        yield _("The sale is as large as expected in every run: how far it may miss that is in no interval here.")


def _about_guesses(found: Comparison, of: Sensitivity) -> Iterator[str]:
    """Whether another guess would turn the answer."""
    if of.policy is None:
        return
    turning = [called(effect.guess) for effect in of.effects if turns_clearly(effect, of)]
    answer = tables.answer_told(of, found)
    if turning:
        yield _("Another guess would turn the answer ({answer}): {keys}.").format(answer=answer, keys=_listed(turning))
    else:
        yield _("No guess alone turns the answer ({answer}) by more than luck.").format(answer=answer)


def how_made(found: Comparison) -> Iterator[tuple[str, str]]:
    """What one needs to make the same report again."""
    yield _("Scenario"), f"{found.baseline.name} · {scenario_hash(found.baseline)}"
    for policy in found.policies:
        called = _("{what}: {value}").format(what=_("Policy"), value=words.title_of(found, policy.name))
        yield called, f"{policy.name} · {scenario_hash(policy.scenario)}"
    if found.baseline.demand.history is not None:
        yield _("History"), found.baseline.demand.history.name
    if found.baseline.clocks.preset:
        yield _("Platform clocks"), found.baseline.clocks.preset
    yield _("Seed"), str(found.seed)
    yield _("Pairs of runs"), format.count(found.replications)
    yield _("Version"), f"refund-desk {version()}"
