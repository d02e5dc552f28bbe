"""The app on the bundled sample."""

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from modelcensus.measures import Census
from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app

HERE = "http://127.0.0.1:8000"
UNBOUND = Rates(100_000, 100_000)
"""Rates that no test of something else meets."""


@pytest.fixture(scope="module")
def app(sample: Census) -> ASGIApp:
    return Front(create_app(lambda: sample), rates=UNBOUND)


@pytest.fixture(scope="module")
def client(app: ASGIApp) -> TestClient:
    return TestClient(app, base_url=HERE, follow_redirects=False)
