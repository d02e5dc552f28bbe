"""One site of a small ledger with names that try to be code, for all tests of the site."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from hostile import NAMES, hostile_ledger
from modelcensus.measures import Census
from modelcensus.publish.scene import Scene
from modelcensus.serve.app import create_app
from modelcensus.site import Bounds, write_site


@pytest.fixture(scope="session")
def census(tmp_path_factory: pytest.TempPathFactory) -> Census:
    return Census(hostile_ledger(tmp_path_factory.mktemp("ledger")))


@pytest.fixture(scope="session")
def app(census: Census) -> FastAPI:
    return create_app(lambda: census)


@pytest.fixture(scope="session")
def site(app: FastAPI, census: Census, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every model has a page; two choices of each page are prepared."""
    folder = tmp_path_factory.mktemp("site")
    write_site(app, Scene(census), folder, bounds=Bounds(len(NAMES), 2))
    return folder
