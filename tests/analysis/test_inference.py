"""The statistics against other implementations, closed forms and simulation."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from initstudy.analysis import inference
from initstudy.analysis.inference import (
    failure_rate,
    interquartile_mean,
    probability_of_improvement,
    rank_association,
    replicas_needed,
)
from initstudy.analysis.intervals import mean

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
    # Near 1/2 Mann-Whitney's null standard deviation gives about its width.
    deviation = math.sqrt((12 + 12 + 1) / (12 * 12 * 12))
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * deviation, rel=0.25)
    # Of ten and ten that do not overlap the lower end is 1.96 of its own deviations away.
    apart = probability_of_improvement(np.arange(10) + 20.0, np.arange(10.0))
    t = apart.low
    spread = (1 - t) / (2 - t) + t / (1 + t)
    assert 1 - t == pytest.approx(1.959964 * math.sqrt(t * (1 - t) * (1 + 9 * spread) / 100))
    assert (apart.value, apart.high) == (1, 1)
    assert 0.7 < t < 0.9
    below = probability_of_improvement(np.arange(10.0), np.arange(10) + 20.0)
    assert below == pytest.approx((0, 0, 1 - t))


def test_failure_rate_has_wilsons_interval():
    failed = np.array([True] * 2 + [False] * 8)
    z, share = 1.959964, 0.2
    centre = (share + z**2 / 20) / (1 + z**2 / 10)
    half = z * math.sqrt(share * 0.8 / 10 + z**2 / 400) / (1 + z**2 / 10)
    assert failure_rate(failed) == pytest.approx((0.2, centre - half, centre + half), abs=1e-6)


@pytest.mark.parametrize("confidence", [0.95, 0.995])
def test_intervals_widen_with_confidence(confidence):
    expected = stats.ttest_1samp(FIRST, 0.0).confidence_interval(confidence)
    assert mean(FIRST, confidence) == pytest.approx((FIRST.mean(), expected.low, expected.high))


def test_equal_numbers_leave_nothing_to_chance():
    same = np.full(7, 0.1)
    assert mean(same) == (0.1, 0.1, 0.1)
    assert interquartile_mean(same)[1:] == pytest.approx((0.1, 0.1))
    assert math.isnan(replicas_needed(same, 0.1, 0.95, equivalent=False))


def test_one_replica_shows_nothing():
    one = np.array([0.3])
    for found in (mean(one), interquartile_mean(one)):
        assert found == pytest.approx((0.3, math.nan, math.nan), nan_ok=True)
    assert math.isnan(probability_of_improvement(one, FIRST).low)
    assert math.isnan(replicas_needed(one, 0.1, 0.95, equivalent=True))


def alone(first: np.ndarray) -> np.ndarray:
    """Every item is a family of its own."""
    return np.arange(first.shape[1])


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    return rank_association(first, second, alone(first)).value


def test_rank_correlation_within_facets():
    first, second = RNG.normal(size=(3, 8)), RNG.normal(size=(3, 8)).round(1)
    second[0, :3] = [math.inf, math.inf, -math.inf]
    expected = [stats.spearmanr(*pair).statistic for pair in zip(first, second, strict=True)]
    assert correlation(first, second) == pytest.approx(np.mean(expected))
    second[1] = 0.25
    assert correlation(first, second) == pytest.approx((expected[0] + expected[2]) / 2)
    assert math.isnan(correlation(first, np.ones((3, 8))))


def test_association_resamples_items_alike_in_every_facet():
    """Facets that repeat each other are no new evidence; the interval is one of percentiles."""
    first, second = RNG.normal(size=(2, 6)), RNG.normal(size=(2, 6))
    found = rank_association(first, second, alone(first))
    repeated = rank_association(np.repeat(first, 4, 0), np.repeat(second, 4, 0), alone(first))
    assert repeated == pytest.approx(found)
    draws = [
        np.nanmean(
            [
                stats.spearmanr(*pair).statistic
                for pair in zip(first[:, c], second[:, c], strict=True)
            ]
        )
        for c in RNG.integers(0, 6, (1000, 6))
    ]
    expected = np.nanquantile(draws, [0.025, 0.975])
    assert found[1:] == pytest.approx(expected, abs=0.06)
    wider = rank_association(first, second, alone(first), 0.99)
    assert wider.low < found.low < found.high < wider.high


def test_association_of_few_items_or_without_variation_shows_nothing():
    few = np.arange(4.0)[None]
    found = rank_association(few, few, alone(few))
    assert found.value == pytest.approx(1)
    assert np.isnan(found[1:]).all()
    constant = np.ones((2, 6))
    assert np.isnan(rank_association(constant, RNG.normal(size=(2, 6)), alone(constant))).all()


def test_association_resamples_families_whole(monkeypatch):
    """Of five variants of one idea, three of another and four ideas of one, none associated.

    Resampled one by one, intervals at 95 % exclude 0 in 15 to 25 % of samples; see the docstring.
    """
    monkeypatch.setattr(inference, "RESAMPLES", 299)
    families = np.repeat(np.arange(8), [6, 4, 2, 1, 1, 1, 1, 1])
    random = np.random.default_rng(4)
    false = {"by family": 0, "one by one": 0}
    for _ in range(300):
        ideas = random.normal(size=(2, 8))
        first, second = (ideas[:, families] + 0.2 * random.normal(size=(2, 17)))[:, None]
        for name, groups in (("by family", families), ("one by one", alone(first))):
            found = rank_association(first, second, groups)
            false[name] += not found.low <= 0 <= found.high
    assert false["by family"] / 300 < 0.12 < false["one by one"] / 300
    whole = rank_association(first, second, families)
    assert whole.value == pytest.approx(stats.spearmanr(first[0], second[0]).statistic)


def test_association_interval_covers(monkeypatch):
    """At the fewest items allowed, where percentile intervals are at their worst."""
    monkeypatch.setattr(inference, "RESAMPLES", 119)
    random, correlation, studies = np.random.default_rng(3), 0.5, 400
    pearson = 2 * math.sin(math.pi * correlation / 6)
    covered = 0
    for _ in range(studies):
        first, noise = random.normal(size=(2, 1, inference.FEWEST_FAMILIES))
        second = pearson * first + math.sqrt(1 - pearson**2) * noise
        found = rank_association(first, second, alone(first))
        covered += found.low <= correlation <= found.high
    assert covered / studies > 0.88


@pytest.mark.parametrize("truth", [0.5, 0.75, 0.92, 0.98])
@pytest.mark.parametrize("replicas", [5, 10, 20])
def test_probability_of_improvement_covers(replicas, truth):
    """A bootstrap covered .84 at P = .92 and .50 at .98, with ten replicas each."""
    random, studies = np.random.default_rng(8), 800
    lead = math.sqrt(2) * stats.norm.ppf(truth)
    covered = 0
    for _ in range(studies):
        found = probability_of_improvement(
            random.normal(lead, 1, replicas), random.normal(0, 1, replicas)
        )
        covered += found.low <= truth <= found.high
    # 0.93, less 2 standard errors.
    assert covered / studies > 0.93 - 2 * math.sqrt(0.93 * 0.07 / studies)


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
    margin, confidence, deviation = 0.02, 1 - 0.05 / 6, 0.03
    sample = RNG.normal(size=10)
    sample *= deviation / sample.std(ddof=1)
    count = replicas_needed(sample, margin, confidence, equivalent=equivalent)
    random = np.random.default_rng(5)
    truth = 0.0 if equivalent else margin

    def power(replicas: int) -> float:
        draws = random.normal(truth, deviation, (600, replicas))
        found = [mean(differences, confidence) for differences in draws]
        if equivalent:
            return np.mean([-margin < each.low and each.high < margin for each in found])
        return np.mean([each.low > 0 for each in found])

    slack = 3 * math.sqrt(0.8 * 0.2 / 600)
    assert power(count) > 0.8 - slack
    # Not wastefully many: a fifth fewer fall short.
    assert power(int(0.8 * count)) < 0.8


def test_replicas_needed_at_the_extremes():
    sample = np.array([0.0, 1e-4, 2e-4])
    assert replicas_needed(sample, 0.5, 0.9, equivalent=False) == 2
    # Where n is large, t is normal: n = ((z(1 - alpha) + z(power)) s / margin)^2.
    many = replicas_needed(sample, 1e-7, 0.9, equivalent=False)
    assert many == pytest.approx(((1.644854 + 0.841621) * 1e3) ** 2, rel=1e-5)


@pytest.mark.parametrize(
    "function",
    [
        mean,
        interquartile_mean,
        lambda sample: probability_of_improvement(sample, FIRST),
        lambda sample: probability_of_improvement(FIRST, sample),
        lambda sample: replicas_needed(sample, 0.1, 0.95, equivalent=False),
    ],
)
def test_order_does_not_matter_to_the_last_bit(function):
    sample = np.random.default_rng(6).lognormal(sigma=3, size=31)
    orders = [np.random.default_rng(seed).permutation(sample) for seed in range(10)]
    assert {function(order) for order in orders} == {function(sample)}
