"""Charts as Vega-Lite specifications, rendered without a browser or a network.

Every chart carries its finding as title, unit and denominator as subtitle, labels beside what they name, and
source and date inside the picture.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import altair as alt
import vl_convert

from modelcensus.publish.marks import Rule, key_of
from modelcensus.publish.stated import RECORD, Stated
from modelcensus.publish.theme import QUIET, SIZES, config
from modelcensus.vocabulary.inert_text import all_straight, straight

Along = Literal["time", "ages", "bars", "readings", ""]
"""What somebody who points at a chart moves along."""


@dataclass(frozen=True)
class Words:
    """What is written on a chart."""

    title: str
    subtitle: str
    source: str
    alt: str = ""

    @property
    def stated(self) -> Stated:
        """The same for machines: the records are those that the source names."""
        citation = " ".join(f"{t.removesuffix('.')}." for t in (self.title, self.subtitle, self.source) if t)
        records = tuple(dict.fromkeys(RECORD.findall(self.source)))
        return Stated(self.title, self.subtitle, records, citation)


@dataclass(frozen=True)
class Chart:
    """What is to be drawn: its specification (`make`) and what it shows in words (`tell`) are made when they are first asked
    for, and the picture is drawn once."""

    make: Callable[[], dict] = field(repr=False)
    words: Words = field(repr=False)
    tell: Callable[[], str] = field(repr=False)
    along: Along = ""

    @cached_property
    def alt(self) -> str:
        """What it shows, in words."""
        return self.tell()

    @cached_property
    def _spec(self) -> dict:
        # what draws it ends the whole process at a control character
        return all_straight({**self.make(), "description": self.alt})

    @property
    def spec(self) -> dict:
        """The specification (Vega-Lite)."""
        return self._spec

    @cached_property
    def _svg(self) -> str:
        return self.words.stated.in_svg(straight(vl_convert.vegalite_to_svg(self.spec)))

    def svg(self) -> str:
        """The picture as SVG, with its records and its citation as metadata."""
        return self._svg

    def png(self, scale: float = 2) -> bytes:
        """The picture as PNG, with the same as texts beside its pixels."""
        return self.words.stated.in_png(vl_convert.svg_to_png(self.svg(), scale=scale))

    def untitled(self) -> "Chart":
        """The same without its finding above it."""
        return Chart(lambda: {k: v for k, v in self.make().items() if k != "title"}, self.words, self.tell)

    def _repr_svg_(self) -> str:
        return self.svg()


def finish(
    plot: Callable[[], alt.LayerChart | alt.FacetChart | alt.VConcatChart],
    words: Words,
    size: str,
    indent: int = 0,
    rules: Callable[[], Sequence[Rule]] = tuple,
    along: Along = "",
) -> Chart:
    """A plot, made when it is asked for, with its finding above it, and what its rules are and its source below."""

    def make() -> dict:
        room = SIZES[size]
        title = alt.TitleParams(
            textwrap.wrap(words.title, room.title_letters),
            subtitle=textwrap.wrap(words.subtitle, room.small_letters),
        )
        whole = alt.vconcat(plot(), _caption(words, size, indent, rules())).properties(title=title)
        return whole.configure(**config()).to_dict(
            validate=False
        )  # the tests validate every chart against the schema

    def tell() -> str:
        shown, dated = words.alt or f"{words.title}. {words.subtitle}", rules()
        explained = f". {key_of(dated)}: {'. '.join(f'{r.letter}, {r.text}' for r in dated)}" if dated else ""
        return f"{shown}{explained}"

    return Chart(make, words, tell, along)


def _caption(words: Words, size: str, indent: int, rules: Sequence[Rule]) -> alt.LayerChart | alt.FacetChart:
    """The lines under a plot: what its rules are, then its source."""
    letters = SIZES[size].small_letters + 8
    head = textwrap.wrap(key_of(rules), letters) if rules else []
    rows = [{"line": line, "x": 0, "letter": ""} for line in head]
    for rule in rules:
        lines = textwrap.wrap(rule.text, letters - 3)
        rows += [{"line": line, "x": 1, "letter": "" if i else rule.letter} for i, line in enumerate(lines)]
    explained = len(rows)
    rows += [{"line": line, "x": 0, "letter": ""} for line in textwrap.wrap(words.source, letters)]
    for i, row in enumerate(rows):
        row["row"] = i + (0.4 if rules and i >= explained else 0)
    tall = len(rows) + (0.4 if rules else 0)
    base = alt.Chart(alt.Data(values=tuple(rows))).encode(
        y=alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[max(tall, 1), 0], nice=False))
    )
    layers = [
        base.transform_filter(f"datum.x == {x}")
        .mark_text(align="left", baseline="top", fontSize=11, color=QUIET)
        .encode(x=alt.value(indent + 16 * x), text="line:N")
        for x in ((0, 1) if rules else (0,))
    ]
    if rules:
        letter = base.mark_text(align="left", baseline="top", fontSize=11, color=QUIET, fontWeight="bold")
        layers.append(letter.encode(x=alt.value(indent), text="letter:N"))
    return alt.layer(*layers).properties(width=SIZES[size].width, height=15 * tall)
