"""The report on the bundled sample: complete, self-contained, explained, and the same every time."""

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import altair as alt

import modelcensus
from modelcensus.claims import Pack
from modelcensus.publish import write_report
from modelcensus.publish.unbroken import MINUS

DATA = re.compile(r'<script type="application/ld\+json">[^<]*</script>')
"""Data that a page carries: no browser runs them."""


class Links(HTMLParser):
    """Targets and anchors of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name in ("href", "src", "srcset") and value:
                self.targets.append(value)


def test_every_file_is_listed_with_its_digest(edition: Path) -> None:
    listed = json.loads((edition / "edition.json").read_text())["files"]
    found = {p.relative_to(edition).as_posix() for p in edition.rglob("*") if p.is_file()} - {"edition.json"}
    assert set(listed) == found
    for name, digest in listed.items():
        assert hashlib.sha256((edition / name).read_bytes()).hexdigest() == digest


def test_same_inputs_same_bytes(edition: Path, tmp_path: Path, small_pack: Pack) -> None:
    write_report(modelcensus.open(), tmp_path, claims=[small_pack], pdf=True)
    for path in edition.rglob("*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(edition)).read_bytes() == path.read_bytes(), path.name


def test_pages_fetch_nothing_and_every_link_lands(edition: Path) -> None:
    pages = {p: Links() for p in edition.rglob("*.html")}
    assert len(pages) == 8
    for path, links in pages.items():
        links.feed(path.read_text())
        assert "<script" not in DATA.sub("", path.read_text())
    for path, links in pages.items():
        for target in links.targets:
            if target.startswith("data:image/svg+xml;base64,"):
                continue
            file, _, anchor = target.partition("#")
            landed = (path.parent / file).resolve() if file else path
            assert landed.is_file() and landed.is_relative_to(edition.resolve()), (path.name, target)
            if anchor:
                assert anchor in pages[edition / landed.relative_to(edition.resolve()) if file else path].anchors, (
                    path.name,
                    target,
                )


def test_inputs_are_pinned(edition: Path) -> None:
    inputs = json.loads((edition / "edition.json").read_text())["inputs"]
    assert {i["channel"] for i in inputs} == {"hub", "reported:modelpulse"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", f["digest"]) for i in inputs for f in i["files"])
    assert all(i["license"] and i["citation"] for i in inputs)


def test_every_statement_rests_on_a_record(edition: Path) -> None:
    records = json.loads((edition / "edition.json").read_text())["provenance"]
    cited = set(re.findall(r"\((p[0-9a-f]{12}(?:, p[0-9a-f]{12})*)\)", (edition / "report.md").read_text()))
    ids = {i for group in cited for i in group.split(", ")}
    assert len(ids) > 10
    assert ids <= set(records)
    for record in records.values():
        assert record["definition"] and record["sql"] and record["provenance"]["batches"] and record["rows"]


def test_markdown_says_what_the_page_says(edition: Path) -> None:
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (edition / "report.html").read_text())).replace(MINUS, "-")
    text = (edition / "report.md").read_text().replace("\\", "")
    sentences = re.findall(r"^(.*?)\.? \(p[0-9a-f]{12}", text, flags=re.M)
    assert len(sentences) > 15
    for sentence in sentences:
        assert sentence.strip("*").replace("&gt;", ">") in page.replace("&#39;", "'"), sentence


def test_figures_are_valid_and_carry_their_words(edition: Path) -> None:
    specs = list((edition / "charts").glob("*.vega.json"))
    assert len(specs) >= 9
    for path in specs:
        spec = json.loads(path.read_text())
        alt.Chart.from_dict(spec)
        svg = path.with_name(path.name.replace(".vega.json", ".svg")).read_text()
        assert spec["title"]["text"][0][:20] in svg.replace("&apos;", "'")
        assert "Source:" in svg and "modelcensus explain" in svg
        assert path.with_name(path.name.replace(".vega.json", ".png")).read_bytes()[:4] == b"\x89PNG"


def test_tables_hold_unit_and_bounds(edition: Path) -> None:
    for path in set((edition / "tables").glob("*.csv")) - {edition / "tables" / "claims.csv"}:
        header = path.read_text().splitlines()[0].split(",")
        assert {"period", "value", "low", "high", "coverage", "flags"} <= set(header), path.name


def test_answers_of_the_sample(edition: Path) -> None:
    text = (edition / "report.md").read_text()
    assert (
        "The organization Qwen leads. Its share of downloads in September 2026 (reported by modelpulse): 8.7 % of the whole Hub"
    ) in text
    assert "in the 30 days up to the reading of October 2026 (counted here): 32.2 % of all repositories seen" in text
    assert "By month Qwen has been above Meta Llama since April 2025" in text
    assert "October 2024 and November 2024, which reverted (all under the publisher's earlier method)" in text
    assert "Qwen/Qwen3-VL-2B-Instruct alone made" in text.replace("\\", "")
    assert "the repeated values are no observations" in text
