"""From raw columns to observations and facts: the checks that every repository-level source shares.

A row is set aside, with its line and the reason, when its repository, time or a counter cannot be read, or
when two rows say different things of the same counter at the same time. A missing counter is unknown: it
gives no observation, and never a zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modelcensus.sources import spool
from modelcensus.sources.facts import facts_of, unreadable
from modelcensus.sources.reader import RawFile, quote_text
from modelcensus.vocabulary import OBSERVATIONS, InputError, ReadingTime, Rows, row_count

COUNTER_COLUMNS = ("rolling_30d", "all_time", "downloads")


@dataclass(frozen=True)
class Staged:
    """Checked rows of one file."""

    observations: Rows
    facts: Rows
    notes: list[str]
    folder: object = None


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
    observations, same = _drop_same_batches(raw, observations)
    texts = {name: _text(sql, missing) for name, sql in columns.items()}
    return Staged(observations, facts_of(raw, texts), notes + same + unreadable(raw, texts), raw.folder)


def _text(sql: str, missing: tuple[str, ...]) -> str:
    """SQL of a column as text without blanks around it, or null."""
    cleaned = f"nullif(trim(cast({sql} as varchar)), '')"
    listed = ", ".join(quote_text(m) for m in missing)
    return f"case when {cleaned} in ({listed}) then null else {cleaned} end" if listed else cleaned


def _load(raw: RawFile, columns: Mapping[str, str], date: str, missing: tuple[str, ...]) -> None:
    def text(name: str) -> str:
        return _text(columns[name], missing) if name in columns else "cast(null as varchar)"

    targets = ["repository", "hub_id", "batch", "period_start", "period_end", *COUNTER_COLUMNS]
    observed = quote_text(date) if date else text("observed_on")
    chosen = ", ".join(f"{text(t)} as {t}" for t in targets)
    raw.db.execute(
        f"create table staged as select _row, {chosen}, {observed} as observed_text, '' as reason from {raw.rows}"
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
    raw.db.execute("create table rejected as select _row from staged where reason <> ''")
    raw.db.execute("delete from staged where reason <> ''")


def _missing_counters(raw: RawFile, counters: list[str]) -> list[str]:
    counts = ", ".join(f"count(*) filter (where {c} is null)" for c in counters)
    (missing,) = raw.db.execute(f"select {counts} from staged").fetchall()
    return [
        f"{c}: {n:,} rows without a value gave no observation" for c, n in zip(counters, missing, strict=True) if n
    ]


def _observations(raw: RawFile, counters: list[str]) -> Rows:
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
            f"select _row, repository, hub_id, '{name}' as counter, coalesce(try_cast({counter} as bigint),"
            f" cast(cast({counter} as double) as bigint)) as value, {times}"
            f" from staged {join} where {counter} is not null"
        )
    key = "repository, counter, observed_from, observed_on, batch, period_start"
    raw.db.execute(f"create view melted as {' union all '.join(selects)}")
    # By hash, as a window over all rows would sort millions for the few that stand twice
    raw.db.execute(f"create table repeated as select hash({key}) as key from melted group by 1 having count(*) > 1")
    raw.db.execute(
        f"""create table keyed as select *, row_number() over (partition by {key} order by _row) as nth,
            min(value) over (partition by {key}) <> max(value) over (partition by {key}) as contradicted
            from melted where hash({key}) in (select key from repeated)"""
    )
    _set_aside(
        raw,
        """select _row, case when contradicted
              then 'another row gives a different ' || counter || ' for ' || repository
                   || ' at the same time; neither was taken'
              else 'the same row again' end, repository
           from keyed where contradicted or nth > 1 order by _row""",
    )
    names = ", ".join(OBSERVATIONS.names)
    rows = sum(
        n
        for (n,) in raw.db.execute(" union all ".join(f"select count({c}) from staged" for c in counters)).fetchall()
    )
    return spool.rows_of(
        raw.db,
        f"""select {names} from (
                select {names} from melted where hash({key}) not in (select key from repeated)
                union all select {names} from keyed where not contradicted and nth = 1)
            order by observed_on, batch, counter, repository, observed_from, period_start""",
        raw.folder.path / "observations.parquet",
        OBSERVATIONS,
        rows,
    )


def _drop_same_batches(raw: RawFile, observations: Rows) -> tuple[Rows, list[str]]:
    """A batch that repeats another one of the same days in every value is the same batch."""
    db = raw.db
    if db.execute("select count(*) from (select distinct observed_text, batch from staged limit 2)").fetchall() == [
        (1,)
    ]:
        return observations, []
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
    kept = spool.rows_of(
        db,
        "select * from observations anti join dropped using (observed_from, observed_on, batch)"
        " order by observed_on, batch, counter, repository, observed_from, period_start",
        raw.folder.path / "kept.parquet",
        OBSERVATIONS,
        row_count(observations),
    )
    return kept, notes


def _set_aside(raw: RawFile, query: str) -> None:
    for row, reason, content in raw.db.execute(query).fetchall():
        raw.rejects.add(row, reason, content)
