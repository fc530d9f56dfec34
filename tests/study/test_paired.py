"""Paired differences: against scipy, statsmodels, a jackknife by hand, the delta method, and experiments whose answer is known."""

import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from sim.study.paired import SIGNIFICANT, Difference, Sample, holm, paired
from tests.study.known_answers import DRAWN, Desk, Known, Shares, bounds, coverage, covers, normals, same_days, share

FIGURE = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
PAIRS = st.lists(st.tuples(FIGURE, FIGURE), min_size=2, max_size=40)
COUNTS = st.integers(5, 300).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
SHARES = st.lists(st.tuples(COUNTS, COUNTS), min_size=3, max_size=40)


def means(pairs: list[tuple[float, float]]) -> tuple[Sample, Sample]:
    columns = np.array(pairs, float).T
    return Sample(columns[0].copy()), Sample(columns[1].copy())


def shares(pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[Sample, Sample]:
    columns = np.array(pairs, float)
    return share(columns[:, 0, 0], columns[:, 0, 1]), share(columns[:, 1, 0], columns[:, 1, 1])


def figures(found: Difference) -> tuple[float, float, float, float]:
    assert found.low is not None
    assert found.high is not None
    assert found.error is not None
    return found.estimate, found.low, found.high, found.error


def p_of(found: Difference) -> float:
    assert found.p is not None
    return found.p


# ---------------------------------------------------------------- means
@given(st.integers(0, 10**6), st.integers(2, 60), st.floats(-0.99, 0.99))
def test_a_difference_of_means_is_the_paired_t_test_of_scipy(seed: int, count: int, correlation: float) -> None:
    policy, baseline = normals(correlation).draw(np.random.default_rng(seed), count)
    judge = stats.ttest_rel(policy.values, baseline.values)
    found, interval = paired(policy, baseline), judge.confidence_interval(0.95)
    assert figures(found)[:3] == pytest.approx((np.mean(policy.values - baseline.values), interval.low, interval.high), rel=1e-9, abs=1e-9)
    assert found.p == pytest.approx(judge.pvalue, rel=1e-7, abs=1e-300)
    assert found.correlation == pytest.approx(np.corrcoef(policy.values, baseline.values)[0, 1], abs=1e-9)
    assert found.replications == count


@given(PAIRS)
def test_a_difference_is_clear_where_its_interval_leaves_out_0(pairs: list[tuple[float, float]]) -> None:
    found = paired(*means(pairs))
    estimate, low, high, error = figures(found)
    nearest = min(abs(low), abs(high))
    assume(nearest > 1e-9 * (1 + abs(estimate) + error))
    assert (p_of(found) <= SIGNIFICANT) == (low > 0 or high < 0)
    assert found.half == pytest.approx((high - low) / 2, rel=1e-6, abs=1e-9)


@given(st.lists(FIGURE, min_size=2, max_size=40))
def test_equal_samples_have_no_difference(values: list[float]) -> None:
    found = paired(Sample(np.array(values)), Sample(np.array(values)))
    assert (found.estimate, found.error, found.low, found.high, found.p) == (0, 0, 0, 0, 1)
    if len(set(values)) > 1:
        assert found.correlation == pytest.approx(1)


def test_a_figure_that_never_changes_has_no_correlation() -> None:
    found = paired(Sample(np.full(3, 43.438)), Sample(np.array([1.0, 2.0, 4.0])))
    assert found.correlation is None


def test_a_difference_that_never_varies_is_certain() -> None:
    found = paired(Sample(np.array([3.0, 5.0, 9.0])), Sample(np.array([1.0, 3.0, 7.0])))
    assert figures(found) == pytest.approx((2, 2, 2, 0))
    assert found.p == 0


def test_one_pair_has_no_interval() -> None:
    found = paired(Sample(np.array([3.0])), Sample(np.array([5.0])))
    assert found == Difference(-2.0, None, None, None, None, None, 1)
    assert found.half == math.inf


@pytest.mark.parametrize(("policy", "baseline"), [(2, 3), (1, 0), (0, 0)])
def test_samples_that_are_no_pairs_are_refused(policy: int, baseline: int) -> None:
    with pytest.raises(ValueError, match=f"{policy} replications cannot be paired with {baseline}"):
        paired(Sample(np.ones(policy)), Sample(np.ones(baseline)))


def test_a_sample_is_read_only_and_its_first_replications_are_a_sample() -> None:
    of = share(np.array([1, 2, 3]), np.array([4, 4, 5]))
    assert of.first(2).figure == pytest.approx(3 / 8)
    assert len(of.first(2)) == 2
    for column in (of.values, of.parts, of.wholes):
        assert column is not None
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 9


# ---------------------------------------------------------------- both: what must not matter
@given(PAIRS, st.floats(1e-3, 1e3), st.permutations(range(40)))
def test_means_follow_the_unit_the_side_and_not_the_order(pairs: list[tuple[float, float]], unit: float, order: list[int]) -> None:
    policy, baseline = means(pairs)
    found = paired(policy, baseline)
    estimate, low, high, error = figures(found)
    swapped = paired(baseline, policy)
    assert figures(swapped) == pytest.approx((-estimate, -high, -low, error), rel=1e-6, abs=1e-6)
    assert p_of(swapped) == pytest.approx(p_of(found), rel=1e-6)
    places = [place for place in order if place < len(pairs)]
    assert figures(paired(Sample(policy.values[places]), Sample(baseline.values[places]))) == pytest.approx(
        figures(found), rel=1e-6, abs=1e-6
    )
    raised = paired(Sample(policy.values + 100), Sample(baseline.values + 100))
    assert figures(raised) == pytest.approx(figures(found), rel=1e-6, abs=1e-6)
    other = figures(paired(Sample(unit * policy.values), Sample(unit * baseline.values)))
    assert other == pytest.approx([unit * value for value in figures(found)], rel=1e-6, abs=1e-6 * max(unit, 1))


@given(SHARES, st.integers(2, 20), st.permutations(range(40)))
def test_shares_follow_the_side_and_neither_copies_nor_order(
    pairs: list[tuple[tuple[int, int], tuple[int, int]]], copies: int, order: list[int]
) -> None:
    policy, baseline = shares(pairs)
    found = paired(policy, baseline)
    estimate, low, high, error = figures(found)
    swapped = paired(baseline, policy)
    assert figures(swapped) == pytest.approx((-estimate, -high, -low, error), abs=1e-9)
    mixed = shares([pairs[place] for place in order if place < len(pairs)])
    assert figures(paired(*mixed)) == pytest.approx(figures(found), abs=1e-9)
    copied = shares([((copies * a, copies * b), (copies * c, copies * d)) for (a, b), (c, d) in pairs])
    assert figures(paired(*copied)) == pytest.approx(figures(found), abs=1e-9)
    rest = shares([((b - a, b), (d - c, d)) for (a, b), (c, d) in pairs])
    assert figures(paired(*rest)) == pytest.approx((-estimate, -high, -low, error), abs=1e-9)


# ---------------------------------------------------------------- shares
@given(SHARES)
def test_a_difference_of_shares_has_the_error_of_a_jackknife_by_hand(pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    found, count = paired(*shares(pairs)), len(pairs)

    def difference(left: list[tuple[tuple[int, int], tuple[int, int]]]) -> float:
        parts, wholes = (sum(policy[side] for policy, _ in left) for side in (0, 1))
        other_parts, other_wholes = (sum(baseline[side] for _, baseline in left) for side in (0, 1))
        return parts / wholes - other_parts / other_wholes

    without = [difference(pairs[:place] + pairs[place + 1 :]) for place in range(count)]
    middle = sum(without) / count
    error = math.sqrt((count - 1) / count * sum((one - middle) ** 2 for one in without))
    estimate, low, high, found_error = figures(found)
    assert estimate == pytest.approx(difference(pairs), abs=1e-12)
    assert found_error == pytest.approx(error, rel=1e-7, abs=1e-10)
    assert (high - low) / 2 == pytest.approx(stats.t.ppf(0.975, count - 1) * error, rel=1e-7, abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=30))
def test_of_equal_wholes_a_difference_of_shares_is_one_of_means(parts: list[tuple[int, int]]) -> None:
    of_shares = paired(*shares([((a, 60), (b, 60)) for a, b in parts]))
    of_means = paired(*means([(a / 60, b / 60) for a, b in parts]))
    assert figures(of_shares) == pytest.approx(figures(of_means), abs=1e-9)


def linearised(policy: Sample, baseline: Sample) -> float:
    """Standard error by the delta method: residuals of both ratios, replication by replication."""
    residuals = np.zeros(len(policy))
    for sample, sign in ((policy, 1), (baseline, -1)):
        assert sample.parts is not None
        assert sample.wholes is not None
        residuals += sign * (sample.parts - sample.figure * sample.wholes) / sample.wholes.mean()
    return float(np.std(residuals, ddof=1) / math.sqrt(len(policy)))


def test_the_error_of_a_share_comes_to_the_delta_methods_with_many_replications() -> None:
    for seed, (count, within) in enumerate([(100, 0.05), (1_000, 0.01), (10_000, 0.002)]):
        pair = Shares().draw(np.random.default_rng(seed), count)
        assert paired(*pair).error == pytest.approx(linearised(*pair), rel=within)


def spread_and_errors(known: Known, experiments: int, replications: int) -> tuple[float, float]:
    """Standard deviation of the estimates over experiments, and the root mean square of the standard errors told."""
    g = np.random.default_rng(21)
    found = [paired(*known.draw(g, replications)) for _ in range(experiments)]
    return float(np.std([one.estimate for one in found], ddof=1)), math.sqrt(np.mean([one.error**2 for one in found if one.error]))


@pytest.mark.parametrize("known", DRAWN, ids=lambda known: known.name)
def test_the_error_told_is_the_true_spread_over_experiments(known: Known) -> None:
    """2,000 experiments know the true spread to ± 1.6 % (one standard error)."""
    true, told = spread_and_errors(known, 2_000, 20)
    assert told == pytest.approx(true, rel=0.08)


def ratios(pair: tuple[Sample, Sample]) -> Difference:
    """Trap 14: each replication's own ratio, whatever its size."""
    return paired(Sample(pair[0].values.copy()), Sample(pair[1].values.copy()))


def share_covered(experiments: int, replications: int) -> tuple[int, int]:
    """In how many experiments the ratio of sums and the mean of ratios hold the true difference of shares."""
    known, g = Shares().known(), np.random.default_rng([14, replications])
    pairs = [known.draw(g, replications) for _ in range(experiments)]
    return sum(covers(paired(*pair), known.true) for pair in pairs), sum(covers(ratios(pair), known.true) for pair in pairs)


def test_a_share_as_a_mean_of_ratios_is_off_and_the_ratio_of_sums_is_not() -> None:
    """Trap 14: the policy helps on quiet days; told by days it looks a sixth better than told by refunds."""
    held, held_by_ratios = share_covered(400, 60)
    low, high = bounds(400, 0.95)
    assert low <= held <= high
    assert held_by_ratios < 0.7 * 400
    many = Shares().draw(np.random.default_rng(1), 100_000)
    assert paired(*many).estimate == pytest.approx(Shares().difference(), rel=0.005)
    assert ratios(many).estimate == pytest.approx(Shares().difference(-4), rel=0.01)
    assert Shares().difference(-4) / Shares().difference() > 1.15


def test_a_share_of_nothing_at_all_is_refused() -> None:
    nothing = np.zeros(3)
    with pytest.raises(ValueError, match=r"nothing|none|whole"):
        paired(share(nothing, nothing), share(np.ones(3), np.ones(3)))


def test_a_share_that_one_replication_alone_knows_has_no_interval() -> None:
    found = paired(share(np.array([0, 3, 0]), np.array([0, 4, 0])), share(np.array([1, 2, 3]), np.array([4, 4, 4])))
    assert found.estimate == 0.25
    assert (found.low, found.high, found.p) == (None, None, None)


def test_a_question_without_an_answer_takes_none_of_the_others_away() -> None:
    assert holm([math.nan, 0.001])[1] == pytest.approx(0.002)


def test_a_difference_of_rounding_alone_is_not_clear() -> None:
    policy, baseline = np.full(20, (0.1 + 0.2) + 0.3), np.full(20, 0.1 + (0.2 + 0.3))
    assert p_of(paired(Sample(policy), Sample(baseline))) > SIGNIFICANT


# ---------------------------------------------------------------- trap 15
def widths_and_coverage(correlation: float, experiments: int, replications: int = 20) -> tuple[float, float, float]:
    """(Welch's half-width ÷ ours, share covered by Welch's interval, by ours)."""
    known, g = normals(correlation), np.random.default_rng([15, round(100 * correlation) + 100])
    wide, held, ours = [], 0, 0
    for _ in range(experiments):
        policy, baseline = known.draw(g, replications)
        found = paired(policy, baseline)
        welch = stats.ttest_ind(policy.values, baseline.values, equal_var=False).confidence_interval(0.95)
        wide.append((welch.high - welch.low) / 2 / found.half)
        held += int(welch.low <= known.true <= welch.high)
        ours += covers(found, known.true)
    return float(np.median(wide)), held / experiments, ours / experiments


def test_independent_samples_tests_are_too_wide_on_paired_runs_and_too_narrow_on_opposed_ones() -> None:
    """Trap 15. With correlation 0.95 they ask for more than ten times the replications, with -0.9 they miss the truth."""
    wide, held, ours = widths_and_coverage(0.95, 400)
    assert wide > 3
    assert held == 1
    assert ours > 0.9
    narrow, held, ours = widths_and_coverage(-0.9, 400)
    assert narrow < 0.8
    assert held < 0.9
    assert ours > 0.9


def test_dunnetts_interval_is_far_too_wide_on_paired_runs() -> None:
    """Trap 15, scipy.stats.dunnett with two policies; ours takes Bonferroni's level for two, so that both are joint."""
    g = np.random.default_rng(15)
    baseline = g.normal(100, 10, 20)
    policies = [baseline + shift + g.normal(0, 2, 20) for shift in (-2.0, 1.0)]
    judge = stats.dunnett(*policies, control=baseline, rng=np.random.default_rng(1)).confidence_interval(0.95)
    widths = np.asarray(judge.high) - np.asarray(judge.low)
    for place, values in enumerate(policies):
        found = paired(Sample(values), Sample(baseline.copy()))
        joint = found.half / stats.t.ppf(0.975, 19) * stats.t.ppf(1 - 0.0125, 19)
        assert widths[place] / 2 > 4 * joint


# ---------------------------------------------------------------- several questions at once
P_VALUES = st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 0.5, 1.0])), min_size=1, max_size=25)


