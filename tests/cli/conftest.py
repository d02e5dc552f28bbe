"""The command as people run it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def command() -> str:
    """Where the command is installed."""
    return shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"


@pytest.fixture(scope="module")
def run(command, tmp_path_factory):
    """Run a command in a folder of its own, and check what holds of every run."""
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, status: int = 0, cwd: Path = home, **environment) -> subprocess.CompletedProcess:
        done = subprocess.run(
            [command, *map(str, arguments)],
            capture_output=True,
            cwd=cwd,
            env={**os.environ, "MODELCENSUS_LEDGER": "", "COLUMNS": "200", **environment},
        )
        said = done.stderr.decode()
        assert done.returncode == status, said + done.stdout.decode(errors="replace")[-2000:]
        assert "Traceback" not in said and b"Traceback" not in done.stdout
        if status == 1 and arguments[0] != "doctor":
            lines = said.strip().splitlines()
            assert done.stdout == b"" and lines[-1].startswith("modelcensus: ") and ";" in lines[-1], said
        return done

    return run
