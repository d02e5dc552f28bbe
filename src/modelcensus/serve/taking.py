"""A page in the forms in which it is taken elsewhere: data, pictures, a frame. Each says what it rests on and how to cite it."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Mapping

import pyarrow.parquet as pq
from fastapi.responses import HTMLResponse, Response

from modelcensus.measures import Result
from modelcensus.publish.charts import Chart
from modelcensus.publish.live_chart import live_chart
from modelcensus.publish.section import Facts, Section
from modelcensus.publish.theme import darkened
from modelcensus.publish.views import View
from modelcensus.publish.visible import visible
from modelcensus.serve.forms import FRAME, SUFFIXES
from modelcensus.serve.pages import At
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import RequestError

PICTURES = (".svg", ".png", ".vega", ".embed", ".chart.js")
PICKED = ("table", "figure", "size", "theme")
"""What an address says of the form of an answer, not of its content."""
SIZES = ("post", "social", "phone", "print")
THEMES = ("light", "dark")

Framed = Callable[[View, At, str, str], str]
"""A page that holds a picture alone: its name, and what it shows in words, are the last two."""


class Forms:
    """The forms of pages on one ledger; pictures are drawn one after another."""

    def __init__(self, tester: Tester, framed: Framed) -> None:
        self._tester, self._framed, self._drawing = tester, framed, threading.Lock()

    @property
    def pinned(self) -> str:
        """The edition that all addresses name, where it is an earlier one."""
        return self._tester.past.id if self._tester.past else ""

    def drawn(self, view: View, name: str = "", size: str = "post") -> Chart:
        """A picture of a view, drawn once; the first where none is named."""
        figures = view.figures()
        if not figures:
            raise RequestError("this page has no picture", where=view.name, remedy="ask for .json, .csv or .parquet")
        if name and name not in figures:
            raise RequestError(f"no picture {name!r}", where=view.name, remedy=f"one of {', '.join(figures)}")
        figure = figures[name] if name else next(iter(figures.values()))
        with self._drawing:
            return figure.draw(size)

    def taken(self, view: View, at: At, suffix: str, picked: Mapping[str, str]) -> Response:
        """The form of a view that an address with this suffix asks for."""
        if suffix == FRAME:
            name = picked["figure"]
            return HTMLResponse(self._framed(view, at, name, self.drawn(view, name).alt))
        if suffix == ".json":
            content = json.dumps(self.as_json(view), default=str)
            return self._stated(content, suffix, view, at, self._tester.edition)
        if suffix in PICTURES:
            return self._picture(view, at, suffix, picked)
        return self._table(view, at, suffix, picked["table"])

    def as_json(self, view: View) -> dict[str, object]:
        """A view as plain values: the question, the answers with their records, every row; the edition and its citation."""
        sections = [s for s in view.sections if s.id not in view.later]
        said = (i for s in sections for t in s.statements for i in t.provenance)
        measured = (r.provenance.id for s in sections for r in s.all_results())
        return {
            "question": view.question,
            "chosen": {k: list(v) for k, v in view.chosen.items()},
            "provenance": {"edition": self._tester.edition, "records": list(dict.fromkeys([*said, *measured]))},
            "citation": self._citation(view),
            "sections": [_section(s) for s in sections],
            "remarks": list(view.remarks),
        }

    def _citation(self, view: View) -> str:
        return f"{view.question} {self._tester.citation}"

    def _picture(self, view: View, at: At, suffix: str, picked: Mapping[str, str]) -> Response:
        size = picked["size"] or "post"
        if size not in SIZES:
            raise RequestError(f"no size {size!r}", where="size", remedy=f"one of {', '.join(SIZES)}")
        theme = picked["theme"] or "light"
        if theme not in THEMES:
            raise RequestError(f"no theme {theme!r}", where="theme", remedy=f"one of {', '.join(THEMES)}")
        chart = self.drawn(view, picked["figure"], size)
        light = chart.svg
        content = {
            ".svg": lambda: visible(darkened(light()) if theme == "dark" else light()),
            ".png": chart.png,
            ".vega": lambda: json.dumps(chart.spec),
            ".chart.js": lambda: live_chart(chart),
        }[suffix]()
        return self._stated(content, suffix, view, at, *chart.words.stated.provenance)

    def _table(self, view: View, at: At, suffix: str, name: str) -> Response:
        tables = view.tables()
        if not tables or (name and name not in tables):
            raise RequestError(
                f"no table {name!r}" if tables else "this page has no table", where=view.name,
                remedy=f"one of {', '.join(tables)}" if tables else "ask for .json",
            )  # fmt: skip
        table = tables[name] if name else next(iter(tables.values()))
        id = table.provenance.id if isinstance(table, Result) else self._tester.edition
        content = visible(table.to_csv()) if suffix == ".csv" else self._parquet(view, table)
        answer = self._stated(content, suffix, view, at, id)
        file = f"{view.name}{suffix}".encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
        answer.headers["content-disposition"] = f'attachment; filename="{file}"'
        return answer

    def _parquet(self, view: View, table: Result | Facts) -> bytes:
        edition, sink = self._tester.edition, io.BytesIO()
        rows = table.to_arrow() if isinstance(table, Result) else table.to_arrow(edition, self._citation(view))
        pq.write_table(rows, sink)
        return sink.getvalue()

    def _stated(self, content: str | bytes, suffix: str, view: View, at: At, *rests_on: str) -> Response:
        """The answer, with what it rests on in its headers: records, or the edition. `cite-as` (RFC 8574) is the page pinned
        to its edition, `describedby` the record, or the page as JSON, which has the citation in words."""
        edition = self._tester.edition
        ids = rests_on or (edition,)
        told = [at(".json") if i == edition else f"/provenance/{i}.json" for i in ids]
        links = [("cite-as", at("", edition=edition)), *(("describedby", to) for to in told if suffix != ".json")]
        headers = {"x-provenance": ", ".join(ids), "link": ", ".join(f'<{to}>; rel="{rel}"' for rel, to in links)}
        return Response(content, media_type=SUFFIXES[suffix], headers=headers)


def _section(section: Section) -> dict[str, object]:
    return {
        "id": section.id,
        "question": section.question,
        "statements": [{"text": s.text, "provenance": list(s.provenance)} for s in section.statements],
        "results": [{**r.as_dict(), "citation": r.cite()} for r in section.all_results()],
        "facts": {f.name: f.records() for f in section.facts},
        "remarks": section.remarks,
    }
