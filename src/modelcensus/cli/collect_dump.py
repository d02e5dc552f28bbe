"""`modelcensus collect dump`: dumps of the Hub's model listing that others publish, the newest or their history."""

import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from modelcensus.cli.import_ import say_set_aside
from modelcensus.cli.options import LedgerOption, ledger_to_write, notes, say
from modelcensus.ledger import Ledger
from modelcensus.ledger.manifest import Manifest
from modelcensus.measures import Inputs
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.sources.hub_datasets import (
    DumpDataset,
    GoneError,
    Plan,
    States,
    Version,
    Wanted,
    dropped,
    dump_dataset,
    fetched,
    hub_client,
    made_plan,
    shape,
    size,
    stale,
)
from modelcensus.vocabulary import InputError

ROOM = 1.3
"""Free space that is asked for, as a multiple of the largest file."""


def dump(
    *,
    dataset: str = "hub-stats",
    around: Annotated[list[str] | None, Parameter(name="--around", negative="")] = None,
    since: str = "",
    until: str = "",
    every: Literal["all", "day", "week", "month"] = "all",
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    only: Annotated[bool, Parameter(negative="")] = False,
    endpoint: str = "",
    ledger: LedgerOption = None,
) -> None:
    """Fetch dumps of the Hub's listing, one after the other, into the ledger; exit status 1 where one is stale, gone or has changed shape.

    Parameters
    ----------
    dataset
        hub-stats (daily; default), hub-weekly, or model-pulse (a row per repository and day).
    around
        Only the states nearest to this day; repeated.
    since
        The history from this day on.
    until
        The history up to this day.
    every
        Of the history: every state, or at most one a day, week or month.
    dry_run
        Say what would be fetched, its bytes and how long it takes; fetch nothing.
    only
        Do not take another data set where this one has vanished.
    endpoint
        Address of a mirror (default: HF_ENDPOINT, else https://huggingface.co); it is not shown the login.
    """
    wanted = Wanted(
        tuple(_day(d, "--around") for d in around or ()), _maybe(since, "--since"), _maybe(until, "--until"), every
    )
    if wanted.around and (wanted.since or wanted.until):
        raise InputError("--around and --since, --until exclude each other", where="collect dump", remedy="give one")
    target = ledger_to_write(ledger)
    chosen = dump_dataset(dataset)
    api = hub_client(endpoint)
    problems: list[str] = []
    try:
        states = States(api, chosen)
        days = states.days()
    except GoneError as gone:
        if only or not chosen.instead:
            raise
        problems.append(f"{gone}; took {chosen.instead} instead")
        say(problems[-1])
        chosen = dump_dataset(chosen.instead)
        states = States(api, chosen)
        days = states.days()
    before = days[-2:-1] if wanted.newest and chosen.history != "months" else []
    plan = _plan(target, states, wanted.choose(days), before)
    say(f"{chosen.name} ({chosen.repository}): states from {days[0][0]} to {days[-1][0]}")
    if chosen.note:
        say(f"  {chosen.note.strip()}")
    for line in plan.lines():
        say(f"  {line}")
    _check_room(target.root, plan)
    if wanted.until is None and not wanted.around:
        problems += _staleness(chosen, days[-1][0], plan.repeats if wanted.newest else [])
    if not dry_run:
        problems += _collect(target, states, plan)
    if problems:
        for problem in problems:
            say(f"modelcensus: {problem}")
        sys.exit(1)


def _plan(target: Ledger, states: States, chosen: list[tuple[date, str]], before: list[tuple[date, str]]) -> Plan:
    """`before`: the state before the newest one; where that repeats it, it is the older day's that is read."""
    held = _manifests(target, states.dataset)
    digests = {i.digest: m.options.get("date", "") for m in held for i in m.inputs}
    with notes.status(f"asking for {len(chosen):,} states"):
        versions = list(states.versions(chosen))
        older = list(states.versions(before))
    plan = made_plan([*older, *versions], digests, {m.options.get("date", "") for m in held})
    repeated = {v.digest for v, _ in plan.repeats}
    return Plan(
        [v for v in plan.fetch if v not in older or v.digest in repeated],
        [v for v in plan.held if v not in older],
        [r for r in plan.repeats if r[0] not in older],
    )


