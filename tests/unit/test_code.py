"""Which files a script's jobs depend on."""

import os

from initstudy.code import project_modules


def test_only_what_is_imported_below_the_root_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    package = tmp_path / "scripts" / "package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "used.py").write_text("import numpy\nfrom package import deeper\n")
    (package / "deeper.py").write_text("import json\n")
    (package / "unused.py").write_text("raise SystemExit\n")
    (tmp_path / "scripts" / "work.py").write_text("from package.used import numpy\n")
    found = project_modules("scripts/work.py", "scripts")
    assert found == [
        os.path.join("scripts", *parts)
        for parts in (
            ["package", "__init__.py"],
            ["package", "deeper.py"],
            ["package", "used.py"],
            ["work.py"],
        )
    ]


def test_training_does_not_depend_on_any_one_initializer():
    found = project_modules("scripts/train.py", "scripts")
    assert "scripts/initstudy/training/loop.py" in found
    assert not [path for path in found if path.startswith("scripts/initstudy/initializers/")][1:]
