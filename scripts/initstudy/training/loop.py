"""The training loop: K replicas, one data order, everything that run.h5 wants to know."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from initstudy.core.progress import Progress
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.optimizers import Optimizer
from initstudy.training.batches import MiniBatches, Normalizer
from initstudy.training.checkpoints import Checkpoint
from initstudy.training.recorder import (
    StatisticsRecorder,
    correct_predictions,
    evaluate,
    replica_losses,
)

PROGRESS_BLOCKS = 50
STATE = ("step", "evaluations", "progress", "recorded_rates", "losses", "correct")
"""The attributes of a Training that change, besides network, optimizer and recorder."""


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
    recorded_rates: list[float]
    """The learning rate of the update that follows each record of statistics: T."""


class Training:
    """The training of K replicas on one data order, and what is recorded of it.

    Its whole state can be taken out and put back before any step: the rest of the training is then
    the same to the bit.
    """

    def __init__(
        self,
        network: ReplicatedNetwork,
        optimizer: Optimizer,
        learning_rate: Callable[[int], float],
        batches: MiniBatches,
        held_out: dict[str, tuple[Tensor, Tensor]],
        normalize: Normalizer,
        recorder: StatisticsRecorder,
    ):
        """learning_rate: that of the update which comes after so many others; held_out: uint8
        images and labels by split, evaluated before the first update and after every epoch."""
        self.network = network
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batches = batches
        self.held_out = held_out
        self.normalize = normalize
        self.recorder = recorder
        self.step = 0
        self.evaluations: list[dict[str, Tensor]] = []
        self.progress: list[Tensor] = []
        self.recorded_rates: list[float] = []
        # Of the epoch's mini-batches; on the device, so that no step waits for the host.
        device = batches.images.device
        self.losses = torch.zeros(batches.steps_per_epoch, network.replicas, device=device)
        self.correct = torch.zeros_like(self.losses)

    @property
    def epochs_done(self) -> int:
        return self.step // self.batches.steps_per_epoch

    def run(self, epochs: int, checkpoint: Checkpoint, start: dict) -> History:
        """Train until `epochs` are done in all, and say in the log how far that is.

        start: what checkpoints hold besides the state of the training, by name.
        """
        if not self.evaluations:
            self.evaluations.append(self._before_training())
        steps = self.batches.steps_per_epoch
        progress = Progress("epoch", epochs, self.step / steps)
        while self.epochs_done < epochs:
            for position in range(self.step % steps, steps):
                checkpoint.save_if_due(lambda: start | {"training": self.state_dict()})
                self._train_step(position)
                if position + 1 < steps:
                    progress.report(self.step / steps)
            self._end_epoch()
            progress.report(self.epochs_done, self._news)
        # Before the last record, which a longer training makes when it comes by.
        checkpoint.save_end(lambda: start | {"training": self.state_dict()})
        images, labels = self.batches[self.step]
        self._record(self.normalize(images), labels)
        return self._history()

    def state_dict(self) -> dict:
        """Everything that changes while training, as tensors in plain containers."""
        return {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "recorder": self.recorder.state_dict(),
            **{name: getattr(self, name) for name in STATE},
        }

    def load_state_dict(self, state: dict) -> None:
        """Put back what `state_dict` returned."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.recorder.load_state_dict(state["recorder"])
        for name in STATE:
            setattr(self, name, state[name])

    def _train_step(self, position: int) -> None:
        """One update; `position` is its place in the epoch."""
        images, labels = self.batches[self.step]
        images = self.normalize(images)
        if position == 0 or self.step.bit_count() == 1:
            self._record(images, labels)
        logits = self.network(images)
        loss = replica_losses(logits, labels)
        self.optimizer.zero_grad()
        loss.sum().backward()
        self.optimizer.learning_rate = self.learning_rate(self.step)
        self.optimizer.step()
        self.losses[position] = loss.detach()
        self.correct[position] = correct_predictions(logits.detach(), labels)
        self.step += 1

    def _record(self, images: Tensor, labels: Tensor) -> None:
        """Statistics of the state as it is; the images, normalised, and labels come next."""
        self.recorder.record(self.step, images, labels)
        self.recorded_rates.append(self.learning_rate(self.step))

    def _end_epoch(self) -> None:
        accuracy = self.correct.mean(dim=0) / self.batches.batch_size
        self.evaluations.append(self._evaluation(self.losses.mean(dim=0), accuracy))
        blocks = self.losses.tensor_split(_blocks(self.batches))
        self.progress += [block.mean(dim=0) for block in blocks]

    def _news(self) -> str:
        """What came out of the last epoch, for the log."""
        accuracy = self.evaluations[-1]["test_accuracy"]
        return f"test accuracy {accuracy.mean():.3f} (mean of {len(accuracy)})"

    def _before_training(self) -> dict[str, Tensor]:
        """The first evaluation; its training values are those of the first mini-batch."""
        images, labels = self.batches[0]
        with self.network.leaving_no_trace(), torch.no_grad():
            logits = self.network(self.normalize(images))
        accuracy = correct_predictions(logits, labels) / len(labels)
        return self._evaluation(replica_losses(logits, labels), accuracy)

    def _evaluation(self, train_loss: Tensor, train_accuracy: Tensor) -> dict[str, Tensor]:
        """{train,validation,test}_{loss,accuracy}, K each, of the network as it is."""
        results = {"train": (train_loss, train_accuracy)} | {
            split: evaluate(self.network, images, labels, self.normalize)
            for split, (images, labels) in self.held_out.items()
        }
        return {
            f"{split}_{metric}": value
            for split, values in results.items()
            for metric, value in zip(("loss", "accuracy"), values, strict=True)
        }

    def _history(self) -> History:
        rows = self.evaluations
        return History(
            steps=[i * self.batches.steps_per_epoch for i in range(len(rows))],
            metrics={name: torch.stack([row[name] for row in rows]) for name in rows[0]},
            progress_steps=_block_ends(self.batches, len(rows) - 1),
            progress_loss=torch.stack(self.progress),
            recorded_rates=self.recorded_rates,
        )


def _blocks(batches: MiniBatches) -> int:
    return min(PROGRESS_BLOCKS, batches.steps_per_epoch)


def _block_ends(batches: MiniBatches, epochs: int) -> list[int]:
    """Updates done at the end of every progress block."""
    sizes = [
        len(block) for block in torch.arange(batches.steps_per_epoch).tensor_split(_blocks(batches))
    ]
    return torch.tensor(sizes * epochs).cumsum(0).tolist()
