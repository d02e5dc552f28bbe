"""The test Hub for every test here, and a client that knows of no other."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub import Hub, generated, scaled

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def nowhere(tmp_path_factory):
    """The client keeps what it keeps in a folder of this run, has no login, and asks of its own nothing that answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HOME", str(tmp_path_factory.mktemp("hf")))
        patch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture
def world():
    """Some hundred repositories: real rows where they are there."""
    return scaled(730)


@pytest.fixture
def hub(world):
    """A Hub of pages of a hundred, on a day of its own."""
    with Hub(world, page=100, clock=NOON) as running:
        yield running


@pytest.fixture(scope="session")
def rows():
    """Generated rows."""
    return generated()


@pytest.fixture(scope="session")
def environment():
    """Of a process of its own, that finds the test Hub's package."""

    def made(url: str) -> dict[str, str]:
        path = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "HF_ENDPOINT": url, "PYTHONPATH": os.pathsep.join(path)}

    return made
