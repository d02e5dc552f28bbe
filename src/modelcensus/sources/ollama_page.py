"""The page of the Ollama library as it is served: models and pulls out of HTML, or an error that names what is missing.

The page marks its parts for the site's own tests (`x-test-model`, `x-test-pull-count`), and those marks are what is read
here; where one is gone the page has changed, and nothing is guessed from what is left.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa

from modelcensus.engine import WorkFolder, file_digest
from modelcensus.sources.ollama import TERMS, read_ollama
from modelcensus.sources.options import ImportOptions
from modelcensus.sources.registry import source
from modelcensus.vocabulary import SET_ASIDE, Batch, InputError, InputFile

MODEL, PULLS = "x-test-model", "x-test-pull-count"
LIBRARY = "/library/"
LEAST = 0.9
"""Part of the models that must show their pulls; with fewer the page has changed."""
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"))


@dataclass
class _Model:
    line: int
    depth: int
    name: str = ""
    pulls: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """Models in the order of the page; of each its link's name and the text of its pull count."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[_Model] = []
        self._open: _Model | None = None
        self._depth = 0
        self._counting = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = dict(attrs)
        if tag not in VOID:
            self._depth += 1
        if MODEL in marks:
            self._open = _Model(self.getpos()[0], self._depth)
            self.models.append(self._open)
        if self._open is None:
            return
        link = marks.get("href") or ""
        if tag == "a" and link.startswith(LIBRARY) and not self._open.name:
            self._open.name = link.removeprefix(LIBRARY).partition("?")[0].strip("/")
        if PULLS in marks and not self._open.pulls:
            self._counting = self._depth

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self._counting == self._depth:
            self._counting = -1
        if self._open is not None and self._depth <= self._open.depth:
            self._open = None
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._counting >= 0 and self._open is not None:
            self._open.pulls.append(data)


@source("ollama_page", "The page of the Ollama library as it is served (HTML; channel ollama)", TERMS)
def read_ollama_page(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of `all_time` counters from a saved page; its day is given with `--date`."""
    if len(files) != 1:
        raise InputError("one page at a time", where=str(files[0]), remedy="import them one by one")
    path = files[0]
    try:
        day = date.fromisoformat(options.date)
    except ValueError as error:
        raise InputError("a page does not say its day", where=str(path), remedy="give --date YYYY-MM-DD") from error
    models = _read(path)
    folder = WorkFolder()
    rows = folder.path / "page.csv"
    shown = [(m.name, " ".join("".join(m.pulls).split())) for m in models if m.name and m.pulls]
    with rows.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([("date", "model", "raw"), *((day, *s) for s in shown)])
    name = options.name or "ollama-library"
    batch = read_ollama([rows], options.model_copy(update={"name": name, "date": str(day), "map": {}}))
    aside = [
        {
            "file": path.name,
            "line": m.line,
            "reason": f"no {PULLS if m.name else 'link to ' + LIBRARY}",
            "content": m.name,
        }
        for m in models
        if not (m.name and m.pulls)
    ]
    tables = {**batch.tables, "set_aside": pa.concat_tables([batch.tables["set_aside"], _aside(aside)])}
    took = (f"{len(shown):,} models marked {MODEL}, by their links; pulls from {PULLS}",)
    inputs = (InputFile(path.name, path.stat().st_size, file_digest(path)),)
    options_told = {**options.described(), "date": str(day)}
    return replace(batch, source="ollama_page", tables=tables, inputs=inputs, took=took, options=options_told)


def _aside(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=SET_ASIDE.arrow)


def _read(path: Path) -> list[_Model]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("no page that can be read", where=str(path), remedy="fetch it again") from error
    page = _Page()
    try:
        page.feed(text)
        page.close()
    except AssertionError as error:  # how the library says that a declaration is none
        raise InputError(f"no HTML page ({error})", where=str(path), remedy="fetch it again") from error
    models = page.models
    if not models:
        raise InputError(
            f"the page has changed: no element is marked {MODEL}",
            where=str(path),
            remedy="nothing was read; the marks are in sources/ollama_page.py",
        )
    for what, count in (
        (f"link to {LIBRARY}NAME", sum(bool(m.name) for m in models)),
        (PULLS, sum(bool(m.pulls) for m in models)),
    ):
        if count < LEAST * len(models):
            raise InputError(
                f"the page has changed: {len(models) - count:,} of {len(models):,} models have no {what}",
                where=str(path),
                remedy="nothing was read; the marks are in sources/ollama_page.py",
            )
    return models
