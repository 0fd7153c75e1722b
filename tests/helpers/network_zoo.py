"""Networks of all kinds that PyTorch trains, small: what people bring.

Each is a function of no arguments that makes one for images 3 x 16 x 16 and five classes.
"""

import random
from collections import OrderedDict
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations

CLASSES = 5


def head(channels: int, *before: nn.Module) -> list[nn.Module]:
    return [*before, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def with_convolution(**options) -> Callable:
    """A network whose second convolution has these options."""

    def make() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(4, 8, 3, **options),
            nn.ReLU(),
            *head(8),
        )

    return make


def with_modules(*modules: Callable[[], nn.Module]) -> Callable:
    """A network with these between two convolutions of eight channels."""

    def make() -> nn.Module:
        return nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            *(module() for module in modules),
            nn.Conv2d(8, 8, 3, padding=1),
            nn.ReLU(),
            *head(8),
        )

    return make


def tutorial() -> nn.Module:
    """The shape of the network in PyTorch's own CIFAR tutorial: functional calls, one pooling."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 6, 5)
            self.pool = nn.MaxPool2d(2, 2)
            self.conv2 = nn.Conv2d(6, 8, 3)
            self.fc1 = nn.Linear(8 * 2 * 2, 12)
            self.fc2 = nn.Linear(12, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = self.pool(F.relu(self.conv1(x)))
            x = self.pool(F.relu(self.conv2(x)))
            x = torch.flatten(x, 1)
            return self.fc2(F.relu(self.fc1(x)))

    return Net()


class Block(nn.Module):
    """A residual block; `join` puts branch and shortcut together."""

    def __init__(self, before: int, channels: int, norm=nn.BatchNorm2d, stride: int = 1):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.norm1 = norm(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.norm2 = norm(channels)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = None
        if stride > 1 or before != channels:
            self.shortcut = nn.Conv2d(before, channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        skipped = x if self.shortcut is None else self.shortcut(x)
        out = self.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(out))
        out += skipped
        return self.relu(out)


def residual(norm=nn.BatchNorm2d, stride: int = 2) -> Callable:
    def make() -> nn.Module:
        stem = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        return nn.Sequential(stem, norm(4), nn.ReLU(), Block(4, 8, norm, stride), *head(8))

    return make


def padded_shortcut() -> nn.Module:
    """He et al.'s shortcut without parameters: every second pixel, and channels of zeros."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3, padding=1)
            self.branch = nn.Conv2d(4, 8, 3, stride=2, padding=1)
            self.out = nn.Linear(8, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = F.relu(self.stem(x))
            x = F.relu(self.branch(x) + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 2)))
            return self.out(x.mean(dim=(2, 3)))

    return Net()


def scaled_branch() -> nn.Module:
    """SkipInit: a branch times a parameter."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3, padding=1)
            self.branch = nn.Conv2d(4, 4, 3, padding=1)
            self.scale = nn.Parameter(torch.full((1,), 0.5))
            self.bias = nn.Parameter(torch.zeros(()))
            self.out = nn.Linear(4, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = self.stem(x)
            x = x + self.scale * self.branch(F.relu(x + self.bias))
            return self.out(x.mean(dim=[-2, -1]))

    return Net()


def dense() -> nn.Module:
    """Concatenated channels."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
            self.conv2 = nn.Conv2d(7, 4, 3, padding=1)
            self.out = nn.Linear(11, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = torch.cat([x, F.relu(self.conv1(x))], 1)
            x = torch.cat((x, F.relu(self.conv2(x))), dim=1)
            return self.out(F.adaptive_avg_pool2d(x, 1).flatten(1))

    return Net()


def squeeze_and_excite() -> nn.Module:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3, padding=1)
            self.down, self.up = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
            self.out = nn.Linear(8, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            gate = torch.sigmoid(self.up(F.silu(self.down(F.adaptive_avg_pool2d(x, 1)))))
            x = x * gate
            return self.out(x.view(x.size(0), x.shape[1], -1).mean(2))

    return Net()


def one_relu_twice() -> nn.Module:
    relu = nn.ReLU()
    parts = [nn.Conv2d(3, 4, 3), relu, nn.MaxPool2d(2), nn.Conv2d(4, 4, 3), relu, nn.MaxPool2d(2)]
    return nn.Sequential(*parts, *head(4))


def one_convolution_twice() -> nn.Module:
    convolution = nn.Conv2d(4, 4, 3, padding=1)
    first = nn.Conv2d(3, 4, 3, padding=1)
    return nn.Sequential(first, nn.ReLU(), convolution, nn.ReLU(), convolution, nn.ReLU(), *head(4))


def tied_weights() -> nn.Module:
    network = nn.Sequential(
        OrderedDict(
            stem=nn.Conv2d(3, 4, 3, padding=1),
            a=nn.Conv2d(4, 4, 3, padding=1),
            relu=nn.ReLU(),
            b=nn.Conv2d(4, 4, 3, padding=1),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            out=nn.Linear(4, CLASSES),
        )
    )
    network.b.weight = network.a.weight
    return network


def frozen() -> nn.Module:
    network = with_modules(nn.ReLU)()
    network[0].weight.requires_grad = False
    return network


class StandardizedConv2d(nn.Conv2d):
    """Weight standardisation (Qiao et al. 2019)."""

    def forward(self, x: Tensor) -> Tensor:
        mean = self.weight.mean(dim=(1, 2, 3), keepdim=True)
        std = self.weight.std(dim=(1, 2, 3), keepdim=True)
        weight = (self.weight - mean) / (std + 1e-5)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)


