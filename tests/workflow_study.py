"""The small study that tests of the workflow run."""

STUDY = """\
title: A small study
replicas: 2
experiments:
  first:
    initializer: [zero, he_normal, consistency]
defaults:
  dataset: digits
  optimizer: sgd
  epochs: 1
  train_size: 256
  calibration_size: 64
"""
