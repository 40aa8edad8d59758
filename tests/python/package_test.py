"""The package as others meet it: version, names, docstrings, types, the example."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.resources
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tutela
from synthetic import drawing, encode
from tutela import _tutela

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart.py"


def test_the_version_is_that_of_the_header() -> None:
    header = (ROOT / "include/tutela/tutela.h").read_text()
    parts = [re.search(rf"TUTELA_VERSION_{part}\s+(\d+)", header) for part in ("MAJOR", "MINOR", "PATCH")]
    version = ".".join(part[1] for part in parts if part)
    assert tutela.__version__ == importlib.metadata.version("tutela") == version


def test_every_name_of_the_module_is_given_out() -> None:
    public = {name for name in dir(_tutela) if not name.startswith("_")}
    assert public <= set(tutela.__all__)
    assert all(hasattr(tutela, name) for name in tutela.__all__)
    assert tutela.__all__ == sorted(tutela.__all__)


def members(owner: object) -> list[tuple[str, object]]:
    return [(name, value) for name, value in vars(owner).items() if not name.startswith("_")]


@pytest.mark.parametrize("name", [name for name in tutela.__all__ if name != "__version__"])
def test_everything_has_a_docstring(name: str) -> None:
    thing = getattr(tutela, name)
    assert inspect.getdoc(thing), name
    if not inspect.isclass(thing) or issubclass(thing, BaseException):
        return
    for member, value in members(thing):
        assert inspect.getdoc(value), f"{name}.{member}"


def test_the_stub_names_everything() -> None:
    package = importlib.resources.files("tutela")
    assert package.joinpath("py.typed").is_file()
    stub = ast.parse(package.joinpath("_tutela.pyi").read_text())
    classes = {node.name: node for node in stub.body if isinstance(node, ast.ClassDef)}
    functions = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    for name, thing in members(_tutela):
        if not inspect.isclass(thing):
            assert name in functions
            continue
        described = ast.unparse(classes[name])
        for member, _ in members(thing):
            assert re.search(rf"\b{member}\b", described), f"{name}.{member}"


def check_types(files: list[Path], folders: tuple[str, ...]) -> None:
    """`folders` hold what the files import, by sys.path as there are no packages."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "/dev/null", *map(str, files)]
    path = os.pathsep.join(str(ROOT / folder) for folder in folders)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ | {"MYPYPATH": path})
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_hold_for_the_example_and_these_tests() -> None:
    files = [QUICKSTART, *sorted(Path(__file__).parent.glob("*.py"))]
    check_types(files, ("tests/photos", "bench/robustness"))


def test_the_types_hold_for_hostile_files_and_fuzzing() -> None:
    tests = ROOT / "tests"
    files = [tests / "packages.py", *tests.glob("fuzz/*.py"), *tests.glob("hostile/*.py")]
    files = [file for file in files if not file.stem.endswith("_test")]  # unittest's, without types
    check_types(sorted(files), ("tests", "tests/hostile", "tests/fuzz", "tests/photos"))


def test_the_example_runs(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    known = tmp_path / "known.png"
    known.write_bytes(encode(drawing(1)))
    (folder / "again.jpg").write_bytes(encode(drawing(1), "JPEG", quality=60))
    (folder / "other.png").write_bytes(encode(drawing(2)))
    command = [sys.executable, str(QUICKSTART), str(known), str(folder)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert tutela.hash_image(known).hash.hex in done.stdout
    assert "again.jpg matches example-1" in done.stdout and "other.png" not in done.stdout


def test_the_example_fits_the_readme() -> None:
    assert len(QUICKSTART.read_text().splitlines()) <= 35
