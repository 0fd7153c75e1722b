"""What is recorded while replicas train; the shapes are those of run.h5 (see `runs`)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from initstudy.networks.moments import Moments, discrepancy, moments, target_deviations
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.networks.signals import LayerSignals
from initstudy.training.batches import Normalizer

EVALUATION_BATCH = 100
PROBE_SET_BATCH = 256
STATE = ("steps", "records", "initial", "previous")
"""The attributes of a StatisticsRecorder that change while it records."""


def replica_losses(logits: Tensor, labels: Tensor) -> Tensor:
    """Each replica's mean cross-entropy in nats: K from logits K x B x classes and labels B."""
    replicas, batch, _ = logits.shape
    losses = F.cross_entropy(logits.flatten(0, 1), labels.repeat(replicas), reduction="none")
    return losses.view(replicas, batch).mean(dim=1)


def correct_predictions(logits: Tensor, labels: Tensor) -> Tensor:
    """How many of the batch each replica gets right, as float: K.

    Logits that are not finite predict nothing: a diverged replica gets none right.
    """
    finite = logits.isfinite().all(dim=2)
    return ((logits.argmax(dim=2) == labels) & finite).sum(dim=1, dtype=torch.float32)


@torch.no_grad()
def evaluate(
    network: ReplicatedNetwork, images: Tensor, labels: Tensor, normalize: Normalizer
) -> tuple[Tensor, Tensor]:
    """Mean cross-entropy and fraction correct over uint8 images in evaluation mode: K each."""
    network.eval()
    losses, correct = 0.0, 0.0
    for image_batch, label_batch in zip(
        images.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH), strict=True
    ):
        logits = network(normalize(image_batch))
        losses = losses + replica_losses(logits, label_batch) * len(label_batch)
        correct = correct + correct_predictions(logits, label_batch)
    network.train()
    return losses / len(images), correct / len(images)


class StatisticsRecorder:
    """Layer statistics at chosen steps, on the mini-batch that comes next and on the probe set.

    Both pass forward in training mode, BatchNorm normalising by the batch at hand (of 256 images
    for the probe set) without updating its running statistics: the samples as training sees them.
    """

    def __init__(self, network: ReplicatedNetwork, probe_set: Tensor, output_std: float):
        """probe_set: normalised images; output_std: the discrepancy's target at the logits."""
        self.network = network
        self.probe_set = probe_set
        names = network.layer_names
        self.targets = target_deviations(names, output_std)
        self.steps: list[int] = []
        self.records: dict[str, dict[str, list[Tensor]]] = {name: {} for name in names}
        self.initial = self._copied_weights()
        self.previous = self.initial

    def record(self, step: int, images: Tensor, labels: Tensor) -> None:
        """Record the state after `step` updates; images (normalised) and labels come next."""
        self.steps.append(step)
        with self.network.leaving_no_trace():
            self._record_moments(images)
            self._record_gradients(images, labels)
        self._record_weights()

    def statistics(self) -> dict[str, dict[str, Tensor]]:
        """Layer -> quantity -> T x K."""
        return {
            layer: {quantity: torch.stack(values) for quantity, values in quantities.items()}
            for layer, quantities in self.records.items()
        }

    def state_dict(self) -> dict:
        """What was recorded so far, and the weights that deltas are taken from."""
        return {name: getattr(self, name) for name in STATE}

    def load_state_dict(self, state: dict) -> None:
        """Put back what `state_dict` returned."""
        for name in STATE:
            setattr(self, name, state[name])

    @torch.no_grad()
    def _record_moments(self, images: Tensor) -> None:
        population: dict[str, LayerSignals] = {}
        for batch in self.probe_set.split(PROBE_SET_BATCH):

            def add(layer: str, preactivations: Tensor, images: int = len(batch)) -> None:
                population.setdefault(layer, LayerSignals()).add(preactivations, images)

            self.network.observe(batch, add)
        samples: dict[str, Moments] = {}
        self.network.observe(
            images, lambda layer, preactivations: samples.update({layer: moments(preactivations)})
        )
        for layer in self.records:
            sample, signals = samples.get(layer), population.get(layer)
            whole = signals and signals.moments
            self._append(layer, "sample_mean", sample and sample.grand_mean())
            self._append(layer, "sample_variance", sample and sample.channel_variance())
            self._append(layer, "population_mean", whole and whole.grand_mean())
            self._append(layer, "population_variance", whole and whole.channel_variance())
            distance = whole and discrepancy(whole, self.targets[layer])
            self._append(layer, "discrepancy", distance)
            for quantity in ("dead_fraction", "effective_rank", "cosine"):
                self._append(layer, quantity, signals and getattr(signals, quantity)())

    def _record_gradients(self, images: Tensor, labels: Tensor) -> None:
        weights = self._weights()
        frozen = [weight for weight in weights.values() if not weight.requires_grad]
        for weight in frozen:
            weight.requires_grad_(True)
        loss = replica_losses(self.network(images), labels).sum()
        gradients = torch.autograd.grad(
            loss, list(weights.values()), allow_unused=True, materialize_grads=True
        )
        for weight in frozen:
            weight.requires_grad_(False)
        norms = dict(zip(weights, map(_norms, gradients), strict=True))
        for name in self.records:
            self._append(name, "gradient_norm", norms.get(name))

    def _record_weights(self) -> None:
        weights = self._copied_weights()
        for name in self.records:
            weight = weights.get(name)
            known = weight is not None
            self._append(name, "weight_norm", _norms(weight) if known else None)
            for quantity, since in (
                ("weight_delta", self.initial),
                ("weight_update", self.previous),
            ):
                self._append(name, quantity, _norms(weight - since[name]) if known else None)
        self.previous = weights

    def _weights(self) -> dict[str, Tensor]:
        layers = self.network.layers()
        return {name: layer.weight for name, layer in layers.items() if layer.weight is not None}

    def _copied_weights(self) -> dict[str, Tensor]:
        return {name: weight.detach().clone() for name, weight in self._weights().items()}

    def _append(self, layer: str, quantity: str, values: Tensor | None) -> None:
        """values: K; None where there is nothing to record, such as the weight of a layer that
        computes it from others, or the outputs of a layer that a pass has left out."""
        if values is None:
            values = torch.full((self.network.replicas,), torch.nan, device=self.probe_set.device)
        self.records[layer].setdefault(quantity, []).append(values)


def _norms(tensor: Tensor) -> Tensor:
    """The Frobenius norm of each replica's part: K."""
    return tensor.flatten(1).norm(dim=1)
