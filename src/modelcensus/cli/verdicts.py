"""Verdicts of claims on the terminal: of packs as a table, of a text one statement after the other."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from modelcensus.claims import Account, Pack
from modelcensus.claims.statements import Composed, Found
from modelcensus.claims.wording import as_worded_text, decided_text, nearest_truths, true_sentence, verdict_text
from modelcensus.claims.writing import pack_yaml
from modelcensus.cli.options import Terminal

NEAREST = 6
"""Lines on what is true under each choice."""
NOTHING = "No checkable statement was found."


def console() -> Console:
    """Standard output for results: nothing in them is markup."""
    return Terminal()


def print_verdicts(accounts: Sequence[Account]) -> None:
    """A row per claim."""
    table = Table(show_lines=True)
    for column in ("claim", "verdict", "as worded", "what decides"):
        table.add_column(column, overflow="fold")
    for one in accounts:
        worded = "" if one.claim.untestable else as_worded_text(one).removeprefix("as worded: ")
        table.add_row(
            f"{one.claim.id}\n{one.claim.statement}", verdict_text(one), worded,
            decided_text(one).removeprefix("what decides is "),
        )  # fmt: skip
    console().print(table)


def print_draft(pack: Pack) -> None:
    """The claims as a pack that can be edited."""
    out = console()
    out.print("# The draft: with --draft FILE it is written to a file that can be edited and checked", soft_wrap=True)
    out.print(pack_yaml(pack).rstrip(), soft_wrap=True)
    out.print()


def print_statements(accounts: Sequence[Account]) -> None:
    """Of every statement: the verdict as worded and over all readings, what decides, and what is true."""
    out = console()
    for one in accounts:
        for line in _statement(one):
            out.print(line, soft_wrap=True)
        out.print()


def _statement(one: Account) -> Iterator[str]:
    assert one.claim.as_worded
    yield f"{one.claim.id}: {one.claim.statement}"
    worded = as_worded_text(one)
    yield f"  {worded[:1].upper()}{worded[1:]}"
    yield f"    because {one.claim.as_worded.because}"
    yield f"  Over all readings: {verdict_text(one)}"
    if decided := decided_text(one):
        yield f"    {decided}"
        lines = [text for _, text in nearest_truths(one)]
        yield from (f"      {line}" for line in lines[:NEAREST])
        if len(lines) > NEAREST:
            yield f"      and {len(lines) - NEAREST} more: --format json has them"
    if sentence := true_sentence(one):
        fails = one.as_worded is not None and one.as_worded.is_decided and not one.as_worded.holds
        yield f"  {'True instead' if fails else 'True'}: {sentence}"


def print_unread(composed: Composed, found: Found) -> None:
    """What was seen and not understood, and why."""
    out = console()
    if composed.pack is None:
        out.print(NOTHING)
    if composed.unread:
        out.print("Not understood, and not tested:")
    for one in composed.unread:
        out.print(f"  {one.text}", soft_wrap=True)
        remedy = f": {one.remedy}" if one.remedy else ""
        out.print(f"    {one.reason}{remedy}", soft_wrap=True)
    if composed.pack is None:
        for kind, seen in found.seen:
            out.print(f"Seen, {kind}: {', '.join(seen) or 'none'}", soft_wrap=True)
