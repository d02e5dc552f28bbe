"""From kept answers to checked rows, a group of pages at a time: the same fields, by the same rules, as a dump.

What a group gives depends on its pages alone, so that a run that was interrupted ends with the same files.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.engine import write_atomically
from modelcensus.sources.hub_api.shape import Census
from modelcensus.sources.hub_api.spool import Page, Spool
from modelcensus.sources.hub_api.wire import wire
from modelcensus.sources.hub_dump import dump_columns
from modelcensus.sources.reader import RawFile
from modelcensus.sources.staging import stage
from modelcensus.vocabulary import SET_ASIDE, Rows

GROUP_BYTES = 12 * 1024 * 1024
"""Bytes of answers that are converted together: bounds the memory, whatever a page holds."""
MEMORY = "384MB"
THREADS = 2
API = "api/models"
"""The name under which rows set aside are kept; their line is the place in the listing."""
NESTED = ("safetensors", "gguf", "baseModels", "cardData")
KEYS = pa.schema([("seq", pa.int64()), ("repository", pa.string()), ("hub_id", pa.string())])

LISTED = """
    create table listed as
    with pages as (
        select first, day, case when left(trim(body), 1) = '[' then from_json(body, '["JSON"]') else [body::json] end as items
        from answers),
    items as (select first, day, unnest(range(len(items))) as i, unnest(items) as item from pages)
    select first + i + 1 as seq, day, coalesce(left(item::varchar, 1), 'n') as kind, kind = '{{' as sound, r, json_extract_string(r."_id", '$') as hub_id,
           json_extract_string(r.id, '$') as repository
    from (select first, day, i, item, json_transform(item, '{spec}') as r from items)
"""
TAKEN = """
    create table again as
        with keys as (select seq, coalesce(hub_id, repository, seq::varchar) as key,
                             coalesce(repository, seq::varchar) as repository from listed where sound),
        newest as (select * from keys qualify row_number() over (partition by key order by seq desc) = 1),
        taken as (select * from newest qualify row_number() over (partition by repository order by seq desc) = 1)
        select seq from listed where seq not in (select seq from taken);
    create view taken as select * from listed where seq not in (select seq from again)
