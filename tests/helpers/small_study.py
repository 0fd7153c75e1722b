"""The studies that tests of the workflow run."""

STUDY = """\
title: A small study
replicas: 2
block: 2
experiments:
  first:
    initializer: [zero, he_normal, consistency]
  second:
    initializer: [zero, he_normal]
    batch_size: [32, 64]
    figures: [sweep]
claims:
  he_learns:
    statement: He's initialization is better than zero weights.
    experiment: first
    test: greater
    compare: {initializer: he_normal}
    with: {initializer: zero}
    metric: final_accuracy
    margin: 0.05
defaults:
  dataset: digits
  optimizer: sgd
  epochs: 1
  train_size: 256
  calibration_size: 64
"""

TINY = """\
title: "Tiny #1"
replicas: 2
experiments:
  first:
    initializer: [zero, he_normal]
    figures: [curves]
claims:
  he_learns:
    statement: He's initialization is better than zero weights.
    experiment: first
    test: greater
    compare: {initializer: he_normal}
    with: {initializer: zero}
    metric: final_accuracy
    margin: 0.05
defaults: {dataset: digits, optimizer: sgd, epochs: 1, train_size: 256, calibration_size: 64}
"""
"""Two cells and as few files as a study can have."""

TUNED = f"""{TINY}\
tune:
  learning_rate: [0.01, 0.1]
  replicas: 1
  by: final validation accuracy
"""
"""The tiny study at tuned learning rates, too."""
