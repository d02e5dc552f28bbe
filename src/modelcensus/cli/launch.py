"""`modelcensus launch`: the first thirty days of a release."""

import json
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from modelcensus.cli.options import KnowledgeOption, LedgerOption, Terminal, emit, notes, open_census
from modelcensus.measures import Result, Row, number
from modelcensus.vocabulary import Request, RequestError


def launch(
    subject: str,
    /,
    *,
    within: str = "",
    reading: Annotated[list[str] | None, Parameter(name="--reading", negative="")] = None,
    as_of: str | None = None,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """The first thirty days of a release: downloads, place among releases of its size, derivatives, and what may follow.

    Parameters
    ----------
    subject
        FAMILY@GENERATION, or a repository, namespace/name.
    within
        Scope of the releases that it is compared with (default: hub).
    reading
        NAME=CHOICE: channel, repair, spikes, cohort; repeated.
    as_of
        Compute with what the ledger held at the end of that day.
    format
        table or json.
    """
    requests = [Request.build("launch", of, within, by, (), reading or (), as_of) for of, by in _asked(subject)]
    with notes.status("computing"):
        census = open_census(ledger, knowledge)
        results = [census.answer(r) for r in requests]
    if format == "json":
        names = ("repositories",) if len(results) == 1 else ("together", "repositories")
        told = {n: r.as_dict() for n, r in zip(names, results, strict=True)}
        emit(json.dumps({"subject": subject, **told}, indent=1, default=str))
        return
    console = Terminal()
    for result in results:
        _print(console, subject, result)
    for note in dict.fromkeys(n for r in results for n in r.notes):
        console.print(note, soft_wrap=True)
    ids = ", ".join(r.provenance.id for r in results)
    console.print(f"{results[0].counted_by}; modelcensus explain {ids}", soft_wrap=True)


def _asked(subject: str) -> list[tuple[dict[str, str], list[str]]]:
    """Subject and dimensions of the requests: of a generation all together, then each repository."""
    family, at, generation = subject.partition("@")
    if at and family and generation:
        of = {"family": family, "generation": generation}
        return [(of, ["generation"]), (of, ["repository"])]
    if "/" in subject and not at:
        return [({"repository": subject}, ["repository"])]
    raise RequestError(
        f"{subject!r} is neither FAMILY@GENERATION nor a repository", where="launch",
        remedy="write for example Qwen@Qwen3.5, or Qwen/Qwen3.5-27B",
    )  # fmt: skip


def _print(console: Console, subject: str, result: Result) -> None:
    name = result.request.dimensions[0]
    title = f"{subject}: all repositories together" if name == "generation" else f"{subject}: by repository"
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in (
        name,
        "age",
        "downloads",
        "between",
        "ahead of",
        "first-party / community quantized, other",
        "outlook",
    ):
        table.add_column(column, overflow="fold", no_wrap=column in (name, "age"))
    rows = sorted(result.rows, key=lambda r: (str(r.dimensions[name]), r.span))
    for row in rows:
        told = row.dimensions
        table.add_row(
            str(told[name]), row.period, number(row.value, "downloads"), _between(row), _percentile(row),
            f"{told['first_party_quantized']} / {told['community_quantized']}, {told['other_derivatives']}", _outlook(row),
        )  # fmt: skip
    console.print(table)


def _between(row: Row) -> str:
    high = "open" if row.high is None else number(row.high, "downloads")
    return f"{number(row.low, 'downloads')} .. {high}"


def _percentile(row: Row) -> str:
    told = row.dimensions
    if not told["comparable"]:
        return ""
    low, high = (f"{100 * float(str(told[k])):.0f}" for k in ("percentile_low", "percentile_high"))
    span = f"{low} .. {high} %" if low != high else f"{low} %"
    return f"{span} of {told['comparable']}"


def _outlook(row: Row) -> str:
    told = row.dimensions
    if told["projected_low"] is None:
        return str(told["outlook"] or "")
    low, high = (number(float(str(told[k])), "downloads") for k in ("projected_low", "projected_high"))
    return f"{low} .. {high} by day 30, {told['outlook']}"
