"""`modelcensus claims`: published statements tested over every way they can be meant."""

import json
import sys
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from modelcensus.claims import Account, account, find_claim, find_packs
from modelcensus.claims.telling import as_dict, told
from modelcensus.claims.wording import as_worded_text, decided_text, verdict_text
from modelcensus.cli.options import KnowledgeOption, LedgerOption, emit, emit_bytes, notes, open_census, say
from modelcensus.publish import curve_chart

claims = App(name="claims", help="Published statements, tested over every way they can be meant.")

CHANGED = 3
"""Exit status where a claim that was pinned to a verdict has another one."""


@claims.command
def check(
    packs: Annotated[list[str] | None, Parameter(name="PACK", negative="")] = None,
    /,
    *,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Test the claims of packs and print their verdicts; exit status 3 where a pinned verdict has changed.

    Parameters
    ----------
    packs
        Ids of packs (`claims list` names them) or YAML files; without any, all packs that come with the program.
    format
        table or json.
    """
    chosen = find_packs(packs or ())
    census = open_census(ledger, knowledge)
    accounts = []
    with notes.status("testing") as status:
        for pack in chosen:
            for claim in pack.claims:
                status.update(f"testing {pack.id}/{claim.id}")
                accounts.append(account(census, pack, claim))
    if format == "json":
        emit(json.dumps({"claims": [as_dict(a) for a in accounts]}, indent=1))
    else:
        _print_verdicts(accounts)
    changed = [a for a in accounts if a.changed]
    for one in changed:
        say(f"{one.id}: pinned to {one.claim.pinned}, now {one.verdict}")
    if changed:
        sys.exit(CHANGED)


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
    _console().print(table)


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
    console = _console()
    for line in told(one):
        console.print(line, soft_wrap=True)


def _print_verdicts(accounts: list[Account]) -> None:
    table = Table(show_lines=True)
    for column in ("claim", "verdict", "as worded", "what decides"):
        table.add_column(column, overflow="fold")
    for one in accounts:
        worded = "" if one.claim.untestable else as_worded_text(one).removeprefix("as worded: ")
        table.add_row(
            f"{one.claim.id}\n{one.claim.statement}", verdict_text(one), worded,
            decided_text(one).removeprefix("what decides is "),
        )  # fmt: skip
    _console().print(table)


def _console() -> Console:
    return Console(highlight=False, markup=False)
