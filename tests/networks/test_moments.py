"""Moments of many replicas at once, against numpy."""

import numpy as np
import pytest
import torch

from initstudy.networks.moments import moments


def samples(positions: int, replicas: int, channels: int) -> torch.Tensor:
    """Correlated, far from zero, different for every replica."""
    generator = torch.Generator().manual_seed(0)
    white = torch.randn(positions, replicas, channels, generator=generator)
    mixing = torch.randn(replicas, channels, channels, generator=generator)
    return torch.einsum("nkc,kcd->nkd", white, mixing) + 30


@pytest.mark.parametrize(
    ("positions", "replicas", "channels"),
    [(400, 1, 6), (10_000, 30, 16), (400, 3, 120), (400, 13, 10)],
)
def test_moments_are_those_that_numpy_finds(positions, replicas, channels):
    values = samples(positions, replicas, channels)
    found = moments(values)
    for replica in range(replicas):
        single = values[:, replica].double().numpy()
        covariance = np.cov(single, rowvar=False, ddof=0)
        scale = covariance.diagonal().max()
        np.testing.assert_allclose(found.mean[replica], single.mean(axis=0), rtol=1e-5)
        np.testing.assert_allclose(found.covariance[replica], covariance, atol=1e-4 * scale)
        assert found.grand_mean()[replica] == pytest.approx(single.mean(), rel=1e-5)
        variance = single.var(axis=0).mean()
        assert found.channel_variance()[replica] == pytest.approx(variance, rel=1e-4)


def test_merged_moments_are_those_of_the_whole():
    values = samples(500, 4, 16)
    whole, parts = moments(values), [moments(part) for part in values.split([300, 200])]
    merged = parts[0].merged(parts[1])
    assert merged.count == whole.count
    torch.testing.assert_close(merged.mean, whole.mean, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(merged.covariance, whole.covariance, rtol=1e-4, atol=1e-2)