def _collect(target: Ledger, states: States, plan: Plan) -> list[str]:
    """Fetch, read, commit and drop one file after the other; gives what is to be reported."""
    dataset = states.dataset
    folder = target.root / "collecting" / f"dump-{dataset.name}"
    problems: list[str] = []
    total = len(plan.fetch)
    with _alone(folder):
        for number, version in enumerate(plan.fetch, start=1):
            told = f"{version.day} ({number} of {total}, {size(version.bytes)})"
            with notes.status(f"fetching {told}"):
                path = fetched(states.api, dataset, version, folder)
            with notes.status(f"reading {told}"):
                problems += _take(target, dataset, version, path)
            following = plan.fetch[number] if number < total else None
            if following is None or (following.path, following.revision) != (version.path, version.revision):
                dropped(folder)
        dropped(folder)
    Inputs.of(target).keep(target)
    return problems


def _take(target: Ledger, dataset: DumpDataset, version: Version, path: Path) -> list[str]:
    kinds = shape.kinds_of(path)
    options = ImportOptions(
        source="hub_days" if dataset.columns else "hub_dump",
        name=dataset.name,
        date=version.day,
        map=dataset.columns,
        terms={"license": dataset.license, "citation": dataset.citation},
    )
    batch = read_batch([path], options)
    before = _shape_before(target, dataset, version)
    changed = shape.changes(dataset, kinds, before)
    batch = type(batch)(**{**vars(batch), "took": (*batch.took, shape.written(kinds))})
    manifest, new = target.commit(batch)
    counts = ", ".join(f"{n:,} {t}" for t, n in manifest.rows.items() if n and t not in ("set_aside", "listings"))
    say(f"{version.day}: {counts or 'nothing moved'}" if new else f"{version.day} is in the ledger already")
    say_set_aside(batch)
    return [f"{dataset.name} of {version.day} has changed its shape: {c}; the rows were taken" for c in changed]


def _shape_before(target: Ledger, dataset: DumpDataset, version: Version) -> dict[str, str]:
    earlier = [m for m in _manifests(target, dataset) if (m.last_day or "") < str(version.latest)]
    newest = max(earlier, key=lambda m: m.last_day or "", default=None)
    return shape.read(newest.took) if newest else {}


def _manifests(target: Ledger, dataset: DumpDataset) -> list[Manifest]:
    return [m for m in target.manifests() if m.name == dataset.name and m.channel == "hub"]


def _staleness(dataset: DumpDataset, newest: date, repeats: list[tuple[Version, str]]) -> list[str]:
    found = []
    if stale(newest, dataset.step, datetime.now(UTC).date()):
        found.append(f"{dataset.name} is stale: its newest state is of {newest}, its usual step {dataset.step} days")
    found += [
        f"{dataset.name} is stale: its state of {v.day} repeats that of {before}, byte for byte"
        for v, before in repeats
    ]
    return found


def _check_room(root: Path, plan: Plan) -> None:
    place = next(p for p in (root, *root.absolute().parents) if p.is_dir())
    free = shutil.disk_usage(place).free
    say(f"  {size(free)} free in {place}")
    if plan.largest * ROOM > free:
        raise InputError(
            f"{size(free)} are free, and a file of {size(plan.largest)} has to fit",
            where=str(place),
            remedy="free space, or put the ledger elsewhere with --ledger",
        )


def _alone(folder: Path):
    """Hold the folder for this run alone."""
    from filelock import FileLock, Timeout

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(
            "another run is collecting the same data set", where=str(folder), remedy="wait for it to end"
        ) from error
    return lock


def _maybe(text: str, option: str) -> date | None:
    return _day(text, option) if text else None


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no day", where=option, remedy="write YYYY-MM-DD") from error