"""
"""A repository that is listed twice counts as it was listed last."""
FIRST = {
    '"': "text",
    "{": "an object",
    "[": "a list",
    "t": "true or false",
    "f": "true or false",
    "n": "nothing",
    "-": "a negative number",
}
"""What a JSON value is, by the first character of its text; anything else is a number."""
NUMBERS = ", ".join(f"'{c}'" for c in "-0123456789")
SAMPLED = (0, 1, 2, -1)
"""Items of each page whose names of fields are looked at: one that the Hub adds stands in all of them."""


@dataclass(frozen=True)
class Group:
    """Pages that are converted together; `first` is the place of its first row in the listing."""

    name: str
    first: int
    pages: tuple[Page, ...]


@dataclass(frozen=True)
class Part:
    """The files of a converted group."""

    folder: Path
    name: str

    def path(self, table: str) -> Path:
        """The file of `observations`, `facts`, `set_aside`, `keys` (seq, repository, hub_id)."""
        return self.folder / f"{self.name}.{table}.parquet"

    @property
    def census(self) -> Census:
        """What its rows looked like; there only once all its files are."""
        return Census.model_validate_json(self._done.read_bytes())

    @property
    def notes(self) -> list[str]:
        return json.loads((self.folder / f"{self.name}.notes.json").read_text())

    @property
    def _done(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def whole(self) -> bool:
        """Whether the group was converted to its end."""
        return self._done.is_file()

    def finish(self, census: Census) -> None:
        """Mark it as whole."""
        census.keep(self._done)


class Grouping:
    """Puts pages into groups of about GROUP_BYTES, in their order; listings and single answers apart."""

    def __init__(self) -> None:
        self._held: list[Page] = []
        self._bytes = self._taken = 0

    def add(self, page: Page) -> list[Group]:
        """Take the next page; gives the groups that are full."""
        full = self.rest() if self._held and self._held[-1].single != page.single else []
        if page.rows:
            self._held.append(page)
            self._bytes += page.bytes
        return [*full, *(self.rest() if self._bytes >= GROUP_BYTES else [])]

    def rest(self) -> list[Group]:
        """The group that is not full yet, if there is one."""
        if not self._held:
            return []
        first = self._taken
        self._taken += sum(p.rows for p in self._held)
        group = Group(f"{first:09}-{self._taken:09}", first, tuple(self._held))
        self._held, self._bytes = [], 0
        return [group]


def convert(spool: Spool, group: Group) -> Part:
    """The checked rows of a group, from files that are there already or made now."""
    part = Part(spool.folder / "staged", group.name)
    if part.whole:
        return part
    part.folder.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=spool.folder, prefix="converting-") as scratch, _database(Path(scratch)) as db:
        _list(db, spool, group)
        census = _census(db)
        source = Path(scratch) / "listing.parquet"
        _write_listing(db, source)
        aside = db.execute("select seq, kind from listed where not sound").fetchall()
        keys = db.sql("select seq, repository, hub_id from taken order by seq").to_arrow_table()
        db.close()
        raw = RawFile(source)
        columns, _ = dump_columns(raw)
        columns["observed_on"] = raw.column("read_on")
        rows = stage(raw, columns)
        places = pq.read_table(source, columns=["seq"])["seq"]
        rejected = raw.set_aside()
        lines = [places[n - 1].as_py() for n in rejected["line"].to_pylist()]
        told = [(seq, f"{FIRST.get(kind, 'a number')}, where a repository was expected", "") for seq, kind in aside]
        told += zip(lines, rejected["reason"].to_pylist(), rejected["content"].to_pylist(), strict=True)
        notes = [n for n in rows.notes if "rows without a value gave no observation" not in n]
        (part.folder / f"{group.name}.notes.json").write_text(json.dumps(notes))
        for table, content in (
            ("keys", keys.cast(KEYS)), ("set_aside", _aside(told)), ("facts", rows.facts), ("observations", rows.observations),
        ):  # fmt: skip
            _write(part.path(table), content)
        part.finish(census)
    return part


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


def _database(scratch: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        config={"threads": str(THREADS), "memory_limit": MEMORY, "temp_directory": str(scratch / "spilled")}
    )


def _list(db: duckdb.DuckDBPyConnection, spool: Spool, group: Group) -> None:
    first, rows = group.first, []
    for page, body in spool.bodies(group.pages):
        rows.append((first, page.read_on, body.decode()))
        first += page.rows
    answers = pa.table(
        [
            pa.array(c, t)
            for c, t in zip(zip(*rows, strict=True), (pa.int64(), pa.date32(), pa.large_string()), strict=True)
        ],
        names=["first", "day", "body"],
    )
    db.register("answers", answers)
    db.execute(LISTED.format(spec=json.dumps(dict.fromkeys(wire().fields, "JSON"))))
    db.execute(TAKEN)


def _census(db: duckdb.DuckDBPyConnection) -> Census:
    marks = ", ".join(f"""coalesce(left(r."{f}"::varchar, 1), '.')""" for f in wire().fields)
    shapes = db.execute(
        f"""select translate(concat({marks}), '123456789f', '000000000t') as shape, count(*) from listed
            where sound group by shape"""
    ).fetchall()
    types: dict[str, dict[str, int]] = {f: {} for f in wire().fields}
    for shape, count in shapes:
        for name, mark in zip(wire().fields, shape, strict=True):
            if mark not in ".n":
                kind = FIRST.get(mark, "a number")
                types[name][kind] = types[name].get(kind, 0) + count
    rows = sum(count for _, count in shapes)
    listed = ", ".join(f"'{f}'" for f in wire().fields)
    sampled = " union all ".join(
        f"select unnest(json_keys(body, '$[{i if i >= 0 else f'#{i}'}]')) as k from answers" for i in SAMPLED
    )
    strangers = db.execute(
        f"select k, count(*) from ({sampled}) where k not in ({listed}) group by k order by 2 desc, 1 limit 50"
    ).fetchall()
    relations = db.execute(
        f"""select json_extract_string({_object("baseModels")}, '$.relation') as v, count(*) from listed where sound
            group by v having v is not null limit 50"""
    ).fetchall()
    gated = db.execute(
        """select json_extract_string(r.gated, '$') as v, count(*) from listed where sound
           group by v having v is not null limit 50"""
    ).fetchall()
    values = {"baseModels.relation": dict(relations), "gated": dict(gated)}
    db.unregister("answers")
    return Census(rows=rows, types=types, strangers=dict(strangers), values=values)


def _object(name: str) -> str:
    """SQL of a nested field, whether it is an object or the text of one."""
    value = f"""r."{name}" """
    text = f"json_extract_string({value}, '$')"
    return f"(case when left({value}::varchar, 1) <> '\"' then {value} when json_valid({text}) then {text}::json else {value} end)"


def _write_listing(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The rows in the columns of a dump: what is no whole number is no counter, and leaves the rest of its row."""
    columns = ["seq", "day as read_on"]
    for name, said in wire().fields.items():
        value = f"""json_extract_string(r."{name}", '$')"""
        if said.counter:
            whole = f"""left(r."{name}"::varchar, 1) in ({NUMBERS}) or try_cast({value} as bigint) is not null"""
            value = f"case when {whole} then {value} end"
        elif name in NESTED:
            value = _object(name)
        elif name == "tags":
            tags = _object("tags")
            value = f"case when left({tags}::varchar, 1) = '[' then array_to_string(json_extract_string({tags}, '$[*]'), ' ') end"
        columns.append(f'{value} as "{name}"')
    target = str(path).replace("'", "''")
    db.execute(
        f"copy (select {', '.join(columns)} from taken order by seq) to '{target}' (format parquet, compression lz4_raw)"
    )


def _aside(rows: Sequence[tuple[int, str, str]]) -> pa.Table:
    ordered = sorted(rows)
    return pa.table(
        {
            "file": [API] * len(ordered),
            "line": [r[0] for r in ordered],
            "reason": [r[1] for r in ordered],
            "content": [r[2] for r in ordered],
        },
        schema=SET_ASIDE.arrow,
    )


def _write(path: Path, rows: Rows) -> None:
    """A file that is read once, soon: compressed lightly."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        rows if isinstance(rows, pa.Table) else rows.to_table(), sink, compression="zstd", compression_level=1
    )
    write_atomically(path, sink.getvalue().to_pybytes())
