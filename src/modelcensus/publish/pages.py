"""Pages from sections: HTML and Markdown say the same."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from modelcensus.claims import Account
from modelcensus.claims.wording import decided_text
from modelcensus.flows.series_breaks import KIND
from modelcensus.ledger import Manifest
from modelcensus.measures import Result, Row, asked_text, bounds, cell, newest_count, number, period_text
from modelcensus.measures.sentence import SIZED
from modelcensus.publish.breaks import break_words
from modelcensus.publish.fact_cells import fact_text
from modelcensus.publish.links import href, markdown_of, plain_markdown
from modelcensus.publish.prose import Prose
from modelcensus.publish.section import DataTable, Section
from modelcensus.publish.tested import Tested, page_of
from modelcensus.publish.unbroken import unbroken
from modelcensus.publish.verdict_words import counts, evidence_of_all, summary, verdict_as_worded, why, worded
from modelcensus.vocabulary.inert_text import plain, straight
from modelcensus.vocabulary.naming import size_text

ROWS = 20
"""Rows of a table on the page; all of them are in its CSV."""
LIMITS = (
    "Downloads are requests for files that the Hub counts by its own rules, from people, machines and test runs alike;"
    " other channels (mirrors, other hubs, application programs) are not seen.",
    "An organization's region is where it has its base, as knowledge version {knowledge} states it; organizations that"
    " nobody has reviewed are shown as unreviewed, not as other.",
)
"""What holds of every edition."""


@dataclass(frozen=True)
class Page:
    """Everything that is written on the page."""

    edition: str
    sections: list[Section]
    charts: dict[str, dict[str, str]]
    results: dict[str, Result]
    manifests: list[Manifest]
    health: dict[str, list]
    unanswered: list[str]
    knowledge: str
    tested: Tested = field(default_factory=Tested)
    flipped: list[Prose] = field(default_factory=list)
    """Which claims flipped since the edition that this one is compared with."""

    @property
    def told(self) -> "ToldClaims | None":
        """The claims, where any could be tested."""
        return ToldClaims(self.tested) if self.tested.shown else None

    @property
    def headline(self) -> str:
        """The first answer: what the edition has found."""
        return self.sections[0].statements[0].text

    @property
    def stale(self) -> list[str]:
        """What the data cannot say, and what was set aside, in words."""
        unanswered = [f"A question that these data do not answer: {u}." for u in self.unanswered]
        unanswered += [f"A claim that these data cannot be asked: {r}." for r in self.tested.refused]
        return [*unanswered, *_coverage_words(self.health), *_event_words(self.health), *_aside_words(self.manifests)]

    @property
    def limits(self) -> list[str]:
        """Everything that the data cannot say."""
        return [*self.stale, *(text.format(knowledge=self.knowledge) for text in LIMITS)]

    @property
    def breaks(self) -> list[str]:
        """The series breaks that the time plots cross, in words, by date."""
        found = {b.id: b for s in self.sections for b in s.breaks}
        return [break_words(b) for b in sorted(found.values(), key=lambda b: (b.start, b.end))]


class ToldClaims:
    """What the section on claims shows."""

    def __init__(self, tested: Tested) -> None:
        self.summary, self.evidence = summary(tested), evidence_of_all(tested)
        self.by_pack = [(a[0].pack, a) for a in _by_pack(tested.with_evidence)]
        self.untestable = tested.without_evidence


def _by_pack(accounts: list[Account]) -> list[list[Account]]:
    grouped: dict[str, list[Account]] = {}
    for one in accounts:
        grouped.setdefault(one.pack.id, []).append(one)
    return list(grouped.values())


def render_html(page: Page) -> str:
    """One self-contained file: no script, nothing fetched."""
    return environment(html=True).get_template("report.html").render(page=page, **tools())


def render_markdown(page: Page) -> str:
    """The same in Markdown, with links to the charts and tables beside it."""
    return environment(html=False).get_template("report.md").render(page=page, **tools())


def table_rows(table: DataTable) -> tuple[list[str], list[list[str]]]:
    """Header and rows for reading."""
    result = table.result
    rows = result.listed(ROWS, table.last_only)
    names = [n for n in rows[0].dimensions if n != "downloads" and any(r.dimensions.get(n) is not None for r in rows)]
    flagged = any(r.flags for r in rows)
    has_bounds, covered = any(bounds(r, result.unit) for r in rows), _covered(rows)
    header = [
        *names,
        "period",
        result.unit,
        *(["interval"] if has_bounds else []),
        *(["coverage"] if covered else []),
        *(["flags"] if flagged else []),
    ]
    shown = [
        [
            *(_member(result, n, row.dimensions[n]) for n in names),
            period_text(row.period),
            number(row.value, result.unit),
            *([bounds(row, result.unit) or "exact"] if has_bounds else []),
            *([_coverage(row)] if covered else []),
            *(["; ".join(row.flags)] if flagged else []),
        ]
        for row in rows
    ]
    return header, shown


def _member(result: Result, name: str, value: object) -> str:
    """A member of a dimension as people call it: regions by their names, sizes with their unit."""
    if name.endswith("region"):
        return result.places.get(str(value), cell(name, value))
    return size_text(str(value), SIZED[name]) if name in SIZED and value is not None else cell(name, value)


def left_out(table: DataTable) -> int:
    """Rows that the page leaves to the CSV."""
    rows = table.result.rows
    return len(rows) - min(newest_count(rows) if table.last_only else len(rows), ROWS)


def _covered(rows: Sequence[Row]) -> bool:
    return any(r.coverage is not None for r in rows)


def _coverage(row: Row) -> str:
    if row.coverage is None:
        return ""
    count = f" ({row.observed:,} of {row.scope_size:,})" if row.scope_size and row.observed is not None else ""
    return f"{number(row.coverage, 'share')}{count}"


def _coverage_words(health: dict[str, list]) -> list[str]:
    words = []
    for source in sorted({(c["source"], c["counter"]) for c in health["coverage"]}):
        rows = [c for c in health["coverage"] if (c["source"], c["counter"]) == source]
        last = rows[-1]
        aside = sum(c["rows_set_aside"] for c in rows)
        total = sum(c["rows"] for c in rows)
        words.append(
            f"{source[0]} ({source[1]}): {len(rows)} months with readings, {rows[0]['month']} to {last['month']};"
            f" {last['repositories']:,} repositories in the last, {number(last['of_known'], 'share')} of all that the ledger"
            f" knows. {aside:,} of {total:,} rows are set aside as no observations."
        )
    return words


def _event_words(health: dict[str, list]) -> list[str]:
    return [
        f"{e['kind'].replace('_', ' ')} in {e['source']} ({e['counter']}), {period_text(e['from'])} to {period_text(e['to'])}:"
        f" {e['evidence']}; {e['done']}."
        for e in health["events"]
        if e["kind"] != KIND  # these have a list of their own
    ]


def _aside_words(manifests: list[Manifest]) -> list[str]:
    return [
        f"{m.name}: {m.rows['set_aside']:,} rows of the input could not be read and are kept apart."
        for m in manifests
        if m.rows.get("set_aside")
    ]


def _picture(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _cell(text: str) -> str:
    """A text as a Markdown table cell or paragraph: no column breaks, no markup of its own."""
    return " ".join(plain_markdown(text).split())


def environment(html: bool, room: str = "modelcensus.publish") -> Environment:
    """Templates, escaped for HTML or left as they are; those of another room stand before the report's."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader(r) for r in dict.fromkeys((room, "modelcensus.publish"))]),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        finalize=_straight,
    )
    made.filters["unbroken"] = unbroken
    made.globals["asked_text"] = asked_text  # macros that are imported see nothing else
    return made


def _straight(value: object) -> object:
    """What a template writes, with the letters of every name in their order."""
    if not isinstance(value, str) or plain(value):
        return value
    return Markup(straight(str(value))) if isinstance(value, Markup) else straight(value)


def tools() -> dict[str, object]:
    """What templates can call."""
    return {
        "picture": _picture, "table_rows": table_rows, "left_out": left_out, "number": number,
        "period_text": period_text, "cell": _cell, "ROWS": ROWS, "fact_text": fact_text, "href": href, "markdown": markdown_of, "page_of": page_of,
        "why": why, "decided_text": decided_text, "counts": counts,
        "as_worded": verdict_as_worded, "worded": lambda one: worded(one, one.as_worded),
    }  # fmt: skip
