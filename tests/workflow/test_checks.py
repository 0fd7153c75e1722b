"""Formatting, lint, and that versions are pinned once."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from torchvision import datasets

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["snakefmt", "--check", "Snakefile", "workflow", "rules"],
        ["snakemake", "--lint"],
    ],
    ids=" ".join,
)
def test_a_check_is_clean(command):
    command[0] = str(Path(sys.executable).parent / command[0])
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def pinned(text):
    return dict(
        re.findall(r"^\s*-?\s*([a-z0-9-]+(?:\[[a-z]+\])?)==(\S+)$", text, flags=re.MULTILINE)
    )


def test_the_conda_environment_has_the_pinned_versions():
    required = pinned((ROOT / "envs/requirements.txt").read_text())
    conda = pinned((ROOT / "envs/study.yaml").read_text())
    assert {name: required[name] for name in conda} == conda


def test_the_conda_environment_has_just_what_jobs_import():
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "scripts").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imports(node)
    }
    packages = packages_distributions()
    names = {packages[name][0].lower() for name in imported & packages.keys()}
    # Read as files its pictures, and imported by pooch for its progress bar.
    names |= {"scikit-image", "tqdm"}
    assert names == pinned((ROOT / "envs/study.yaml").read_text()).keys()


def imports(node):
    """The modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) else []


def test_every_requirement_is_pinned_exactly():
    lines = (ROOT / "envs/requirements.txt").read_text().splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    assert len(names) == len(pinned("\n".join(lines)))


def test_archives_are_those_that_torchvision_knows():
    declared = yaml.safe_load((ROOT / "config.yaml").read_text())["datasets"]

    def archives(name):
        return {
            Path(entry["url"]).name: entry["checksum"].removeprefix("md5:")
            for entry in declared[name]["archives"]
        }

    assert archives("cifar10") == {datasets.CIFAR10.filename: datasets.CIFAR10.tgz_md5}
    svhn = {file: md5 for _, file, md5 in map(datasets.SVHN.split_list.get, ("train", "test"))}
    assert archives("svhn") == svhn
    assert archives("mnist") == dict(datasets.MNIST.resources)
    assert archives("fashion_mnist") == dict(datasets.FashionMNIST.resources)


def test_the_container_has_the_pinned_software_and_no_more_than_git_keeps():
    recipe = (ROOT / "Dockerfile").read_text()
    assert "FROM python:3.11-slim\n" in recipe
    [copied, sources] = re.findall(r"^COPY (.*)$", recipe, flags=re.MULTILINE)
    assert copied == "envs/requirements.txt /tmp/requirements.txt"
    assert re.findall(r"pip install .*", recipe) == [
        "pip install --no-cache-dir --requirement /tmp/requirements.txt"
    ]
    assert sources == "--chown=study . ."
    assert recipe.index("USER study") < recipe.index("ENTRYPOINT")
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for pattern in (ROOT / ".gitignore").read_text().split():
        # Git's patterns hold at any depth unless they begin with a slash, Docker's at the top.
        name = pattern.strip("/")
        assert (name if pattern.startswith("/") else f"**/{name}") in ignored
    assert ".git" in ignored
