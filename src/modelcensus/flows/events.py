"""What the counters themselves suffered, as rows with evidence."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pyarrow as pa

from modelcensus.engine import Engine
from modelcensus.flows import settings as s
from modelcensus.flows.calendar import Snapshot, day_of, usual_step
from modelcensus.flows.counters import Counters, Source
from modelcensus.flows.incidents import Listing, SnapshotEvent
from modelcensus.flows.series_breaks import EVENT_COLUMNS, breaks_between, series_break_table
from modelcensus.vocabulary.names import ROLLING

BEFORE_2023, SINCE_2024 = 19358, 19723
"""2023-01-01 and 2024-01-01: on half stalls repositories of before the first keep counting (docs/method.md)."""

SUMMARY = """
    select kind, source, counter, min("from") as "from", max("to") as "to",
           cast(sum(repositories) as bigint) as repositories,
           format('{:d} repositories; {} ({})', count(distinct repository), arg_min(repository, ("from", repository, "to")),
                  arg_min(evidence, ("from", repository, "to"))) as evidence, min(done) as done
    from events where repository is not null group by kind, source, counter
    union all
    select kind, source, counter, "from", "to", repositories, evidence, done
    from events where repository is null
    order by "from", kind, source
"""
DONE = {
    "stall": "unchanged values keep the time of the snapshot before",
    "half_stall": "unchanged values keep the time of the snapshot before",
    "rollback": "the snapshot is set aside",
    "recount": "the chain breaks here: low 0, high the counter after it",
    "freeze": "the repeated values are no observations",
    "partial": "repositories that are missing have no reading there; nothing is computed against their absence",
    "spike": "kept; --reading spikes=cap or drop changes that",
    "source_gap": "downloads of the gap are spread over it",
}


def build_events(counters: Counters) -> None:
    """Register `events`: kind, source, counter, from, to, repositories, repository, evidence, done."""
    rows = list(_rows(counters))
    columns = zip(*rows, strict=True) if rows else ((),) * len(EVENT_COLUMNS)
    counters.engine.register(
        "events",
        pa.table([pa.array(c, f.type) for c, f in zip(columns, EVENT_COLUMNS, strict=True)], schema=EVENT_COLUMNS),
    )


def event_summary(engine: Engine) -> pa.Table:
    """One row per snapshot-wide event, and one per kind of repository-wise events and source."""
    return engine.fetch(engine.query("event_summary", SUMMARY))


def _rows(counters: Counters) -> Iterator[tuple]:
    yield from _of_pairs(counters)
    names, born = counters.ordinals.names(), counters.created
    yield from _breaks_of_series(counters)
    for source, done in sorted(counters.folded.items()):
        series, counter = source
        snapshots = counters.snapshots(source)
        by_number = {x.number: x for x in snapshots}
        for event in done.events:
            yield _snapshot_event(event, by_number[event.number], source, born)
        listed = {x.number: x.listed for x in done.state.listings}
        yield from _gaps(snapshots, listed, source)
        yield from _partials(done.state.listings, done.state.verdicts, by_number, source)
        for b in done.state.breaks:
            yield (
                "recount", series, counter, day_of(b.since), day_of(b.day), 1, names[b.repository].as_py(),
                f"the counter fell from {b.before:,} to {b.after:,}", DONE["recount"],
            )  # fmt: skip
        for f in (*done.state.freezes, *done.standing):
            brought = "exchanged" if counter == ROLLING else "brought"
            yield (
                "freeze", series, counter, day_of(f.since), day_of(f.day), 1, names[f.repository].as_py(),
                f"{f.value:,} unchanged over {f.snapshots} readings; its usual rate would have {brought} {f.missed:,.0f}",
                DONE["freeze"],
            )  # fmt: skip
        for p in done.state.spikes.found:
            yield (
                "spike", series, counter, day_of(p.since), day_of(p.day), 1, names[p.repository].as_py(),
                f"{p.level:,.0f} downloads a day after {p.usual:,.0f}, and back; {p.extra:,} more than usual",
                DONE["spike"],
            )  # fmt: skip


def _breaks_of_series(counters: Counters) -> Iterator[tuple]:
    """The dated changes of clients and rules that a counter's readings cross."""
    for counter in sorted({x.counter for x in counters.calendar}):
        read = [x for x in counters.calendar if x.counter == counter]
        first, last = day_of(min(x.day_from for x in read)), day_of(max(x.day for x in read))
        table = series_break_table(breaks_between(counters.channel, first, last, counter=counter))
        yield from (tuple(r.values()) for r in table.to_pylist() if r["counter"] == counter)


