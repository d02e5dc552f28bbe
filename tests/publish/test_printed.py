"""The PDF as a reader meets it: contents, numbered pages and figures, headers that come again, fonts inside, no action."""

import json
import re
import sys
from bisect import bisect
from pathlib import Path

import pypdf
import pytest

from hostile import SCRIPT, TURNED, hostile_ledger
from modelcensus.measures import Census
from modelcensus.publish import write_report
from modelcensus.publish.printed import must_print
from modelcensus.vocabulary import CensusError


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def document(edition: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(edition / "report.pdf")


@pytest.fixture(scope="module")
def pages(document: pypdf.PdfReader) -> list[str]:
    return [flat(p.extract_text()) for p in document.pages]


def test_it_has_a_title_page_contents_and_numbered_pages(
    edition: Path, document: pypdf.PdfReader, pages: list[str]
) -> None:
    made = json.loads((edition / "edition.json").read_text())
    assert "Who leads in open AI models?" in pages[0] and made["edition"] in pages[0] and made["id"] in pages[0]
    assert "Contents" in pages[1] and "Figures" in pages[1]
    for number, text in enumerate(pages[1:], 2):
        assert f"{number} / {len(pages)}" in text
    outline = [o.title for o in document.outline if not isinstance(o, list)]
    markdown = (edition / "report.md").read_text()
    questions = re.findall(r"^## (.*)$", markdown, re.MULTILINE)
    assert [q.replace("\\", "") for q in questions[:-1]] == [
        re.sub(r"^\d+\.?\s*", "", t) for t in outline[: len(questions) - 1]
    ]
    assert document.metadata and document.metadata.title == "Who leads in open AI models?"


def test_what_the_page_says_is_printed(edition: Path, pages: list[str]) -> None:
    printed = " ".join(pages).replace("- ", "").replace(" ", "")
    report = (edition / "report.md").read_text()
    assert "ItsshareofdownloadsinSeptember2026" in printed and "8.7%ofthewholeHub" in printed
    drawn = re.findall(r"!\[", report)
    assert len(set(re.findall(r"Figure\s?\d+\.", " ".join(pages)))) == len(drawn) >= 9
    for record in json.loads((edition / "edition.json").read_text())["compared"]:
        assert record in printed, record


def test_a_table_that_goes_on_repeats_its_header(pages: list[str]) -> None:
    assert len([t for t in pages if "record what was asked" in t]) > 1


def test_figures_stay_in_their_sections_and_tables_whole(document: pypdf.PdfReader, pages: list[str]) -> None:
    printed = " ".join(pages[2:]).replace(" ", "")
    heads = [o.title.replace(" ", "") for o in document.outline if not isinstance(o, list)]
    begun = [printed.index(re.sub(r"^\d+\.?", "", head)) for head in heads]
    assert begun == sorted(begun)
    drawn = list(re.finditer(r"Figure\s?(\d+)\.[A-Z0-9]", printed))
    assert len(drawn) >= 9
    for caption in drawn:
        told = re.search(rf"\([^()]*Figure\s?{caption[1]}[,)]", printed)
        assert told and bisect(begun, told.start()) == bisect(begun, caption.start()), caption[0]
    assert not [t for t in pages if re.match(r".*edition \S+ organization period", t)]


def test_sizes_and_places_are_called_by_their_names(pages: list[str]) -> None:
    printed = " ".join(pages)
    assert "250 billion parameters or more" in printed and ">=250" not in printed
    assert "the United States September 2026" in printed and " us September 2026" not in printed


def test_inputs_of_one_source_are_told_apart(pages: list[str]) -> None:
    printed = " ".join(pages).replace("\xad", "")
    assert "modelpulse_hub_months.csv (27 reported" in printed.replace("- ", "")
    told = "text_orgs.csv (466 reported; totals of the scope text-vision), 1 July 2024 to 1 October 2026"
    assert told.replace("-", "") in printed.replace("- ", "").replace("-", "")


def test_it_carries_its_fonts_and_runs_nothing(edition: Path, document: pypdf.PdfReader) -> None:
    for page in document.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[index]
            below = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(below)
    content = (edition / "report.pdf").read_bytes()
    assert not re.search(rb"/(JavaScript|JS|Launch|URI|EmbeddedFile)\b", content)
    actions = [a for p in document.pages for a in p.get("/Annots", []) or []]
    assert len(actions) > 50


def test_names_are_only_text(tmp_path: Path) -> None:
    census = Census(hostile_ledger(tmp_path / "ledger"))
    write_report(census, tmp_path / "out", pdf=True)
    text = flat(" ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "out" / "report.pdf").pages))
    assert TURNED[0] not in text and "U+202E" in text and "gpj.exe" in text
    assert SCRIPT.replace(" ", "") in text.replace(" ", "") and "=1+1" in text
    for path in (tmp_path / "out").rglob("*"):
        if path.suffix in (".html", ".md", ".svg", ".csv", ".cff"):
            assert TURNED[0] not in path.read_text(), path
        if path.suffix in (".html", ".svg"):
            assert SCRIPT not in path.read_text(), path
    for line in (tmp_path / "out" / "tables" / "shares-by-organization.csv").read_text().splitlines():
        assert not line.startswith("=")


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    monkeypatch.setattr("modelcensus.publish.printed.find_spec", lambda name: None)
    with pytest.raises(CensusError, match=r"modelcensus\[pdf\]"):
        must_print()
