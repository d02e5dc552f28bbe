"""`modelcensus count`: access logs into the ledger."""

import fcntl
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated

import pyarrow as pa
from cyclopts import Parameter
from rich.markup import escape

from modelcensus.cli.options import LedgerOption, ledger_to_write, notes, say
from modelcensus.counting import (
    LOADS,
    Before,
    Counting,
    CountingRules,
    Policies,
    Reader,
    Salts,
    Summary,
    check_files,
    refuse_other_choices,
    stored_tables,
)
from modelcensus.engine import Tables
from modelcensus.ledger import Ledger, Manifest
from modelcensus.vocabulary import (
    FACTS,
    OBSERVATIONS,
    TABLES,
    Batch,
    InputError,
    LedgerError,
    RequestError,
)
from modelcensus.vocabulary.names import LOG

LIBRARIES = """
    select repository, arg_max(library, observed_on) as library from stored_facts where library is not null group by 1
"""


def count(
    logs: Annotated[list[Path] | None, Parameter(negative="")] = None,
    /,
    *,
    format: str = "auto",
    rules: str = "",
    policy: Annotated[list[str] | None, Parameter(name="--policy", negative="")] = None,
    name: str = "logs",
    engine: str = "duckdb",
    recount: Annotated[bool, Parameter(name="--recount", negative="")] = False,
    ledger: LedgerOption = None,
) -> None:
    """Count the downloads in access logs, and put them into the ledger as channel log:NAME.

    Parameters
    ----------
    logs
        Log files; plain, .gz or .zst; what was counted before is not counted again.
    format
        Name of a format (nginx-combined, nginx-json, apache-common, caddy-json, artifactory, nexus, s3, cloudfront, cloudflare, olah, hub-export), the path of your own (.yml), or auto: what takes most of a file's first lines.
    rules
        Day, or version, whose published rules of query files apply (default: the newest).
    policy
        NAME=VALUE, repeated: chain, methods, head, statuses, ranges, shards, dedup, window, bots, ci, unknown, mirrors, networks, keep, timezone, prefix, aside, last_line (docs/counting.md).
    name
        Name of the log: its channel is log:NAME.
    engine
        Where the logs are read: duckdb (in this process), or spark://HOST:PORT, a Spark cluster that sees them under the same path (docs/counting-spark.md).
    recount
        Count again what was counted before under this name, with other rules or policies; needs no logs.
    """
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}", name) or name.endswith(LOADS):
        raise RequestError(
            f"{name!r} is no name",
            where="--name",
            remedy=f"use letters, digits, '-', '_', '.'; not {LOADS} at the end",
        )
    if recount == bool(logs):
        raise RequestError(
            "with --recount no logs are read" if logs else "no logs",
            where="count",
            remedy="count them first, then recount" if logs else "name the files, or ask for --recount",
        )
    if recount and engine != "duckdb":
        raise RequestError("with --recount no logs are read", where=f"--engine {engine}", remedy="leave out --engine")
    policies = Policies.parse(policy or ())
    check_files(logs or ())
    chosen, called, rules_note = _rules(rules)
    target = ledger_to_write(ledger)
    if recount and not _before(target, name).batches:
        raise LedgerError(f"nothing was counted as {name!r}", where=str(target.root), remedy="count its logs first")
    with _alone(target, name):
        before = _before(target, name)
        if recount and not before.batches:
            raise LedgerError(
                f"nothing was counted as {name!r}", where=str(target.root), remedy="count its logs first"
            )
        if not recount:
            refuse_other_choices(before, policies, called, name)
        _refuse_recount_of_counts(policies, before, recount)
        policies = policies.with_read(before.options) if recount else policies
        salts = Salts(target.root / "salts")

        keep_knowledge = cache(lambda: _keep_knowledge(target))

        def commit(batch: Batch) -> Before:
            manifest, _ = target.commit(batch)
            keep_knowledge()  # while the next batch is counted
            return _held(target, name, [manifest])

        with notes.status("opening") as status, _reader(engine, policies) as reader:
            counting = Counting(
                name, policies, (chosen, called), _libraries(target), before, salts, commit,
                lambda text: status.update(escape(text)), reader,
            )  # fmt: skip
            done = counting.again() if recount else counting.files(logs or [], format)
            keep_knowledge()
        gone = salts.destroy_old()
    _say(done, name, recount, gone, target, rules_note)