class SkippingSequential(nn.Sequential):
    def forward(self, x: Tensor) -> Tensor:
        return x + super().forward(x)


class ScaledLinear(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 0.5


def standardized() -> nn.Module:
    return nn.Sequential(StandardizedConv2d(3, 8, 3, padding=1), nn.ReLU(), *head(8))


def skipping_sequential() -> nn.Module:
    skipping = SkippingSequential(nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), skipping, *head(8))


def scaled_linear() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), *head(8), nn.ReLU(), ScaledLinear(5, 5))


def hooked() -> nn.Module:
    network = with_modules(nn.ReLU)()
    network[2].register_forward_hook(lambda _, __, output: 2 * output)
    return network


def hooked_relu() -> nn.Module:
    network = with_modules(nn.ReLU)()
    network[1].register_forward_pre_hook(lambda _, inputs: (inputs[0] - 0.1,))
    return network


def weight_normed() -> nn.Module:
    network = with_modules(nn.ReLU)()
    parametrizations.weight_norm(network[2])
    return network


def functional_weights() -> nn.Module:
    """Parameters of the network itself, which functions use."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.kernel = nn.Parameter(torch.randn(4, 3, 3, 3) / 5)
            self.register_buffer("shift", torch.full((4, 1, 1), 0.1))
            self.out = nn.Linear(4, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            x = F.relu(F.conv2d(x, self.kernel, padding=1) + self.shift)
            return self.out(x.amax((2, 3)))

    return Net()


def branching_on_numbers() -> nn.Module:
    """Python decides by what the numbers are: no graph, and no vmap."""

    class Gate(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x if x.mean() > 0 else -x

    return with_modules(Gate)()


def noisy() -> nn.Module:
    class Noise(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + 0.1 * torch.randn_like(x) if self.training else x

    return with_modules(Noise, nn.ReLU)()


def stochastic_depth() -> nn.Module:
    class MayBe(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Conv2d(8, 8, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            if self.training and torch.rand(1) < 0.5:
                return x + 0 * self.inner(x)
            return x + self.inner(x)

    return with_modules(MayBe)()


def running_mean_replaced() -> nn.Module:
    """A buffer that is assigned, not changed in place."""

    class Centre(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.zeros(8, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            if self.training:
                mean = x.mean((0, 2, 3)).detach()[:, None, None]
                self.mean = 0.9 * self.mean + 0.1 * mean
            return x - self.mean

    return with_modules(Centre, nn.ReLU)()


def attention() -> nn.Module:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Conv2d(3, 8, 4, stride=4)
            self.norm = nn.LayerNorm(8)
            self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
            self.out = nn.Linear(8, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            seen = self.norm(tokens)
            tokens = tokens + self.attention(seen, seen, seen, need_weights=False)[0]
            return self.out(tokens.mean(1))

    return Net()


def unused_layer() -> nn.Module:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)
            self.never = nn.Linear(3, 3)
            self.out = nn.Linear(8, CLASSES)

        def forward(self, x: Tensor) -> Tensor:
            return self.out(F.relu(self.conv(x)).mean((2, 3)))

    return Net()


def random_choice() -> nn.Module:
    """Python's own random numbers decide."""

    class Flip(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.flip(3) if self.training and random.random() < 0.5 else x

    return with_modules(Flip, nn.ReLU)()


def covering(*after: Callable[[], nn.Module]) -> Callable:
    """A convolution that covers its input, and what comes after it."""

    def make() -> nn.Module:
        before = [nn.Conv2d(3, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 7)]
        return nn.Sequential(*before, *(module() for module in after), *head(8))

    return make


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "no bias": with_convolution(bias=False),
    "stride": with_convolution(stride=2),
    "dilation": with_convolution(dilation=2),
    "groups": with_convolution(groups=4),
    "groups first": lambda: nn.Sequential(nn.Conv2d(3, 6, 3, groups=3), nn.ReLU(), *head(6)),
    "depthwise": with_modules(nn.ReLU, lambda: nn.Conv2d(8, 8, 3, padding=1, groups=8)),
    "padding same": with_convolution(padding="same"),
    "padding same of an even kernel": with_modules(lambda: nn.Conv2d(8, 8, 4, padding="same")),
    "padding valid": with_convolution(padding="valid"),
    "rectangular": with_modules(lambda: nn.Conv2d(8, 8, (1, 3), padding=(0, 1), stride=(2, 1))),
    "reflect": with_convolution(padding=1, padding_mode="reflect"),
    "replicate": with_convolution(padding=1, padding_mode="replicate"),
    "circular": with_convolution(padding=2, padding_mode="circular"),
    "covering": covering(nn.ReLU),
    "covering, pooling of 3": covering(lambda: nn.MaxPool2d(3, 1, 1), nn.ReLU),
    "covering, BatchNorm, 1x1": covering(lambda: nn.BatchNorm2d(8), lambda: nn.Conv2d(8, 8, 1)),
    "covering at once": lambda: nn.Sequential(nn.Conv2d(3, 8, 16), nn.ReLU(), *head(8)),
    "linear alone": lambda: nn.Sequential(nn.Flatten(), nn.Linear(768, CLASSES)),
    "BatchNorm": with_modules(lambda: nn.BatchNorm2d(8), nn.ReLU),
    "BatchNorm on images": lambda: nn.Sequential(nn.BatchNorm2d(3), *with_modules(nn.ReLU)()),
    "BatchNorm, not affine": with_modules(lambda: nn.BatchNorm2d(8, affine=False), nn.ReLU),
    "BatchNorm, no momentum": with_modules(lambda: nn.BatchNorm2d(8, momentum=None), nn.ReLU),
    "BatchNorm, no statistics": with_modules(
        lambda: nn.BatchNorm2d(8, track_running_stats=False), nn.ReLU
    ),
    "BatchNorm1d": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(768, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, CLASSES)
    ),
    "GroupNorm": with_modules(lambda: nn.GroupNorm(2, 8), nn.ReLU),
    "LayerNorm": with_modules(lambda: nn.LayerNorm([8, 16, 16]), nn.ReLU),
    "InstanceNorm": with_modules(lambda: nn.InstanceNorm2d(8, affine=True), nn.ReLU),
    "LocalResponseNorm": with_modules(lambda: nn.LocalResponseNorm(3), nn.ReLU),
    "leaky ReLU": with_modules(lambda: nn.LeakyReLU(0.2, inplace=True)),
    "GELU": with_modules(nn.GELU),
    "SiLU, ELU": with_modules(nn.SiLU, lambda: nn.ELU(inplace=True)),
    "SELU, Tanh": with_modules(nn.SELU, nn.Tanh),
    "PReLU": with_modules(lambda: nn.PReLU(8)),
    "Softmax": with_modules(lambda: nn.Softmax(dim=1)),
    "Identity": with_modules(nn.Identity, nn.ReLU),
    "average pooling": with_modules(nn.ReLU, lambda: nn.AvgPool2d(2)),
    "max pooling of 3": with_modules(nn.ReLU, lambda: nn.MaxPool2d(3, 2, 1)),
    "adaptive pooling": with_modules(lambda: nn.AdaptiveMaxPool2d(4), nn.ReLU),
    "Dropout": with_modules(nn.ReLU, lambda: nn.Dropout(0.3)),
    "Dropout2d": with_modules(nn.ReLU, lambda: nn.Dropout2d(0.3)),
    "AlphaDropout": with_modules(nn.SELU, lambda: nn.AlphaDropout(0.3)),
    "nested": lambda: nn.Sequential(
        nn.Sequential(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())), nn.Sequential(*head(8))
    ),
    "residual": residual(),
    "residual, GroupNorm": residual(lambda channels: nn.GroupNorm(2, channels)),
    "residual, no norm": residual(lambda _: nn.Identity(), stride=1),
    "the tutorial's": tutorial,
    "shortcut of zeros": padded_shortcut,
    "scaled branch": scaled_branch,
    "concatenated": dense,
    "squeeze and excite": squeeze_and_excite,
    "one ReLU twice": one_relu_twice,
    "one convolution twice": one_convolution_twice,
    "tied weights": tied_weights,
    "frozen": frozen,
    "weight standardisation": standardized,
    "Sequential with a skip": skipping_sequential,
    "Linear with a factor": scaled_linear,
    "hook on a convolution": hooked,
    "hook on a ReLU": hooked_relu,
    "weight_norm": weight_normed,
    "functional": functional_weights,
    "branches on numbers": branching_on_numbers,
    "noise": noisy,
    "stochastic depth": stochastic_depth,
    "buffer replaced": running_mean_replaced,
    "attention": attention,
    "unused layer": unused_layer,
    "random choice": random_choice,
}
SLOWER = {
    *("InstanceNorm", "LocalResponseNorm", "PReLU", "Softmax", "AlphaDropout"),
    *("weight standardisation", "Linear with a factor", "hook on a convolution", "hook on a ReLU"),
    *("weight_norm", "branches on numbers", "noise", "stochastic depth", "buffer replaced"),
    *("attention", "random choice"),
}
"""Those with a module that has no form for all replicas at once."""
