"""`modelcensus catalog`: who made a repository and what it is, why, and how right that is."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from cyclopts import App
from rich.console import Console
from rich.table import Table

from modelcensus.catalog import (
    attributed_parts,
    explain_repository,
    lineage_problems,
    next_facts,
    read_labels,
    resolve_scope,
    score_labels,
)
from modelcensus.catalog import lists as dated_lists
from modelcensus.cli.options import KnowledgeOption, LedgerOption, Terminal, emit, find_ledger, notes, plain, say
from modelcensus.measures import Census
from modelcensus.vocabulary import RequestError

catalog = App(
    name="catalog", help="Who made a repository and what it is: attributions, their reasons, how right they are."
)


@catalog.command
def show(
    repository: str,
    /,
    *,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Explain every attribution of a repository: value, rule, file, evidence.

    Parameters
    ----------
    repository
        Its id, namespace/name; one that the ledger has not seen is judged by its name alone.
    format
        table or json.
    """
    repository = re.sub(r"^https?://(?:huggingface\.co|hf\.co)/", "", repository.strip()).strip("/")
    if not repository:
        raise RequestError(
            "no repository named", where="catalog show", remedy="give its id, for example Qwen/Qwen3-8B"
        )
    with notes.status("attributing"):
        census = Census(find_ledger(ledger), knowledge or (), also=[repository])
        repository = census.spelled(repository)
        found = explain_repository(census.engine, census.knowledge, repository)
    if repository in census.unseen:
        say(f"{repository} is not in this ledger: judged by its name alone")
    if format == "json":
        emit(
            json.dumps({"repository": repository, "attributions": [asdict(e) for e in found]}, indent=1, default=str)
        )
        return
    table = Table(title=plain(repository), title_justify="left", title_style="bold")
    for column in ("field", "value", "rule", "evidence"):
        table.add_column(column, overflow="fold", no_wrap=column == "field")
    for e in found:
        where = f"{e.file}{f', {e.day}' if e.day else ''}" if e.file else ""
        table.add_row(e.field, plain(e.value), e.rule, "\n".join(plain(t) for t in (e.why, where) if t))
    _console().print(table)


@catalog.command
def accuracy(
    labels: Path | None = None,
    /,
    *,
    confused: int = 10,
    next: int = 20,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """What is attributed and what is missing, by weight; with labels, precision, recall and confusion per field.

    Parameters
    ----------
    labels
        CSV with a column `repository` and any columns of the catalog, filled in by somebody else.
    confused
        How many confusions to list for each field.
    next
        How many of the heaviest gaps to list.
    format
        table or json.
    """
    if next < 0 or confused < 0:
        raise RequestError("a count below zero", where="catalog accuracy", remedy="give 0 or more")
    given = read_labels(labels) if labels else None
    with notes.status("attributing"):
        also = given["repository"].to_pylist() if given is not None else ()
        census = Census(find_ledger(ledger), knowledge or (), also=also)
        scores = score_labels(census.engine, given) if given is not None else []
        report: dict[str, list[dict]] = {
            "scores": [s.as_dict() for s in scores],
            "attributed": attributed_parts(census.engine),
            "lineage_problems": lineage_problems(census.engine),
            "next": next_facts(census.engine, next),
        }
    if census.unseen:
        say(
            f"{len(census.unseen):,} labelled repositories are not in this ledger: judged by their names alone, without weight"
        )
    if format == "json":
        emit(json.dumps(report, indent=1, default=str))
        return
    for score in report["scores"]:
        score["confused"] = "\n".join(
            f"{c['label']} as {c['ours'] or 'nothing'}: {c['count']:,} ({c['downloads']:,})"
            for c in score["confused"][:confused]
        )
    for name, rows in report.items():
        _print(name.replace("_", " "), rows)


@catalog.command
def scopes(
    *,
    format: Literal["table", "json"] = "table",
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Every scope, with what it resolves to in this ledger: repositories, and the digest of their ids.

    The expressions themselves stand in the JSON.

    Parameters
    ----------
    format
        table or json.
    """
    with notes.status("resolving"):
        census = Census(find_ledger(ledger), knowledge or ())
        names = [*census.knowledge.scopes, *dated_lists(census.engine)]
        found = [resolve_scope(census.engine, census.knowledge, n) for n in names]
    rows = [
        {"scope": s.id, "repositories": s.size, "digest": s.digest, "text": s.text, "expression": s.where}
        for s in found
    ]
    if format == "json":
        emit(json.dumps(rows, indent=1))
        return
    _print("scopes", [{k: v for k, v in row.items() if k != "expression"} for row in rows])


def _print(title: str, rows: list[dict]) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold")
    for i, column in enumerate(rows[0]):
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=i == 0 or column == "digest")
    for row in rows:
        table.add_row(*(_cell(v) for v in row.values()))
    _console().print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, int) else "\n".join(map(plain, str(value).split("\n")))


def _console() -> Console:
    return Terminal()
