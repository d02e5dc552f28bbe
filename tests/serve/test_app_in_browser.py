"""The app in a real browser, served as people run it: paste, read, change, check again."""

import socket

import pytest

from modelcensus.cli.serve import serve
from modelcensus.vocabulary import RequestError

HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined."


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_a_headline_is_pasted_checked_changed_and_checked_again(browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}check")
    page.get_by_label("Headline or article").fill(HEADLINE)
    with page.expect_navigation():
        page.get_by_role("button", name="Check", exact=True).click()
    assert page.locator("dl.verdicts .verdict").all_inner_texts() == ["holds", "depends"]
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 300)")
    page.get_by_text("What moves the number").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_text("How it was read").click()
    draft = page.get_by_label("Draft of statement 1")
    draft.fill(draft.input_value().replace("2 times", "4 times"))
    with page.expect_navigation():
        page.get_by_role("button", name="Check this draft").click()
    assert page.url.endswith("/check#claim-1")
    assert page.locator("dl.verdicts .verdict").all_inner_texts() == ["fails", "fails"]
    number = page.locator("dl.verdicts a.n[href^='/provenance/']").first
    number.click()
    assert "What does the number" in page.title() and page.locator("pre").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [] and all(url.startswith((address, "data:")) for url in asked)
    page.close()


OVER_HALF = "Qwen passed 50 % of open-model downloads"


@pytest.mark.slow
@pytest.mark.browser
def test_a_headline_of_a_share_leads_to_the_denominator_that_decides(browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(240_000)
    page.goto(f"{address}check")
    page.get_by_label("Headline or article").fill(OVER_HALF)
    with page.expect_navigation():
        page.get_by_role("button", name="Check", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Read it as published on").click()
    said = page.locator("dl.verdicts").inner_text()
    assert "what decides is what stands under the line" in said, said
    page.close()


SHARES = "explore?measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"


@pytest.mark.browser
def test_the_denominator_is_changed_and_the_address_is_the_picture(browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + SHARES)
    before = page.locator("p.lead").first.inner_text()
    page.get_by_role("combobox", name="Within").fill("hub")
    page.get_by_role("combobox", name="Within").press("Enter")
    page.wait_for_url("**within=hub**")
    page.locator("p.lead", has_not_text=before).first.wait_for()
    after = page.locator("p.lead").first.inner_text()
    assert "of all downloads of the Hub" in after or "Hub" in after
    fresh = browser.new_page()
    fresh.goto(page.url)
    assert fresh.locator("p.lead").first.inner_text() == after
    pictures = [one.evaluate("document.querySelector('section img').currentSrc") for one in (fresh, page)]
    drawn = [one.request.get(at).body() for one, at in zip((fresh, page), pictures, strict=True)]
    assert pictures[0] == pictures[1] and drawn[0] == drawn[1] and drawn[0].startswith(b"<svg")
    fresh.get_by_text("Table:").first.click()
    with fresh.expect_download() as taken:
        fresh.locator("caption a", has_text="CSV").first.click()
    assert "value" in taken.value.path().read_text().splitlines()[0]
    assert all(url.startswith((address, "data:")) for url in asked)
    page.close()
    fresh.close()


@pytest.mark.browser
def test_without_scripts_tables_and_forms_still_work(browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + SHARES)
    page.get_by_role("combobox", name="Within").fill("hub")
    page.get_by_role("button", name="Show").click()
    assert "within=hub" in page.url
    page.get_by_text("Table:").first.click()
    assert page.locator("section table").first.is_visible()
    context.close()


@pytest.mark.browser
def test_the_keyboard_leads_to_the_search_and_to_a_family(browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}method")
    page.keyboard.press("/")
    page.keyboard.type("Llama")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=Llama")
    link = page.get_by_role("link", name="Llama", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/families/Llama")
    assert page.title() == "How is Llama adopted?"
    page.close()


def test_a_port_in_use_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RequestError, match=f"--port {port}: port {port} is in use; choose another --port"):
            serve(port=port)
