"""Packs are written so that they read back equal, as a person would write them."""

import datetime
from textwrap import dedent

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcensus.claims import bundled_packs
from modelcensus.claims.entries import KINDS, Choice, Claim, Comparison, Excluded, Link, Pack, Source, Worded
from modelcensus.claims.numbers import Written, number_text, written
from modelcensus.claims.packs import read_yaml
from modelcensus.claims.writing import WIDTH, pack_yaml


def same(pack):
    """The text of a pack, which reads back as the same pack, its choices in the same order."""
    text = pack_yaml(pack)
    back = read_yaml(Pack, text, "written.yml")
    assert back == pack and back.model_dump_json() == pack.model_dump_json(), text
    assert pack_yaml(back) == text
    return text


@pytest.mark.parametrize("pack", bundled_packs().values(), ids=lambda p: p.id)
def test_bundled_packs_read_back(pack):
    text = same(pack)
    if pack.id == "qwen-2026":
        assert "compare: {above: 50 %}" in text and "about: 153.6 million" in text and "of: {family: Qwen}" in text
    assert max(map(len, text.splitlines())) <= WIDTH + 12  # a line breaks after the word that passes the width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50%", "50 %"), ("50.0 percent", "50.0 %"), ("153.6M", "153.6 million"), ("1.2bn", "1.2 billion"), ("1.2 trillion", "1.2 trillion"),
        ("1.20B", "1.20 billion"), ("1000 million", "1.000 billion"), ("1,234,567", "1,234,567"), ("2.5x", "2.5 times"),
        ("0.5 million", "0.5 million"), ("9k", "9 thousand"), ("2.5", "2.5"), ("7", "7"), ("33.333 %", "33.333 %"),
        ("1,234.50", "1,234.50"), ("0 %", "0 %"), ("29 %", "29 %"), ("0,700", "0.700 thousand"), ("153.625 million", "153.625 million"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, expected):
    assert number_text(written(text)) == expected and written(expected) == written(text)


digits = st.builds(
    "{}{}".format, st.integers(0, 10**12), st.one_of(st.just(""), st.from_regex(r"\.[0-9]{1,7}", fullmatch=True))
)
units = st.sampled_from(
    ["", "%", " percent", "x", "-fold", " times", "k", " thousand", "M", " million", "B", " billion"]
)
numbers = st.one_of(
    st.builds(lambda d, u: written(d + u), digits, units),
    st.integers(0, 10**13).map(lambda n: written(f"{n:,}")),
    st.floats(allow_nan=False).map(lambda v: Written(v, "plain", 0.0)),
    st.builds(Written, st.floats(0, 1e12), st.sampled_from(["share", "count", "times"]), st.floats(0, 1e6)),
)
words = [
    "no",
    "2026",
    "2026-02-03",
    "1.5",
    "#",
    "-",
    ":",
    "'tis",
    '"so"',
    "{a,",
    "[b",
    "~",
    "|",
    ">",
    "half",
    "12:30",
    "=",
]
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(words)).map(" ".join),
)
names = st.one_of(st.sampled_from(["subject", "window", "0.5B", "no", "2026"]), texts)
ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)
months = st.dates().map(lambda d: str(d)[:7])
periods = st.one_of(
    months, st.dates().map(str), st.dates().map(lambda d: f"{d.year:04}"), st.just("2025-06..2026-02")
)
several = st.lists(texts, max_size=3).map(tuple)
choices = st.dictionaries(names, several, max_size=3)
pairs = st.dictionaries(names, texts, max_size=2)


def compared(kind):
    value = {"between": st.tuples(numbers, numbers), "first": periods}.get(kind, numbers)
    within = st.none() | numbers if kind == "about" else st.none()
    return st.builds(lambda v, w: Comparison(**{kind: v, "within": w}), value, within)


comparisons = st.sampled_from([k for k in KINDS if k != "first"]).flatmap(compared)
choice = st.builds(
    Choice, text=texts, measure=st.none() | texts, of=st.none() | choices, within=st.none() | texts,
    period=st.none() | periods, by=st.none() | several, reading=pairs, row=pairs,
    applies=st.sampled_from(["both", "observed", "reported"]),
)  # fmt: skip
worded = st.builds(Worded, choices=choices, because=texts)
link = st.builds(
    Link, by=texts, date=st.none() | st.dates(), url=texts, fragment=texts, says=choices, changed=texts,
    mark=st.sampled_from(["primary", "reported"]), compare=st.none() | comparisons,
)  # fmt: skip
readings = st.dictionaries(
    names, st.one_of(several, st.dictionaries(names, choice, max_size=2), st.just(False)), max_size=3
)
kept = {"statement": texts, "fragment": texts, "chain": st.lists(link, max_size=2).map(tuple), "figures": several}
testable = st.sampled_from(["share", "crossover"]).flatmap(
    lambda measure: st.builds(
        Claim, id=ids, **kept, measure=st.just(measure), of=choices, within=texts, by=several,
        period=st.just("") | periods, reading=pairs, row=pairs, as_worded=worded, publisher=st.none() | worded,
        compare=compared("first") if measure == "crossover" else comparisons, readings=readings,
        exclude=st.lists(st.builds(Excluded, when=st.just({"a": ("b",)}), because=texts), max_size=2).map(tuple),
        pinned=st.sampled_from([None, "holds", "depends"]),
    )
)  # fmt: skip
untestable = st.builds(Claim, id=ids, **kept, untestable=texts.filter(bool))
packs = st.builds(
    Pack, id=ids, version=st.dates(), title=texts,
    source=st.builds(Source, title=texts, publisher=texts, date=st.none() | st.dates(), url=texts),
    claims=st.lists(st.one_of(testable, untestable), min_size=1, max_size=2, unique_by=lambda c: c.id).map(tuple),
)  # fmt: skip


@settings(max_examples=80)
@given(packs)
def test_any_pack_reads_back(pack):
    same(pack)


def test_as_a_person_writes_it():
    wanted = dedent("""\
        id: my-pack
        version: 2026-11-25
        title: What it is about
        source: {title: the article, publisher: somebody, date: 2026-04-10}
        claims:
          - id: over-half
            statement: Qwen had more than half of all downloads in 2026.
            fragment: over 50%
            measure: share
            of: {family: Qwen}
            within: "where: family = 'Qwen'"
            period: 2026
            compare: {above: 50 %}
            readings: {denominator: [hub], window: false}
            as_worded: {choices: {denominator: hub, subject: [family, organization]}, because: no list is named}
            figures: hub-daily-2026
        """)
    assert same(read_yaml(Pack, wanted, "mine.yml")) == wanted
    assert yaml.safe_load(wanted)["version"] == datetime.date(2026, 11, 25)