@given(P_VALUES)
def test_holms_adjustment_is_that_of_statsmodels(p_values: list[float]) -> None:
    with mock.patch("gc.collect"):  # called by the judge each time, 0.04 s
        judge = multipletests(p_values, method="holm")[1].tolist()
    assert holm(p_values) == pytest.approx(judge, rel=1e-12, abs=0)


@given(P_VALUES)
def test_holm_lies_between_no_adjustment_and_bonferronis_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    for p, found in zip(p_values, adjusted, strict=True):
        assert p <= found <= min(1, len(p_values) * p)
    assert [adjusted[place] for place in np.argsort(p_values)] == sorted(adjusted)


def test_no_question_needs_no_adjustment() -> None:
    assert holm([]) == ()


def false_verdicts(experiments: int, replications: int = 20) -> tuple[int, int]:
    """3 policies × 4 correlated metrics, none different: experiments with a false verdict after Holm, and without."""
    g = np.random.default_rng(16)
    together = np.linalg.cholesky(0.6 * np.ones((4, 4)) + 0.4 * np.eye(4))
    after, before = 0, 0
    for _ in range(experiments):
        baseline = together @ g.standard_normal((4, replications))
        p_values = []
        for _ in range(3):
            policy = 0.8 * baseline + 0.6 * together @ g.standard_normal((4, replications))
            p_values += [p_of(paired(Sample(one.copy()), Sample(other.copy()))) for one, other in zip(policy, baseline, strict=True)]
        after += int(min(holm(p_values)) <= SIGNIFICANT)
        before += int(min(p_values) <= SIGNIFICANT)
    return after, before


