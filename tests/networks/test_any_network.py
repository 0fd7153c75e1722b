"""Networks of all kinds are trained as PyTorch trains them, whatever way they take."""

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.network_zoo import CLASSES, NETWORKS, SLOWER, with_modules
from initstudy.core.errors import InputError
from initstudy.networks.replicated import checked
from initstudy.networks.replicated.checked import difference, replicate
from initstudy.networks.replicated.network import ReplicatedNetwork
from initstudy.networks.replicated.streams import ReplicaRandom
from initstudy.optimizers import make_optimizer
from initstudy.training.recorder import StatisticsRecorder, replica_losses

STEPS = 20
LEARNING_RATE = {"adam": 1e-3, "sgd": 1e-2}
IMAGES = torch.randn(STEPS, 4, 3, 16, 16, generator=torch.Generator().manual_seed(1)).double()
LABELS = torch.randint(0, CLASSES, (STEPS, 4), generator=torch.Generator().manual_seed(2))


def made(name: str, count: int) -> list[nn.Module]:
    """`count` networks in float64, each with weights of its own."""
    networks = []
    for replica in range(count):
        torch.manual_seed(replica)
        networks.append(NETWORKS[name]().double())
    return networks


def plain_losses(network: nn.Module, optimizer: str, random: ReplicaRandom, replica: int) -> Tensor:
    """A textbook loop with torch.optim; what the network draws comes from the replica's stream."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    rate = LEARNING_RATE[optimizer]
    kinds = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}
    options = {} if optimizer == "adam" else {"momentum": 0.9}
    updates = kinds[optimizer](parameters, lr=rate, **options)
    losses = []
    for images, labels in zip(IMAGES, LABELS, strict=True):
        updates.zero_grad()
        with random.as_global(replica, images.device):
            loss = F.cross_entropy(network(images), labels)
        loss.backward()
        updates.step()
        losses.append(loss.detach())
    return torch.stack(losses)


@pytest.mark.parametrize("optimizer", ["adam", pytest.param("sgd", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NETWORKS)
def test_replicas_are_trained_as_the_network_is(name, optimizer, capsys):
    networks = made(name, 3)
    replicated = replicate(networks, IMAGES[0])
    told = capsys.readouterr().err
    assert ("has no form for all replicas" in told) == (name in SLOWER)
    trained = make_optimizer(optimizer, replicated.parameters(), LEARNING_RATE[optimizer], 0.9)
    losses = []
    for images, labels in zip(IMAGES, LABELS, strict=True):
        trained.zero_grad()
        loss = replica_losses(replicated(images), labels)
        loss.sum().backward()
        trained.step()
        losses.append(loss.detach())
    random = ReplicaRandom(3)
    replicated.eval()
    found = replicated(IMAGES[0])
    for replica, network in enumerate(networks):
        expected = plain_losses(network, optimizer, random, replica)
        torch.testing.assert_close(
            torch.stack(losses)[:, replica], expected, rtol=1e-6, atol=1e-9, msg=name
        )
        with random.as_global(replica, IMAGES.device):
            outputs = network.eval()(IMAGES[0])
        torch.testing.assert_close(found[replica], outputs, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", ["residual", "Dropout", "attention", "stochastic depth"])
def test_a_replica_does_not_depend_on_the_others(name):
    three, one = (replicate(made(name, count), IMAGES[0]) for count in (3, 1))
    for images in IMAGES[:3]:
        torch.testing.assert_close(three(images)[0], one(images)[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "name", ["residual", "weight_norm", "frozen", "stochastic depth", "covering"]
)
def test_statistics_are_those_of_the_layers(name):
    replicated = replicate([each.float() for each in made(name, 2)], IMAGES[0].float())
    recorder = StatisticsRecorder(replicated, IMAGES[1].float(), 0.1)
    before = copy.deepcopy(replicated.state_dict())
    recorder.record(0, IMAGES[0].float(), LABELS[0])
    for key, value in replicated.state_dict().items():
        assert str(value) == str(before[key])
    found = recorder.statistics()
    assert list(found) == replicated.layer_names
    for layer, quantities in found.items():
        computed = name == "weight_norm" and layer == "2"
        for quantity, values in quantities.items():
            of_weight = quantity.startswith("weight") or quantity == "gradient_norm"
            assert values.isfinite().all() != (computed and of_weight)


class Lying(nn.Module):
    """Its passes leave something behind that no parameter and no buffer holds."""

    def __init__(self):
        super().__init__()
        self.passes = 0
        self.out = nn.Linear(3 * 16 * 16, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        self.passes += 1
        return self.out(x.flatten(1)) * self.passes


def test_what_cannot_be_trained_as_it_is_is_refused():
    with pytest.raises(InputError, match="cannot be trained in replicas: the output of"):
        replicate([Lying(), Lying()], IMAGES[0].float())


def test_a_layer_that_replicas_leave_out_on_their_own_is_refused():
    class MayBe(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Conv2d(8, 8, 1)

        def forward(self, x: Tensor) -> Tensor:
            return x if self.training and torch.rand(1) < 0.5 else self.inner(x)

    with pytest.raises(InputError, match=r"1\.inner is left out of a pass in some replicas"):
        replicate([with_modules(MayBe)() for _ in range(8)], IMAGES[0].float())


def test_a_wrong_operation_is_found_and_named(monkeypatch, capsys):
    """The last convolution's bias is forgotten: what is said, and that it goes the slower way."""
    networks = made("nested", 2)
    original = ReplicatedNetwork.__init__

    def forgetful(self, networks, images, whole=False):
        original(self, networks, images, whole)
        if not whole:
            with torch.no_grad():
                self.operations["module/0/0/0"].bias += 1

    monkeypatch.setattr(ReplicatedNetwork, "__init__", forgetful)
    assert difference(networks, IMAGES[0], whole=False) == (
        "the output of layer 0.0.0 of replica 0 differs from the plain network's in training"
    )
    replicate(networks, IMAGES[0])
    assert "Replicas are whole networks" in capsys.readouterr().err


def test_float32_is_enough_where_float64_does_not_work():
    class Single(nn.Module):
        def __init__(self):
            super().__init__()
            self.out = nn.Linear(3 * 16 * 16, CLASSES)
            self.scale = torch.ones(3 * 16 * 16)

        def forward(self, x: Tensor) -> Tensor:
            return F.linear(x.flatten(1) * self.scale, self.out.weight, self.out.bias)

    replicated = replicate([Single(), Single()], IMAGES[0].float())
    assert replicated(IMAGES[0].float()).shape == (2, 4, CLASSES)
    assert checked.TOLERANCE[torch.float32] > checked.TOLERANCE[torch.float64]
