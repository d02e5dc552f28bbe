"""What the tests of distributions share: both built once, and commands that see nothing of the repository."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / "scripts" / "uv"


@pytest.fixture(scope="session")
def run() -> Callable[..., str]:
    """A command without the repository's environment, given its words and the folder `cwd`; both of its outputs."""

    def run(*words: object, cwd: Path, status: int = 0, **more: str) -> str:
        kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "MODELCENSUS_LEDGER")}
        done = subprocess.run(
            [str(w) for w in words], cwd=cwd, capture_output=True, text=True, timeout=900,
            env={**kept, "MODELCENSUS_CACHE": str(cwd / "cache"), **more},
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


@pytest.fixture(scope="session")
def built(run, tmp_path_factory) -> Path:
    """The folder with wheel and source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder, cwd=ROOT)
    return folder
