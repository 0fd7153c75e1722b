"""The official archives, in small: the same formats with a few images."""

import gzip
import hashlib
import io
import pickle
import tarfile

import numpy as np
from scipy.io import savemat


def random_images(n, shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, *shape), dtype=np.uint8)


def write_tar(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def write_cifar10(folder):
    images, labels = random_images(24, (3, 32, 32)), np.arange(24) % 10
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    files = {
        f"cifar-10-batches-py/{name}": pickle.dumps(
            {
                "data": images[4 * i : 4 * i + 4].reshape(4, -1),
                "labels": labels[4 * i : 4 * i + 4].tolist(),
            }
        )
        for i, name in enumerate(names)
    }
    files["cifar-10-batches-py/batches.meta"] = pickle.dumps({"label_names": list("abcdefghij")})
    write_tar(folder / "cifar-10-python.tar.gz", files)
    return [folder / "cifar-10-python.tar.gz"], images, labels


def write_svhn(folder):
    images, labels = random_images(24, (3, 32, 32)), np.arange(24) % 10
    for name, rows in (("train", slice(20)), ("test", slice(20, None))):
        content = {
            "X": images[rows].transpose(2, 3, 1, 0),
            "y": np.where(labels == 0, 10, labels)[rows, None].astype(np.uint8),
        }
        savemat(folder / f"{name}_32x32.mat", content)
    return [folder / "train_32x32.mat", folder / "test_32x32.mat"], images, labels


def write_mnist(folder):
    images, labels = random_images(24, (28, 28)), np.arange(24, dtype=np.uint8) % 10
    archives = []
    for name, rows in (("train", slice(20)), ("t10k", slice(20, None))):
        for kind, array in (("images-idx3", images[rows]), ("labels-idx1", labels[rows])):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            archives.append(folder / f"{name}-{kind}-ubyte.gz")
            archives[-1].write_bytes(gzip.compress(header + array.tobytes()))
    return archives, np.pad(images, ((0, 0), (2, 2), (2, 2)))[:, None], labels


def md5(path):
    return f"md5:{hashlib.md5(path.read_bytes()).hexdigest()}"


def map_md5(archives):
    return [md5(archive) for archive in archives]
