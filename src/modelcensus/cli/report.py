"""`modelcensus report`: the main job."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from modelcensus.claims import find_packs
from modelcensus.cli.options import KnowledgeOption, LedgerOption, notes, open_census, say


def report(
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("report"),
    edition: str = "",
    previous: str = "",
    claims: Annotated[list[str] | None, Parameter(name="--claims", negative="--no-claims")] = None,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Write the report and an article in plain language (HTML, Markdown), the account of every claim, charts, tables, a
    page of records, and edition.json with the digests of all inputs.

    Parameters
    ----------
    output
        Folder to write to.
    edition
        Name of the edition (default: the month of the newest batch).
    previous
        Edition to compare with: a folder, its edition.json, or a day (default: the day before the newest batch).
    claims
        Pack whose claims are tested: its id or YAML file; repeated (default: all packs; --no-claims: none).
    """
    from modelcensus.publish import write_report  # drawing takes half a second to load

    packs = [] if claims == [] else find_packs(claims or ())
    with notes.status("opening the ledger") as status:
        census = open_census(ledger, knowledge)
        page = write_report(census, output, edition, status.update, previous, packs)
    say(f"{page}")
