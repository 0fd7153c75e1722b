"""Normalisation layers of K replicas; each has the groups of its own channels."""

import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.networks.replicated.activations import Activations, Layout, stacked
from initstudy.networks.replicated.operation import Operation


class ReplicatedBatchNorm(Operation):
    """BatchNorm over K*C channels, which is BatchNorm of each replica by itself.

    weight, bias, running_mean, running_var: K x C, or None.
    """

    def __init__(self, norm: nn.BatchNorm1d | nn.BatchNorm2d, tensors: dict[str, Tensor]):
        super().__init__()
        absent = dict.fromkeys(("weight", "bias", "running_mean", "running_var"))
        self.hold(absent | tensors)
        self.momentum = norm.momentum
        self.eps = norm.eps

    def forward(self, x: Activations) -> Activations:
        # After a linear layer, or a convolution that covers its input: K x B x C (x 1 x 1).
        flat = x.layout is Layout.STACKED and x.tensor[0, 0, 0].numel() == 1
        # 1 x K*C x B, a view of what `linear` returns.
        values = x.tensor.flatten(2).transpose(1, 2).flatten(0, 1)[None] if flat else x.grouped()
        tracks = self.running_mean is not None
        normalized = F.batch_norm(
            values,
            self.running_mean.view(-1) if tracks else None,
            self.running_var.view(-1) if tracks else None,
            None if self.weight is None else self.weight.flatten(),
            None if self.bias is None else self.bias.flatten(),
            self.training or not tracks,
            self._share_of_the_batch(),
            self.eps,
        )
        if flat:
            split = normalized[0].unflatten(0, (x.replicas, -1)).transpose(1, 2)
            return stacked(split.view(x.tensor.shape))
        return Activations(normalized, Layout.GROUPED, x.replicas)

    def _share_of_the_batch(self) -> float:
        """In the new running statistics: the momentum; without one they are plain averages."""
        if self.training and self.running_mean is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                return 1 / self.num_batches_tracked[0].item()
        return self.momentum or 0.0


class ReplicatedGroupNorm(Operation):
    """GroupNorm with K times the groups. weight, bias: K x C, or None."""

    def __init__(self, norm: nn.GroupNorm, tensors: dict[str, Tensor]):
        super().__init__()
        self.hold({"weight": None, "bias": None} | tensors)
        self.groups = norm.num_groups
        self.eps = norm.eps

    def forward(self, x: Activations) -> Activations:
        weight, bias = (
            None if tensor is None else tensor.flatten() for tensor in (self.weight, self.bias)
        )
        values = F.group_norm(x.grouped(), x.replicas * self.groups, weight, bias, self.eps)
        return Activations(values, Layout.GROUPED, x.replicas)


class ReplicatedLayerNorm(Operation):
    """LayerNorm, its scale and shift apart. weight, bias: K x normalized shape, or None."""

    def __init__(self, norm: nn.LayerNorm, tensors: dict[str, Tensor]):
        super().__init__()
        self.hold({"weight": None, "bias": None} | tensors)
        self.shape = norm.normalized_shape
        self.eps = norm.eps

    def forward(self, x: Activations) -> Activations:
        values = F.layer_norm(x.stacked(), self.shape, eps=self.eps)
        between = (1,) * (values.dim() - 1 - len(self.shape))
        if self.weight is not None:
            values = values * self.weight.view(x.replicas, *between, *self.shape)
        if self.bias is not None:
            values = values + self.bias.view(x.replicas, *between, *self.shape)
        return stacked(values)


NORMS = {
    nn.BatchNorm1d: ReplicatedBatchNorm,
    nn.BatchNorm2d: ReplicatedBatchNorm,
    nn.GroupNorm: ReplicatedGroupNorm,
    nn.LayerNorm: ReplicatedLayerNorm,
}
