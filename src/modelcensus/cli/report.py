"""`modelcensus report`: the main job."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from modelcensus.cli.options import KnowledgeOption, LedgerOption, notes, open_census, say


def report(
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("report"),
    edition: str = "",
    previous: str = "",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write the report: one HTML page, Markdown, charts, tables, and edition.json with the digests of all inputs.

    Parameters
    ----------
    output
        Folder to write to.
    edition
        Name of the edition (default: the month of the newest batch).
    previous
        Edition to compare with: a folder, its edition.json, or a day (default: the day before the newest batch).
    """
    from modelcensus.publish import write_report  # drawing takes half a second to load

    with notes.status("opening the ledger") as status:
        census = open_census(ledger, knowledge)
        page = write_report(census, output, edition, status.update, previous)
    say(f"{page}")
