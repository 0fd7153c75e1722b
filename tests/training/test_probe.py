"""Probes without training: against plain PyTorch, and against what theory says."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from helpers.initializing import inputs, labelled_images, made
from helpers.small_data import BLANK, bare_context, image_arrays
from initstudy.analysis.signals import SMALLEST_SQUARE, geometric_rates, signal_table
from initstudy.core.errors import InputError
from initstudy.data.store import ArraySource, write_dataset
from initstudy.initializers.fixed import he_normal, normal, pytorch_default, zero
from initstudy.initializers.orthogonal import orthogonal
from initstudy.networks.architectures import lenet5, plain
from initstudy.networks.layers import weighted_layers
from initstudy.networks.moments import discrepancy, moments
from initstudy.records.probe import read_probe, write_probe
from initstudy.training.initial import Methods
from initstudy.training.probe import network_signals, probe_initializer

ROOT = Path(__file__).parents[2]
CLASSES, DRAWS, DEPTH, BATCH = 10, 20, 30, 16
CELL = {
    "initializer": "he_normal",
    "dataset": "noise",
    "network": "plain",
    "depth": 5,
    "norm": "none",
    "activation": "relu",
    "replicas": 3,
    "first_replica": 0,
    "batch_size": 8,
    "options": {"match": "channel"},
    "network_options": {},
    "calibration_size": 32,
    "calibration_source": "train",
    "optimizer": "sgd",
    "learning_rate": 0.01,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "output_std": 0.1,
}
METHODS = Methods("architectures.plain", "consistency.consistency")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A prepared data set of 200 training and validation images."""
    images, labels = image_arrays(200, CLASSES)
    path = tmp_path_factory.mktemp("data") / "noise.h5"
    source = ArraySource(
        description="noise",
        classes=[str(i) for i in range(CLASSES)],
        labels={"train": labels, "test": labels[:10]},
        images={"train": images, "test": images[:10]},
        digests={},
    )
    write_dataset(source, path)
    return path


def batch(size=BATCH):
    return inputs(size), torch.from_numpy(labelled_images(size)[1])


@pytest.mark.parametrize(
    "network", [plain(CLASSES, 6, "none"), plain(CLASSES, 6, "batch"), lenet5(CLASSES, 4, "none")]
)
def test_signals_are_those_of_plain_pytorch(network):
    made(pytorch_default, network, bare_context(0))
    images, labels = batch()
    found = network_signals(network, images, labels, output_std=0.1)

    seen = {}

    def keep(name):
        def hook(_module, _inputs, output):
            output.retain_grad()
            seen[name] = output

        return hook

    layers = weighted_layers(network, BLANK)
    for name, layer in layers.items():
        layer.register_forward_hook(keep(name))
    nn.CrossEntropyLoss()(network(images), labels).backward()
    assert list(found) == list(layers)
    for name, layer in layers.items():
        z = seen[name].detach().double()
        by_channel = z.transpose(0, 1).flatten(1)
        target = 0.1 if name == "logits" else 1.0
        expected = {
            "second_moment": z.square().mean(),
            "mean": z.mean(),
            "variance": by_channel.var(dim=1, correction=0).mean(),
            "discrepancy": discrepancy(moments(by_channel.T[:, None]), target),
            "dead_fraction": (by_channel.amax(dim=1) <= 0).double().mean(),
            "effective_rank": effective_rank(np.cov(by_channel.numpy(), ddof=0)),
            "cosine": mean_cosine(z.flatten(1).numpy()),
            "singular_values": np.linalg.svd(
                layer.weight.detach().double().flatten(1).numpy(), compute_uv=False
            ),
            "gradient_norm": torch.linalg.vector_norm(layer.weight.grad),
            "preactivation_gradient_norm": torch.linalg.vector_norm(seen[name].grad),
        }
        assert set(found[name]) == set(expected)
        for quantity, value in expected.items():
            np.testing.assert_allclose(found[name][quantity], value, rtol=1e-4, atol=1e-9)


def effective_rank(covariance):
    shares = np.linalg.eigvalsh(covariance).clip(1e-300) / np.trace(covariance)
    return np.exp(-(shares * np.log(shares)).sum())


def mean_cosine(images):
    unit = images / np.linalg.norm(images, axis=1, keepdims=True)
    products = unit @ unit.T
    return products[np.triu_indices(len(images), 1)].mean()


def test_zero_weights_pass_nothing_on():
    network, _ = made(zero, plain(CLASSES, 4, "none"), bare_context(0))
    found = network_signals(network, *batch(), output_std=0.1)
    for name in list(found)[:-1]:
        assert found[name].pop("discrepancy") == found[name].pop("dead_fraction") == 1
        assert np.isnan(found[name].pop("cosine"))
        assert not found[name].pop("singular_values").any()
        assert not any(found[name].values())
    assert found["logits"]["discrepancy"] == pytest.approx(0.1**2)
    assert found["logits"]["gradient_norm"] == 0
    assert found["logits"]["preactivation_gradient_norm"] > 0


def test_rates_of_planted_series_are_recovered():
    layers = np.arange(50)[:, None]
    signal = 3.0 * np.array([[0.5, 1.0, 2.0, 1e-3]]) ** layers
    rates, used = geometric_rates(signal)
    np.testing.assert_allclose(rates, [0.5, 1.0, 2.0, 1e-3], rtol=1e-9)
    # 3 * 1e-3^l is above 1e-60 up to l = 20; what comes after is left out, whatever it is.
    assert used.tolist() == [50, 50, 50, 21]
    signal[21:, 3] = 0.7 * SMALLEST_SQUARE
    assert geometric_rates(signal)[0][3] == pytest.approx(1e-3)


