"""What all tests share: the ledgers they are made of, the bundled sample opened once, the real data where present."""

import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parent))

import modelcensus

DATA = Path(__file__).parents[1].parent / "shared" / "data"
"""Real data beside the project; no part of it, so a test that needs it skips where it is not."""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

settings.register_profile(
    "census",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    phases=(Phase.explicit, Phase.generate),  # shrinking costs minutes where every example builds an engine
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.load_profile("census")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory):
    """The sample's ledger goes to a folder of this run: tests neither find nor leave one in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("MODELCENSUS_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def sample(cache):
    """The bundled sample, opened."""
    return modelcensus.open()


@pytest.fixture(scope="session")
def browser():
    """The distribution's Chromium, or a skip that says what to install."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: install the distribution's chromium package")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def real_data():
    """A file of the real data, or a skip that names it."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.is_file():
            pytest.skip(
                f"needs the real data {name} in {DATA.parent.name}/{DATA.name}, which the project does not carry"
            )
        return path

    return find
