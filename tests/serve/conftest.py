"""The app on the bundled sample."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from modelcensus.measures import Census
from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app
from serving import serving
from visiting import visits

HERE = "http://127.0.0.1:8000"
UNBOUND = Rates(100_000, 100_000)
"""Rates that no test of something else meets."""


@pytest.fixture(scope="module")
def app(sample: Census) -> ASGIApp:
    return Front(create_app(lambda: sample, HERE), rates=UNBOUND)


@pytest.fixture(scope="module")
def client(app: ASGIApp) -> TestClient:
    return TestClient(app, base_url=HERE, follow_redirects=False)


@pytest.fixture(scope="session")
def address(sample: Census) -> Iterator[str]:
    """A server that refuses nobody."""
    with serving("--answers-per-minute", "100000", "--tests-per-minute", "1000") as found:
        yield found


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:
    """Opens a page in a fresh browser; fails where a request left the origin, or the page complained."""
    with visits(browser, address) as opened:
        yield opened
