"""K networks of one architecture as one network: replicas are groups of channels.

Activations come in two layouts: *spatial*, B x (K*C) x H x W, and *flat*, K x B x features. The
images are shared: all replicas see the same mini-batch, so the first layer is a single dense
convolution with K times the output channels.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from initstudy.networks.pooled_convolution import POOLING, pooled_convolution


class ReplicatedNetwork(nn.Module):
    """K networks trained as one; forward maps images B x C x H x W to logits K x B x classes.

    Every operation keeps the replicas apart, so a sum of their losses gives each one its own
    gradient and a replica that diverges leaves the others alone.
    """

    def __init__(self, networks: Sequence[nn.Sequential]):
        """Copy the parameters of `networks`, which must share one architecture."""
        super().__init__()
        self.replicas = len(networks)
        self.operations = nn.ModuleDict()
        self.layer_names: list[str] = []
        shared_input = True
        for name, modules in _pooled_first(networks):
            self.operations[name] = _replicate(modules, shared_input)
            if isinstance(self.operations[name], ReplicatedConv2d | ReplicatedLinear):
                self.layer_names.append(name)
                shared_input = False
        self._stages = _stages(list(self.operations.values()))

    def forward(self, images: Tensor) -> Tensor:
        activations = images
        for stage in self._stages:
            activations = stage(activations)
        return activations

    def preactivations(self, images: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each weighted layer's name and outputs, before any normalisation: N x K x C.

        N counts positions: images times pixels.
        """
        activations = images
        for name, operation in self.operations.items():
            activations = operation(activations)
            if name in self.layer_names:
                yield name, self._by_position(activations)

    def layers(self) -> dict[str, "ReplicatedConv2d | ReplicatedLinear"]:
        """The layers with weights, by name, in forward order."""
        return {name: self.operations[name] for name in self.layer_names}

    def track_running_statistics(self, tracking: bool) -> None:
        """Choose whether forward passes in training mode update BatchNorm's running statistics."""
        for operation in self.operations.values():
            if isinstance(operation, ReplicatedBatchNorm):
                operation.tracking = tracking

    def _by_position(self, activations: Tensor) -> Tensor:
        """A view where activations are flat or, in memory, channels last."""
        if activations.dim() == 3:
            return activations.transpose(0, 1)
        return activations.permute(0, 2, 3, 1).unflatten(3, (self.replicas, -1)).flatten(0, 2)


class ReplicatedConv2d(nn.Module):
    """K convolutions. weight: K x out x in x kh x kw; bias: K x out."""

    def __init__(self, convolutions: Sequence[nn.Conv2d], shared_input: bool):
        super().__init__()
        self.weight = _stacked_channels_last(c.weight for c in convolutions)
        self.bias = _stacked(c.bias for c in convolutions)
        first = convolutions[0]
        self.stride = first.stride
        self.padding = first.padding
        self.circular = first.padding_mode == "circular"
        self.shared_input = shared_input
        self.groups = 1 if shared_input else len(convolutions)

    def forward(self, x: Tensor) -> Tensor:
        if not self.shared_input and self._covers(x):
            return self._matrix_product(x)
        padding = self.padding
        if self.circular:
            x = _wrapped(x, *padding)
            padding = (0, 0)
        weight, bias = self.weight.flatten(0, 1), self.bias.flatten()
        return F.conv2d(x, weight, bias, self.stride, padding, groups=self.groups)

    def pooled(self, x: Tensor) -> Tensor:
        """ReLU of the max-pooled outputs, as one operation, where it `is_unpadded`."""
        weight, bias = self.weight.flatten(0, 1), self.bias.flatten()
        return pooled_convolution(x, weight, bias, self.groups)

    def is_unpadded(self) -> bool:
        """Whether a square kernel goes over the input in steps of one, and never beyond it."""
        height, width = self.weight.shape[3:]
        return height == width and self.stride == (1, 1) and self.padding == (0, 0)

    def _covers(self, x: Tensor) -> bool:
        """Whether the kernel covers the whole input, which makes it a linear layer."""
        return x.shape[2:] == self.weight.shape[3:] and self.padding == (0, 0)

    def _matrix_product(self, x: Tensor) -> Tensor:
        """The outputs, flat; batched products take half the time of 1x1 grouped convolutions.

        Features are in the order of memory, channels last.
        """
        flat = x.permute(0, 2, 3, 1).unflatten(3, (self.groups, -1)).permute(3, 0, 1, 2, 4)
        weight = self.weight.permute(0, 1, 3, 4, 2)
        return _linear(flat.flatten(2), weight.flatten(2), self.bias)


class ReplicatedLinear(nn.Module):
    """K linear layers. weight: K x out x in; bias: K x out."""

    def __init__(self, linears: Sequence[nn.Linear]):
        super().__init__()
        self.weight = _stacked(layer.weight for layer in linears)
        self.bias = _stacked(layer.bias for layer in linears)

    def forward(self, x: Tensor) -> Tensor:
        return _linear(x, self.weight, self.bias)


