"""What rows say of repositories, once per repository: of each column the newest statement."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as pads

from modelcensus.sources import spool
from modelcensus.sources.reader import RawFile
from modelcensus.vocabulary import FACTS, Rows

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
PIECE = 250_000
"""Rows that are taken at a time, of more than fit memory."""

DAY = "coalesce(t.latest, try_cast(left(s.period_end, 10) as date))"


def facts_of(raw: RawFile, texts: Mapping[str, str]) -> Rows:
    """The facts of the rows that were staged; `texts` is SQL of text per column, over the raw file."""
    typed = {
        **{c: texts[c] for c in FACT_TEXTS if c in texts},
        **{c: whole(texts[c]) for c in FACT_NUMBERS if c in texts},
        **{c: day(texts[c]) for c in FACT_DAYS if c in texts},
        **{c: f"try_cast({texts[c]} as double)" for c in FACT_SCORES if c in texts},
        **{c: texts[c] for c in ("hub_id",) if c in texts},
    }
    if not typed:
        return FACTS.arrow.empty_table()
    ((rows, days, one),) = raw.db.execute(
        f"""select count(*), count(distinct {DAY}), max({DAY})
            from staged s left join times t using (observed_text)"""
    ).fetchall()
    if rows <= spool.IN_MEMORY:
        return spool.rows_of(raw.db, _grouped(raw, typed), Path(), FACTS, rows)
    folder = raw.folder.path
    several = "select repository from staged group by repository having count(*) > 1" if days <= 1 else "from staged"
    raw.db.execute(
        f"create table several as select _row, repository from staged semi join ({several}) using (repository)"
    )
    ((listed_twice, last),) = raw.db.execute(
        "select (select count(*) from several), (select max(_row) from staged)"
    ).fetchall()
    parts: list[Path] = []
    if days <= 1:
        # As it stands, in the order of the file: nothing of millions of wide rows has to be held
        fixed = {"repository": texts["repository"], "observed_on": f"date '{one}'"}
        columns = ", ".join(f"{fixed.get(c) or typed.get(c, 'null')} as {c}" for c in FACTS.names)
        for first in range(1, last + 1, PIECE):
            query = f"""select {columns} from {raw.rows} where _row between {first} and {first + PIECE - 1}
                        and _row not in (select _row from rejected) and _row not in (select _row from several)"""
            parts.append(folder / f"facts.{first}.parquet")
            spool.written(raw.db, query, parts[-1], FACTS)
    pieces = -(-listed_twice // PIECE)
    for piece in range(pieces):
        chosen = f"semi join (select _row from several where hash(repository) % {pieces} = {piece}) using (_row)"
        parts.append(folder / f"facts-{piece}.parquet")
        spool.written(raw.db, _grouped(raw, typed, chosen), parts[-1], FACTS)
    return pads.dataset(parts, schema=FACTS.arrow, format="parquet")


def _grouped(raw: RawFile, typed: Mapping[str, str], chosen: str = "") -> str:
    """SQL of the newest statement of each column by repository."""
    latest = ", ".join(
        f"arg_max({c}, day) as {c}" if c in typed else f"cast(null as {_null_type(c)}) as {c}"
        for c in FACTS.names
        if c not in ("repository", "observed_on")
    )
    columns = ", ".join(f"{sql} as {c}" for c, sql in typed.items())
    return f"""with read as (
                   select s.repository, {DAY} as day, w.* exclude (_row)
                   from (select _row, {columns} from {raw.rows} {chosen}) w
                   join staged s using (_row) left join times t using (observed_text))
               select repository, max(day) as observed_on, {latest} from read group by repository order by repository"""


def unreadable(raw: RawFile, texts: Mapping[str, str]) -> list[str]:
    """Notes on values that are no number or day, and were left unknown."""
    names = [n for n in (*FACT_NUMBERS, *FACT_DAYS) if n in texts]
    if not names:
        return []
    counts = ", ".join(
        f"count(*) filter (where {texts[n]} is not null and"
        f" {day(texts[n]) if n in FACT_DAYS else whole(texts[n])} is null)"
        for n in names
    )
    (found,) = raw.db.execute(
        f"select {counts} from {raw.rows} where _row not in (select _row from rejected)"
    ).fetchall()
    return [f"{n}: {c:,} unreadable values left unknown" for n, c in zip(names, found, strict=True) if c]


def whole(text: str) -> str:
    """SQL of a text as a whole number, or null."""
    return f"try_cast(try_cast({text} as double) as bigint)"


def day(text: str) -> str:
    """SQL of a text as a day, or null."""
    return f"try_cast(left({text}, 10) as date)"


def _null_type(column: str) -> str:
    kinds = {pa.int64(): "bigint", pa.date32(): "date", pa.float64(): "double"}
    return kinds.get(FACTS.arrow.field(column).type, "varchar")
