"""The page in a real browser, opened from disk: nothing fetched, nothing cut off, usable by keyboard."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(edition: Path) -> Path:
    return edition / "report.html"


@pytest.mark.parametrize("width", [390, 1200])
def test_page_fits_and_fetches_nothing(browser, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, java_script_enabled=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    pictures = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
    assert len(pictures) >= 9
    assert all(done and wide > 300 and named > 20 for done, wide, named in pictures)
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


@pytest.mark.parametrize("name", ["article.html", "provenance.html", "claims/small/over-half.html"])
def test_other_pages_fit_a_phone(browser, edition: Path, name: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((edition / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


def test_number_of_the_article_leads_to_its_record(browser, edition: Path) -> None:
    page = browser.new_page()
    page.goto((edition / "article.html").as_uri())
    link = page.locator("p.lead a.n").first
    number = link.inner_text()
    link.click()
    assert "provenance.html#p" in page.url
    record = page.locator(f"#{page.url.rpartition('#')[2]}")
    assert record.is_visible() and number in record.inner_text()
    page.close()


def test_number_leads_to_its_record(browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    link = page.locator("a.source").first
    target = link.get_attribute("href")
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith(target)
    assert page.locator(target).is_visible()
    assert "request" in page.locator(target).inner_text()
    page.close()


def test_tables_open_by_keyboard(browser, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] table").first.is_visible()
    page.close()
