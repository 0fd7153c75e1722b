"""`make`, against indexes of packages on this machine, in the project's place."""

import functools
import shutil
import subprocess
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = "torch==2.0.1\ntorchvision==0.5.1\n"


def write_wheel(index: Path, name: str, version: str) -> None:
    """A package without content, where pip looks for it."""
    folder = index / name
    folder.mkdir(parents=True)
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The Makefile beside short requirements; `index` and `cpu` lie below its `served`."""
    folder = tmp_path / "project"
    (folder / "envs").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "envs/requirements.txt").write_text(REQUIREMENTS)
    for name, version in (line.split("==") for line in REQUIREMENTS.splitlines()):
        write_wheel(folder / "served/index", name, version)
        write_wheel(folder / "served/cpu", name, f"{version}+cpu")
    handler = functools.partial(SimpleHTTPRequestHandler, directory=folder / "served")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("PIP_INDEX_URL", f"{url}/index")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for variable in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        yield folder, url
        server.shutdown()


def installed(folder: Path, *arguments: str) -> tuple[set[str], str]:
    """Set up; the packages that are there then, and what was said."""
    outcome = subprocess.run(
        ["make", "setup", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    libraries = folder.glob(".venv/lib/python*/site-packages/torch*.dist-info")
    return {path.name for path in libraries}, outcome.stdout + outcome.stderr


@pytest.mark.slow
def test_the_build_for_cpus_comes_from_its_index_where_that_is_asked_for(folder):
    folder, url = folder
    assert installed(folder, "TORCH=cpu", f"TORCH_CPU={url}/cpu")[0] == {
        "torch-2.0.1+cpu.dist-info",
        "torchvision-0.5.1+cpu.dist-info",
    }


@pytest.mark.slow
def test_the_usual_build_comes_where_that_index_cannot_be_reached(folder):
    folder, url = folder
    usual = {"torch-2.0.1.dist-info", "torchvision-0.5.1.dist-info"}
    packages, said = installed(folder, "TORCH=cpu", f"TORCH_CPU={url}/nowhere")
    assert packages == usual
    assert f"{url}/nowhere does not have it or cannot be reached" in said


def test_another_word_is_refused(folder):
    folder, _ = folder
    outcome = subprocess.run(
        ["make", "setup", "TORCH=gpu"], cwd=folder, capture_output=True, text=True
    )
    assert outcome.returncode != 0
    assert "TORCH=gpu: it may be cpu, or left out" in outcome.stdout
    assert not (folder / ".venv").exists()
