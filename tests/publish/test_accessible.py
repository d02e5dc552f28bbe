"""The pages of a report, light and dark, wide and narrow: no violation of axe-core's rules, nothing fetched."""

from pathlib import Path
from typing import Any

import pytest

from visiting import in_variants, screen, violations, visits

PAGES = ("report.html", "article.html", "provenance.html", "claims/small/over-half.html")


@pytest.mark.browser
@pytest.mark.parametrize(("name", "scheme", "width"), in_variants(PAGES))
def test_no_page_violates_a_rule(browser: Any, edition: Path, name: str, scheme: str, width: int) -> None:
    with visits(browser, f"{edition.as_uri()}/") as visit:
        assert violations(visit(name, **screen(scheme, width)), width) == []
