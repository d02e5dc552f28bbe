"""Programs of other versions than the project's own, each in an environment of its own: made once, kept in the user's cache."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]
LONGEST = 600.0
"""Seconds that an installation may take."""


def cache() -> Path:
    """Where environments lie; `MODELCENSUS_TEST_CACHE` names another place."""
    chosen = os.environ.get("MODELCENSUS_TEST_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(chosen) if chosen else Path(base) / "modelcensus-tests"


def python(*requirements: str) -> Path:
    """The folder of programs of an environment that holds just these releases (`name==version`); a skip without a registry."""
    uv = str(ROOT / "scripts" / "uv")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    def make(folder: Path) -> None:
        _run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)])
        _run([uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), *requirements])

    return _once([f"python-{version}", *requirements], make) / "bin"


def packages(*requirements: str) -> Path:
    """Where the packages of such an environment lie, for the PYTHONPATH of another interpreter of the same version."""
    return next((python(*requirements).parent / "lib").glob("python*/site-packages"))


def node(*requirements: str) -> Path:
    """A folder with these packages of npm; a skip without npm or a registry."""
    npm = program("npm")

    def make(folder: Path) -> None:
        folder.mkdir()
        _run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *requirements])

    return _once(["node", *requirements], make)


def program(name: str, *elsewhere: str) -> str:
    """The path of an installed program, or a skip that names it; `elsewhere` are folders that no PATH has."""
    path = shutil.which(name) or shutil.which(name, path=os.pathsep.join(elsewhere) or None)
    if path is None:
        pytest.skip(f"no {name} on the PATH: install it from the distribution's packages")
    return path


def _once(name: Sequence[str], make: Callable[[Path], None]) -> Path:
    """The folder of that name, made where it is not there whole."""
    label = "".join(c if c.isalnum() or c in ".-" else "-" for c in name[1] if c) if len(name) > 1 else name[0]
    folder = cache() / f"{label}-{hashlib.sha256(' '.join(name).encode()).hexdigest()[:10]}"
    whole = folder / "whole"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            whole.touch()
    return folder


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    if done.returncode:
        pytest.skip(f"could not be installed ({' '.join(command[-3:])}): {done.stderr.strip()[-300:]}")
