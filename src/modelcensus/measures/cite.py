"""How to cite a number: who counted what, from which data, and the id that leads back to it."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from modelcensus.measures.in_words import period_text
from modelcensus.measures.sentence import subject_text
from modelcensus.vocabulary.naming import opening

if TYPE_CHECKING:
    from modelcensus.measures.result import Result, Row

TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    '"': r"\textquotedbl{}",
    **{c: f"\\{c}" for c in "$&#%_"},
}
"""Characters that TeX would act on; braces as commands, because BibTeX counts even escaped ones."""


def text_citation(result: Result, row: Row) -> str:
    """One line: title, the sentence, version, data, id, sources."""
    return one_line(
        f"{title(result, row)}. {result.sentence(row)} {edition(result)}, {result.provenance.id}. {sources(result)}."
    )


def bibtex_citation(result: Result, row: Row) -> str:
    """An entry `@misc` whose key is the provenance id; its texts are safe for TeX."""
    day = date.fromisoformat(result.provenance.newest)
    software = result.provenance.software.get("modelcensus", "")
    fields = {
        "title": f"{{{tex(title(result, row))}}}",
        "author": "{modelcensus}",
        "year": str(day.year),
        "month": f"{day:%m}".lstrip("0"),
        "version": tex(software),
        "howpublished": tex(f"{edition(result)}, {result.provenance.id}"),
        "note": tex(f"{result.sentence(row)} {sources(result)}."),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{modelcensus-{result.provenance.id},\n{body}}}\n"


def title(result: Result, row: Row) -> str:
    """Subject, measure, denominator and period."""
    return f"{opening(subject_text(result, row))}: {result.measure}, {result.whole_text}, {period_text(row.period)}"


def edition(result: Result) -> str:
    """The program and the day on which the newest of the number's batches was committed."""
    stated = result.provenance
    return f"modelcensus {stated.software.get('modelcensus', '')}, data of {stated.newest}"


def sources(result: Result) -> str:
    """Where the counters come from, with their terms."""
    listed = "; ".join(s.rstrip(".") for s in result.provenance.sources)
    return f"Sources: {listed}" if listed else "Sources: none stated"


def one_line(text: str) -> str:
    """A text without line breaks and characters that steer.

    >>> one_line("a\\n b\\x00c")
    'a b c'
    """
    if not text.isprintable():  # letter by letter: most texts have nothing that steers
        text = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return re.sub(r"\s+", " ", text).strip()


def tex(text: str) -> str:
    """A text that TeX prints as it is, with balanced braces.

    >>> print(tex("50 % of {a_b}"))
    50 \\% of \\textbraceleft{}a\\_b\\textbraceright{}
    """
    return "".join(TEX.get(c, c) for c in one_line(text))