def test_twelve_questions_without_an_answer_seldom_give_one_after_holm() -> None:
    after, before = false_verdicts(400)
    assert after <= bounds(400, 0.05)[1]
    assert before > 0.15 * 400


@pytest.mark.proof
def test_false_verdicts_on_three_policies_and_four_metrics_are_at_most_6_5_per_cent() -> None:
    after, before = false_verdicts(1_000)
    print(
        f"\nof 1,000 comparisons of 3 policies × 4 metrics without a difference: {after} with a false verdict after Holm, {before} without"
    )
    assert after <= 65
    assert before > 150


# ---------------------------------------------------------------- what the intervals cover
@pytest.mark.parametrize("known", DRAWN, ids=lambda known: known.name)
def test_the_interval_of_a_difference_covers_the_truth_as_often_as_it_says(known: Known) -> None:
    low, high = bounds(600, 0.95)
    assert low <= coverage(known, 600, 20, seed=2) <= high


def test_six_replications_are_covered_by_students_quantile_alone() -> None:
    """With six pairs a normal quantile would cover 89 % and a spread with n in place of n - 1 92 %."""
    low, high = bounds(6_000, 0.95)
    assert low <= coverage(normals(0.8), 6_000, 6) <= high


BASELINE = Desk(staff=8)
FASTER = Desk(staff=8, pace=0.9)
MORE_STAFF = Desk(staff=12)