@contextmanager
def _reader(engine: str, policies: Policies) -> Iterator[Callable[[Salts], Reader] | None]:
    """What reads the logs on an engine; None: this process."""
    if engine == "duckdb":
        yield None
        return
    from modelcensus.counting.on_spark import OnSpark  # with pyspark, which is optional
    from modelcensus.engine.spark import spark_session

    with spark_session(engine) as session:
        yield lambda salts: OnSpark(session, engine, policies, salts)


def _rules(day: str) -> tuple[CountingRules, str, str]:
    """The rules of a day or version, what they are called, and what is uncertain of them."""
    from modelcensus.counting.rules import rule_set  # the tables take a while to read

    found = rule_set(day or None)
    called = found.version if day in ("", found.version) else f"{found.version} as of {day}"
    perhaps = f"; perhaps {', '.join(found.perhaps)} were in force by then" if found.perhaps else ""
    return found, called, f"rules of query files: {called}{perhaps}"


def _libraries(ledger: Ledger) -> pa.Table:
    """What the ledger's sources say of the library of a repository, at their last statement."""
    files = ledger.paths(FACTS, ledger.manifests())
    if not files:  # of a log alone: a database takes longer
        return FACTS.arrow.empty_table().select(["repository", "library"])
    tables = Tables()
    tables.scan("stored_facts", files, FACTS.arrow)
    return tables.arrow(LIBRARIES)


def _before(ledger: Ledger, name: str) -> Before:
    return _held(ledger, name, ledger.manifests())


def _held(ledger: Ledger, name: str, of: Sequence[Manifest]) -> Before:
    """What some batches hold of a log."""
    manifests, loads = ([m for m in of if m.channel == channel] for channel in (LOG + name, LOG + name + LOADS))
    return Before(
        batches=tuple(m.id for m in manifests),
        files={t: tuple(ledger.paths(TABLES[t], manifests)) for t in stored_tables()},
        loads_batches=tuple(m.id for m in loads),
        loads_files=tuple(ledger.paths(OBSERVATIONS, loads)),
        options=manifests[-1].options if manifests else {},
    )


def _keep_knowledge(ledger: Ledger) -> None:
    from modelcensus.catalog import keep_knowledge  # it takes a while to import

    keep_knowledge(ledger)


def _refuse_recount_of_counts(policies: Policies, before: Before, recount: bool) -> None:
    kept = before.options.get("keep", policies.keep)
    if (recount and policies.dedup != "none" and kept == "counts") or (not recount and kept != policies.keep):
        raise InputError(
            f"of this log {kept} were kept; {'deduplication needs visits' if recount else 'now ' + policies.keep + ' are asked for'}",
            where="--policy",
            remedy=f"use keep={kept}"
            + (" without dedup" if recount else "")
            + ", or count the logs under another --name",
        )


@contextmanager
def _alone(ledger: Ledger, name: str) -> Iterator[None]:
    """One count of a log at a time: two would each miss what the other adds to a day."""
    folder = ledger.root / "salts"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LedgerError(
                f"the log {name!r} is being counted by another run",
                where=str(ledger.root),
                remedy="wait for it to end",
            ) from error
        yield


def _say(done: Summary, name: str, recount: bool, gone: int, ledger: Ledger, rules: str) -> None:
    for note in dict.fromkeys([*done.notes, rules]):
        say(f"  {note}")
    if not recount:
        new = done.lines - done.known
        say(
            f"{new:,} new lines of {done.files:,} files ({done.known:,} lines were counted before): {done.taken:,} requests of"
            f" repositories, {done.other:,} others, {done.set_aside:,} set aside"
        )
        for line in done.aside:
            say(f"set aside {line}")
    if gone:
        say(f"{gone:,} keys of hashed addresses destroyed")
    if not recount and not done.taken:
        say(
            "nothing new: the ledger stays as it is" if done.known else "no request of a repository: nothing to count"
        )
        return
    what = "in all of its days" if recount else "in the days of these lines"
    say(f"log:{name} {what}: {done.downloads:,} downloads; {done.loads:,} loads (log:{name}{LOADS})")
    say(f"next: modelcensus measure downloads --by repository --reading channel=log:{name}, or modelcensus report")
