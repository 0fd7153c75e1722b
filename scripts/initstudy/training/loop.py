"""The training loop: K replicas, one data order, everything that run.h5 wants to know."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from initstudy.training.batches import MiniBatches, Normalizer
from initstudy.training.recorder import (
    StatisticsRecorder,
    correct_predictions,
    evaluate,
    replica_losses,
)
from initstudy.training.replicated import ReplicatedNetwork

PROGRESS_BLOCKS = 50


@dataclass(frozen=True)
class History:
    """What training left behind; E epochs, P progress blocks, K replicas, on the CPU."""

    steps: list[int]
    """Updates done at each of the E + 1 evaluations."""
    metrics: dict[str, Tensor]
    """{train,validation,test}_{loss,accuracy}: (E + 1) x K."""
    progress_steps: list[int]
    """Updates done at the end of each block."""
    progress_loss: Tensor
    """The training loss averaged over each block: P x K."""


def train(
    network: ReplicatedNetwork,
    optimizer: torch.optim.Optimizer,
    batches: MiniBatches,
    held_out: dict[str, tuple[Tensor, Tensor]],
    normalize: Normalizer,
    recorder: StatisticsRecorder,
    epochs: Iterable[int],
) -> History:
    """Train for `epochs` (an iterable of 1, 2, ..., such as a progress bar).

    held_out: uint8 images and labels by split, evaluated before the first update and after every
    epoch. Losses stay on the device until an epoch ends, so that no step waits for the host.
    """
    evaluations = [_before_training(network, batches, held_out, normalize)]
    losses = torch.empty(batches.steps_per_epoch, network.replicas, device=batches.images.device)
    correct = torch.empty_like(losses)
    progress = []
    step = 0
    for _ in epochs:
        for position in range(batches.steps_per_epoch):
            images, labels = batches[step]
            images = normalize(images)
            if position == 0 or step.bit_count() == 1:
                recorder.record(step, images, labels)
            logits = network(images)
            loss = replica_losses(logits, labels)
            optimizer.zero_grad()
            loss.sum().backward()
            optimizer.step()
            losses[position] = loss.detach()
            correct[position] = correct_predictions(logits.detach(), labels)
            step += 1
        training = losses.mean(dim=0), correct.mean(dim=0) / batches.batch_size
        evaluations.append(_row(training, network, held_out, normalize))
        progress += [block.mean(dim=0) for block in losses.tensor_split(_blocks(batches))]
    images, labels = batches[step]
    recorder.record(step, normalize(images), labels)
    return History(
        steps=[i * batches.steps_per_epoch for i in range(len(evaluations))],
        metrics={name: torch.stack([row[name] for row in evaluations]) for name in evaluations[0]},
        progress_steps=_block_ends(batches, len(evaluations) - 1),
        progress_loss=torch.stack(progress),
    )


def _before_training(
    network: ReplicatedNetwork,
    batches: MiniBatches,
    held_out: dict[str, tuple[Tensor, Tensor]],
    normalize: Normalizer,
) -> dict[str, Tensor]:
    """The first row of the history; its training values are those of the first mini-batch."""
    images, labels = batches[0]
    network.track_running_statistics(False)
    with torch.no_grad():
        logits = network(normalize(images))
    network.track_running_statistics(True)
    accuracy = correct_predictions(logits, labels) / len(labels)
    return _row((replica_losses(logits, labels), accuracy), network, held_out, normalize)


def _row(
    training: tuple[Tensor, Tensor],
    network: ReplicatedNetwork,
    held_out: dict[str, tuple[Tensor, Tensor]],
    normalize: Normalizer,
) -> dict[str, Tensor]:
    """One evaluation: loss and accuracy of the training just done and of the held-out splits."""
    results = {"train": training} | {
        split: evaluate(network, images, labels, normalize)
        for split, (images, labels) in held_out.items()
    }
    return {
        f"{split}_{metric}": value
        for split, values in results.items()
        for metric, value in zip(("loss", "accuracy"), values, strict=True)
    }


def _blocks(batches: MiniBatches) -> int:
    return min(PROGRESS_BLOCKS, batches.steps_per_epoch)


def _block_ends(batches: MiniBatches, epochs: int) -> list[int]:
    """Updates done at the end of every progress block."""
    sizes = [
        len(block) for block in torch.arange(batches.steps_per_epoch).tensor_split(_blocks(batches))
    ]
    return torch.tensor(sizes * epochs).cumsum(0).tolist()
