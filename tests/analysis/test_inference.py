"""The statistics against other implementations, closed forms and simulation."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from initstudy.analysis import inference
from initstudy.analysis.inference import (
    equivalence,
    failure_rate,
    interquartile_mean,
    mean,
    monotone_association,
    probability_of_improvement,
    rank_correlation,
    replicas_needed,
    superiority,
)

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(7)
FIRST, SECOND = RNG.normal(0.05, 1.0, 12), RNG.normal(0.0, 1.0, 12)


def test_mean_and_its_interval():
    expected = stats.ttest_1samp(FIRST, 0.0).confidence_interval(0.95)
    assert mean(FIRST) == pytest.approx((FIRST.mean(), expected.low, expected.high))
    # By hand: mean 2, standard deviation 1, t(0.975; 2) = 4.30265.
    half = 4.30265 / math.sqrt(3)
    assert mean(np.array([3.0, 1.0, 2.0])) == pytest.approx((2, 2 - half, 2 + half), abs=1e-5)


def test_interquartile_mean_leaves_out_a_quarter_on_each_side():
    sample = np.array([100.0, 1, 2, 3, 4, -100, 50, -50])
    found = interquartile_mean(sample)
    assert found.value == (1 + 2 + 3 + 4) / 4
    # The percentiles of resampled interquartile means, by another generator and a loop.
    draws = np.sort(RNG.choice(sample, (20_000, 8)))[:, 2:6].mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=1.5)
    assert found.high == pytest.approx(high, abs=1.5)


def test_probability_of_improvement_counts_all_pairs_and_half_of_the_ties():
    first, second = np.array([1.0, 2, 2, 5]), np.array([2.0, 0, 2])
    wins = sum((a > b) + (a == b) / 2 for a, b in itertools.product(first, second))
    assert probability_of_improvement(first, second).value == pytest.approx(wins / 12)
    u = stats.mannwhitneyu(FIRST, SECOND).statistic
    found = probability_of_improvement(FIRST, SECOND)
    assert found.value == pytest.approx(u / 144)
    # Mann-Whitney's null standard deviation gives about the width of the bootstrap interval.
    deviation = math.sqrt((12 + 12 + 1) / (12 * 12 * 12))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * deviation, rel=0.15)
    assert probability_of_improvement(FIRST + 9, SECOND) == (1, 1, 1)


def test_failure_rate_has_wilsons_interval():
    failed = np.array([True] * 2 + [False] * 8)
    z, share = 1.959964, 0.2
    centre = (share + z**2 / 20) / (1 + z**2 / 10)
    half = z * math.sqrt(share * 0.8 / 10 + z**2 / 400) / (1 + z**2 / 10)
    assert failure_rate(failed) == pytest.approx((0.2, centre - half, centre + half), abs=1e-6)


def test_superiority_is_two_paired_t_tests():
    found = superiority(FIRST - SECOND, 0.3)
    assert found.effect == mean(FIRST - SECOND)
    assert found.support == pytest.approx(
        stats.ttest_rel(FIRST, SECOND, alternative="greater").pvalue
    )
    assert found.refute == pytest.approx(
        stats.ttest_rel(FIRST, SECOND + 0.3, alternative="less").pvalue
    )


@pytest.mark.parametrize("shift", [-0.2, 0.4])
def test_equivalence_is_two_one_sided_tests(shift):
    first = SECOND + shift + FIRST / 3
    found = equivalence(first - SECOND, 0.5)
    assert found.support == pytest.approx(ttost_paired(first, SECOND, -0.5, 0.5)[0])
    beyond = [
        stats.ttest_rel(first, SECOND + 0.5, alternative="greater").pvalue,
        stats.ttest_rel(first, SECOND - 0.5, alternative="less").pvalue,
    ]
    assert found.refute == pytest.approx(min(1.0, 2 * min(beyond)))
    far = equivalence(first - SECOND - 9, 0.5)
    assert far.support > 0.99
    assert far.refute < 1e-6


def test_equal_differences_leave_nothing_to_chance():
    same = np.full(7, 0.1)
    assert mean(same) == (0.1, 0.1, 0.1)
    for margin, p_values in {0.05: (0, 1), 0.1: (0, 1), 0.2: (0, 0)}.items():
        assert superiority(same, margin)[1:] == p_values
    assert superiority(-same, 0.05)[1:] == (1, 0)
    assert superiority(0 * same, 0.05)[1:] == (1, 0)
    # On the margin neither is shown.
    for margin, p_values in {0.05: (1, 0), 0.1: (1, 1), 0.2: (0, 1)}.items():
        assert equivalence(same, margin)[1:] == p_values
        assert equivalence(-same, margin)[1:] == p_values
    assert interquartile_mean(same)[1:] == pytest.approx((0.1, 0.1))
    assert probability_of_improvement(same, same) == (0.5, 0.5, 0.5)
    assert math.isnan(replicas_needed(same, 0.1, 0.05, equivalent=False))


def test_one_replica_shows_nothing():
    one = np.array([0.3])
    for found in (mean(one), interquartile_mean(one), superiority(one, 0.1).effect):
        assert found == pytest.approx((0.3, math.nan, math.nan), nan_ok=True)
    assert math.isnan(probability_of_improvement(one, FIRST).low)
    for test in (superiority, equivalence):
        assert np.isnan(test(one, 0.1)[1:]).all()
    assert math.isnan(replicas_needed(one, 0.1, 0.05, equivalent=True))


def test_rank_correlation_within_facets():
    first, second = RNG.normal(size=(3, 8)), RNG.normal(size=(3, 8)).round(1)
    second[0, :3] = [math.inf, math.inf, -math.inf]
    expected = [stats.spearmanr(*pair).statistic for pair in zip(first, second, strict=True)]
    assert rank_correlation(first, second) == pytest.approx(np.mean(expected))
    second[1] = 0.25
    assert rank_correlation(first, second) == pytest.approx((expected[0] + expected[2]) / 2)
    assert math.isnan(rank_correlation(first, np.ones((3, 8))))


def test_association_permutes_items_alike_in_every_facet():
    first, second = RNG.normal(size=(2, 5)), RNG.normal(size=(2, 5))
    found = monotone_association(first, second, 0.5)
    effects = [
        rank_correlation(first, second[:, list(order)])
        for order in itertools.permutations(range(5))
    ]
    observed = rank_correlation(first, second)
    assert found.effect.value == pytest.approx(observed)
    assert found.support == pytest.approx(np.mean(np.array(effects) >= observed - 1e-9))
    # Facets that repeat each other are no new evidence.
    repeated = monotone_association(np.repeat(first, 4, 0), np.repeat(second, 4, 0), 0.5)
    assert repeated.support == found.support
    assert repeated.effect == pytest.approx(found.effect)


def test_association_interval_and_refutation_agree():
    items = np.arange(9.0)
    noisy = np.array([[2.0, 1, 3, 0, 4, 6, 5, 8, 7]])
    found = monotone_association(items[None], noisy, 0.3)
    assert 0.3 < found.effect.low < found.effect.value < found.effect.high <= 1
    assert found.support < 0.01
    assert found.refute > 0.9
    opposite = monotone_association(items[None], -noisy, 0.3)
    assert opposite.effect.high < 0.3
    assert opposite.refute < 0.05
    assert opposite.support > 0.99
    # The margin at which the refutation reaches 0.05 is where the interval ends.
    assert monotone_association(items[None], noisy, found.effect.high + 1e-9).refute < 0.06
    assert monotone_association(items[None], noisy, found.effect.high - 1e-9).refute > 0.04


def test_association_of_few_items_or_without_variation_shows_nothing():
    few = np.arange(4.0)[None]
    found = monotone_association(few, few, 0.5)
    assert found.effect.value == pytest.approx(1)
    assert np.isnan([found.effect.low, found.effect.high, *found[1:]]).all()
    constant = monotone_association(np.ones((2, 6)), RNG.normal(size=(2, 6)), 0.5)
    assert np.isnan([*constant.effect, *constant[1:]]).all()


def test_association_interval_covers(monkeypatch):
    """At the fewest items allowed, where percentile intervals are at their worst."""
    monkeypatch.setattr(inference, "RESAMPLES", 119)
    random, correlation, studies = np.random.default_rng(3), 0.5, 400
    pearson = 2 * math.sin(math.pi * correlation / 6)
    covered = falsely_refuted = 0
    for _ in range(studies):
        first, noise = random.normal(size=(2, 1, inference.FEWEST_ITEMS))
        second = pearson * first + math.sqrt(1 - pearson**2) * noise
        found = monotone_association(first, second, correlation)
        covered += found.effect.low <= correlation <= found.effect.high
        falsely_refuted += found.refute < 0.05
    assert covered / studies > 0.88
    assert falsely_refuted / studies < 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)


def test_intervals_cover(monkeypatch):
    monkeypatch.setattr(inference, "RESAMPLES", 399)
    random, studies = np.random.default_rng(4), 500
    covered = {"mean": 0, "interquartile": 0, "improvement": 0}
    # A logistic distribution is symmetric, so its interquartile mean is its mean.
    for _ in range(studies):
        first, second = random.logistic(size=(2, 20))
        for name, found, truth in (
            ("mean", mean(first), 0.0),
            ("interquartile", interquartile_mean(first), 0.0),
            ("improvement", probability_of_improvement(first, second), 0.5),
        ):
            covered[name] += found.low <= truth <= found.high
    for count in covered.values():
        # 0.95, less what a percentile bootstrap of 20 numbers lacks and 3 standard errors.
        assert 0.90 < count / studies < 0.985


@pytest.mark.parametrize("equivalent", [False, True])
def test_replicas_needed_reach_the_power(equivalent):
    margin, alpha, deviation = 0.02, 0.05 / 6, 0.03
    sample = RNG.normal(size=10)
    sample *= deviation / sample.std(ddof=1)
    count = replicas_needed(sample, margin, alpha, equivalent=equivalent)
    random = np.random.default_rng(5)
    truth, test = (0.0, equivalence) if equivalent else (margin, superiority)

    def power(replicas: int) -> float:
        draws = random.normal(truth, deviation, (600, replicas))
        return np.mean([test(differences, margin).support < alpha for differences in draws])

    slack = 3 * math.sqrt(0.8 * 0.2 / 600)
    assert power(count) > 0.8 - slack
    # Not wastefully many: a fifth fewer fall short.
    assert power(int(0.8 * count)) < 0.8
    if not equivalent:
        draws = random.normal(0.0, deviation, (600, count))
        refuted = [superiority(differences, margin).refute < alpha for differences in draws]
        assert np.mean(refuted) > 0.8 - slack


def test_replicas_needed_at_the_extremes():
    sample = np.array([0.0, 1e-4, 2e-4])
    assert replicas_needed(sample, 0.5, 0.05, equivalent=False) == 2
    # Where n is large, t is normal: n = ((z(1 - alpha) + z(power)) s / margin)^2.
    many = replicas_needed(sample, 1e-7, 0.05, equivalent=False)
    assert many == pytest.approx(((1.644854 + 0.841621) * 1e3) ** 2, rel=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        mean,
        interquartile_mean,
        lambda sample: probability_of_improvement(sample, FIRST),
        lambda sample: probability_of_improvement(FIRST, sample),
        lambda sample: superiority(sample, 0.1),
        lambda sample: equivalence(sample, 0.1),
        lambda sample: replicas_needed(sample, 0.1, 0.05, equivalent=False),
    ],
)
def test_order_does_not_matter_to_the_last_bit(function):
    sample = np.random.default_rng(6).lognormal(sigma=3, size=31)
    orders = [np.random.default_rng(seed).permutation(sample) for seed in range(10)]
    assert {function(order) for order in orders} == {function(sample)}
