"""The official archives, in small: the same formats with a few images."""

import hashlib
import pickle
import subprocess
import sys
import tarfile
import tempfile

import numpy as np
import pytest

import prepare
from helpers.official_archives import (
    map_md5,
    md5,
    write_cifar10,
    write_mnist,
    write_svhn,
    write_tar,
)
from initstudy.core.errors import InputError
from initstudy.data import official as module
from initstudy.data.official import official
from initstudy.data.store import read_dataset


@pytest.fixture(autouse=True)
def unpacking_folder(tmp_path, monkeypatch):
    """Where temporary folders are made; it has to be empty in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("cifar10", write_cifar10),
        ("svhn", write_svhn),
        ("mnist", write_mnist),
        ("fashion_mnist", write_mnist),
    ],
)
def test_images_and_labels_come_out_of_the_official_formats(tmp_path, name, write):
    archives, images, labels = write(tmp_path)
    checksums = map_md5(archives)
    source = official(name, archives, checksums)
    for part, rows in (("train", slice(20)), ("test", slice(20, None))):
        np.testing.assert_array_equal(source.images[part], images[rows])
        np.testing.assert_array_equal(source.labels[part], labels[rows])
        expected = np.broadcast_to(images[rows], (len(images[rows]), 3, 32, 32))
        np.testing.assert_array_equal(np.concatenate(list(source.blocks(part))), expected)
    assert len(source.classes) == 10
    assert source.checksums() == dict(
        zip([archive.name for archive in archives], checksums, strict=True)
    )


def test_classes_are_the_official_ones(tmp_path):
    archives, _, _ = write_cifar10(tmp_path)
    assert official("cifar10", archives, map_md5(archives)).classes == list("abcdefghij")
    archives, _, _ = write_mnist(tmp_path)
    assert official("fashion_mnist", archives, map_md5(archives)).classes[9] == "Ankle boot"


def test_a_wrong_checksum_is_found_before_anything_is_opened(tmp_path, monkeypatch):
    archives, _, _ = write_svhn(tmp_path)
    monkeypatch.setattr(module, "_unpack", lambda *args: pytest.fail("opened"))
    right, wrong = md5(archives[0]), "md5:" + "0" * 32
    with pytest.raises(InputError, match="test_32x32") as caught:
        official("svhn", archives, [right, wrong])
    for part in (str(archives[1]), wrong, md5(archives[1]), "delete it"):
        assert part in str(caught.value)


def test_other_algorithms_and_upper_case_are_understood(tmp_path):
    archives, _, _ = write_cifar10(tmp_path)
    digest = hashlib.sha256(archives[0].read_bytes()).hexdigest()
    official("cifar10", archives, [f"sha256:{digest.upper()}"])


@pytest.mark.parametrize("checksum", ["0" * 32, "md5:", "rot13:00"])
def test_a_malformed_checksum_is_named(tmp_path, checksum):
    archives, _, _ = write_cifar10(tmp_path)
    with pytest.raises(InputError, match=f"checksum {checksum} of .*not of the form"):
        official("cifar10", archives, [checksum])


def test_missing_archives_and_checksums_are_named(tmp_path):
    archives, _, _ = write_svhn(tmp_path)
    with pytest.raises(InputError, match=r"svhn also needs the archive test_32x32\.mat"):
        official("svhn", archives[:1], ["md5:0"])
    with pytest.raises(InputError, match="2 archives but 1 checksums"):
        official("svhn", archives, ["md5:0"])
    archives[0].unlink()
    with pytest.raises(InputError, match=r"train_32x32\.mat cannot be read \(No such file"):
        official("svhn", archives, ["md5:0", "md5:0"])


@pytest.mark.parametrize("member", ["../outside", "cifar-10-batches-py/../../outside"])
def test_a_tar_member_that_points_outside_is_refused(tmp_path, member):
    archive = tmp_path / "cifar-10-python.tar.gz"
    write_tar(archive, {member: b"evil"})
    with pytest.raises(InputError, match="outside the destination"):
        official("cifar10", [archive], [md5(archive)])
    assert list(tmp_path.rglob("outside")) == []


def test_a_link_that_points_outside_is_refused(tmp_path):
    archive = tmp_path / "cifar-10-python.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        link = tarfile.TarInfo("cifar-10-batches-py")
        link.type, link.linkname = tarfile.SYMTYPE, "../.."
        tar.addfile(link)
    with pytest.raises(InputError, match="outside the destination"):
        official("cifar10", [archive], [md5(archive)])


@pytest.mark.parametrize("spoil", [lambda data: data[:-200], lambda data: b"<html>"])
def test_an_archive_that_does_not_unpack_is_named(tmp_path, spoil):
    archives, _, _ = write_mnist(tmp_path)
    archives[2].write_bytes(spoil(archives[2].read_bytes()))
    with pytest.raises(InputError, match=r"t10k-images-idx3-ubyte\.gz cannot be unpacked"):
        official("mnist", archives, map_md5(archives))


def test_archives_of_something_else_are_named(tmp_path):
    archive = tmp_path / "cifar-10-python.tar.gz"
    write_tar(archive, {"readme": b"hello"})
    with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz cannot be read as cifar10"):
        official("cifar10", [archive], [md5(archive)])


def test_a_pickle_of_something_else_is_named(tmp_path):
    archive = tmp_path / "cifar-10-python.tar.gz"
    names = [name for name, _ in [*module.CIFAR10.train_list, *module.CIFAR10.test_list]]
    content = dict.fromkeys([*names, "batches.meta"], pickle.dumps(["no", "images"]))
    write_tar(archive, {f"cifar-10-batches-py/{name}": data for name, data in content.items()})
    with pytest.raises(InputError, match=r"cifar-10-python\.tar\.gz cannot be read as cifar10"):
        official("cifar10", [archive], [md5(archive)])


class Unpickled:
    """Leaves a trace where it is unpickled."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (type(self.trace).touch, (self.trace,))


@pytest.mark.parametrize("right", [True, False])
def test_nothing_is_unpickled_before_its_archive_is_verified(tmp_path, right):
    archive, trace = tmp_path / "cifar-10-python.tar.gz", tmp_path / "trace"
    names = [name for name, _ in [*module.CIFAR10.train_list, *module.CIFAR10.test_list]]
    content = dict.fromkeys([*names, "batches.meta"], pickle.dumps(Unpickled(trace)))
    write_tar(archive, {f"cifar-10-batches-py/{name}": data for name, data in content.items()})
    with pytest.raises(InputError):
        official("cifar10", [archive], [md5(archive) if right else "md5:" + 32 * "0"])
    # What has the right checksum is trusted, which shows that a trace would be there.
    assert trace.exists() == right


def test_the_command_line_prepares_an_official_data_set(tmp_path, monkeypatch):
    archives, images, _ = write_svhn(tmp_path)
    command = ["prepare.py", "--source", "svhn", "--output", tmp_path / "svhn.h5"]
    command += ["--archives", *archives, "--checksums", *map_md5(archives)]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    prepare.main()
    np.testing.assert_array_equal(read_dataset(tmp_path / "svhn.h5").images["test"], images[20:])


def test_the_command_line_reports_a_wrong_checksum(tmp_path):
    archives, _, _ = write_cifar10(tmp_path)
    command = [sys.executable, prepare.__file__, "--source", "cifar10", "--archives", *archives]
    command += ["--checksums", "md5:0", "--output", tmp_path / "cifar10.h5"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {archives[0]} has the checksum")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "cifar10.h5").exists()
