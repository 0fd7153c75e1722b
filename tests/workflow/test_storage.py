"""Results in a storage, with jobs that see nothing else: as in a folder, to the byte."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from helpers.running import ROOT, new_folder, results, snakemake
from helpers.small_study import TUNED

pytestmark = pytest.mark.slow
STUDY = ("--config", "study=tiny")
BUCKET = "bucket"
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
PATIENCE = 60
"""Seconds until the server answers."""


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> dict[str, bytes]:
    """What the study comes to in a folder."""
    folder = new_folder(tmp_path_factory.mktemp("local") / "study")
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-c2", *STUDY)
    assert outcome.returncode == 0, outcome.stderr
    return results(folder / "results")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of an S3 on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (tmp_path_factory.mktemp("server") / "log").open("w")
    command = [Path(sys.executable).parent / "moto_server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    bucket(address).create()
    yield address
    process.terminate()
    process.wait()


def bucket(address: str):
    session = boto3.Session(*list(KEYS.values())[:2], region_name=KEYS["AWS_DEFAULT_REGION"])
    return session.resource("s3", endpoint_url=address).Bucket(BUCKET)


def on_other_machines(folder: Path) -> tuple[str, ...]:
    """Options by which every job runs in a folder of its own, with what it fetches alone."""
    submit = folder / "submit.sh"
    nodes = folder.parent / "nodes"
    nodes.mkdir()
    submit.write_text(
        f'#!/bin/sh\nscript=$(readlink -f "$1")\n'
        f'cd $(mktemp -d {nodes}/XXXXXX) && exec sh "$script"\n'
    )
    submit.chmod(0o755)
    return (
        *("--executor", "cluster-sync", "--cluster-sync-submit-cmd", str(submit), "--jobs", "2"),
        *("--job-deploy-sources", "--shared-fs-usage", "none"),
    )


def test_a_folder_as_a_storage_holds_the_same(tmp_path, expected):
    folder, store = new_folder(tmp_path / "study"), tmp_path / "store"
    storage = ("--default-storage-provider", "fs", "--default-storage-prefix", str(store))
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-c2", *STUDY, *storage)
    assert outcome.returncode == 0, outcome.stderr
    assert results(store / "results") == expected
    assert not (folder / "results").exists()
    assert re.search(rf"  {store}/results/figures/all\.pdf +every figure", outcome.stderr)


def test_a_search_reads_its_tables_from_the_storage(tmp_path):
    folder, store = new_folder(tmp_path / "study"), tmp_path / "store"
    (folder / "studies/tiny.yaml").write_text(TUNED)
    storage = ("--default-storage-provider", "fs", "--default-storage-prefix", str(store))
    outcome = snakemake(folder, "-s", f"{ROOT}/Snakefile", "-c2", *STUDY, *storage)
    assert outcome.returncode == 0, outcome.stderr
    assert (store / "results/tables/first-rates.csv").exists()
    assert not (folder / "results").exists()


def test_a_bucket_holds_the_same_though_jobs_share_no_files(tmp_path, expected, server):
    folder = tmp_path / "study"
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    for name in ("rules", "scripts", "workflow"):
        subprocess.run(["cp", "-r", f"{ROOT}/{name}", folder], check=True)
    new_folder(tmp_path / "tiny")
    os.replace(tmp_path / "tiny/studies/tiny.yaml", folder / "studies/tiny.yaml")
    # What jobs are sent is what git knows.
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    storage = (
        *("--default-storage-provider", "s3", "--default-storage-prefix", f"s3://{BUCKET}"),
        *("--storage-s3-endpoint-url", server),
        *("--storage-s3-access-key", "x", "--storage-s3-secret-key", "y"),
    )
    outcome = snakemake(folder, *STUDY, *storage, *on_other_machines(folder), **KEYS)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    found = {
        item.key.removeprefix("results/"): item.get()["Body"].read()
        for item in bucket(server).objects.filter(Prefix="results/")
    }
    assert {name: content for name, content in found.items() if name in expected} == expected
    assert not (folder / "results").exists()
