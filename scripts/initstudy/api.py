"""The initializers for anybody's own training: what `import initstudy` offers.

    import initstudy

    cost = initstudy.initialize(model, images)  # consistency-aware, in place
    initstudy.signals(model, images)  # per layer what the study records

torch and numpy are enough for it, but for `signals`, whose table is of pandas.
"""

import copy
import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from initstudy.catalogue import LABELS, METHODS, NOTHING, method_of
from initstudy.core.errors import InputError
from initstudy.initializers import Context
from initstudy.initializers import initialize as apply
from initstudy.networks.layers import after_each_layer, weighted_layers
from initstudy.networks.moments import discrepancy as distance
from initstudy.networks.moments import target_deviations
from initstudy.networks.signals import LayerSignals
from initstudy.optimizers import make_optimizer

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

BATCH = 256
"""Images that `signals` passes forward at a time."""
OUTPUT_STD = 0.1
"""The target deviation of the logits, so that the first loss is close to ln(classes)."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What an initialization cost, and what it set."""

    samples: int
    """Images passed forward; one that passes twice counts twice."""
    backward_samples: float
    """Images passed backward, at twice the arithmetic of forward."""
    steps: int
    """Optimizer steps taken on the way."""
    strength: float
    """How much of the match was applied, by methods that have a strength; else nan."""
    set: list[str]
    """The convolutional and linear layers that were initialized, in the order of a pass."""
    left: list[str]
    """Modules with parameters of their own that no method of the study knows, left as they were."""


@dataclasses.dataclass(frozen=True)
class MethodInfo:
    """What `methods` says of one."""

    name: str
    source: str
    """Where it was published."""
    needs: str
    """Nothing, images, or images and labels."""


def methods() -> list[MethodInfo]:
    """Every method that `initialize` knows."""
    return [MethodInfo(name, one.source, one.needs) for name, one in METHODS.items()]


def initialize(
    model: nn.Module,
    images: Tensor,
    method: str = "consistency",
    *,
    labels: Tensor | Callable[[int], tuple[Tensor, Tensor]] | None = None,
    generator: torch.Generator | None = None,
    optimizer: Callable[[Iterable[Tensor]], object] | None = None,
    activation: str = "relu",
    output_std: float = OUTPUT_STD,
    **options,
) -> Cost:
    """Set the weights and biases of a network's convolutions and linear layers, in place.

    model: any network, on any device, of any floating point type; a copy is initialized on the CPU,
    in float32 where its own type is shorter, and copied back, so that a failure leaves the model as
    it was. images: n x C x H x W inputs as in training, normalised alike; 256 to 1,024 are plenty.
    A method that looks at none needs them to see which layers a pass calls. method: a name of
    `methods()`. labels: classes of the images, n, for methods that need them, which then calibrate
    on the first half; or a function from a number to the next so many images and labels, and all
    images calibrate. generator: on the CPU, of the weights; without one, PyTorch's global one seeds
    them. optimizer: from parameters to the optimizer of the training, for methods that try a step;
    by default Adam at 0.001. activation: the nonlinearity, for methods with a gain. output_std:
    target deviation of the logits, for consistency. options: the method's own.

    Running statistics of BatchNorm start afresh; training and evaluation mode stay. Raises
    InputError for an unknown method, one that lacks labels, and a model on the meta device.
    Source of each method: `methods()`; of consistency: docs/method.md.

    Example: initialize(model, images, "lsuv", generator=torch.Generator().manual_seed(0))
    """
    chosen = method_of(method)
    _check(model, images)
    if chosen.needs == LABELS and labels is None:
        raise InputError(f"method {method!r} needs labels; give labels=, classes of the images")
    work = _copied(model)
    inputs = images.detach().to(next(work.parameters()))
    calibration, batches = _parts(inputs, labels, chosen.needs)
    context = Context(
        generator=generator or torch.Generator().manual_seed(int(torch.randint(2**62, ()))),
        images=inputs[:0] if chosen.needs == NOTHING else calibration,
        labelled_batch=batches,
        optimizer=optimizer or (lambda parameters: make_optimizer("adam", parameters, 1e-3, 0.9)),
        output_std=output_std,
        activation=activation,
    )
    layers = list(weighted_layers(work, inputs))
    found = apply(work, chosen.load(), chosen.options | options, context)
    _copy_back(model, work)
    cost = {name: getattr(found, name) for name in ("samples", "backward_samples", "steps")}
    return Cost(**cost, strength=found.strength, set=layers, left=_left(model, layers))


def discrepancy(
    model: nn.Module, images: Tensor, output_std: float = OUTPUT_STD
) -> dict[str, float]:
    """Layer -> squared 2-Wasserstein distance per channel of its outputs to their target.

    The target is N(0, 1), at the logits N(0, output_std^2), both in Gaussian terms; zero weights
    have a distance of 1 in every hidden layer (docs/method.md). images: as in `initialize`.
    """
    return _distances(_observed(model, images), output_std)


