"""The statistics behind tables and verdicts: functions from arrays to numbers.

Every interval is a two-sided 95 % interval. Nothing depends on the order of the replicas, bit for
bit: samples are sorted before anything is summed or resampled, and resampling starts from a fixed
seed. Samples hold finite numbers; where there is too little data for an answer, it is nan.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import stats
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

CONFIDENCE = 0.95
POWER = 0.8
RESAMPLES = 9999
SEED = 0

FEWEST_ITEMS = 5
"""Fewer items than this are not resampled: there the interval would be too short."""


class Estimate(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float


class Evidence(NamedTuple):
    """An effect, and the p values of the two tests that ask for opposite verdicts."""

    effect: Estimate
    support: float
    refute: float


def mean(sample: np.ndarray) -> Estimate:
    """The mean of a sample, shape (n,), with Student's t interval: mean -+ t s / sqrt(n)."""
    sample = np.sort(sample)
    if np.ptp(sample) == 0:
        # Summing equal numbers may round. Of equal numbers, the interval is a point.
        bound = sample[0] if len(sample) > 1 else math.nan
        return Estimate(float(sample[0]), float(bound), float(bound))
    low, high = stats.t.interval(
        CONFIDENCE, len(sample) - 1, loc=sample.mean(), scale=stats.sem(sample)
    )
    return Estimate(float(sample.mean()), float(low), float(high))


def interquartile_mean(sample: np.ndarray) -> Estimate:
    """The mean of the middle half of a sample, shape (n,), with its bootstrap interval.

    Of n numbers the floor(n / 4) largest and smallest are left out. As recommended by Agarwal et
    al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021.
    """
    return _bootstrapped(
        lambda values, axis: stats.trim_mean(values, 0.25, axis=axis), np.sort(sample)
    )


def probability_of_improvement(first: np.ndarray, second: np.ndarray) -> Estimate:
    """P(A > B) + P(A = B) / 2, A drawn from `first`, shape (n,), and B from `second`, shape (m,).

    Over all n m pairs, not just those of equal replicas, with a bootstrap interval that resamples
    both: Agarwal et al. 2021, section 4.
    """
    return _bootstrapped(improvement_share, np.sort(first), np.sort(second))


