"""Studies whose axes contradict one another."""

from helpers.bad_values import GOOD, axis

TUNE = "tune:\n  learning_rate: [0.1, 1]\n  replicas: 3\n  by: final validation accuracy\n"
CLAIM = """\
claims:
  better:
    statement: He's is better.
    experiment: first
    test: greater
    compare: {initializer: he_normal}
    with: {initializer: consistency}
    where: {learning_rate: 0.1}
    over: [optimizer]
    metric: final_accuracy
    margin: 0.01
"""
CONTRADICTIONS = {
    "too many cells": (
        axis("seed: [" + ", ".join(map(str, range(30000))) + "]"),
        ["experiments.first: 120000 cells", "100000 at most"],
    ),
    "too shallow": (
        axis("depth: [3, 2]"),
        ["experiments.first.depth: 2", "at least 3 for the network lenet5"],
    ),
    "calibration on images of another size": (
        axis("calibration_source: [train, big]")
        + "datasets: {big: {source: folder, path: a, size: 64, target_accuracy: 0.5}}\n",
        ["calibration_source: big has images of 64 pixels, digits of 32"],
    ),
    "an initializer for residual networks on another": (
        axis("network: [lenet5]").replace("he_normal", "skipinit"),
        ["initializer: skipinit is about residual branches, which lenet5 has none of"],
    ),
    "an initializer whose scalars the network lacks": (
        axis("network: [resnet]\n    depth: [8]").replace("he_normal", "fixup"),
        ["initializer: fixup needs fixup: true of the network resnet"],
    ),
    "an initializer whose norm the network lacks": (
        axis("network: [resnet]\n    depth: [8]").replace("he_normal", "zero_gamma"),
        ["initializer: zero_gamma needs norm: batch of the network resnet"],
    ),
    "a depth between two": (
        axis("network: [resnet]\n    depth: [8, 20, 21]"),
        ["experiments.first.depth: 21", "one of 8, 14, 20, 26, ... for the network resnet"],
    ),
    "too shallow by default": (
        GOOD + "defaults: {network: plain, depth: 1}\n",
        ["defaults.depth: 1", "at least 2 for the network plain"],
    ),
    "more images than there are": (
        axis("train_size: [1296]"),
        ["experiments.first.train_size: 1296", "at most 1295, the training images of digits"],
    ),
    "batch above the images used": (
        axis("train_size: [512, 16]"),
        ["batch_size: 32", "at most 16, train_size"],
    ),
    "batch above all images": (axis("batch_size: [2000]"), ["batch_size: 2000", "at most 1295"]),
    "calibration above the images used": (
        axis("train_size: [512]\n    calibration_size: [513]"),
        ["calibration_size: 513", "at most 512, train_size"],
    ),
    "calibration above all images": (
        axis("calibration_size: [1296]"),
        ["calibration_size: 1296", "at most 1295, the training images of digits"],
    ),
    "calibration above another source's": (
        axis("calibration_source: [photos]\n    calibration_size: [2701]"),
        ["calibration_size: 2701", "at most 2700, the training images of photos"],
    ),
    "automatic strength above half": (
        axis("calibration_size: [257]\n    train_size: [512]").replace(
            "consistency]", "consistency_auto]"
        ),
        ["calibration_size: 257", "at most 256, half of train_size"],
    ),
    "Nesterov's momentum without any": (
        axis("momentum: [0.9, 0]").replace("[sgd, adam]", "[nesterov]"),
        ["experiments.first.momentum: 0.0", "above 0 where the optimizer is nesterov"],
    ),
    "a warm-up longer than training": (
        axis("schedule: [cosine_warmup]\n    epochs: [1]"),
        ["schedule: cosine_warmup warms up for 1 epochs", "fewer than the 1 of training"],
    ),
    "a search in an experiment that varies the rate": (
        axis("learning_rate: [0.1, 1]") + TUNE + "  experiments: [first]\n",
        ["tune.experiments: the experiment first varies the learning rate itself"],
    ),
    "a search in no experiment": (
        GOOD + TUNE + "  experiments: [second]\n",
        ["tune.experiments: 'second' is not one of first"],
    ),
    "a search without rates for an optimizer": (
        GOOD + TUNE.replace("[0.1, 1]", "{sgd: [0.1, 1]}"),
        ["tune.learning_rate: has no rates for adam, which the experiment first runs"],
    ),
    "a search of one rate": (
        GOOD + TUNE.replace("[0.1, 1]", "[0.1]"),
        ["tune.learning_rate: [0.1]", "at least two rates"],
    ),
    "a search by test accuracy": (
        GOOD + TUNE.replace("final validation accuracy", "final_accuracy"),
        ["tune.by: 'final_accuracy' must be one of validation area under the curve, final val"],
    ),
    "a rate in a claim on a tuned experiment": (
        GOOD + TUNE + CLAIM,
        ["claims.better.where.learning_rate: 0.1 is not run", "which has tuned, common"],
    ),
    "two initializers of one label": (
        GOOD + "initializers: {lsuv: {label: He}}\n",
        ["initializers.lsuv.label: 'He' is the label of he_normal, too"],
    ),
    "a comparison of one learning rate": (
        axis("figures: [best_rate]"),
        ["experiments.first.figures: best_rate needs at least two values of learning_rate"],
    ),
    "a statement of two lines": (
        GOOD + CLAIM.replace("He's is better.", '"He\'s.\\n.. raw:: html"'),
        ["claims.better.statement", "a sentence in a line of"],
    ),
    "an initializer that tables take for a number": (
        GOOD + "initializers: {nan: {label: N, method: fixed.zero}}\n",
        ["initializers", "nan"],
    ),
    "BatchNorm over one image": (
        axis("norm: [batch]\n    batch_size: [1]"),
        ["batch_size: 1", "at least 2 where norm is batch"],
    ),
}
