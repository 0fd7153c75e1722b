"""What a job that trains a cell needs, foreseen from the cell.

Fitted to jobs that ran on a CPU, which tests/training/test_resources.py lists; what the host of a
GPU needs has not been measured. A job that got too little is tried again with more.
"""

import math

from initstudy.study.cells import Task
from initstudy.study.sources import IMAGE_SIZE

BUFFERS = {
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "67108864",
}
"""Environment variables by which glibc keeps large buffers. It gives them back after each use
otherwise, and the page faults that follow would cost a third of a training step."""
LENET5 = (1, 1)
WEIGHTS = {
    "architectures.lenet5": LENET5,
    "architectures.plain": LENET5,
    "residual.resnet": (4, 20),
    "published.vgg": (16, 150),
    "published.deepobs_3c3d": (5, 40),
    "published.all_cnn_c": (18, 500),
}
"""How many times the memory and the time of a LeNet-5 of the same depth a network takes, by its
method. Options, such as a smaller width, are left out of account."""
OTHERS = (4, 20)
"""Networks of users' own."""
HEAD_ROOM = 1.5
"""What is asked for, as a multiple of the peak that is expected."""


def memory(task: Task, data_bytes: int, size: int, method: str) -> int:
    """Megabytes, from replicas, batch size, depth, calibration size and the size of the data.

    size: height and width of the images, in pixels, with whose square activations grow; method:
    the network's.

    They are taken by PyTorch, by the images, by the activations of the widest layer (for at least
    the 256 images at a time that statistics are taken of), by those that wait for the backward
    pass, and by one network's calibration. Jobs of one machine share the images: each is asked for
    all of them.
    """
    cell, batch = task.cell, task.cell.batch_size
    weight, _ = WEIGHTS.get(method, OTHERS)
    replica = weight * (0.1 * max(batch, 256) + 0.02 * batch * cell.depth)
    calibration = 0.15 * cell.calibration_size
    activations = (replica * task.replicas + calibration) * (size / IMAGE_SIZE) ** 2
    expected = 900 + data_bytes / 1e6 + activations
    return math.ceil(HEAD_ROOM * expected)


def minutes(task: Task, data_bytes: int, size: int, method: str) -> int:
    """The time limit, from replicas, depth, batch size, epochs and the number of images.

    Five to start, one a replica to initialize it (the slowest initializers take half of that), and
    three times what training takes on one core: an epoch passes over the images trained on and over
    those that are evaluated, a quarter of all; a step costs something however small the batch.
    """
    cell, replicas, depth = task.cell, task.replicas, task.cell.depth
    images = data_bytes / (3 * size**2)
    if cell.train_size != "all":
        images = min(images, cell.train_size + images / 4)
    _, weight = WEIGHTS.get(method, OTHERS)
    seconds_an_image = weight * 1e-4 * (1 + depth / 3) * replicas * (size / IMAGE_SIZE) ** 2
    seconds_an_image += 1e-3 * (5 + depth) / cell.batch_size
    training = images * (cell.epochs + 1) * seconds_an_image
    return math.ceil(5 + replicas + training / 60)
