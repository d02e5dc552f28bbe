"""The app on the bundled sample."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from modelcensus.measures import Census
from modelcensus.serve import create_app

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def app(sample: Census) -> FastAPI:
    return create_app(lambda: sample)


@pytest.fixture(scope="module")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=HERE, follow_redirects=False)
