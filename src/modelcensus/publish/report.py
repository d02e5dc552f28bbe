"""The report: one HTML page that opens from disk, the same as Markdown, its charts, its tables, its inputs."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC
from pathlib import Path

from modelcensus.claims import Pack, ToldVerdict, ToldVerdicts
from modelcensus.engine import write_atomically
from modelcensus.measures import Census, Result
from modelcensus.measures.health import health
from modelcensus.publish.account_pages import account_files
from modelcensus.publish.article import write_article
from modelcensus.publish.data_package import package_files
from modelcensus.publish.editions import day_before_the_newest, edition_id, read_side
from modelcensus.publish.flipped import flips_since
from modelcensus.publish.packed import Told
from modelcensus.publish.pages import Page, render_html, render_markdown
from modelcensus.publish.printed import TITLE, must_print, printed
from modelcensus.publish.questions import ask_all
from modelcensus.publish.records import records_page
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Section
from modelcensus.publish.tested import Tested
from modelcensus.vocabulary import LedgerError

Progress = Callable[[str], None]


def write_report(
    census: Census,
    folder: Path,
    edition: str = "",
    progress: Progress = lambda _: None,
    previous: str = "",
    claims: Sequence[Pack] = (),
    pdf: bool = False,
) -> Path:
    """Write the edition into `folder`; returns the page. The same inputs give the same bytes. `pdf`: as a printed report
    too (extra `pdf`).

    `previous` is the edition that its numbers are compared with; without one, the day before the newest batch. `claims`
    are the packs whose statements are tested: minutes, for many; none are without.
    """
    if pdf:
        must_print()
    census.keep_knowledge()
    before = previous or str(day_before_the_newest(census.ledger) or "")
    scene = Scene(census, read_side(before, census.ledger, census.folders) if before else None)
    sections, unanswered = ask_all(scene, progress)
    if not any(s.statements for s in sections):
        raise LedgerError(
            f"nothing to report on ({'; '.join(unanswered) or 'no counters of the Hub and no reported series'})",
            where=str(census.ledger.root),
            remedy="import a table of counters or a published series",
        )
    name = edition or _newest_month(census)
    charts: dict[str, dict[str, str]] = {}
    files: dict[str, bytes] = {}
    for section in sections:
        for figure in section.figures:
            progress(f"drawing: {figure.name}")
            wide = figure.draw("post")
            charts[figure.name] = {
                "wide": wide.svg(),
                "phone": figure.draw("phone").svg(),
                "alt": wide.alt,
            }
            files[f"charts/{figure.name}.svg"] = charts[figure.name]["wide"].encode()
            files[f"charts/{figure.name}.png"] = wide.png()
            files[f"charts/{figure.name}.vega.json"] = json.dumps(wide.spec, indent=1, sort_keys=True).encode()
    results = {r.provenance.id: r for s in sections for r in s.all_results()}
    tested = Tested.of(census, claims, progress)
    version = str(census.knowledge.version)
    page = Page(name, sections, charts, results, census.manifests, health(census), unanswered, version, tested,
                flips_since(previous, tested))  # fmt: skip
    if tested.shown:
        files |= account_files(tested, name, progress)
    article, asked = write_article(page, scene, progress)
    files |= article
    every = results | asked | tested.results
    software = next(iter(results.values())).provenance.software
    accounts = tested.accounts if tested.shown else ()
    files["provenance.html"] = records_page(name, every, census.manifests, accounts, software, version).encode()
    files["report.html"] = render_html(page).encode()
    files["report.md"] = render_markdown(page).encode()
    made = edition_id(census.manifests, census.knowledge.digest)
    about = Told(made, name, TITLE, page.headline, census.manifests)
    files |= package_files(about, [t for s in sections for t in s.tables], accounts)
    if pdf:
        progress("setting the PDF")
        files["report.pdf"] = printed(page, about, _pictures(sections))
    files["edition.json"] = _edition(census, page, every, files, made)
    newest = max(m.committed_at for m in census.manifests).astimezone(UTC).date()
    ToldVerdicts(census.ledger.root).keep(made, newest, {a.id: ToldVerdict.of(a) for a in tested.accounts})
    progress("writing")
    for path, content in files.items():
        write_atomically(folder / path, content)
    return folder / "report.html"


def _pictures(sections: Sequence[Section]) -> dict[str, dict[str, str]]:
    """The figures as they are printed: what a picture finds stands in its caption, not in the picture."""
    drawn = {f.name: f.draw("print") for s in sections for f in s.figures}
    return {
        name: {
            "svg": c.untitled().svg(),
            "alt": c.alt, "title": c.words.title, "caption": c.words.subtitle,
        }
        for name, c in drawn.items()
    }  # fmt: skip


def _edition(census: Census, page: Page, results: dict[str, Result], files: dict[str, bytes], made: str) -> bytes:
    content = {
        "id": made,
        "edition": page.edition,
        "inputs": [
            {
                "batch": m.id, "series": m.name, "channel": m.channel, "license": m.terms.get("license"),
                "citation": m.terms.get("citation"), "committed_at": m.committed_at.isoformat(),
                "files": [i.model_dump() for i in m.inputs],
            }
            for m in census.manifests
        ],
        "knowledge": {"version": str(census.knowledge.version), "digest": census.knowledge.digest},
        "software": next(iter(results.values())).provenance.software,
        "claims": {
            a.id: {"as_worded": a.as_worded.verdict if a.as_worded else None, "verdict": a.verdict, "readings": [o.id for o in a.tested]}
            for a in page.tested.accounts
        },
        "compared": sorted(page.results),
        "files": {p: hashlib.sha256(c).hexdigest() for p, c in sorted(files.items())},
        "provenance": {i: _record(census, r) for i, r in sorted(results.items())},
    }  # fmt: skip
    return json.dumps(content, indent=1, sort_keys=True, default=str).encode()


def _record(census: Census, result: Result) -> dict[str, object]:
    """The record behind a number, with all of its rows: a later edition is compared with them."""
    record = census.ledger.provenance(result.provenance.id) or {
        "id": result.provenance.id, "definition": result.definition, "citation": result.citation, "sql": "",
        "row_count": len(result.rows),
    }  # fmt: skip
    return {**record, **result.as_dict()}


def _newest_month(census: Census) -> str:
    """The name of an edition: the last month that its data reach."""
    return max(m.last_day for m in census.manifests if m.last_day)[:7]