def improvement_share(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
    """The value of `probability_of_improvement`, without its interval.

    The samples lie along the last axis, which is where scipy's bootstrap puts them.
    """
    difference = first[..., :, None] - second[..., None, :]
    return (np.sign(difference) / 2 + 0.5).mean(axis=(-2, -1))


def failure_rate(failed: np.ndarray) -> Estimate:
    """The share of failures, booleans of shape (n,), with Wilson's interval (JASA 22, 1927)."""
    count, total = int(np.sum(failed)), len(failed)
    low, high = proportion_confint(count, total, alpha=1 - CONFIDENCE, method="wilson")
    return Estimate(count / total, float(low), float(high))


def superiority(differences: np.ndarray, margin: float) -> Evidence:
    """Is the mean of paired differences, shape (n,), above 0?

    Support: a one-sided paired t-test of mean > 0. Refute: one of mean < margin, for an advantage
    shown to be smaller than the smallest one that matters is none.
    """
    return Evidence(
        effect=mean(differences),
        support=_one_sided(differences, 0.0, "greater"),
        refute=_one_sided(differences, margin, "less"),
    )


def equivalence(differences: np.ndarray, margin: float) -> Evidence:
    """Is the mean of paired differences, shape (n,), between -margin and margin?

    Support: two one-sided paired t-tests, the larger p value of mean > -margin and mean < margin
    (Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987). Refute: the same two tests the other way
    round, of which one suffices, so twice the smaller p value.
    """
    return Evidence(
        effect=mean(differences),
        support=float(
            np.maximum(
                _one_sided(differences, -margin, "greater"),
                _one_sided(differences, margin, "less"),
            )
        ),
        refute=float(
            np.minimum(
                1.0,
                2
                * np.minimum(
                    _one_sided(differences, -margin, "less"),
                    _one_sided(differences, margin, "greater"),
                ),
            )
        ),
    )


def monotone_association(first: np.ndarray, second: np.ndarray, margin: float) -> Evidence:
    """Do two quantities, both of shape (facets, items), order the items of a facet alike?

    Effect: Spearman's rank correlation of the items within a facet, averaged over the facets in
    which it is defined, those where neither quantity is constant. The items, not the facets, are
    what was sampled: those of one facet recur in all others. So permutations and bootstrap samples
    of items are drawn once for all facets.

    Support: a permutation test of effect > 0, over all permutations where there are at most
    RESAMPLES, else over that many at random. Interval: percentiles of bootstrap samples of items,
    of those in which the effect is defined. Refute: twice the share of these samples at or above
    `margin`, which is below 0.05 where the interval lies below the margin. Where there are fewer
    than FEWEST_ITEMS items, all but the effect is nan.
    """
    effect = rank_correlation(first, second)
    items = np.arange(first.shape[1])
    if math.isnan(effect) or len(items) < FEWEST_ITEMS:
        return Evidence(Estimate(effect, math.nan, math.nan), math.nan, math.nan)
    support = stats.permutation_test(
        (items,),
        lambda order, axis: _rank_correlations(first, second[:, order]),
        permutation_type="pairings",
        alternative="greater",
        vectorized=True,
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(SEED),
    ).pvalue
    drawn = np.random.default_rng(SEED).choice(items, size=(RESAMPLES, len(items)))
    resampled = _rank_correlations(first[:, drawn], second[:, drawn])
    resampled = resampled[~np.isnan(resampled)]
    low, high = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    # One is added because the sample that was observed is one of the possible ones.
    share = (1 + np.sum(resampled >= margin)) / (1 + len(resampled))
    return Evidence(
        Estimate(effect, float(low), float(high)), float(support), float(min(1.0, 2 * share))
    )


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays (facets, items), averaged over the facets.

    Infinity is a rank like any other. Facets where either array is constant show nothing and do
    not count; nan if that is all of them.
    """
    return float(_rank_correlations(first[:, None, :], second[:, None, :])[0])


def replicas_needed(
    differences: np.ndarray, margin: float, alpha: float, *, equivalent: bool
) -> float:
    """How many replicas decide with power 0.8, at the observed standard deviation.

    `superiority`: the number at which an effect of `margin` is supported with that power and, the
    test being symmetric, an effect of 0 refuted. `equivalence`: the number at which an effect of 0
    is supported; each of the two one-sided tests then gets half of the error, a power of 0.9.
    An effect in between these may need more. At least 2; nan where nothing varies.

    `differences` has shape (n,); `alpha` is the level of one one-sided test.
    """
    if len(differences) < 2 or np.ptp(differences) == 0:
        return math.nan
    design = {
        "effect_size": margin / float(np.std(np.sort(differences), ddof=1)),
        "alpha": alpha,
        "alternative": "larger",
    }
    power = (1 + POWER) / 2 if equivalent else POWER
    test = TTestPower()
    # The solver looks for n from 2 on, and fails where 2 are more than enough.
    if test.power(nobs=2, **design) >= power:
        return 2
    return math.ceil(test.solve_power(power=power, **design))


def _one_sided(differences: np.ndarray, bound: float, alternative: str) -> float:
    """The p value of a one-sided t-test of the mean against a bound.

    Where all differences are equal there is nothing left to chance: 0 if their value lies on the
    side asked for, else 1.
    """
    if len(differences) < 2:
        return math.nan
    if np.ptp(differences) == 0:
        excess = differences[0] - bound if alternative == "greater" else bound - differences[0]
        return 0.0 if excess > 0 else 1.0
    return float(stats.ttest_1samp(np.sort(differences), bound, alternative=alternative).pvalue)


def _rank_correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Rank correlations along the last axis, averaged over the first: (F, B, I) to (B,).

    Either array may lack the middle axis.
    """
    first, second = (
        array[:, None, :] if array.ndim == 2 else array
        for array in (_centred_ranks(first), _centred_ranks(second))
    )
    scale = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    defined = scale > 0
    correlations = np.divide((first * second).sum(axis=-1), scale, where=defined, out=0 * scale)
    count = defined.sum(axis=0)
    undefined = np.full(count.shape, math.nan)
    return np.divide(correlations.sum(axis=0), count, where=count > 0, out=undefined)


def _centred_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks along the last axis, ties sharing theirs, minus the mean rank."""
    return stats.rankdata(values, axis=-1) - (values.shape[-1] + 1) / 2


def _bootstrapped(statistic: Callable, *samples: np.ndarray) -> Estimate:
    """A statistic of independent samples with its percentile bootstrap interval.

    Needs two numbers in each sample, else the interval is nan.
    """
    value = float(statistic(*samples, axis=-1))
    if min(len(sample) for sample in samples) < 2:
        return Estimate(value, math.nan, math.nan)
    interval = stats.bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        batch=500,
        vectorized=True,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Estimate(value, float(interval.low), float(interval.high))