class ReplicatedBatchNorm(nn.Module):
    """BatchNorm over K*C channels, which is BatchNorm of each replica by itself."""

    def __init__(self, norms: Sequence[nn.BatchNorm1d | nn.BatchNorm2d]):
        super().__init__()
        self.weight = _stacked(norm.weight for norm in norms)
        self.bias = _stacked(norm.bias for norm in norms)
        self.register_buffer("running_mean", torch.cat([norm.running_mean for norm in norms]))
        self.register_buffer("running_var", torch.cat([norm.running_var for norm in norms]))
        self.momentum = norms[0].momentum
        self.eps = norms[0].eps
        self.tracking = True

    def forward(self, x: Tensor) -> Tensor:
        flat = x.dim() == 3
        if flat:
            replicas = x.shape[0]
            x = x.transpose(1, 2).flatten(0, 1)[None]  # 1 x K*C x B, a view after _linear
        running = not self.training or self.tracking
        x = F.batch_norm(
            x,
            self.running_mean if running else None,
            self.running_var if running else None,
            self.weight.flatten(),
            self.bias.flatten(),
            self.training,
            self.momentum,
            self.eps,
        )
        return x[0].unflatten(0, (replicas, -1)).transpose(1, 2) if flat else x


class ReplicatedFlatten(nn.Module):
    """From the spatial to the flat layout; flat activations pass unchanged."""

    def __init__(self, replicas: int, shared_input: bool):
        super().__init__()
        self.replicas = replicas
        self.shared_input = shared_input

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() == 3:
            return x
        if self.shared_input:
            return x.flatten(1).expand(self.replicas, -1, -1)
        return x.unflatten(1, (self.replicas, -1)).flatten(2).transpose(0, 1)


def _replicate(modules: Sequence[nn.Module], shared_input: bool) -> nn.Module:
    """One operation that does what each of `modules` does to its own replica."""
    match modules[0]:
        case nn.Conv2d():
            return ReplicatedConv2d(modules, shared_input)
        case nn.Linear():
            return ReplicatedLinear(modules)
        case nn.BatchNorm1d() | nn.BatchNorm2d():
            return ReplicatedBatchNorm(modules)
        case nn.Flatten():
            return ReplicatedFlatten(len(modules), shared_input)
        case nn.ReLU() | nn.MaxPool2d() | nn.AvgPool2d():
            return modules[0]
        case other:
            raise TypeError(f"{type(other).__name__} has no replicated form; see _replicate")


def _pooled_first(networks: Sequence[nn.Sequential]) -> list[tuple[str, list[nn.Module]]]:
    """The networks' modules side by side, by name, with each max-pooling moved before its ReLU.

    ReLU is monotone, so the function is the same, and ReLU has a quarter of the work.
    """
    modules = [
        (name, [network.get_submodule(name) for network in networks])
        for name, _ in networks[0].named_children()
    ]
    for i in range(len(modules) - 1):
        this, following = modules[i][1][0], modules[i + 1][1][0]
        if isinstance(this, nn.ReLU) and isinstance(following, nn.MaxPool2d):
            modules[i], modules[i + 1] = modules[i + 1], modules[i]
    return modules


def _stages(operations: Sequence[nn.Module]) -> list[Callable[[Tensor], Tensor]]:
    """The operations, but convolution, max-pooling and ReLU in a row as one."""
    stages, i = [], 0
    while i < len(operations):
        match operations[i : i + 3]:
            case [ReplicatedConv2d() as convolution, nn.MaxPool2d() as pooling, nn.ReLU()] if (
                convolution.is_unpadded() and _halves(pooling)
            ):
                stages.append(convolution.pooled)
                i += 3
            case [operation, *_]:
                stages.append(operation)
                i += 1
    return stages


def _halves(pooling: nn.MaxPool2d) -> bool:
    """Whether pooling takes squares side by side, of two by two."""
    options = (pooling.kernel_size, pooling.stride, pooling.padding, pooling.dilation)
    return options == (POOLING, POOLING, 0, 1) and not pooling.ceil_mode


def _wrapped(x: Tensor, height: int, width: int) -> Tensor:
    """Circular padding in channels last, which F.pad gives up; it takes four times as long."""
    x = x.permute(0, 2, 3, 1)
    x = torch.cat([x[:, x.shape[1] - height :], x, x[:, :height]], dim=1)
    x = torch.cat([x[:, :, x.shape[2] - width :], x, x[:, :, :width]], dim=2)
    return x.permute(0, 3, 1, 2)


def _linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """K linear maps: x is K x B x in, weight K x out x in, bias K x out.

    With the weight as the left factor its gradient needs no transposing copy.
    """
    return torch.baddbmm(bias[:, :, None], weight, x.transpose(1, 2)).transpose(1, 2)


def _stacked(parameters) -> nn.Parameter:
    return nn.Parameter(torch.stack([parameter.detach() for parameter in parameters]))


def _stacked_channels_last(weights) -> nn.Parameter:
    """K x out x in x kh x kw, in memory K x out x kh x kw x in.

    As activations are channels last, too, no pass rearranges weights or their gradients.
    """
    stacked = torch.stack([weight.detach().permute(0, 2, 3, 1) for weight in weights])
    return nn.Parameter(stacked.permute(0, 1, 4, 2, 3))
