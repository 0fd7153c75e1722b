"""Moments of pre-activations, and their distance to a target distribution."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

BLOCK = 4096


@dataclass(frozen=True)
class Moments:
    """Mean and covariance over positions, of K replicas at once, in float64 (on the CPU for MPS).

    mean: K x C; covariance: K x C x C, normalised by the count; count: positions a channel.
    """

    mean: Tensor
    covariance: Tensor
    count: int

    @cached_property
    def eigenvalues(self) -> Tensor:
        """Of the covariance: K x C, not below 0; nan where moments are not finite."""
        finite = self.covariance.isfinite().all(dim=(1, 2)) & self.mean.isfinite().all(dim=1)
        covariance = torch.where(finite[:, None, None], self.covariance, 0.0)
        found = torch.linalg.eigvalsh(covariance).clamp(min=0)
        return torch.where(finite[:, None], found, torch.nan)

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

    They are shifted to a mean near zero before squares are taken, so that float32 products lose
    nothing to a large mean, and summed in float64; in blocks of positions, which stay in the cache.
    """
    precise = preactivations.device if preactivations.device.type != "mps" else torch.device("cpu")
    count, replicas, channels = preactivations.shape
    blocks = preactivations.split(BLOCK)
    shift = blocks[0].mean(dim=0)
    total = torch.zeros(replicas, channels, dtype=torch.float64, device=precise)
    products = torch.zeros(replicas, channels, channels, dtype=torch.float64, device=precise)
    for block in blocks:
        shifted = block - shift
        total += shifted.sum(dim=0).to(total)
        products += torch.bmm(shifted.permute(1, 2, 0), shifted.transpose(0, 1)).to(products)
    remainder = total / count
    return Moments(
        mean=shift.to(total) + remainder,
        covariance=products / count - remainder[:, :, None] * remainder[:, None, :],
        count=count,
    )


def target_deviations(layers: Iterable[str], output_std: float) -> dict[str, float]:
    """Layer -> tau of its target: 1, at the logits, which come last, output_std."""
    names = list(layers)
    return dict.fromkeys(names, 1.0) | {names[-1]: output_std}


def discrepancy(sample: Moments, target_std: float) -> Tensor:
    """Squared 2-Wasserstein distance to N(0, target_std^2 I) per channel, in Gaussian terms: K.

    D = (|mu|^2 + tr(S + tau^2 I - 2 tau S^(1/2))) / C; 0 for a perfect match, target_std^2 where
    all pre-activations are zero; nan where the moments are not finite (a replica that diverged).
    """
    channels = sample.mean.shape[1]
    deviations = sample.eigenvalues.sqrt()
    distance = sample.mean.square().sum(dim=1) + (deviations - target_std).square().sum(dim=1)
    return torch.where(deviations.isnan().any(dim=1), torch.nan, distance / channels)