def _of_pairs(counters: Counters) -> Iterator[tuple]:
    """Renames, and conflicts of two sources or two instruments."""
    names = counters.ordinals.names()
    series = next(iter(counters.folded), ("", ""))
    for r in counters.renames:
        yield (
            "rename", *series, day_of(r.since), day_of(r.day), 1, names[r.repository].as_py(),
            f"formerly {names[r.former].as_py()}: {r.why}",
            "the two histories are one" if r.joined else "ambiguous: reported, not joined",
        )  # fmt: skip
    for row in counters.engine.rows("""
        select repository, series, other, min(observed_on) as first, max(observed_on) as last, count(*) as n,
               arg_min(value, observed_on) as value, arg_min(other_value, observed_on) as other_value
        from conflicts group by all order by all"""):
        yield (
            "conflict", row["series"], "all_time", row["first"], row["last"], 1, row["repository"],
            f"{row['value']:,} where {row['other']} read {row['other_value']:,}; {row['n']} readings",
            "the less reliable source is set aside there; both are kept",
        )  # fmt: skip


def _snapshot_event(event: SnapshotEvent, snapshot: Snapshot, source: Source, born: np.ndarray) -> tuple:
    kind, done = event.kind, DONE.get(event.kind, "")
    since, part = event.since, f"{100 * event.part / max(event.of, 1):.0f} %"
    if kind in ("stall", "half_stall"):
        evidence = f"{part} of {event.of} repositories expected to move by at least {s.BUSY} are unchanged{_ages(event, born)}"
    elif kind == "rollback":
        since = snapshot.day_from
        part = f"{100 * event.part / max(event.of, 1):.1f} %"
        evidence = f"{part} of {event.of} busy or moved repositories stand below an earlier snapshot"
    elif event.detail in ("ahead", "alone"):
        evidence = f"{part} of {event.of} busy repositories at {s.CATCH_UP_RATE} times their usual rate or more"
        done = (
            "it came before its stall: the snapshots up to that are set aside, the downloads spread over them"
            if event.detail == "ahead"
            else "no stall nearby to spread it over: kept as read"
        )
    else:
        evidence = (
            f"the first good snapshot after a stall: {event.detail or '?'} of the usual rate over the stall and it"
        )
        done = "spread over the stall"
    return kind, *source, day_of(since), day_of(event.day), event.part, None, evidence, done


def _ages(event: SnapshotEvent, born: np.ndarray) -> str:
    """The bias of a half stall: how many of the old repositories still count, and of the new ones."""
    if event.resting is None or event.counting is None:
        return ""
    words = []
    for name, test in (
        ("before 2023", lambda d: (d >= 0) & (d < BEFORE_2023)),
        ("2024 on", lambda d: d >= SINCE_2024),
    ):
        counting, resting = (int(test(born[ids]).sum()) for ids in (event.counting, event.resting))
        if counting + resting:
            words.append(f"{100 * counting / (counting + resting):.0f} % of the {counting + resting} from {name}")
    return f"; still counting: {', '.join(words)}" if words else ""


def _gaps(snapshots: list[Snapshot], listed: dict[int, int], source: Source) -> Iterator[tuple]:
    step = usual_step(snapshots)
    for a, b in pairwise(snapshots):
        if b.day_from - a.day > max(s.GAP * step, step + s.GAP_DAYS):
            yield (
                "source_gap", *source, day_of(a.day), day_of(b.day), listed.get(b.number, b.rows), None,
                f"no snapshot for {b.day_from - a.day} days; usually every {step:g}", DONE["source_gap"],
            )  # fmt: skip


def _partials(
    listings: list[Listing], verdicts: dict[int, str], by_number: dict[int, Snapshot], source: Source
) -> Iterator[tuple]:
    """Snapshots that lack repositories which the one before and the one after have."""
    missing = [min(x.gone, after.returned) for x, after in pairwise(listings)]
    parts = [m / max(x.listed + m, 1) for x, m in zip(listings, missing, strict=False)]
    usual = float(np.median(parts)) if parts else 0.0
    for x, m, part in zip(listings, missing, parts, strict=False):
        if part >= max(s.PARTIAL, 10 * usual) and m >= 2 and verdicts.get(x.number) in ("read", "catch_up"):
            yield (
                "partial", *source, day_of(by_number[x.number].day_from), day_of(x.day), m, None,
                f"{x.listed:,} repositories; {m:,} more, {100 * part:.1f} %, were there before and after", DONE["partial"],
            )  # fmt: skip
