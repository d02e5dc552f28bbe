"""What visitors come for, from the first click to the last, in a real browser; nothing is fetched from elsewhere."""

import re
from typing import Any

import pytest

SHARES = "explore?measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"

pytestmark = pytest.mark.browser


def settled(page: Any, expression: str) -> str:
    """The value of an expression, once nothing is being loaded any more."""
    page.wait_for_load_state("networkidle")
    return page.evaluate(expression)


def test_on_the_overview_the_ladder_shows_another_denominator_and_leads_on(visit: Any) -> None:
    page = visit("")
    ladder = page.get_by_role("region", name="Table: The ladder")
    shares = ladder.locator("tbody td:nth-child(2)").all_inner_texts()
    assert len(set(shares)) >= 4
    rung = ladder.get_by_role("link", name="the whole Hub", exact=True)
    rung.click()
    shown = page.locator("#ladder-shown")
    shown.locator("figure").wait_for()
    assert "of the whole Hub" in shown.locator("p.lead").inner_text()
    assert page.url.endswith("/") and page.title() == "Who leads in open AI models?"
    ladder.get_by_role("link", name=re.compile("text and vision-language")).first.click()
    shown.locator("p.lead", has_text="text and vision").wait_for()
    shown.get_by_label("Within").fill("hub")
    shown.get_by_label("Within").press("Enter")
    page.wait_for_url("**/explore?**within=hub**")
    assert "of the whole Hub" in page.locator("p.lead").inner_text()


def test_parts_that_come_later_leave_the_title_of_the_page(visit: Any) -> None:
    page = visit("")
    later = page.locator(".later")
    assert later.count() == 2
    for part in later.all():
        part.locator(".told").wait_for()  # the policy of pages allows no wait for an expression
    assert page.title() == page.locator("h1").inner_text()


def test_a_published_claim_shows_its_verdict_and_its_curve(visit: Any) -> None:
    page = visit("claims")
    page.locator("a[href='/claims/qwen-2026/double-the-next-eight']").click()
    page.wait_for_url("**/claims/qwen-2026/**")
    assert page.locator("dl.verdicts .verdict").count() >= 2
    curve = page.locator("img[src^='data:image/svg']").first
    assert curve.is_visible() and curve.get_attribute("alt")
    assert page.locator("#readings, [id$=readings]").count() == 1


def test_two_clicks_lead_from_the_first_page_to_what_decides_a_claim(visit: Any) -> None:
    page = visit("")
    page.get_by_role("link", name="are published claims true?").click()
    page.locator("a[href='/claims/qwen-2026/double-the-next-eight']").click()
    page.wait_for_url("**/claims/qwen-2026/**")
    assert "What decides is whom it is compared with." in page.locator("dl.verdicts").inner_text()


def test_two_families_are_compared_from_their_release_on(visit: Any) -> None:
    page = visit("compare")
    page.get_by_label("Whom").fill("family=Qwen,Llama")
    page.get_by_label("Whom").press("Enter")
    page.wait_for_url("**of=family**")
    page.get_by_role("heading", level=1, name="How do the families Qwen and Llama compare?").wait_for()
    page.get_by_role("combobox", name="Along").select_option("release")
    page.wait_for_url("**aligned=release**")
    page.get_by_role("heading", level=2, name="from their release on").wait_for()
    assert page.locator("main").inner_text().count("Qwen") > 1


def test_the_keyboard_is_enough(visit: Any) -> None:
    page = visit("method")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    box = page.locator("a.skip").bounding_box()
    assert box and box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    seen = []
    for _ in range(6):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert "none" not in seen
    page.keyboard.press("/")
    page.keyboard.type("share")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=share")
    page.get_by_role("link", name="share", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/explore?measure=share")


def test_dark_is_chosen_drawn_and_remembered(visit: Any) -> None:
    page = visit(SHARES)
    paper = "getComputedStyle(document.body).backgroundColor"
    drawn = "document.querySelector('section img').currentSrc"
    assert page.evaluate(paper) == "rgb(255, 255, 255)" and "theme=dark" not in page.evaluate(drawn)
    page.get_by_role("button", name="Show on a dark page").press("Enter")
    assert page.evaluate(paper) == "rgb(20, 24, 31)"
    assert "theme=dark" in settled(page, drawn)
    page.reload()
    assert page.evaluate(paper) == "rgb(20, 24, 31)"
    assert "theme=dark" in settled(page, drawn)
    system = visit(SHARES, color_scheme="dark", java_script_enabled=False)
    assert system.locator("section img").evaluate("i => i.currentSrc").endswith("theme=dark")


def test_no_scripts_on_a_phone_still_reads_the_numbers(visit: Any) -> None:
    page = visit("leaderboards", java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.get_by_role("combobox", name="Ordered by").select_option("rising")
    page.get_by_role("button", name="Show").click()
    assert "order=rising" in page.url and page.locator("section table").first.is_visible()
    page.goto(page.url.partition("leaderboards")[0] + SHARES)
    page.get_by_text("Table:").first.click()
    assert page.locator("section table").first.is_visible()
    assert not page.get_by_role("button", name="Show on a dark page").is_visible()


@pytest.mark.parametrize("path", ["health", "method", "models/Qwen/Qwen3-8B"])
def test_tables_of_facts_fit_a_desktop_and_become_cards_on_a_phone(visit: Any, path: str) -> None:
    page = visit(path, viewport={"width": 1280, "height": 900})
    wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.ariaLabel)"
    assert page.locator("table.facts").count() and settled(page, wide) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert settled(page, "document.documentElement.scrollWidth") == 390
    assert settled(page, "getComputedStyle(document.querySelector('table.cards td')).display") != "table-cell"


def test_a_bare_name_is_one_click_from_its_share(visit: Any) -> None:
    page = visit("explore?measure=share&by=day&reading=counter%3Drolling_30d")
    page.get_by_label("Of whom").fill("qwen")
    page.get_by_label("Of whom").press("Enter")
    page.get_by_role("link", name="ask for the Qwen family").click()
    page.wait_for_url("**of=family**Qwen**")
    page.get_by_role("heading", level=1, name="What share of downloads has the Qwen family?").wait_for()
    assert page.locator("p.lead").inner_text().startswith("The Qwen family had ")
