"""The pages of a site, opened from disk, light and dark, wide and narrow: no violation of axe-core's rules, nothing fetched."""

from pathlib import Path
from typing import Any

import pytest

from visiting import in_variants, screen, violations, visits

PAGES = (
    "index.html", "explore.html", "compare.html", "leaderboards.html", "launch.html", "health.html", "method.html", "check.html",
    "search.html", "claims.html", "claims/flipped.html", "families/Qwen.html", "organizations/Qwen.html",
    "models/Qwen/Qwen3-8B.html", "explore.answer.embed.html", "provenance/p*.html", "provenance/b*.html",
)  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(("name", "scheme", "width"), in_variants(PAGES))
def test_no_page_violates_a_rule(browser: Any, site: Path, name: str, scheme: str, width: int) -> None:
    file = min(site.glob(name))
    with visits(browser, f"{site.as_uri()}/") as visit:
        assert violations(visit(str(file.relative_to(site)), **screen(scheme, width)), width) == []
