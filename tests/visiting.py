"""Visits in a real browser: nothing is fetched from elsewhere, no page complains; light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PATIENCE = 240_000
"""Milliseconds that a page may take on a busy machine."""
VARIANTS = (("light", 1280), ("dark", 390), ("dark", 1280), ("light", 390))
"""Colours that a reader's system asks for, and the width of the screen."""


@contextmanager
def visits(browser: Any, origin: str) -> Iterator[Any]:
    """Opens a page of the origin in a fresh browser; fails where a request left the origin, or the page complained."""
    contexts, left, said = [], [], []

    def opened(path: str, **settings: Any) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda r: None if r.url.startswith((origin, "data:")) else left.append(r.url))
        page.on("console", lambda m: said.append(m.text) if m.type == "error" and not _refused(m.text) else None)
        page.goto(origin + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert (left, said) == ([], []), (left, said)


def _refused(text: str) -> bool:
    """Whether a browser says of a page that it is a refusal: it was asked for as one."""
    return "of 422" in text or "of 404" in text


def in_variants(names: Iterable[str]) -> list[Any]:
    """Each page in one variant, in turn; in the others where tests take long (`slow`)."""
    return [
        pytest.param(name, *variant, id=f"{name}-{'-'.join(map(str, variant))}", marks=[] if turn == place % len(VARIANTS) else [pytest.mark.slow])
        for place, name in enumerate(names)
        for turn, variant in enumerate(VARIANTS)
    ]  # fmt: skip


def violations(page: Any, width: int) -> list[str]:
    """What axe-core finds on a page, and whether it is wider than the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.wait_for_load_state("networkidle")
    # styles of a page on disk may be read by nobody: what needs them (one rule) is left out there
    options = {"resultTypes": ["violations"], "preload": page.url.startswith("http")}
    told = axe.Axe().run(page, options=options).response["violations"]
    found = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in told]
    wide = page.evaluate("document.documentElement.scrollWidth") > width
    return [*found, "wider than the screen"] if wide else found


def screen(scheme: str, width: int) -> dict[str, Any]:
    """The settings of a browser."""
    return {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
