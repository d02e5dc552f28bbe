"""One report on the bundled sample for all tests of the published pages."""

from pathlib import Path

import pytest

import modelcensus
from modelcensus.publish import write_report


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("edition")
    write_report(modelcensus.open(), folder)
    return folder