def test_a_signal_without_two_layers_has_no_rate():
    signal = np.zeros((9, 3))
    signal[0, 1] = 1.0
    signal[:, 2] = np.inf
    rates, used = geometric_rates(signal)
    assert np.isnan(rates).all()
    assert used.tolist() == [0, 1, 0]


def second_moments(initializer, **options):
    """Of the layers after the strided ones up to the last hidden one: layers x DRAWS."""
    found = []
    for draw in range(DRAWS):
        network, _ = made(initializer, plain(CLASSES, DEPTH, "none"), bare_context(draw), **options)
        signals = network_signals(network, *batch(), output_std=0.1)
        found.append([signals[name]["second_moment"] for name in list(signals)[2:-1]])
    return np.array(found).T


def test_he_keeps_the_second_moment_and_small_weights_lose_it_at_the_formulas_rate():
    """A layer multiplies the second moment by fan_in std^2 / 2 in expectation: 1 for He, and
    16 * 9 * 0.01^2 / 2 = 0.0072 for normal(0.01).

    It is exact for any width (a layer's outputs have a symmetric distribution, given its inputs,
    and ReLU keeps half of a symmetric variable's square), so the mean ratio of successive layers is
    tested. Ratios have a standard deviation of half their mean, the mean over 20 draws and 27 pairs
    of layers one of 2.2 %: the tolerance of 9 % is four of those.
    """
    he = second_moments(he_normal)
    small = second_moments(normal, std=0.01)
    assert (he[1:] / he[:-1]).mean() == pytest.approx(1, rel=0.09)
    # At 0.0072^l the pre-activations of layer 30 are of size 1e-34: float32 still has them.
    formula = 16 * 9 * 0.01**2 / 2
    assert formula == pytest.approx(0.0072)
    assert (small[1:] / small[:-1]).mean() == pytest.approx(formula, rel=0.09)
    # Draws of equal seed differ by the scale alone, so the fitted rates have just that ratio.
    rates, used = geometric_rates(small[:20])
    assert (used == 20).all()
    np.testing.assert_allclose(rates / geometric_rates(he[:20])[0], formula, rtol=1e-3)


def test_the_file_gives_back_what_was_probed_in_equal_bytes(data, tmp_path):
    for name in ("one.h5", "two.h5"):
        write_probe(tmp_path / name, probe_initializer(CELL, METHODS, data))
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()
    probe = read_probe(tmp_path / "one.h5")
    assert probe.attributes["layers"] == ["C1", "C2", "C3", "C4", "C5", "logits"]
    assert probe.attributes["probe"]["draws"] == 3
    assert probe.over_layers("second_moment").shape == (6, 3)
    # Calibrated on other images of the same distribution, hidden layers are close to the target.
    assert probe.over_layers("second_moment")[:-1] == pytest.approx(1, abs=0.3)

    [row] = signal_table([probe]).to_dict("records")
    assert row["initializer"] == "he_normal"
    assert row["forward_layers"] == row["backward_layers"] == 3
    assert row["forward_rate_q1"] <= row["forward_rate"] <= row["forward_rate_q3"]
    for quantity in ("cosine", "dead_fraction", "effective_rank"):
        assert row[quantity] == np.median(probe.signals["C5"][quantity])
    spectra = np.array([probe.signals[name]["singular_values"] for name in ("C3", "C4", "C5")])
    assert row["largest_singular_value"] == np.median(spectra.max(axis=(0, 2)))
    assert row["smallest_singular_value"] == np.median(spectra.min(axis=(0, 2)))


def test_an_orthogonal_weight_has_equal_singular_values():
    network, _ = made(orthogonal, plain(CLASSES, 4, "none"), bare_context(0))
    found = network_signals(network, *batch(), output_std=0.1)
    np.testing.assert_allclose(found["C3"]["singular_values"], np.ones(16), rtol=1e-5)


def test_a_draw_does_not_depend_on_how_many_there_are(data):
    three = probe_initializer(CELL, METHODS, data)
    two = probe_initializer(CELL | {"replicas": 2}, METHODS, data)
    for quantity in ("second_moment", "gradient_norm", "preactivation_gradient_norm"):
        assert (three.over_layers(quantity)[:, :2] == two.over_layers(quantity)).all()


def test_wrong_input_is_one_sentence(data, tmp_path):
    with pytest.raises(InputError, match=r"probe\.batch_size 999 exceeds the .* validation images"):
        probe_initializer(CELL | {"batch_size": 999}, METHODS, data)
    (tmp_path / "probe.h5").write_bytes(b"cut short")
    with pytest.raises(InputError, match=r"probe\.h5 is damaged or no probe of schema version \d$"):
        read_probe(tmp_path / "probe.h5")
    with pytest.raises(InputError, match=r"none\.h5 cannot be read: No such file or directory$"):
        read_probe(tmp_path / "none.h5")


def test_a_probe_with_an_axis_that_nothing_reads_is_refused(data):
    with pytest.raises(InputError, match=r"^label_smoothing: nothing in training reads this axis"):
        probe_initializer(CELL | {"label_smoothing": 0.1}, METHODS, data)
