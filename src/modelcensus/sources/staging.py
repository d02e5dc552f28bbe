"""From raw columns to observations and facts: the checks that every repository-level source shares.

A row is set aside, with its line and the reason, when its repository, time or a counter cannot be read, or
when two rows say different things of the same counter at the same time. A missing counter is unknown: it
gives no observation, and never a zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from modelcensus.sources.reader import RawFile, quote_text
from modelcensus.vocabulary import FACTS, OBSERVATIONS, InputError, ReadingTime

COUNTER_COLUMNS = ("rolling_30d", "all_time", "downloads")
FACT_TEXTS = (
    "library",
    "pipeline_tag",
    "license",
    "architecture",
    "base_model",
    "base_model_ids",
    "relation",
    "tags",
    "params_from",
    "gated",
)
FACT_NUMBERS = ("likes", "params", "active_params")
FACT_DAYS = ("created_at", "last_modified")
FACT_SCORES = ("trending_score",)


@dataclass(frozen=True)
class Staged:
    """Checked rows of one file."""

    observations: pa.Table
    facts: pa.Table
    notes: list[str]


def stage(
    raw: RawFile,
    columns: Mapping[str, str],
    *,
    date: str = "",
    dates: Mapping[str, str] | None = None,
    missing: tuple[str, ...] = (),
) -> Staged:
    """Check and reshape the rows of `raw`.

    `columns` gives SQL per target column: `repository`, one of COUNTER_COLUMNS at least, and any of
    `hub_id, observed_on, batch, period_start, period_end, created_at` and the fact columns.
    `date` is the reading time of all rows; `dates` that of each batch tag; both outrank a column.
    `missing` are texts that mean null.
    """
    _load(raw, columns, date, missing)
    notes = _read_times(raw, dates or {}, given=bool(date) or "observed_on" in columns)
    counters = [c for c in COUNTER_COLUMNS if c in columns]
    _reject_rows(raw, counters)
    notes += _missing_counters(raw, counters)
    observations = _observations(raw, counters)
    observations, same = _drop_same_batches(raw.db, observations)
    return Staged(observations, _facts(raw, columns), notes + same + _unreadable(raw, columns))


def _load(raw: RawFile, columns: Mapping[str, str], date: str, missing: tuple[str, ...]) -> None:
    listed = ", ".join(quote_text(m) for m in missing)

    def text(name: str) -> str:
        if name not in columns:
            return "cast(null as varchar)"
        cleaned = f"nullif(trim(cast({columns[name]} as varchar)), '')"
        return f"case when {cleaned} in ({listed}) then null else {cleaned} end" if listed else cleaned

    targets = [
        "repository",
        "hub_id",
        "batch",
        "period_start",
        "period_end",
        *COUNTER_COLUMNS,
        *FACT_TEXTS,
        *FACT_NUMBERS,
        *FACT_DAYS,
        *FACT_SCORES,
    ]
    observed = quote_text(date) if date else text("observed_on")
    chosen = ", ".join(f"{text(t)} as {t}" for t in targets)
    raw.db.execute(
        f"create table staged as select _row, {chosen}, {observed} as observed_text, '' as reason from raw"
    )


def _read_times(raw: RawFile, dates: Mapping[str, str], given: bool) -> list[str]:
    if dates:
        raw.db.execute("create table tags (batch varchar, day varchar)")
        raw.db.executemany("insert into tags values (?, ?)", list(dates.items()))
        raw.db.execute(
            "update staged set observed_text = tags.day from tags where tags.batch = coalesce(staged.batch, '')"
        )
        unnamed = raw.db.execute(
            "select distinct batch from staged where coalesce(batch, '') not in (select batch from tags) limit 5"
        ).fetchall()
        if unnamed and not given:
            raise InputError(
                f"batches without a day: {', '.join(str(b[0]) for b in unnamed)}",
                where=str(raw.path),
                remedy="name them in --dates",
            )
    texts = [t for (t,) in raw.db.execute("select distinct observed_text from staged").fetchall()]
    times, notes = {}, []
    for text in texts:
        if text is None:
            continue
        try:
            times[text] = ReadingTime.parse(text)
        except ValueError:
            continue
    raw.db.execute("create table times (observed_text varchar, earliest date, latest date)")
    if times:
        raw.db.executemany(
            "insert into times values (?, ?, ?)", [(k, v.earliest, v.latest) for k, v in times.items()]
        )
    uncertain = sorted({str(t) for t in times.values() if t.earliest != t.latest})
    if uncertain:
        notes.append(f"reading times known only as intervals: {', '.join(uncertain[:12])}")
    return notes


def _reject_rows(raw: RawFile, counters: list[str]) -> None:
    standing = [c for c in counters if c != "downloads"]
    counted = "downloads is not null and " if standing else ""
    read = f"coalesce({', '.join(standing)}) is not null and " if "downloads" in counters and standing else ""
    checks = [
        ("repository is null", "'no repository id'"),
        (
            "position('/' in repository) = 0",
            "'the id ' || repository || ' has no slash; write it as namespace/name'",
        ),
    ]
    if "downloads" in counters:
        checks += [
            (f"{counted}try_cast(left(period_start, 10) as date) is null", "'period_start is no day'"),
            (f"{counted}try_cast(left(period_end, 10) as date) is null", "'period_end is no day'"),
            (
                f"{counted}try_cast(left(period_end, 10) as date) <= try_cast(left(period_start, 10) as date)",
                "'the period ends before it starts'",
            ),
        ]
    if standing:
        checks += [
            (f"{read}observed_text is null", "'no day of reading'"),
            (
                f"{read}observed_text not in (select observed_text from times)",
                "'the day of reading ' || observed_text || ' is no day, interval or partial date'",
            ),
        ]
    for counter in counters:
        checks += [
            (
                f"{counter} is not null and try_cast({counter} as double) is null",
                f"'{counter} is no number: ' || left({counter}, 40)",
            ),
            (f"try_cast({counter} as double) < 0", f"'{counter} is negative: ' || {counter}"),
            (
                f"try_cast({counter} as double) <> floor(try_cast({counter} as double))",
                f"'{counter} is no whole number: ' || {counter}",
            ),
            (
                f"isnan(try_cast({counter} as double)) or try_cast({counter} as double) >= 9.2e18",
                f"'{counter} is out of range: ' || {counter}",
            ),
        ]
    cases = " ".join(f"when {condition} then {reason}" for condition, reason in checks)
    raw.db.execute(f"update staged set reason = case {cases} else '' end")
    _set_aside(raw, "select _row, reason, coalesce(repository, '') from staged where reason <> '' order by _row")
    raw.db.execute("delete from staged where reason <> ''")


def _missing_counters(raw: RawFile, counters: list[str]) -> list[str]:
    counts = ", ".join(f"count(*) filter (where {c} is null)" for c in counters)
    (missing,) = raw.db.execute(f"select {counts} from staged").fetchall()
    return [
        f"{c}: {n:,} rows without a value gave no observation" for c, n in zip(counters, missing, strict=True) if n
    ]


def _observations(raw: RawFile, counters: list[str]) -> pa.Table:
    selects = []
    for counter in counters:
        name = "period" if counter == "downloads" else counter
        times = (
            "cast(left(period_end, 10) as date) as observed_from, cast(left(period_end, 10) as date) as observed_on,"
            " coalesce(batch, '') as batch, cast(left(period_start, 10) as date) as period_start"
            if counter == "downloads"
            else "t.earliest as observed_from, t.latest as observed_on, coalesce(batch, '') as batch,"
            " cast(null as date) as period_start"
        )
        join = "" if counter == "downloads" else "join times t using (observed_text)"
        selects.append(
            f"select _row, repository, hub_id, '{name}' as counter, cast(cast({counter} as double) as bigint)"
            f" as rounded, try_cast({counter} as bigint) as whole, {times}"
            f" from staged {join} where {counter} is not null"
        )
    raw.db.execute(
        f"""create table melted as
            select * replace (coalesce(whole, rounded) as whole) from ({" union all ".join(selects)})"""
    )
    key = "repository, counter, observed_from, observed_on, batch, period_start"
    raw.db.execute(
        f"""create table keyed as select *, row_number() over (partition by {key} order by _row) as nth,
            min(whole) over (partition by {key}) <> max(whole) over (partition by {key}) as contradicted
            from melted"""
    )
    _set_aside(
        raw,
        """select _row, case when contradicted
              then 'another row gives a different ' || counter || ' for ' || repository
                   || ' at the same time; neither was taken'
              else 'the same row again' end, repository
           from keyed where contradicted or nth > 1 order by _row""",
    )
    order = ", ".join(
        "period_start" if n == "period_start" else n for n in ("observed_on", "batch", "counter", "repository")
    )
    names = ", ".join("whole as value" if n == "value" else n for n in OBSERVATIONS.names)
    return raw.db.sql(
        f"select {names} from keyed where not contradicted and nth = 1 order by {order}"
    ).to_arrow_table()


def _drop_same_batches(db: duckdb.DuckDBPyConnection, observations: pa.Table) -> tuple[pa.Table, list[str]]:
    """A batch that repeats another one of the same days in every value is the same batch."""
    db.register("observations", observations)
    prints = db.execute(
        """select observed_from, observed_on, batch, count(*),
                  bit_xor(hash(repository, counter, value, period_start)),
                  sum(hash(repository, counter, value, period_start))
           from observations group by all order by observed_on, batch"""
    ).fetchall()
    seen: dict[tuple[object, ...], str] = {}
    dropped, notes = [], []
    for earliest, latest, batch, *content in prints:
        mark = (earliest, latest, *content)
        if mark in seen:
            dropped.append((earliest, latest, batch))
            notes.append(f"batch {batch!r} repeats {seen[mark]!r} in every value: taken once")
        else:
            seen[mark] = batch
    if not dropped:
        return observations, []
    db.execute("create table dropped (observed_from date, observed_on date, batch varchar)")
    db.executemany("insert into dropped values (?, ?, ?)", dropped)
    kept = db.sql(
        "select * from observations anti join dropped using (observed_from, observed_on, batch)"
    ).to_arrow_table()
    return kept, notes


def _facts(raw: RawFile, columns: Mapping[str, str]) -> pa.Table:
    wanted = [c for c in (*FACT_TEXTS, *FACT_NUMBERS, *FACT_DAYS, *FACT_SCORES, "hub_id") if c in columns]
    if not wanted:
        return FACTS.arrow.empty_table()
    typed = {
        **{c: c for c in FACT_TEXTS},
        **{c: _whole(c) for c in FACT_NUMBERS},
        **{c: _day(c) for c in FACT_DAYS},
        **{c: f"try_cast({c} as double)" for c in FACT_SCORES},
        "hub_id": "hub_id",
    }
    latest = ", ".join(
        f"arg_max({typed[c]}, day) as {c}" if c in wanted else f"cast(null as {_null_type(c)}) as {c}"
        for c in FACTS.names
        if c not in ("repository", "observed_on")
    )
    rows = raw.db.sql(
        f"""select repository, max(day) as observed_on, {latest}
            from (select *, coalesce(t.latest, try_cast(left(period_end, 10) as date)) as day
                  from staged left join times t using (observed_text))
            group by repository order by repository"""
    ).to_arrow_table()
    return rows.select(FACTS.names).cast(FACTS.arrow)


def _unreadable(raw: RawFile, columns: Mapping[str, str]) -> list[str]:
    notes = []
    for name in (*FACT_NUMBERS, *FACT_DAYS):
        if name in columns:
            cast = _day(name) if name in FACT_DAYS else _whole(name)
            ((count,),) = raw.db.execute(
                f"select count(*) from staged where {name} is not null and {cast} is null"
            ).fetchall()
            if count:
                notes.append(f"{name}: {count:,} unreadable values left unknown")
    return notes


def _set_aside(raw: RawFile, query: str) -> None:
    for row, reason, content in raw.db.execute(query).fetchall():
        raw.rejects.add(row, reason, content)


def _whole(column: str) -> str:
    return f"try_cast(try_cast({column} as double) as bigint)"


def _day(column: str) -> str:
    return f"try_cast(left({column}, 10) as date)"


def _null_type(column: str) -> str:
    if column in FACT_NUMBERS:
        return "bigint"
    return "date" if column in FACT_DAYS else "double" if column in FACT_SCORES else "varchar"
