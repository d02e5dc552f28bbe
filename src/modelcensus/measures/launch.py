"""The first thirty days of a release: downloads, place among releases of its size, derivatives, and what may follow."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.measures.derived import Derived, derived_from
from modelcensus.measures.frame import Frame
from modelcensus.measures.outlook import Outlook, Past, outlook, percentile
from modelcensus.measures.registry import measure
from modelcensus.measures.since_release import (
    ORIGINAL,
    Ages,
    add_up_known,
    downloads_at,
    released_in,
    subject_sql,
)
from modelcensus.vocabulary import RequestError

AGES = Ages((1, 3, 7, 14, 30))
COLUMNS = {
    "percentile_low": pa.float64(),
    "percentile": pa.float64(),
    "percentile_high": pa.float64(),
    "comparable": pa.int64(),
    "first_party_quantized": pa.int64(),
    "community_quantized": pa.int64(),
    "other_derivatives": pa.int64(),
    "derivative_low": pa.int64(),
    "derivative_downloads": pa.int64(),
    "derivative_high": pa.int64(),
    "projected_low": pa.float64(),
    "projected_high": pa.float64(),
    "held": pa.int64(),
    "tested": pa.int64(),
    "outlook": pa.string(),
}
COUNTED = {
    "value": pa.int64(), "low": pa.int64(), "high": pa.int64(), "repositories": pa.int64(), "open": pa.bool_(),
    "opened": pa.int64(), "broken": pa.bool_(), "span": pa.int64(),
}  # fmt: skip
Known = tuple[int, int | None, int | None]


@measure(
    "launch",
    text="downloads in the first days after release, beside releases of the same size at the same age, and the"
    " derivatives published by then",
    unit="downloads",
    phrase="{subject} had {value} downloads {whole} by {period} after release",
    citation="docs/method.md, section 3",
    parameters=("channel", "repair", "spikes", "cohort"),
    basis="catalog",
)
def launch(frame: Frame) -> ir.Table:
    """Columns: dimensions (`repository` unless others are asked for), span (an age), value, low, high (downloads),
    percentile with bounds (share of `comparable` releases with fewer downloads; of single repositories),
    first_party_quantized, community_quantized, other_derivatives (repositories), derivative_downloads with bounds,
    projected_low, projected_high (downloads by day 30), held, tested (releases), outlook, repositories (that have
    reached the age), open, opened, broken.
    """
    if not frame.request.of:
        raise RequestError(
            "a launch is somebody's", where="measure launch", remedy="name it: --of repository=ORG/NAME or --of generation=NAME"
        )  # fmt: skip
    AGES.label(frame)
    subject = _subject(frame)
    others = _comparable(frame, subject)
    aged = downloads_at(frame, AGES, f"({subject}) or ({others})", "launch_aged")
    keys = frame.dimensions or ("repository",)
    own = frame.engine.query("launch_own", f"select * from launch_aged c where {subject}")
    _must_be_dated(frame)
    frame.evidence.extend((aged, own))
    one = replace(frame, quantities=own, request=replace(frame.request, by=keys))
    rows = frame.engine.fetch(add_up_known(one.subject(), (*keys, "span"))).to_pylist()
    members = frame.engine.fetch(
        one.subject().select(*dict.fromkeys((*keys, "unit", "size_class"))).distinct()
    ).to_pylist()
    past = _past(frame, others)
    derived = derived_from(frame, subject, one, keys, AGES)
    return _answer(frame, keys, rows, members, past, derived)


def _subject(frame: Frame) -> str:
    """SQL of the repositories launched: those named, or of what is named the originals that its maker published."""
    asked = f"({frame.scope.where}) and {subject_sql(frame)} and {released_in(frame)} and released is not null"
    named = any(d == "repository" for d, _values in frame.request.of)
    return asked if named else f"{asked} and first_party and {ORIGINAL}"


def _must_be_dated(frame: Frame) -> None:
    """RequestError where nothing of the subject has a day of release: it exists, and has no first days to count."""
    if frame.engine.rows("select unit from launch_own limit 1"):
        return
    undated = frame.engine.rows(
        f"""select repository from catalog where ({frame.scope.where}) and {subject_sql(frame)} and released is null
            order by repository limit 1"""
    )
    if undated:
        name = undated[0]["repository"]
        raise RequestError(
            f"the day on which {name} was released is not known: no source states when it was created",
            where="measure launch",
            remedy="import a source that has createdAt, or state the day in a knowledge file"
            " (releases.yml: repository, released)",
        )


def _comparable(frame: Frame, subject: str) -> str:
    """SQL of the releases of the cohort whose first days lie in the time that the channel was read."""
    cohort = frame.request.reading.cohort
    scope = frame.more.census.scope(cohort) if cohort else frame.scope
    first = frame.engine.rows("select min(observed_from) as day from snapshots")[0]["day"] or date.max
    frame.notes.append(
        f"comparable: releases of the same size class since {first}, the first reading, in {scope.short}; originals, and"
        " fine-tunes of their own makers"
    )
    return (
        f"({scope.where}) and {ORIGINAL} and released >= date '{first}' and size_class <> 'unknown'"
        f" and not coalesce({subject}, false)"
    )


def _past(frame: Frame, others: str) -> dict[str, list[Past]]:
    """The comparable releases by size class."""
    rows = frame.engine.rows(
        f"""select unit, size_class, released, days, low, estimate, high from launch_aged c where {others}
            order by unit, days"""
    )
    found: dict[str, dict[str, Past]] = defaultdict(dict)
    for r in rows:
        one = found[r["size_class"]].setdefault(r["unit"], Past(r["released"], {}))
        one.at[r["days"]] = r["low"], r["estimate"], r["high"]
    return {c: list(releases.values()) for c, releases in found.items()}


def _answer(
    frame: Frame,
    keys: tuple[str, ...],
    rows: list[dict[str, Any]],
    members: list[dict[str, Any]],
    past: dict[str, list[Past]],
    derived: Derived,
) -> ir.Table:
    groups: dict[tuple, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: r["span"]):
        groups[tuple(row[k] for k in keys)].append(row)
    sizes: dict[tuple, list[str]] = defaultdict(list)
    for m in members:
        sizes[tuple(m[k] for k in keys)].append(m["size_class"])
    answer: list[dict[str, Any]] = []
    for key, group in groups.items():
        alone = len(sizes[key]) == 1
        peers = past.get(sizes[key][0], []) if alone else [p for listed in past.values() for p in listed]
        reached: dict[int, Known] = {AGES.days[r["span"]]: (r["low"], r["estimate"], r["high"]) for r in group}
        for row in group:
            age = AGES.days[row["span"]]
            found = {k: row[k] for k in (*keys, "span", "low", "high", "open", "opened", "broken")}
            found |= {"value": row["estimate"], "repositories": row["observed"] + row["opened"]}
            found |= derived.by((*key, row["span"]))
            if alone:
                found |= _placed(reached[age], [p.at[age] for p in peers if age in p.at])
            if row is group[-1]:
                found |= _foreseen(outlook(reached, peers))
            answer.append(found)
    if not answer:
        raise RequestError(
            "nothing of this was read after its release",
            where="measure launch",
            remedy="see `modelcensus catalog show`",
        )
    types = {k: pa.string() for k in keys} | COUNTED | COLUMNS
    return ibis.memtable(pa.Table.from_pylist(answer, schema=pa.schema(list(types.items()))))


def _placed(own: Known, others: list[Known]) -> dict[str, object]:
    found = percentile(own, others)
    low, value, high = found or (None, None, None)
    return {"percentile_low": low, "percentile": value, "percentile_high": high, "comparable": len(others)}


def _foreseen(view: Outlook) -> dict[str, object]:
    return {
        "outlook": view.says, "projected_low": view.low, "projected_high": view.high, "held": view.held,
        "tested": view.tested,
    }  # fmt: skip
