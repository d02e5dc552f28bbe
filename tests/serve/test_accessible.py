"""Every page, light and dark, wide and narrow: no violation of axe-core's rules, nothing wider than the screen, nothing
fetched from elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from modelcensus.publish.views import pages
from visiting import in_variants, screen, violations

ABOUT = {
    "/families/{name}": "/families/Qwen", "/organizations/{name}": "/organizations/google",
    "/regions/{name}": "/regions/china", "/models/{name}": "/models/Qwen/Qwen3-8B",
    "/launch": "/launch?subject=Qwen@Qwen3.5", "/search": "/search?q=llama",
}  # fmt: skip
CLAIM = "/claims/qwen-2026/double-the-next-eight"
OTHERS = (
    "/check", "/claims", "/claims/flipped", CLAIM, f"{CLAIM}.embed", "/api", "/explore.embed", "/explore?measure=shar", "/nothing",
)  # fmt: skip
SHARES = "/explore?measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"
HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined. Qwen rules 5 worlds."


def checked(page: Any) -> None:
    page.get_by_label("Headline or article").fill(HEADLINE)
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("dl.verdicts").first.wait_for()


def followed(page: Any) -> None:
    page.locator("a.source").first.click()
    page.wait_for_url("**/provenance/p*")


LED_TO: dict[str, tuple[str, Callable[[Any], None]]] = {
    "/check with a result": ("/check", checked),
    "/provenance/ID": (SHARES, followed),
}
"""Pages that one comes to from another."""


@pytest.mark.browser
@pytest.mark.parametrize(("path", "scheme", "width"), in_variants([*(ABOUT.get(p, p) for p in pages()), *OTHERS, *LED_TO]))  # fmt: skip
def test_no_page_violates_a_rule(visit: Any, path: str, scheme: str, width: int) -> None:
    start, step = LED_TO.get(path, (path, lambda page: None))
    page = visit(start.removeprefix("/"), **screen(scheme, width))
    step(page)
    assert violations(page, width) == []
