"""Answers of the Hub in the columns of a dump: one row per repository, and a census of what its fields look like."""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from modelcensus.sources.hub_api.shape import Census
from modelcensus.sources.hub_api.spool import Page
from modelcensus.sources.hub_api.wire import wire
from modelcensus.sources.reader import quote_text

MEMORY = "384MB"
THREADS = 2
FLUSHED = "8MB"
"""What DuckDB keeps of memory that it no longer needs; 128 MB otherwise, in each of many short-lived databases."""
NESTED = ("safetensors", "gguf", "baseModels", "cardData")
FIRST = {
    '"': "text", "{": "an object", "[": "a list", "t": "true or false", "f": "true or false", "n": "nothing",
    "-": "a negative number",
}  # fmt: skip
"""What a JSON value is, by the first character of its text; anything else is a number."""
NUMBERS = ", ".join(f"'{c}'" for c in "-0123456789")
SAMPLED = (0, 1, 2, -1)
"""Items of each page whose names of fields are looked at: one that the Hub adds stands in all of them."""

LISTED = """
    copy (
        with pages as (select first, day, from_json(body, '["JSON"]') as items from answers),
        items as (select first, day, unnest(range(len(items))) as i, unnest(items) as item from pages)
        select first + i + 1 as seq, day as read_on, coalesce(left(item::varchar, 1), 'n') as kind,
               translate(concat({marks}), '123456789f', '000000000t') as shape, {columns}
        from (select first, day, i, item, json_transform(item, '{spec}') as r from items)
    ) to {target} (format parquet, compression lz4_raw)
"""
"""In one pass: what is written down between two steps costs more than the steps."""
AGAIN = """
    with keys as (select seq, coalesce("_id", id, seq::varchar) as key, coalesce(id, seq::varchar) as repository
                  from listing where kind = '{'),
    newest as (select * from keys qualify row_number() over (partition by key order by seq desc) = 1),
    taken as (select * from newest qualify row_number() over (partition by repository order by seq desc) = 1)
    select seq from listing where seq not in (select seq from taken)
"""
"""What is no repository, and what is listed again later: it counts as it was listed last."""


class Listing:
    """The rows of some answers in a Parquet file `path`: `seq` (place in the whole listing), `read_on` (day of the
    answer), `kind`, `shape`, and the fields of `wire.yml` as a dump has them."""

    def __init__(self, folder: Path, first: int, answers: Iterable[tuple[Page, bytes]]) -> None:
        self._db = database(folder)
        self._answers = self._register(first, answers)
        self.path = folder / "listing.parquet"
        self._write()
        self._view()
        self.census = self._census()
        self.odd: list[tuple[int, str]] = self._db.execute(
            "select seq, kind from listing where kind <> '{' order by seq"
        ).fetchall()
        self._take_once(folder)
        self.keys: pa.Table = self._db.sql(
            'select seq, id as repository, "_id" as hub_id from listing order by seq'
        ).to_arrow_table()
        self._db.close()

    def _register(self, first: int, answers: Iterable[tuple[Page, bytes]]) -> pa.Table:
        places, days, bodies = [], [], []
        for page, body in answers:
            places.append(first)
            days.append(page.read_on)
            bodies.append(f"[{body.decode()}]" if page.single else body.decode())
            first += page.rows
        columns = [pa.array(places, pa.int64()), pa.array(days, pa.date32()), pa.array(bodies, pa.large_string())]
        table = pa.table(columns, names=["first", "day", "body"])
        self._db.register("answers", table)
        return table

    def _write(self) -> None:
        marks = ", ".join(f"""coalesce(left(r."{f}"::varchar, 1), '.')""" for f in wire().fields)
        columns = ", ".join(f'{_column(name)} as "{name}"' for name in wire().fields)
        spec = json.dumps(dict.fromkeys(wire().fields, "JSON"))
        target = quote_text(str(self.path))
        self._db.execute(LISTED.format(marks=marks, columns=columns, spec=spec, target=target))

    def _view(self) -> None:
        self._db.execute(
            f"create or replace view listing as select * from read_parquet({quote_text(str(self.path))})"
        )

    def _take_once(self, folder: Path) -> None:
        again = self._db.execute(AGAIN).fetchall()
        if again:
            self.path = folder / "taken.parquet"
            gone = ", ".join(str(seq) for (seq,) in again)
            self._db.execute(
                f"copy (select * from listing where seq not in ({gone}) order by seq)"
                f" to {quote_text(str(self.path))} (format parquet, compression lz4_raw)"
            )
            self._view()

    def _census(self) -> Census:
        shapes = self._db.execute("select shape, count(*) from listing where kind = '{' group by shape").fetchall()
        types: dict[str, dict[str, int]] = {f: {} for f in wire().fields}
        for shape, count in shapes:
            for name, mark in zip(wire().fields, shape, strict=True):
                if mark not in ".n":
                    kind = FIRST.get(mark, "a number")
                    types[name][kind] = types[name].get(kind, 0) + count
        known = ", ".join(f"'{f}'" for f in wire().fields)
        sampled = " union all ".join(
            f"select unnest(json_keys(body, '$[{i if i >= 0 else f'#{i}'}]')) as k from answers" for i in SAMPLED
        )
        values = {
            "baseModels.relation": "json_extract_string(baseModels, '$.relation')",
            "gated": "gated",
        }
        return Census(
            rows=sum(count for _, count in shapes),
            types=types,
            strangers=self._counts(f"select k as v from ({sampled}) where k not in ({known})"),
            values={
                name: self._counts(f"select {sql} as v from listing where kind = '{{'")
                for name, sql in values.items()
            },
        )

    def _counts(self, sql: str) -> dict[str, int]:
        counted = f"select v, count(*) from ({sql}) where v is not null group by v order by 2 desc, 1 limit 50"
        return dict(self._db.execute(counted).fetchall())


class Checker:
    """Looks at an answer without taking it apart."""

    def __init__(self) -> None:
        self._db = duckdb.connect(config={"threads": "1", "memory_limit": MEMORY})

    def look(self, body: bytes) -> tuple[str, int]:
        """The JSON type of an answer (empty: it is no JSON), and how many items a list has."""
        kind = {b"[": "ARRAY", b"{": "OBJECT"}.get(body.lstrip()[:1], "")
        try:
            ((count,),) = self._db.execute("select json_array_length($1::varchar)", [body.decode()]).fetchall()
        except (UnicodeDecodeError, duckdb.Error):
            return "", 0
        return kind or "SCALAR", int(count or 0)


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database that spills what does not fit into the folder."""
    return duckdb.connect(
        config={
            "threads": str(THREADS),
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spilled"),
            "allocator_flush_threshold": FLUSHED,
        }
    )


def _column(name: str) -> str:
    """SQL of a field as a dump has it: what is no number is no counter, and leaves the rest of its row."""
    field = f"""r."{name}" """
    value = f"json_extract_string({field}, '$')"
    if wire().fields[name].counter:
        number = f"left({field}::varchar, 1) in ({NUMBERS}) or try_cast({value} as bigint) is not null"
        return f"case when {number} then {value} end"
    nested = f"(case when left({field}::varchar, 1) <> '\"' then {field} when json_valid({value}) then {value}::json else {field} end)"
    if name in NESTED:
        return nested
    if name == "tags":
        return f"case when left({nested}::varchar, 1) = '[' then array_to_string(json_extract_string({nested}, '$[*]'), ' ') end"
    return value
