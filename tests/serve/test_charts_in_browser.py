"""Charts that answer: pointed at, walked through by keyboard, zoomed into, light and dark; pictures where no script runs."""

from typing import Any

import pytest

SHARES = "explore?measure=share&by=organization&by=month&reading=channel%3Dreported%3Amodelpulse"
BARS = "explore?measure=share&by=organization&period=2026-02&reading=channel%3Dreported%3Amodelpulse"
PATIENCE = 240_000
"""Milliseconds that a page may take on a busy machine."""
LIVE = "figure.live .plot svg"

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(browser: Any, address: str) -> Any:
    """Opens a page in a fresh browser; fails where the page complained, or asked for something elsewhere."""
    contexts, wrong = [], []

    def opened(path: str, **settings: Any) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on("request", lambda r: None if r.url.startswith((address, "data:")) else wrong.append(r.url))
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def test_pointing_tells_all_values_of_a_month_as_the_table_has_them(visit: Any, address: str) -> None:
    page = visit(SHARES, viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    assert page.locator("figure.live picture").first.is_hidden()
    plot = page.locator("figure.live .plot").first
    box = plot.bounding_box()
    plot.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    tip = page.locator(".tip").first
    month = tip.locator("p").inner_text()
    told = dict(zip(tip.locator("dt").all_inner_texts(), tip.locator("dd").all_inner_texts(), strict=True))
    assert len(told) == 8 and page.locator(".plot .cursor").is_visible() and page.locator(".plot .dot").count() == 8
    rows = page.request.get(f"{address}{SHARES.replace('explore?', 'explore.json?')}").json()["sections"][0][
        "results"
    ][0]["rows"]
    name, said = next(iter(told.items()))
    values = [r["value"] for r in rows if r["organization"] == name]
    assert any(f"{100 * v:.1f} %" == said for v in values), (month, name, said)


def test_the_keyboard_walks_through_the_months_and_zooms(visit: Any) -> None:
    page = visit(SHARES, viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    page.locator("figure.live .plot").first.focus()
    tip = page.locator(".tip p").first
    page.keyboard.press("Home")
    first = tip.inner_text()
    page.keyboard.press("ArrowRight")
    second = tip.inner_text()
    page.keyboard.press("End")
    assert len({first, second, tip.inner_text()}) == 3
    page.keyboard.press("Escape")
    assert page.locator(".tip").first.is_hidden()
    page.keyboard.press("+")
    page.get_by_role("button", name="Whole time").wait_for()
    page.keyboard.press("Home")
    assert tip.inner_text() not in (first, second)
    page.get_by_role("button", name="Whole time").click()
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("Home")
    assert tip.inner_text() == first


def test_dragging_shows_the_months_that_were_dragged_over(visit: Any) -> None:
    page = visit(SHARES, viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    plot = page.locator("figure.live .plot").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    middle = box["y"] + box["height"] * 0.55
    page.mouse.move(box["x"] + box["width"] * 0.2, middle)
    first = page.locator(".tip p").first.inner_text()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, middle, steps=4)
    last = page.locator(".tip p").first.inner_text()
    page.mouse.up()
    page.get_by_role("button", name="Whole time").wait_for()
    plot.focus()
    page.keyboard.press("Home")
    assert page.locator(".tip p").first.inner_text() == first
    page.keyboard.press("End")
    assert page.locator(".tip p").first.inner_text() == last


def test_bars_and_readings_are_told_too(visit: Any) -> None:
    page = visit(BARS, viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("ArrowDown")
    told = page.locator(".tip p").first.inner_text()
    assert ":" in told and any(c.isdigit() for c in told)
    page = visit("claims/qwen-2026/double-the-next-eight", viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("Home")
    assert page.locator(".tip p").first.inner_text().startswith(("holds", "fails"))
    assert len(page.locator(".tip p.read").first.inner_text()) > 20


def test_a_rung_of_the_ladder_leads_to_its_denominator(visit: Any) -> None:
    page = visit("", viewport={"width": 1280, "height": 900})
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?measure=share**")
    assert "share" in page.locator("h1").inner_text()


def test_dark_charts_are_drawn_dark_and_a_phone_has_its_own(visit: Any) -> None:
    from playwright.sync_api import expect

    page = visit(SHARES, viewport={"width": 390, "height": 844}, has_touch=True)
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    drawn = page.locator(".plot svg").first
    expect(drawn).to_have_css("background-color", "rgb(255, 255, 255)")
    page.get_by_role("button", name="Show on a dark page").click()
    expect(drawn).to_have_css("background-color", "rgb(20, 24, 31)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("figure.live .plot").first.tap()
    assert page.locator(".tip").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_picture_stays(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + SHARES)
    assert page.locator("figure picture img").first.is_visible() and page.locator(".plot").count() == 0
    context.close()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_months_are_those_of_the_picture_wherever_the_browser_is(visit: Any, zone: str, address: str) -> None:
    page = visit(SHARES, viewport={"width": 1280, "height": 900}, timezone_id=zone)
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator(LIVE).first.wait_for()
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("End")
    assert page.locator(".tip p").first.inner_text() == "September 2026"
    axis = page.locator("figure.live .plot .role-axis-label text").all_text_contents()
    picture = page.request.get(f"{address}{SHARES.replace('explore?', 'explore.svg?')}").text()
    assert [a for a in axis if a in ("Jul", "Oct", "2025", "2026", "Apr")] and all(f">{a}<" in picture for a in axis)
