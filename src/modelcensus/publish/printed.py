"""The report as a PDF: the same sections as on the page, set by Typst from data, with fonts that come with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from modelcensus.claims import Account
from modelcensus.claims.wording import decided_text
from modelcensus.ledger import Manifest
from modelcensus.measures import period_text
from modelcensus.publish.packed import Told
from modelcensus.publish.pages import Page, table_rows
from modelcensus.publish.prose import Code, Linked, Prose
from modelcensus.publish.section import DataTable, Section
from modelcensus.publish.unbroken import unbroken
from modelcensus.publish.verdict_words import counts, verdict_as_worded, why, worded
from modelcensus.vocabulary import CensusError, Reading, Request
from modelcensus.vocabulary.inert_text import all_straight

NARROW = 26
"""Letters up to which a column of a table is as wide as its longest cell; longer ones share the rest."""
WIDEST = 60
NOTE = (
    "Every number leads to what it rests on. Counted here means computed from counters of single repositories, with the"
    " interval that those counters allow; reported by X means published by X, repeated as published. A download is a"
    " request for a file: not a user, not a deployment."
)
TITLE = "Who leads in open AI models?"


def must_print() -> None:
    """CensusError where what sets the PDF is not installed."""
    if find_spec("typst") is None or find_spec("font_lato") is None:
        raise CensusError(
            "a PDF needs Typst, which is not installed", where="--format pdf", remedy="pip install 'modelcensus[pdf]'"
        )


def printed(page: Page, about: Told, charts: dict[str, dict[str, str]]) -> bytes:
    """The PDF. The same page gives the same bytes. `charts`: of each figure its picture (`svg`), `alt`, `title` and
    `caption`."""
    must_print()
    import font_lato
    import typst

    template = (files("modelcensus.publish") / "templates" / "report.typ").read_bytes()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "report.typ").write_bytes(template)
        (root / "report.json").write_text(json.dumps(_content(page, about, charts), default=str))
        for name, chart in charts.items():
            (root / f"{name}.svg").write_text(chart["svg"])
        fonts = Path(font_lato.__file__).parent / "files"
        compiler = typst.Compiler(root / "report.typ", root, [fonts], ignore_system_fonts=True)
        made = compiler.compile(format="pdf", timestamp=_moment(page))
    assert isinstance(made, bytes)
    return made


def _moment(page: Page) -> datetime:
    """When the document says that it was made: the last day of its data, so that its bytes do not change."""
    days = [m.last_day for m in page.manifests if m.last_day]
    return datetime.fromisoformat(max(days)[:10]).replace(tzinfo=UTC) if days else datetime(2020, 1, 1, tzinfo=UTC)


def _content(page: Page, about: Told, charts: dict[str, dict[str, str]]) -> object:
    known = {*page.results, *(m.id for m in page.manifests)}
    places = {m.id: i for i, m in enumerate(page.manifests)}
    told = page.told
    days = sorted(d for m in page.manifests for d in (m.first_day, m.last_day) if d)
    software = next(iter(page.results.values())).provenance.software
    return all_straight({
        "title": TITLE,
        "edition": page.edition,
        "id": about.id,
        "headline": unbroken(page.headline),
        "note": NOTE,
        "colophon": [
            ("Edition", f"{page.edition}, {about.id}"),
            ("Data", f"{len(page.manifests)} batches, {days[0]} to {days[-1]}" if days else f"{len(page.manifests)} batches"),
            ("Knowledge", f"version {page.knowledge}"),
            ("Software", ", ".join(f"{k} {v}" for k, v in software.items())),
            ("Cite as", about.citation),
        ],
        "sections": [_section(s, page, charts) for s in page.sections],
        "claims": None if told is None else {
            "summary": _parts(told.summary, known),
            "flipped": [_parts(line, known) for line in page.flipped],
            "evidence": _parts(told.evidence, known),
            "packs": [{"title": p.title, "claims": [_claim(a, known) for a in some]} for p, some in told.by_pack],
            "untestable": [
                {"statement": a.claim.statement, "why": _parts(why(a), known)} for a in told.untestable
            ],
        },
        "limits": [unbroken(text) for text in page.limits],
        "breaks": [unbroken(text) for text in page.breaks],
        "sources": [
            {
                "id": m.id, "name": m.name, "what": unbroken(_what(m)),
                "license": m.terms.get("license") or "no license stated",
                "citation": m.terms.get("citation") or "No citation stated",
                "digests": [i.digest_said(16) for i in m.inputs],
            }
            for m in page.manifests
        ],
        "records": [
            {
                "id": i, "measure": r.measure, "request": _asked(r.request),
                "denominator": f"{r.whole_text}; {r.counted_by}",
                "inputs": [places[b] for b in r.provenance.batches if b in places],
            }
            for i, r in page.results.items()
        ],
    })  # fmt: skip


def _what(batch: Manifest) -> str:
    """What was read, so that two batches of one source can be told apart: files, rows, scope, days."""
    first, *more = [i.name for i in batch.inputs] or [batch.source]
    files = f"{first} and {len(more):,} more files" if more else first
    rows = ", ".join(f"{n:,} {kind}" for kind, n in batch.rows.items() if n and kind != "set_aside")
    scope = f"; totals of the scope {batch.options['scope']}" if batch.options.get("scope") else ""
    days = (
        f"{period_text(batch.first_day)} to {period_text(batch.last_day)}"
        if batch.first_day and batch.last_day
        else "no days"
    )
    return (
        f"{files} ({rows or 'no rows'}{scope}), {days}, added on {period_text(batch.committed_at.date().isoformat())}"
    )


def _section(section: Section, page: Page, charts: dict[str, dict[str, str]]) -> dict[str, object]:
    return {
        "question": section.question,
        "statements": [{"text": unbroken(s.text), "records": list(s.provenance)} for s in section.statements],
        "figures": [
            {
                "name": f.name,
                "file": f"{f.name}.svg",
                "alt": charts[f.name]["alt"],
                **{k: unbroken(charts[f.name][k]) for k in ("title", "caption")},
            }
            for f in section.figures
        ],
        "remarks": [unbroken(text) for text in section.remarks],
        "tables": [_table(t) for t in section.tables],
    }


def _table(table: DataTable) -> dict[str, object]:
    header, rows = table_rows(table)
    kept = [i for i in range(len(header)) if any(row[i] for row in rows)]
    header, rows = [header[i].replace("_", " ") for i in kept], [[unbroken(row[i]) for i in kept] for row in rows]
    longest = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    widths = [0 if n <= NARROW else min(n, WIDEST) for n in longest]
    more = len(table.result.rows) - len(rows)
    return {
        "caption": f"{table.caption}; {table.result.whole_text}; {table.result.counted_by}"
        f"{f'; {more:,} more rows in tables/{table.name}.csv' if more else ''}",
        "records": [table.result.provenance.id],
        "header": header,
        "rows": rows,
        "widths": widths if any(widths) else [1, *widths[1:]],
        "right": [name in (table.result.unit, "coverage", "interval") for name in header],
    }


def _asked(request: Request) -> str:
    """A request in the grammar of the command line, without what it leaves as it is."""
    usual = Reading().as_dict()
    terms = [
        *(f"of {d}={','.join(v)}" for d, v in request.of),
        *([f"within {request.within}"] if request.within else []),
        *([f"by {', '.join(request.by)}"] if request.by else []),
        *([f"period {', '.join(map(str, request.periods))}"] if request.periods else []),
        *(f"{k} {v}" for k, v in request.reading.as_dict().items() if v and v != usual.get(k)),
    ]
    return "; ".join(terms)


def _claim(one: Account, known: set[str]) -> dict[str, object]:
    source = one.pack.source
    return {
        "statement": one.claim.statement,
        "by": f"{source.publisher}, {source.date or 'undated'}",
        "worded": verdict_as_worded(one),
        "worded_said": _parts(worded(one, one.as_worded), known),
        "verdict": one.verdict,
        "counts": _parts(counts(one), known),
        "decided": decided_text(one).removeprefix("what decides is "),
    }


def _parts(said: Prose, known: set[str]) -> list[dict[str, object]]:
    """The parts of a sentence; a number leads to its record where the report has it."""
    return [
        {"text": unbroken(p.text), "to": p.to if p.to in known else None, "code": False}
        if isinstance(p, Linked)
        else {"text": str(p), "to": None, "code": isinstance(p, Code)}
        for p in said.parts
    ]
