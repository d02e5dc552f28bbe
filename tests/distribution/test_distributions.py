"""Wheel and sdist hold what they should, and run where the repository is not."""

import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "scripts" / "uv"
PYTHONS = ("3.11", "3.12", "3.13")
MOST = 3_000_000
"""Bytes of the wheel; docs/packaging.md says what takes them."""

pytestmark = pytest.mark.slow


def test_the_wheel_holds_the_package_alone_and_is_small(built):
    wheel = next(built.glob("*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    source = {
        p.relative_to(ROOT / "src").as_posix()
        for p in (ROOT / "src").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    inside = {n for n in names if n.startswith("modelcensus/")}
    assert inside == source
    beside = {n.split("/", 1)[1] for n in names if n not in inside}
    assert beside == {"METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE", "licenses/NOTICE", "RECORD"}
    assert wheel.stat().st_size < MOST


def test_the_sdist_holds_what_its_tests_and_docs_need(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {n.split("/", 1)[1] for n in archive.getnames() if "/" in n}
    for name in ("pyproject.toml", "uv.lock", "Makefile", "LICENSE", "NOTICE", "docs/index.md", "docs/conf.py",
                 "tests/conftest.py", "scripts/uv", "scripts/docs_tables.py"):  # fmt: skip
        assert name in names, name


def interpreter_of(python: str) -> str:
    """An interpreter of that version: the one that uv finds, else one of pyenv's; empty where there is none."""
    found = subprocess.run([UV, "python", "find", "--no-project", python], capture_output=True, text=True)
    kept = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/python"))
    return found.stdout.strip() if found.returncode == 0 else str(kept[-1]) if kept else ""


@pytest.mark.parametrize(("kind", "python"), [*(("whl", p) for p in PYTHONS), ("tar.gz", PYTHONS[0])])
def test_installed_it_reports_in_an_empty_folder(run, built, tmp_path, kind, python):
    interpreter = interpreter_of(python)
    if not interpreter:
        pytest.skip(f"no Python {python} here")
    env, empty = tmp_path / "env", tmp_path / "empty"
    empty.mkdir()
    run(UV, "venv", "--quiet", "--no-project", "--python", interpreter, env, cwd=tmp_path)
    run(UV, "pip", "install", "--quiet", "--python", env, next(built.glob(f"*.{kind}")), cwd=tmp_path)
    command = env / "bin" / "modelcensus"
    assert f"python {python}." in run(command, "--version", cwd=empty)
    where = run(env / "bin" / "python", "-c", "import modelcensus; print(modelcensus.__file__)", cwd=empty)
    assert Path(where.strip()).is_relative_to(env)
    run(command, "report", "--no-claims", cwd=empty)
    assert (empty / "report" / "report.html").stat().st_size > 10_000
    assert {p.name for p in empty.iterdir()} == {"report", "cache"}