def engine_coverage(experiments: int, replications: int = 20) -> dict[str, int]:
    """The engine's runs of an exact case, all desks on the same days: in how many experiments the interval held the true difference."""
    g = np.random.default_rng(17)
    truths = {name: (desk.present() - BASELINE.present(), desk.soon_gone() - BASELINE.soon_gone()) for name, desk in POLICIES.items()}
    held = {f"{name}, {figure}": 0 for name in truths for figure in FIGURES}
    for _ in range(experiments):
        baseline, *policies = same_days(g, replications, (BASELINE, *POLICIES.values()))
        for (name, true), policy in zip(truths.items(), policies, strict=True):
            for place, figure in enumerate(FIGURES):
                held[f"{name}, {figure}"] += covers(paired(policy[place], baseline[place]), true[place])
    return held


POLICIES = {"faster": FASTER, "more staff": MORE_STAFF}
FIGURES = ("number present", "share soon gone")


def test_the_engine_on_an_exact_case_is_covered_as_often_as_it_says() -> None:
    low, high = bounds(60, 0.95)
    assert all(low <= held <= high for held in engine_coverage(60).values())


@pytest.mark.proof
def test_of_1000_experiments_of_20_replications_93_to_97_per_cent_cover_a_known_difference() -> None:
    held = {known.name: coverage(known, 1_000, 20) for known in DRAWN}
    print("\nof 1,000 intervals of a difference cover the truth:", held)
    shares_held, by_ratios = share_covered(1_000, 20)
    print(f"share of varying wholes, other seeds: {shares_held}; as the mean of ratios {by_ratios}")
    assert all(930 <= count <= 970 for count in (*held.values(), shares_held))
    assert by_ratios < 930


@pytest.mark.proof
def test_of_1000_experiments_run_by_the_engine_93_to_97_per_cent_cover_a_known_difference() -> None:
    held = engine_coverage(1_000)
    print("\nof 1,000 engine experiments cover the truth:", held)
    assert all(930 <= count <= 970 for count in held.values())


@pytest.mark.proof
def test_welch_on_paired_runs_shown_beside_ours() -> None:
    for correlation in (0.95, 0.8, -0.6, -0.9):
        wide, held, ours = widths_and_coverage(correlation, 1_000)
        print(f"\ncorrelation {correlation}: Welch's half-width {wide:.2f} × ours, covers {held:.1%}, ours {ours:.1%}")
        assert 0.93 <= ours <= 0.97
        assert held > 0.99 if correlation > 0 else held < 0.93
