"""Every page, light and dark, wide and narrow: no violation of axe-core's rules, nothing wider than the screen."""

from typing import Any

import pytest

from modelcensus.publish.views import pages

axe = pytest.importorskip("axe_playwright_python.sync_playwright")
ABOUT = {
    "/families/{name}": "/families/Qwen", "/organizations/{name}": "/organizations/google",
    "/regions/{name}": "/regions/china", "/models/{name}": "/models/Qwen/Qwen3-8B",
    "/launch": "/launch?subject=Qwen@Qwen3.5", "/search": "/search?q=llama",
}  # fmt: skip
OTHERS = (
    "/check",
    "/claims",
    "/claims/qwen-2026/double-the-next-eight",
    "/api",
    "/explore.embed",
    "/explore?measure=shar",
    "/nothing",
)


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), pytest.param("light", 1280, marks=pytest.mark.slow)])
def test_no_page_violates_a_rule(browser: Any, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(120_000)
    wrong: list[str] = []
    for path in [*(ABOUT.get(p, p) for p in pages()), *OTHERS]:
        page.goto(address + path.removeprefix("/"))
        found = axe.Axe().run(page).response["violations"]
        wrong += [f"{path}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{path}: wider than the screen")
    context.close()
    assert wrong == []
