"""The site on a small ledger: whole, relative, bounded, the same every time, and nothing in a name is run."""

import csv
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI

from hostile import SCRIPT, TURNED
from modelcensus.claims import find_packs
from modelcensus.measures import Census
from modelcensus.publish.feeds import ATOM
from modelcensus.publish.scene import Scene
from modelcensus.publish.theme import DARK_PAPER
from modelcensus.serve.app import create_app
from modelcensus.site import Bounds, write_site
from modelcensus.site.markup import NAMED
from modelcensus.vocabulary import InputError

BASE = "https://census.example/models/"
DATA = re.compile(r'<script type="application/ld\+json">([^<]*)</script>')


class Links(HTMLParser):
    """Links and anchors of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "srcset", "action", *NAMED) and value:
                self.targets.append(value)
            if name == "id" and value:
                self.anchors.add(value)
            if name.startswith("on"):
                self.handlers.append(name)
        given = dict(attrs)
        if tag == "script" and given.get("type") != "application/ld+json":
            self.scripts.append(given.get("src") or "")


def pages(site: Path) -> dict[Path, Links]:
    return {p: Links(p.read_text()) for p in site.rglob("*.html")}


def test_every_link_is_relative_and_lands(site: Path) -> None:
    found = pages(site)
    assert len(found) > 40
    for path, links in found.items():
        for target in links.targets:
            if re.match(r"(https?:|data:)", target):
                continue
            assert not target.startswith("/"), (path, target)
            file, _, anchor = unquote(target).partition("#")
            landed = (path.parent / file).resolve() if file else path
            assert landed.is_file() and landed.is_relative_to(site.resolve()), (path, target)
            if anchor and landed.suffix == ".html":
                assert anchor in found[landed].anchors, (path, target)


def test_the_main_pages_are_there_with_their_files_beside_them(site: Path) -> None:
    for name in (
        "explore",
        "compare",
        "leaderboards",
        "health",
        "method",
        "families/Qwen",
        "organizations/Qwen",
        "models/Qwen/Qwen3-8B",
    ):
        assert (site / f"{name}.html").is_file(), name
        assert json.loads((site / f"{name}.json").read_text())["question"].endswith("?")
        assert (site / f"{name}.csv").is_file()
    for name in ("explore", "families/Qwen", "models/Qwen/Qwen3-8B"):
        page = (site / f"{name}.html").read_text()
        preview = re.search(r'<meta property="og:image" content="([^"]+)"', page)
        assert preview and (site / name).parent.joinpath(unquote(preview[1])).read_bytes().startswith(b"\x89PNG")
        assert re.search(r'<img src="[^"]+\.svg"', page)
    assert (site / "index.html").is_file() and (site / "search.html").is_file()


def test_pictures_for_a_dark_page_charts_that_answer_and_parquet_lie_beside_the_page(site: Path) -> None:
    page = (site / "leaderboards.html").read_text()
    dark = re.findall(r'srcset="([^"]+\.dark\.svg)"', page)
    assert len(dark) >= 2 and all(DARK_PAPER in (site / unquote(d)).read_text() for d in dark)
    live = re.findall(r'data-live="([^"]+\.chart\.js)"', page)
    assert live and all((site / unquote(one)).read_text().startswith("censusChart(") for one in live)
    assert (site / "assets" / "vega.min.js").is_file() and (site / "assets" / "vega-interpreter.js").is_file()
    for name in ("leaderboards", "organizations/Qwen"):
        table = pq.read_table(site / f"{name}.parquet")
        with (site / f"{name}.csv").open() as file:
            assert table.num_rows == len(list(csv.DictReader(file))) > 0


def test_feeds_lead_into_the_site_and_tell_nothing_of_today(site: Path) -> None:
    feeds = list((site / "feeds").rglob("*.atom"))
    assert any(f.name == "Qwen.atom" for f in feeds)
    for path in feeds:
        root = ElementTree.fromstring(path.read_bytes())
        assert "gone stale" not in path.read_text()
        own = [e.get("href") for e in root.iter("{http://www.w3.org/2005/Atom}link")]
        assert own
        for link in own:
            assert not link.startswith("/") and (path.parent / unquote(link)).resolve().is_file(), (path, link)


def test_the_same_as_json_feed_leads_into_the_site_too(site: Path) -> None:
    feeds = list((site / "feeds").rglob("*.json"))
    assert {f.with_suffix(".atom") for f in feeds} == set((site / "feeds").rglob("*.atom")) and feeds
    for path in feeds:
        told = json.loads(path.read_text())
        assert told["version"] == "https://jsonfeed.org/version/1.1" and "gone stale" not in path.read_text()
        for link in (told["feed_url"], *(item["url"] for item in told["items"])):
            assert not link.startswith("/") and (path.parent / unquote(link)).resolve().is_file(), (path, link)
        entries = ElementTree.fromstring(path.with_suffix(".atom").read_bytes()).findall(f"{{{ATOM}}}entry")
        assert [e.findtext(f"{{{ATOM}}}id") for e in entries] == [i["id"] for i in told["items"]]
    page = (site / "families/Qwen.html").read_text()
    assert 'href="../feeds/families/Qwen.atom"' in page and 'href="../feeds/families/Qwen.json"' in page


def test_a_claim_has_its_feed_in_both_forms(app: FastAPI, census: Census, tmp_path: Path) -> None:
    (pack,) = [p for p in find_packs() if p.id == "qwen-2026"]
    one = pack.model_copy(update={"claims": [c for c in pack.claims if c.untestable][:1]})
    write_site(app, Scene(census), tmp_path, [one], Bounds(1, 1))
    name = f"{one.id}/{one.claims[0].id}"
    page = (tmp_path / f"claims/{name}.html").read_text()
    told = json.loads((tmp_path / f"feeds/claims/{name}.json").read_text())
    atom = ElementTree.fromstring((tmp_path / f"feeds/claims/{name}.atom").read_bytes())
    assert f"/feeds/claims/{name}.atom" in page and f"/feeds/claims/{name}.json" in page
    assert told["title"] == atom.findtext(f"{{{ATOM}}}title") == one.claims[0].statement
    assert (tmp_path / f"feeds/claims/{one.id}" / unquote(told["items"][0]["url"])).resolve() == (
        tmp_path / f"claims/{name}.html"
    )


def test_every_picture_has_a_frame_that_needs_nothing_else(site: Path) -> None:
    page = (site / "families/Qwen.html").read_text()
    frames = re.findall(r'<a href="([^"]+\.embed\.html)">frame</a>', page)
    assert len(frames) == page.count("<figure ") > 1
    frame = (site / "families" / unquote(frames[0])).read_text()
    assert "Content-Security-Policy" in frame and "site.js" not in frame and 'target="_top"' in frame
    assert 'href="Qwen.html"' in frame and frame.count("<figure ") == 1


def test_what_the_app_fetches_later_stands_in_the_first_page(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert "hx-" not in page and page.count('<div class="later">') == 2
    assert "No published claim was tested" in page and "counters and series were read" in page


def test_check_says_what_it_can_do_without_a_server(site: Path) -> None:
    page = (site / "check.html").read_text()
    assert "<form method=" not in page and "modelcensus serve" in page
    assert 'href="check.html"' in (site / "index.html").read_text()


def test_controls_are_links_to_what_was_prepared(site: Path) -> None:
    page = (site / "leaderboards.html").read_text()
    shown = re.search(r'<nav class="prepared".*?</nav>', page, re.DOTALL)
    assert shown and "<select" not in page and "<button>" not in page
    others = re.findall(r'<a href="(leaderboards/[^"]+)">', shown[0])
    assert len(others) >= 2
    for other in others:  # and each leads back
        assert 'href="../leaderboards.html"' in (site / other).read_text()


def test_the_list_names_every_file_with_its_digest(site: Path) -> None:
    listed = json.loads((site / "site.json").read_text())["files"]
    found = {p.relative_to(site).as_posix(): p for p in site.rglob("*") if p.is_file() and p.name != "site.json"}
    assert set(listed) == set(found)
    for name, path in found.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == listed[name]


def files_of(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_again_the_same_bytes(app: FastAPI, census: Census, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write_site(app, Scene(census), one, bounds=Bounds(1, 1))
    anew = Census(census.ledger)
    write_site(create_app(lambda: anew), Scene(anew), other, bounds=Bounds(1, 1))
    assert files_of(one) == files_of(other)


def test_bounds_hold_and_what_is_no_longer_part_goes(app: FastAPI, census: Census, tmp_path: Path) -> None:
    write_site(app, Scene(census), tmp_path, bounds=Bounds(2, 1), base=BASE)
    before = files_of(tmp_path)
    assert f'<meta property="og:image" content="{BASE}explore' in before[Path("explore.html")].decode()
    told = write_site(app, Scene(census), tmp_path, bounds=Bounds(1, 1, 3_000), base=BASE)
    after = files_of(tmp_path)
    assert set(after) < set(before)
    assert (told.files, told.bytes) == (len(after), sum(map(len, after.values()))) and told.left_out > 0
    written = [p for p in after if p.suffix == ".html" and not p.name.endswith(".embed.html")]
    subjects = [p for p in written if p.parts[0] in ("families", "organizations", "models")]
    assert len(subjects) == 3
    assert all(len(content) <= 3_000 for path, content in after.items() if path.suffix == ".csv")
    page = after[Path("explore.html")].decode()
    assert f'<link rel="canonical" href="{BASE}explore.html">' in page
    assert f"<loc>{BASE}explore.html</loc>" in after[Path("sitemap.xml")].decode()


def test_a_folder_with_other_things_is_left_alone(app: FastAPI, census: Census, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no site"):
        write_site(app, Scene(census), tmp_path)
    (tmp_path / "site.json").write_text('{"files": {"../outside": ""}}')
    with pytest.raises(InputError, match="no address"):
        write_site(app, Scene(census), tmp_path, base="census.example")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.txt", "site.json"]


def test_names_are_inert_on_every_page(site: Path) -> None:
    said = 0
    for path, links in pages(site).items():
        page = path.read_text()
        assert SCRIPT not in page and not links.handlers, path
        assert all(s.endswith((".js",)) for s in links.scripts), path
        assert TURNED[0] not in page, path
        said += "&lt;script&gt;" in page
        assert (
            "Content-Security-Policy" in page and "script-src &#x27;self&#x27;" in page
        ) or "script-src 'self'" in page
        for data in DATA.findall(page):
            assert json.loads(data)["@context"] == "https://schema.org"
    assert said > 3
    assert SCRIPT not in (site / "search-index.js").read_text()
    for path in (*site.rglob("*.svg"), *site.rglob("*.atom")):
        assert "<script" not in path.read_text() and TURNED[0] not in path.read_text()
    for path in site.rglob("*.chart.js"):
        called = re.fullmatch(r'censusChart\(("(?:[^"\\]|\\.)*")\);\n', path.read_text())
        assert called and json.loads(json.loads(called[1]))["spec"], path
        assert TURNED[0] not in json.loads(called[1])
    for path in site.rglob("*.csv"):
        with path.open() as file:
            assert not [c for row in csv.reader(file) for c in row if c[:1] in ("=", "@", "+", "\t", "\r")], path


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_from_disk_with_the_keyboard_alone(browser, site: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "leaderboards.html").as_uri())
    assert page.evaluate("[...document.images].filter(i => i.complete).every(i => i.naturalWidth > 100)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("/")
    page.keyboard.type("qwen3-8b")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found a")
    assert page.locator("#everything").is_hidden() and page.locator("#found a").count() == 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/Qwen/Qwen3-8B.html")
    assert page.locator("h1").inner_text() == "How is Qwen/Qwen3-8B adopted?"
    page.goto((site / "search.html").as_uri() + "?q=" + "%3Cscript%3E")
    assert page.locator("#found a").count() >= 1
    assert not said and all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


@pytest.mark.browser
def test_charts_answer_from_disk(browser, site: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto((site / "leaderboards.html").as_uri())
    page.locator("figure[data-live]").first.scroll_into_view_if_needed()
    page.locator("figure.live .plot svg").first.wait_for(timeout=120_000)
    page.locator("figure.live .plot").first.focus()
    page.keyboard.press("Home")
    assert page.locator(".tip p").first.inner_text()
    assert not said
    page.close()


@pytest.mark.browser
def test_without_scripts_everything_is_reached(browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / "search.html").as_uri())
    page.get_by_role("link", name="How is Qwen/Qwen3-8B adopted?").click()
    page.locator("a.source").first.click()
    assert page.locator("h1").inner_text() == "What does this number rest on?"
    context.close()
