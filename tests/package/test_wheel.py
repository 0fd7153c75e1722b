"""The wheel by itself: built, installed and used without the repository."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.synthetic_runs import ROOT

pytestmark = pytest.mark.slow

DOCS = (ROOT / "docs/use.md").read_text()
EXAMPLE = re.search(r"```python\n(.*?)```", DOCS, flags=re.DOTALL)[1]
"""The lines that the page on it shows."""
ALONE = """
import sys
for name in ("pandas", "h5py", "scipy", "sklearn", "matplotlib", "yaml", "snakemake", "skimage"):
    sys.modules[name] = None  # as if it were not installed
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with nothing but what the wheel holds."""
    folder = tmp_path_factory.mktemp("wheel")
    # A copy, as building leaves files beside the sources.
    source = folder / "source"
    skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "scripts", source / "scripts", ignore=skipped)
    shutil.copytree(ROOT / "envs", source / "envs")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = [*pip, "wheel", "--no-deps", "--wheel-dir", folder, source]
    subprocess.run(list(map(str, wheel)), check=True)
    [built] = folder.glob("initstudy-*.whl")
    target = folder / "installed"
    install = [*pip, "install", "--no-deps", "--target", target, built]
    subprocess.run(list(map(str, install)), check=True)
    return built, target


def said(target: Path, code: str, folder: Path) -> str:
    """What a program prints in a folder, with PyTorch and the wheel alone."""
    run = subprocess.run(
        [sys.executable, "-c", ALONE + code],
        cwd=folder,
        env={"PYTHONPATH": str(target), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_lines_of_the_docs_run_with_torch_and_numpy_alone(installed, tmp_path):
    _, target = installed
    assert len(EXAMPLE.strip().splitlines()) <= 8
    where = "import initstudy; print(initstudy.__file__)"
    assert said(target, where, tmp_path).startswith(str(target))
    variances = "\nprint(initstudy.discrepancy(model, images)['conv1'])"
    *_, distance = said(target, EXAMPLE + variances, tmp_path).split()
    assert float(distance) < 1e-3


def test_every_method_but_joint_can_be_imported_alone(installed, tmp_path):
    _, target = installed
    code = "from initstudy.catalogue import METHODS\n"
    code += "for one in METHODS.values(): one.load()\nprint(len(METHODS))"
    assert int(said(target, code, tmp_path)) >= 30


def test_what_joint_needs_is_said(installed, tmp_path):
    _, target = installed
    code = "import initstudy, torch\nmodel = torch.nn.Linear(4, 2)\n"
    code += "try: initstudy.initialize(model, torch.randn(64, 4), 'consistency_joint')\n"
    code += "except Exception as error: print(error)"
    assert said(target, code, tmp_path).strip() == (
        "match 'joint' needs scikit-learn: pip install scikit-learn"
    )


def test_the_wheel_has_the_code_and_no_tests(installed):
    built, _ = installed
    names = zipfile.ZipFile(built).namelist()
    assert "initstudy/networks/pooled_convolution.c" in names
    assert "initstudy/study/schema.yaml" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"initstudy"}
