"""The app on the bundled sample."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from modelcensus.measures import Census
from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app
from visiting import visits

HERE = "http://127.0.0.1:8000"
UNBOUND = Rates(100_000, 100_000)
"""Rates that no test of something else meets."""


@pytest.fixture(scope="module")
def app(sample: Census) -> ASGIApp:
    return Front(create_app(lambda: sample), rates=UNBOUND)


@pytest.fixture(scope="module")
def client(app: ASGIApp) -> TestClient:
    return TestClient(app, base_url=HERE, follow_redirects=False)


COMMAND = shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"


@pytest.fixture(scope="session")
def address(sample: Census) -> Iterator[str]:
    """The app as people run it, which Ctrl-C ends cleanly."""
    environment = {**os.environ, "MODELCENSUS_LEDGER": ""}
    bounds = ["--answers-per-minute", "100000", "--tests-per-minute", "1000", "--no-prepare"]
    served = subprocess.Popen(
        [COMMAND, "serve", "--port", "0", *bounds],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert served.stderr
        found = next((m for line in served.stderr if (m := re.search(r"http://127\.0\.0\.1:\d+/", line))), None)
        assert found, served.wait(10)
        yield found[0]
        served.send_signal(signal.SIGINT)
        _, said = served.communicate(timeout=20)
        assert (served.returncode, said) == (0, "ended\n")
    finally:
        served.kill()


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Opens a page in a fresh browser; fails where a request left the origin, or the page complained."""
    with visits(browser, address) as opened:
        yield opened
