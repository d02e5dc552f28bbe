"""The documentation as a site: it builds without a warning, links lead somewhere, and nothing is fetched from elsewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//|^https?:", re.IGNORECASE)
LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}


class Page(HTMLParser):
    """What a page loads, where its links lead, and what can be linked to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        told = {k: v or "" for k, v in attrs}
        self.anchors |= {told["id"]} if "id" in told else set()
        if tag in LOADING and LOADING[tag] in told:
            self.loads.append(told[LOADING[tag]])
        if tag == "link":
            self.loads.append(told.get("href", ""))
        if tag == "a" and "href" in told:
            self.links.append(told["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built strictly: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-q",
            "-W",
            "--keep-going",
            "-b",
            "html",
            "-d",
            folder / "kept",
            DOCS,
            folder / "html",
        ],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    return {p: Page(p.read_text()) for p in site.rglob("*.html")}


def test_every_page_of_docs_is_in_the_site_and_in_its_navigation(site, pages):
    named = {p.relative_to(DOCS).with_suffix(".html").as_posix() for p in DOCS.rglob("*.md")}
    assert {n for n in named if not (site / n).exists()} == set()
    linked = {unquote(urldefrag(link).url) for link in pages[site / "index.html"].links}
    assert named - linked - {"index.html"} == set()


def test_links_lead_to_pages_and_headings_that_are_there(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            target, anchor = urldefrag(link)
            if ELSEWHERE.match(link) or link.startswith("mailto:"):
                continue
            other = (path.parent / unquote(target)).resolve() if target else path
            if not other.is_file() or (anchor and other in pages and unquote(anchor) not in pages[other].anchors):
                broken.append((path.relative_to(site).as_posix(), link))
    assert not broken


def test_nothing_is_fetched_from_elsewhere(site, pages):
    loaded = {(p.name, u) for p, page in pages.items() for u in page.loads if ELSEWHERE.match(u)}
    assert not loaded
    for style in site.rglob("*.css"):
        text = style.read_text()
        assert not re.search(r"@import\s+(?:url\()?[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//", text), style.name


def test_it_can_be_searched_without_a_server(site):
    """The index is a script, which a page from disk may load; it knows the words of the pages."""
    index = (site / "searchindex.js").read_text()
    assert index.startswith("Search.setIndex(") and '"tutorial"' in index and "rollback" in index
