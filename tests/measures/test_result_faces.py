"""What a result gives to people: citation, chart, data frames, notebook; also of repositories with hostile names."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import polars
import pytest

from ledgers import batch_of, fact, observation, opened
from modelcensus.measures import Provenance, Result, Row
from modelcensus.measures import result as result_room
from modelcensus.vocabulary import CensusError, Request, RequestError, Terms

HOSTILE = [
    "<script>alert(1)</script>",
    "a\"b'c",
    "open{brace",
    "close}brace}",
    "\\input{/etc/passwd}",
    "100 % & $x_1^2 ~ #",
    "two\nlines\r\x1b[31m\u202e",
    "=cmd|' /C calc'!A0",
    "模型",
    "@misc{x,",
]


def result_of(name: str = "Qwen", values: tuple[float | None, ...] = (0.25, 0.5)) -> Result:
    """A share by month of an organization of that name."""
    rows = [
        Row(
            dimensions={"organization": name}, period=f"2026-0{i}", start=f"2026-0{i}-01", end=f"2026-0{i + 1}-01", span=i - 1,
            value=value, low=None if value is None else value / 2, high=value, coverage=1.0, observed=3, scope_size=3,
            flags=(name,),
        )
        for i, value in enumerate(values, 1)
    ]  # fmt: skip
    provenance = Provenance(
        id="p0123456789ab", batches=("b1",), scope_id="hub", scope_digest="d", scope_text="all", knowledge="k",
        software={"modelcensus": "9.8.7"}, sources=(f"{name}: somebody, {name} (MIT)",), newest="2026-04-05",
    )  # fmt: skip
    request = Request.build(
        "share", of={"organization": [name]}, by=("organization", "month"), reading=["channel=hub"]
    )
    return Result(
        measure="share", unit="share", definition=f"part / whole {name}", citation="here",
        phrase="{subject} had {value} of the downloads of {whole} in {period}", request=request, rows=tuple(rows),
        notes=(f"note {name}",), subject_text=name, whole_text="the makers", provenance=provenance,
    )  # fmt: skip


def bibtex(entry: str) -> dict[str, str]:
    """The fields of one entry, read as BibTeX reads it: braces count, whatever stands before them."""
    assert entry.startswith("@misc{")
    depth, fields, at = 0, {}, entry.index("{")
    for i, character in enumerate(entry[at:], at):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
        if depth == 0:
            assert entry[i + 1 :].strip() == "", "something stands after the entry"
            break
    assert depth == 0
    for line in entry.splitlines()[1:-1]:
        name, value = re.fullmatch(r"  (\w+) = \{(.*)\},", line).groups()  # type: ignore[union-attr]
        fields[name] = value
    return fields


def test_a_citation_names_subject_measure_counter_sources_day_id_and_version():
    said = result_of().cite()
    for part in ("Qwen", "share", "the makers", "February 2026", "50.0 %", "counted here", "somebody", "MIT",
                 "2026-04-05", "p0123456789ab", "modelcensus 9.8.7"):  # fmt: skip
        assert part in said, part
    assert said.count("\n") == 0 and "January" not in said
    assert "January 2026" in result_of().cite(row=result_of().rows[0])


def test_bibtex_has_the_same_in_fields():
    entry = result_of().cite("bibtex")
    fields = bibtex(entry)
    assert entry.startswith("@misc{modelcensus-p0123456789ab,")
    assert (fields["year"], fields["month"], fields["version"]) == ("2026", "4", "9.8.7")
    assert "Qwen: share" in fields["title"] and "p0123456789ab" in fields["howpublished"]
    assert "50.0 \\%" in fields["note"] and "somebody" in fields["note"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_cannot_leave_a_citation(name):
    assert "\n" not in result_of(name).cite() and "\x1b" not in result_of(name).cite()
    fields = bibtex(result_of(name).cite("bibtex"))
    bare = re.sub(r"\\(textbackslash|textbraceleft|textbraceright|text\w+)\{\}", "", fields["title"])
    assert set(re.findall(r"\\(.)", bare)) <= set("$&#%_"), "a command of the name's own"
    assert not re.search(r"(?<!\\)[$&#%_~^]", bare)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert not attrs, attrs
        self.tags.add(tag)

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_notebook_shows_names_as_text(name):
    reader = Reader()
    reader.feed(result_of(name)._repr_html_())
    assert reader.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "small"}
    assert any(name.strip() in t for t in reader.texts)


def test_a_notebook_shows_few_rows_and_counts_the_others():
    many = result_of(values=(0.5,) * 9)
    html = Result(**{**vars(many), "rows": many.rows * 5})._repr_html_()
    assert html.count("<tr>") == 21 and "25 more rows" in html
    assert "p0123456789ab" in html and "note Qwen" in html


def test_an_open_bound_is_open_in_a_notebook():
    opened = result_of(values=(None,))
    row = opened.rows[0]
    opened.rows = (Row(**{**vars(row), "low": 0.1}),)
    assert "<td>unknown</td><td>10.0 %</td><td>open</td>" in opened._repr_html_()


def test_repr_is_one_line_with_measure_rows_and_id():
    said = repr(result_of("two\nlines"))
    assert (
        said.startswith("<Result share p0123456789ab, 2 rows: The organization two lines had 50.0 %")
        and "\n" not in said
    )


def test_polars_has_the_rows(monkeypatch):
    frame = result_of().to_polars()
    assert isinstance(frame, polars.DataFrame)
    assert frame["value"].to_list() == [0.25, 0.5] and frame["period"].to_list() == ["2026-01", "2026-02"]


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_library_that_is_not_installed_is_named(library, monkeypatch):
    monkeypatch.setattr(result_room, "find_spec", lambda name: None)
    with pytest.raises(CensusError, match=f"install {library}"):
        getattr(result_of(), f"to_{library}")()


def test_the_chart_is_that_of_the_command_line():
    chart = result_of().chart(title="Mine", size="social")
    assert "Mine" in str(chart.spec) and chart.svg().startswith("<svg")
    assert chart._repr_svg_() == chart.svg(), "a notebook shows it"  # type: ignore[attr-defined]
    with pytest.raises(RequestError, match="post"):
        result_of().chart(size="pots")


def test_an_unknown_citation_is_an_error_that_helps():
    with pytest.raises(RequestError, match="bibtex"):
        result_of().cite("bibtx")  # type: ignore[arg-type]


def test_the_day_of_a_citation_is_that_of_the_newest_batch_used(sample):
    result = sample.measure("share", of={"organization": "Qwen"}, period="2026-02",
                            reading=["channel=reported:modelpulse"])  # fmt: skip
    days = [m.committed_at.date() for m in sample.manifests if m.id in result.provenance.batches]
    assert date.fromisoformat(result.provenance.newest) == max(days)
    assert "reported by modelpulse" in result.cite()


@pytest.mark.parametrize(
    ("stated", "noun"),
    [
        ("tokens (prompt and completion) that a list shows", "tokens"),
        ("monthly downloads", "downloads"),
        ("", "downloads"),
        ("points of a score", "downloads"),
    ],
)
def test_a_channel_is_spoken_of_in_what_it_counts(stated, noun):
    rows = [observation(r, "period", 1_000 * i, 30, start=0) for i, r in enumerate(("Qwen/a", "google/b"), 1)]
    said = batch_of("list", "tokens", observations=rows, facts=[fact("Qwen/a"), fact("google/b")])
    said = replace(said, terms=Terms(unit=stated))
    with contextmanager(opened)(said) as census:
        share = census.measure("share", of={"organization": "Qwen"}, period="2026-01", reading={"channel": "tokens"})
        total = census.measure("downloads", period="2026-01", reading={"channel": "tokens"})
    assert f"of the {noun} of" in share.sentence()
    assert total.unit == noun and share.unit == "share"
