"""What jobs ask for, beside what jobs took: peak memory and seconds on one core."""

from types import SimpleNamespace

import pytest

from initstudy.study.cells import Task
from initstudy.training.resources import memory, minutes

PHOTOS, CIFAR10 = 12.3e6, 184.8e6
# Each with 1 epoch: data, replicas, batch size, depth, train and calibration size; MB, seconds.
MEASURED = [
    (PHOTOS, 1, 16, 3, 256, 0, 868, 4),
    (PHOTOS, 10, 16, 3, 256, 0, 979, 6),
    (PHOTOS, 30, 16, 3, 256, 0, 1426, 9),
    (PHOTOS, 30, 64, 3, 512, 0, 1371, 15),
    (PHOTOS, 30, 256, 3, 512, 0, 1688, 17),
    (PHOTOS, 30, 32, 20, 128, 0, 1451, 19),
    (PHOTOS, 30, 64, 20, 128, 0, 1621, 15),  # with BatchNorm
    (PHOTOS, 10, 32, 20, 128, 0, 1270, 11),  # the network `plain`, here and below
    (PHOTOS, 10, 64, 100, 64, 0, 2712, 32),
    (PHOTOS, 10, 1024, 3, "all", 2000, 1910, 14),
    (PHOTOS, 10, 32, 3, 256, 0, 1017, 162),  # MetaInit
    (CIFAR10, 10, 1024, 3, "all", 0, 2912, 94),
]
LENET5 = (32, "architectures.lenet5")
# Of other networks, on the photos, with 10 replicas and batches of 32; killed after 150 s where no
# time is given.
OTHERS = [
    ("residual.resnet", 20, 64, 2370, 124),
    ("residual.resnet", 56, 64, 2679, 297),
    ("published.deepobs_3c3d", 0, 64, 2128, 33),
    ("published.vgg", 16, 64, 6431, None),
    ("published.all_cnn_c", 0, 64, 5283, None),
]


def task_of(replicas, batch_size, depth, train_size, calibration_size, epochs=1):
    cell = SimpleNamespace(
        batch_size=batch_size,
        depth=depth,
        train_size=train_size,
        calibration_size=calibration_size,
        epochs=epochs,
    )
    return Task(cell, replicas, output_std=0.1, options={}, network_options={})


@pytest.mark.parametrize("case", MEASURED)
def test_jobs_get_what_they_took_and_not_much_more(case):
    data, *cell, megabytes, seconds = case
    assert 1.2 * megabytes < memory(task_of(*cell), data, *LENET5) < 2.5 * megabytes
    assert 3 * seconds < 60 * minutes(task_of(*cell), data, *LENET5)


@pytest.mark.parametrize("case", OTHERS)
def test_other_networks_get_what_they_took(case):
    method, depth, train_size, megabytes, seconds = case
    task = task_of(10, 32, depth, train_size, 0)
    assert 1.2 * megabytes < memory(task, PHOTOS, 32, method) < 2.5 * megabytes
    assert seconds is None or 3 * seconds < 60 * minutes(task, PHOTOS, 32, method)


def test_a_study_of_cifar10_fits_into_what_clusters_have():
    cell = task_of(30, 32, 3, "all", 512, epochs=10)
    assert memory(cell, CIFAR10, *LENET5) < 4000
    assert minutes(cell, CIFAR10, *LENET5) < 4 * 60
