"""One report on the bundled sample, with a small pack of claims, for all tests of the published pages."""

from pathlib import Path

import pytest

import modelcensus
from modelcensus.claims import Pack, read_pack
from modelcensus.publish import write_report


@pytest.fixture(scope="session")
def small_pack() -> Pack:
    return read_pack(Path(__file__).parent / "claims.yml")


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory, small_pack: Pack) -> Path:
    folder = tmp_path_factory.mktemp("edition")
    write_report(modelcensus.open(), folder, claims=[small_pack], pdf=True)
    return folder
