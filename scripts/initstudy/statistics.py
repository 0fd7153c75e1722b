"""Moments of pre-activations, and their distance to a target distribution."""

from dataclasses import dataclass

import torch
from torch import Tensor

PRODUCT_COLUMNS = 128


@dataclass(frozen=True)
class Moments:
    """Mean and covariance over positions, of K replicas at once, in float64 (on the CPU for MPS).

    mean: K x C; covariance: K x C x C, normalised by the count; count: positions a channel.
    """

    mean: Tensor
    covariance: Tensor
    count: int

    def merged(self, other: "Moments") -> "Moments":
        """The moments of both samples taken together (Chan et al. 1983)."""
        count = self.count + other.count
        share = other.count / count
        shift = other.mean - self.mean
        between = shift[:, :, None] * shift[:, None, :]
        return Moments(
            mean=self.mean + share * shift,
            covariance=(1 - share) * self.covariance
            + share * other.covariance
            + share * (1 - share) * between,
            count=count,
        )

    def grand_mean(self) -> Tensor:
        """The mean over channels and positions: K."""
        return self.mean.mean(dim=1)

    def channel_variance(self) -> Tensor:
        """The variance of each channel, averaged over channels: K."""
        return self.covariance.diagonal(dim1=1, dim2=2).mean(dim=1)


def moments(preactivations: Tensor) -> Moments:
    """The moments of pre-activations, N x K x C.

    They are centred before squares are taken, so that float32 products lose nothing to a large
    mean, and reduced in float64.
    """
    precise = preactivations.device if preactivations.device.type != "mps" else torch.device("cpu")
    count = preactivations.shape[0]
    mean = preactivations.mean(dim=0)
    products = channel_products(preactivations - mean)
    return Moments(
        mean=mean.to(precise, torch.float64),
        covariance=products.to(precise, torch.float64) / count,
        count=count,
    )


def channel_products(samples: Tensor) -> Tensor:
    """Each replica's channels multiplied with each other, summed over positions: K x C x C.

    samples: N x K x C. A product of few columns takes as long as one of PRODUCT_COLUMNS, so several
    replicas share one and leave what they have in common unused.
    """
    positions, _, channels = samples.shape
    products = []
    for group in samples.split(max(1, PRODUCT_COLUMNS // channels), dim=1):
        columns = group.reshape(positions, -1)
        shape = (group.shape[1], channels) * 2
        products.append((columns.T @ columns).view(shape).diagonal(dim1=0, dim2=2))
    return torch.cat(products, dim=2).permute(2, 0, 1)


def discrepancy(sample: Moments, target_std: float) -> Tensor:
    """Squared 2-Wasserstein distance to N(0, target_std^2 I) per channel, in Gaussian terms: K.

    D = (|mu|^2 + tr(S + tau^2 I - 2 tau S^(1/2))) / C; 0 for a perfect match, target_std^2 where
    all pre-activations are zero; nan where the moments are not finite (a replica that diverged).
    """
    channels = sample.mean.shape[1]
    finite = sample.covariance.isfinite().all(dim=(1, 2)) & sample.mean.isfinite().all(dim=1)
    covariance = torch.where(finite[:, None, None], sample.covariance, 0.0)
    deviations = torch.linalg.eigvalsh(covariance).clamp(min=0).sqrt()
    distance = sample.mean.square().sum(dim=1) + (deviations - target_std).square().sum(dim=1)
    return torch.where(finite, distance / channels, torch.nan)
