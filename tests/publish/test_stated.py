"""Pictures say what they rest on and how to cite them, as texts that programs read and that run nothing."""

import struct
import zlib
from xml.etree import ElementTree

import pytest

from modelcensus.measures import Census
from modelcensus.publish import Bar, Words, bar_chart, result_chart
from modelcensus.publish.stated import DC, HEAD, TERMS


def chunks(png: bytes) -> dict[str, str]:
    """The texts of a PNG by keyword; every chunk's sum is as it should be."""
    at, found = 8, {}
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        content = png[at + 4 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(content),)
        if content.startswith(b"iTXt"):
            keyword, _, rest = content[4:].partition(b"\0")
            found[keyword.decode()] = rest[4:].decode()
        at += 12 + length
    return found


def told(svg: str, name: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [e.text or "" for e in root.iterfind(f"{{http://www.w3.org/2000/svg}}metadata//{{{name}")]


def test_a_picture_of_a_result_names_its_record_and_its_citation(sample: Census) -> None:
    result = sample.measure("share", of={"organization": "Qwen"}, by="month", reading={"channel": "reported:modelpulse"})  # fmt: skip
    chart = result_chart(result)
    svg, texts = chart.svg(), chunks(chart.png())
    assert told(svg, f"{DC}}}identifier") == [result.provenance.id] == [texts["Provenance"]]
    assert told(svg, f"{DC}}}title") == [chart.words.title] == [texts["Title"]]
    (cited,) = told(svg, f"{TERMS}}}bibliographicCitation")
    assert cited == texts["Citation"]
    assert result.sentence().removesuffix(".") in cited and "Model Pulse" in cited and result.provenance.id in cited
    again = result_chart(result)
    assert (again.svg(), again.png()) == (svg, chart.png())


@pytest.mark.parametrize("name", ["</metadata></svg><script>alert(1)</script>", "a & b <c>]]>", "\x1b[31mred\x00", "Вася 模型"])  # fmt: skip
def test_names_in_what_a_picture_says_are_texts(name: str) -> None:
    chart = bar_chart([Bar("a", 1, "1")], Words(name, name, name), percent=False)
    svg = chart.svg()
    assert "<script>" not in svg and "\x1b" not in svg and svg.count("<metadata>") == svg.count("</svg>") == 1
    ElementTree.fromstring(svg)
    texts = chunks(chart.png())
    assert "\x00" not in texts["Title"] and texts["Title"] == told(svg, f"{DC}}}title")[0]


def test_a_picture_is_drawn_as_without_its_texts() -> None:
    chart = bar_chart([Bar("a", 1, "1")], Words("t", "s", "Source: p0123456789ab"), percent=False)
    bare = chart.words.stated.in_png(b"\x89PNG\r\n\x1a\n" + bytes(HEAD - 8) + b"rest")
    assert bare.startswith(b"\x89PNG") and bare.endswith(b"rest") and b"iTXtProvenance" in bare
    assert chart.png().count(b"IHDR") == 1 and chart.png().endswith(b"IEND\xaeB`\x82")
