"""Series that somebody else published: aggregates by organization and month, as their own channel.

No repositories, flows or bounds are invented for them. What stands under a share comes from a column of
totals, or from `downloads / share`, which is the published number turned round and rounded to whole downloads.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median, median_low

import pyarrow as pa

from modelcensus.sources.options import ImportOptions
from modelcensus.sources.reader import RawFile
from modelcensus.sources.registry import source
from modelcensus.vocabulary import REPORTED, Batch, InputError, Period, RequestError, Terms, nearest

TERMS = Terms(cadence="monthly")
TARGETS = ("organization", "month", "downloads", "total", "share", "exact")
MOST = 9.2e18
"""Downloads that a count can hold."""
SHARE_TOLERANCE = 0.001
"""Largest relative disagreement between the totals that a month's rows imply, beside half a download of
rounding (shares are rounded too)."""


@source("reported", "Series that others published, by organization and month (channel reported:NAME)", TERMS)
def read_reported(files: Sequence[Path], options: ImportOptions) -> Batch:
    """One batch of a reported channel.

    Columns by map: `month`, and `organization` with `downloads` and `total` or `share`; or `total` alone.
    `scope` names what the total counts over; `exact` marks the publisher's own estimates with false.
    """
    if not options.name:
        raise InputError(
            "a reported series needs the publisher's name", where=str(files[0]), remedy="give --name NAME"
        )
    for target in options.map:
        if target not in TARGETS:
            raise InputError(f"unknown target {target!r}", where="--map", remedy=nearest(target, list(TARGETS)))
    if "month" not in options.map or not {"downloads", "total"} & set(options.map):
        raise InputError(
            "no column for month, and downloads or total",
            where=str(files[0]),
            remedy="give --map month=COL --map organization=COL --map downloads=COL --map total=COL",
        )
    scope = options.scope or "total"
    rows, inputs, aside, took = [], [], [], []
    for path in files:
        raw = RawFile(path, options.delimiter or None)
        rows += _read(raw, options, scope)
        took.append(", ".join(f"{t} from column {c!r}" for t, c in options.map.items()))
        took.append(f"totals are those of the scope {scope!r}")
        inputs.append(raw.input)
        aside.append(raw.set_aside())
    if not rows:
        raise InputError("no usable row", where=str(files[0]), remedy="check the columns named with --map")
    rows.sort(key=lambda r: (r["period_start"], r["organization"] or ""))
    return Batch(
        source="reported",
        name=options.name,
        channel=f"reported:{options.name}",
        tables={
            "reported": pa.Table.from_pylist(rows, schema=REPORTED.arrow),
            "set_aside": pa.concat_tables(aside),
        },
        inputs=tuple(inputs),
        options=options.described(),
        took=tuple(dict.fromkeys(took)),
        terms=options.stated_terms(TERMS),
    )


def _read(raw: RawFile, options: ImportOptions, scope: str) -> list[dict]:
    for target, column in options.map.items():
        if column not in raw.columns:
            raise InputError(
                f"no column {column!r} (wanted for {target})",
                where=f"{raw.path}:1",
                remedy=nearest(column, raw.columns),
            )
    chosen = [f"cast({raw.column(options.map[t])} as varchar)" if t in options.map else "null" for t in TARGETS]
    records = raw.db.execute(f"select _row, {', '.join(chosen)} from raw order by _row").fetchall()
    rows, taken, bad = [], {}, {}
    implied: dict[Period, list[tuple[int, float, float]]] = {}
    exact_by_month: dict[Period, bool | None] = {}
    seen: set[tuple[Period, str | None]] = set()
    for row, organization, month, downloads, total, share, exact in records:
        try:
            period = Period.parse(month or "")
            if period.days == 1:
                raise ValueError(f"{month} is a day, not a month; write {month[:7]}")
            exact_by_month[period] = {"true": True, "false": False}.get((exact or "").lower())
            if total is not None:
                implied.setdefault(period, []).append((row, _count(total, "total"), 0.0))
            if organization is None:
                if "organization" in options.map:
                    raise ValueError("no organization")
                continue
            if (period, organization) in seen:
                raise ValueError(f"a second row of {organization} in {month}; the first was taken")
            seen.add((period, organization))
            count = _count(downloads, "downloads")
            if share is not None:
                part = float(share)
                if not 0 <= part <= 1:
                    raise ValueError(f"the share {share} is not between 0 and 1")
                if part > 0 and count / part >= MOST:
                    raise ValueError(f"the share {share} makes the month's total out of range")
                if part > 0:
                    implied.setdefault(period, []).append((row, count / part, 0.5 / max(count, 1)))
            taken[row] = _row(scope, organization, period, count, exact_by_month[period])
        except (ValueError, TypeError, RequestError) as error:
            bad[row] = str(error), f"{month} {organization} {downloads}"
    for period, totals in implied.items():
        middle = median_low(t for _, t, _ in totals)
        apart = [(row, t) for row, t, r in totals if abs(t - middle) > (SHARE_TOLERANCE + r) * middle]
        if 2 * len(apart) >= len(totals):
            stated = " and ".join(f"{t:,.0f}" for t in sorted({t for _, t, _ in totals})[:3])
            for row, _, _ in totals:
                bad[row] = f"the rows of {period} contradict each other on its total: {stated}", str(period)
            continue
        for row, value in apart:
            bad[row] = f"its total {value:,.0f} contradicts the month's {middle:,.0f}", str(period)
        total = median(t for row, t, _ in totals if row not in dict(apart))
        rows.append(_row(scope, None, period, total, exact_by_month.get(period)))
    rows += [row for number, row in taken.items() if number not in bad]
    for row, (reason, content) in bad.items():
        raw.rejects.add(row, reason, content)
    return rows


def _row(scope: str, organization: str | None, period: Period, count: float, exact: bool | None) -> dict:
    return {
        "scope": scope,
        "organization": organization,
        "period_start": period.start,
        "period_end": period.end,
        "downloads": round(count),
        "exact": exact,
    }


def _count(text: str | None, what: str) -> float:
    if text is None:
        raise ValueError(f"no {what}")
    value = float(text)
    if not 0 <= value < MOST:
        raise ValueError(f"{what} is negative or out of range: {text}")
    return value
