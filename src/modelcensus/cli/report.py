"""`modelcensus report`: the main job."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from modelcensus.claims import Pack, bundled_packs, find_packs
from modelcensus.cli.options import KnowledgeOption, LedgerOption, notes, open_census, say
from modelcensus.measures import Census
from modelcensus.vocabulary.names import LOG

FIRST = "qwen-2026"
"""The bundled pack that a report tests unless others are named: the others rest on more than most ledgers hold."""


def report(
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("report"),
    edition: str = "",
    previous: str = "",
    claims: Annotated[list[str] | None, Parameter(name="--claims", negative="--no-claims")] = None,
    format: Literal["pages", "pdf"] = "pages",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write the report: pages, charts, tables, accounts of claims, records; the folder is a data package.

    Parameters
    ----------
    output
        Folder to write to.
    edition
        Name of the edition (default: the month of the newest batch).
    previous
        Edition to compare with: a folder, its edition.json, or a day (default: the day before the newest batch).
    claims
        Pack whose claims are tested: its id or YAML file; repeated (default: qwen-2026 and your own in claims/; --no-claims: none).
    format
        pages: HTML and Markdown; pdf: these, and report.pdf, set for print (extra `pdf`).
    """
    from modelcensus.publish import write_report  # drawing takes half a second to load

    with notes.status("opening the ledger") as status:
        census = open_census(ledger, knowledge)
        packs = chosen_packs(census, claims)
        page = write_report(census, output, edition, status.update, previous, packs, pdf=format == "pdf")
    say(f"{page.with_suffix('.pdf') if format == 'pdf' else page}")


def chosen_packs(census: Census, claims: list[str] | None) -> list[Pack]:
    """The packs that were named; else the one that every report tests, and those that lie beside it."""
    if claims is not None:
        return find_packs(claims) if claims else []
    if all(c.startswith(LOG) for c in census.channels):
        return []  # the bundled ones are of the Hub, which own logs say nothing of
    return first_packs()


def first_packs() -> list[Pack]:
    """The pack that every report tests, and those that lie beside it."""
    bundled = bundled_packs()
    return [p for p in find_packs() if p.id == FIRST or p != bundled.get(p.id)]
