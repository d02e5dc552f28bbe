"""`modelcensus claims`: published statements tested over every way they can be meant."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.table import Table

from modelcensus.claims import Account, Pack, account, find_claim, find_packs
from modelcensus.claims.statements.pasted import Pasted, statements_dict
from modelcensus.claims.telling import as_dict, told
from modelcensus.cli.options import KnowledgeOption, LedgerOption, emit, emit_bytes, notes, open_census, say
from modelcensus.cli.pasted import pasted, write_draft
from modelcensus.cli.verdicts import (
    console,
    print_draft,
    print_statements,
    print_unread,
    print_verdicts,
)
from modelcensus.measures import Census
from modelcensus.publish import curve_chart

claims = App(name="claims", help="Published statements, tested over every way they can be meant.")

CHANGED = 3
"""Exit status where a claim that was pinned to a verdict has another one."""


@claims.command
def check(
    packs: Annotated[list[str] | None, Parameter(name="PACK", negative="")] = None,
    /,
    *,
    text: str | None = None,
    article: Path | None = None,
    date: str | None = None,
    title: str = "",
    publisher: str = "",
    draft: Path | None = None,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Test the claims of packs, or the statements of a text; exit status 3 where a pinned verdict has changed.

    Parameters
    ----------
    packs
        Ids of packs (`claims list` names them) or YAML files; without any, all packs that come with the program.
    text
        Instead of packs: a sentence or headline, whose checkable statements are found and tested.
    article
        Instead of packs: a file of plain text, read the same way.
    date
        The day on which the text was published (YYYY-MM-DD): what "last month" and "so far" go by.
    title
        Title of the text, for its draft.
    publisher
        Who published the text, for its draft.
    draft
        Write the claims made from the text to this YAML file, to be edited and checked as a pack.
    format
        table or json.
    """
    given = pasted(packs or (), text, article, date, title, publisher, draft)
    if given:
        _check_text(given, draft, format, open_census(ledger, knowledge))
        return
    chosen = find_packs(packs or ())
    accounts = _accounts(open_census(ledger, knowledge), chosen)
    if format == "json":
        emit(json.dumps({"claims": [as_dict(a) for a in accounts]}, indent=1))
    else:
        print_verdicts(accounts)
    changed = [a for a in accounts if a.changed]
    for one in changed:
        say(f"{one.id}: pinned to {one.claim.pinned}, now {one.verdict}")
    if changed:
        sys.exit(CHANGED)


def _check_text(given: Pasted, draft: Path | None, format: str, census: Census) -> None:
    """Find, show and test the statements of a text."""
    found, composed = given.read(census.knowledge)
    if composed.pack is None:
        if draft:
            say(f"nothing to write to {draft}")
    elif draft:
        write_draft(composed.pack, draft)
        say(f"{draft}: edit it, then run: modelcensus claims check {draft}")
    elif format == "table":
        print_draft(composed.pack)
    accounts = _accounts(census, [composed.pack] if composed.pack else [])
    if format == "json":
        emit(json.dumps(statements_dict(accounts, composed, found), indent=1, default=str))
    else:
        print_statements(accounts)
        print_unread(composed, found)


def _accounts(census: Census, packs: Iterable[Pack]) -> list[Account]:
    found = []
    with notes.status("testing") as status:
        for pack in packs:
            for claim in pack.claims:
                status.update(f"testing {pack.id}/{claim.id}")
                found.append(account(census, pack, claim))
    return found


@claims.command(name="list")
def list_packs(*, format: Literal["table", "json"] = "table") -> None:
    """List the packs and their claims.

    Parameters
    ----------
    format
        table or json.
    """
    packs = find_packs()
    if format == "json":
        content = [
            {"pack": p.id, "title": p.title, "claims": [{"id": c.id, "statement": c.statement} for c in p.claims]}
            for p in packs
        ]
        emit(json.dumps({"packs": content}, indent=1))
        return
    table = Table()
    for column in ("pack", "claim", "statement"):
        table.add_column(column, overflow="fold")
    for pack in packs:
        for place, claim in enumerate(pack.claims):
            table.add_row("" if place else pack.id, claim.id, claim.statement)
    console().print(table)


@claims.command
def show(
    name: str,
    /,
    *,
    pack: Annotated[list[str] | None, Parameter(name="--pack", negative="")] = None,
    format: Literal["text", "json", "svg", "png", "vega"] = "text",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """The whole account of a claim: verdict, what decides, every reading, the chain, figures of others.

    Parameters
    ----------
    name
        Id of the claim, or PACK/ID.
    pack
        Where to look for it: ids of packs or YAML files; repeated.
    format
        text, json, or the specification curve as svg, png or vega.
    """
    found, claim = find_claim(find_packs(pack or ()), name)
    census = open_census(ledger, knowledge)
    with notes.status(f"testing {claim.id}"):
        one = account(census, found, claim)
    if format == "json":
        emit(json.dumps(as_dict(one, whole=True), indent=1))
        return
    if format in ("svg", "png", "vega"):
        chart = curve_chart(one)
        if format == "png":
            emit_bytes(chart.png())
        else:
            emit(chart.svg() if format == "svg" else json.dumps(chart.spec, indent=1))
        return
    out = console()
    for line in told(one):
        out.print(line, soft_wrap=True)