def signals(model: nn.Module, images: Tensor, output_std: float = OUTPUT_STD) -> "pd.DataFrame":
    """What the study records of the layers' outputs: a row a layer, in the order of a pass.

    Columns: mean, variance (of each channel, averaged), discrepancy, dead_fraction,
    effective_rank and cosine, as docs/method.md defines them. Needs pandas.
    """
    import pandas as pd

    observed = _observed(model, images)
    distances = _distances(observed, output_std)
    rows = {
        name: {
            "mean": layer.moments.grand_mean().item(),
            "variance": layer.moments.channel_variance().item(),
            "discrepancy": distances[name],
            **{
                quantity: getattr(layer, quantity)().item()
                for quantity in ("dead_fraction", "effective_rank", "cosine")
            },
        }
        for name, layer in observed.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def plot_signals(table: "pd.DataFrame") -> "Figure":
    """A panel a column of what `signals` returns, layers from left to right. Needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 1.5 * len(table.columns)), layout="constrained")
    panels = figure.subplots(len(table.columns), 1, sharex=True, squeeze=False)[:, 0]
    for axes, column in zip(panels, table.columns, strict=True):
        values = table[column].to_numpy()
        axes.plot(range(len(table)), values, marker="o", color="#0072b2")
        axes.set_ylabel(column.replace("_", "\n"))
        if column in ("variance", "discrepancy") and (values > 0).all():
            axes.set_yscale("log")
    panels[-1].set_xticks(range(len(table)), table.index, rotation=90)
    return figure


def _check(model: nn.Module, images: Tensor) -> None:
    if any(parameter.is_meta for parameter in model.parameters()):
        raise InputError(
            "the model is on the meta device, where there are no weights to set; give them memory"
            " first: model.to_empty(device='cpu')"
        )
    if not images.is_floating_point():
        raise InputError("images are not floating point; normalise them as in training")


def _copied(model: nn.Module) -> nn.Module:
    """A copy on the CPU, in float64 if all of it is, else in float32."""
    types = {one.dtype for one in model.parameters() if one.is_floating_point()}
    precise = torch.float64 if types == {torch.float64} else torch.float32
    return copy.deepcopy(model).to("cpu", precise)


@torch.no_grad()
def _copy_back(model: nn.Module, work: nn.Module) -> None:
    """Parameters and running statistics of a copy, in the model's own type and place."""
    found = work.state_dict()
    for name, tensor in model.state_dict().items():
        tensor.copy_(found[name])


def _parts(
    inputs: Tensor, labels: Tensor | Callable | None, needs: str
) -> tuple[Tensor, Callable[[int], tuple[Tensor, Tensor]] | None]:
    """What calibrates, and where labelled batches come from, for methods that look at any."""
    if needs != LABELS:
        return inputs, None
    if callable(labels):
        return inputs, labels
    if len(labels) != len(inputs):
        raise InputError(f"{len(labels)} labels for {len(inputs)} images: give one an image")
    return inputs[: len(inputs) // 2], LabelledImages(inputs, labels.cpu())


class LabelledImages:
    """Batches of labelled images in their order, and again from the beginning."""

    def __init__(self, images: Tensor, labels: Tensor):
        self.images = images
        self.labels = labels
        self.start = 0

    def __call__(self, size: int) -> tuple[Tensor, Tensor]:
        if size > len(self.images):
            raise InputError(f"{size} labelled images are needed, {len(self.images)} were given")
        if self.start + size > len(self.images):
            self.start = 0
        part = slice(self.start, self.start + size)
        self.start += size
        return self.images[part], self.labels[part]


def _left(model: nn.Module, layers: list[str]) -> list[str]:
    """The modules with parameters of their own that are not among the layers that were set."""
    return [
        name
        for name, module in model.named_modules()
        if name not in layers and any(True for _ in module.parameters(recurse=False))
    ]


def _distances(observed: dict[str, LayerSignals], output_std: float) -> dict[str, float]:
    targets = target_deviations(observed, output_std)
    return {name: distance(layer.moments, targets[name]).item() for name, layer in observed.items()}


@torch.no_grad()
def _observed(model: nn.Module, images: Tensor) -> dict[str, LayerSignals]:
    """Layer -> its outputs over all images, as training sees them: BatchNorm by the batch."""
    _check(model, images)
    work = _copied(model).train()
    found: dict[str, LayerSignals] = {}
    for batch in images.detach().to(next(work.parameters())).split(BATCH):

        def add(name: str, outputs: Tensor, count: int = len(batch)) -> None:
            found.setdefault(name, LayerSignals()).add(outputs[:, None], count)

        with after_each_layer(work, add):
            work(batch)
    return found
