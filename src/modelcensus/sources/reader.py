"""Foreign files as rows of text: CSV, TSV, JSON, NDJSON, Parquet; plain, gzip or zstd.

A row that cannot be read is set aside with its line; a file that is cut off is refused whole, because
nobody can tell which of its rows are missing. Lines and CSV records are told apart here and not by DuckDB,
whose CSV reader skips over-long lines, and lines that are no text, without a word.
"""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import pyarrow as pa

from modelcensus.engine import WorkFolder, bounded_database
from modelcensus.vocabulary import InputError, InputFile

LONGEST_LINE = 2 * 1024 * 1024
"""Bytes; a longer line is set aside (a table of counters has no such line)."""
_BLOCK = 1024 * 1024
_ROWS = 50_000
"""Rows handed to DuckDB at a time."""
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}
_EXPECTED = {
    "csv": "check that it is a CSV file",
    "ndjson": "check that it has one JSON object per line",
    "json": "check that it is one JSON array of objects; one object per line is .ndjson",
    "parquet": "check that it is a whole Parquet file, or fetch it again",
}


@dataclass
class Rejects:
    """Rows set aside, with line and reason."""

    rows: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, reason: str, content: str = "") -> None:
        self.rows.append((line, " ".join(reason.split()), content[:200]))


class RawFile:
    """One opened file: table `raw` has one row per readable record; `_row` is its line (Parquet, JSON: its row).

    `columns` are the names found; `column(name)` is the SQL of one as text or as its own type. `rows` is SQL of the
    table with what was derived from its columns.
    """

    def __init__(self, path: Path, delimiter: str | None = None) -> None:
        if not path.is_file():
            what = "a folder, not a file" if path.is_dir() else "no such file"
            raise InputError(what, where=str(path), remedy="check the path")
        self.path = path
        self.compression, self.format, suffix = _kind(path)
        self.rejects = Rejects()
        self.folder = WorkFolder()
        self.db = bounded_database(self.folder.path)
        self.rows = "raw"
        self.columns: list[str] = []
        self.types: dict[str, str] = {}
        self.delimiter = _one_character(delimiter) if delimiter else _DELIMITERS.get(suffix, ",")
        self._lines = 0
        try:
            self.input = self._fingerprint()
            {
                "csv": self._open_csv,
                "ndjson": self._open_ndjson,
                "json": self._open_json,
                "parquet": self._open_parquet,
            }[self.format]()
        except UnicodeDecodeError as error:  # DuckDB quotes the bytes that it complains of
            raise InputError("not UTF-8 text", where=str(path), remedy=_EXPECTED[self.format]) from error
        except duckdb.Error as error:
            raise InputError(_first_line(error), where=str(path), remedy=_EXPECTED[self.format]) from error
        except (EOFError, OSError, zlib.error, pa.ArrowException) as error:
            after = f" after line {self._lines:,}" if self._lines else ""
            raise InputError(
                f"the {self.compression or 'file'} is cut off or damaged{after} ({_first_line(error)})",
                where=str(path),
                remedy="fetch it again; nothing was imported",
            ) from error

    def column(self, name: str) -> str:
        """SQL of one column; of a JSON file as text."""
        if self.format in ("ndjson", "json"):
            return f"json_extract_string(_json, {json_path(name)})"
        return f"_c{self.columns.index(name)}"

    def derive(self, columns: Mapping[str, str]) -> None:
        """Further columns of `rows`, each computed once however often it is used."""
        derived = ", ".join(f"{sql} as {quote_name(name)}" for name, sql in columns.items())
        self.rows = f"(select *, {derived} from {self.rows})"

    def close(self) -> None:
        """Free what the database holds; rows that were taken in memory or into files stay."""
        self.db.close()

    def set_aside(self) -> pa.Table:
        """The rejected rows as a table of schema `set_aside`; a row with several reasons once."""
        found: dict[int, tuple[list[str], str]] = {}
        for line, reason, content in sorted(self.rejects.rows):
            reasons, _ = found.setdefault(line, ([], content))
            if reason not in reasons:
                reasons.append(reason)
        rows = [(line, "; ".join(reasons), content) for line, (reasons, content) in found.items()]
        return pa.table(
            {
                "file": pa.array([self.path.name] * len(rows), pa.string()),
                "line": pa.array([r[0] for r in rows], pa.int64()),
                "reason": pa.array([r[1] for r in rows], pa.string()),
                "content": pa.array([r[2] for r in rows], pa.string()),
            }
        )

    def _fingerprint(self) -> InputFile:
        digest = hashlib.sha256()
        size = 0
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        if size == 0:
            raise self._empty()
        return InputFile(self.path.name, size, digest.hexdigest())

    def _empty(self) -> InputError:
        return InputError("the file is empty", where=str(self.path), remedy="fetch or export it again")

    def _open_csv(self) -> None:
        records = self._csv_records()
        line, header = next(records, (0, []))
        if self.rejects.rows:
            bad, reason, _ = self.rejects.rows[0]
            raise InputError(
                f"the header cannot be read: {reason}", where=f"{self.path}:{bad}", remedy=_EXPECTED["csv"]
            )
        if not header:
            raise self._empty()
        if len(set(header)) != len(header) or "" in header:
            repeated = sorted({c for c in header if header.count(c) > 1}) or ["(empty)"]
            raise InputError(
                f"the header has repeated or empty names: {', '.join(repeated)[:200]}",
                where=f"{self.path}:{line}",
                remedy="give every column its own name",
            )
        self.columns = header

        def rows() -> Iterator[tuple[object, ...]]:
            for line, record in records:
                if len(record) == len(header):
                    yield line, *record
                else:
                    reason = f"{len(record)} fields, where the header has {len(header)}"
                    self.rejects.add(line, reason, self.delimiter.join(record))

        self._load(rows(), [f"_c{i}" for i in range(len(header))])

    def _csv_records(self) -> Iterator[tuple[int, list[str]]]:
        """First line and fields of every record that is not blank, the header's first."""
        csv.field_size_limit(2**31 - 1)
        feed = _Feed(self._text_lines())
        reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
        while True:
            feed.first, feed.reason = 0, ""
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if feed.ended:
                    raise InputError(
                        "a quote that opens in this record is never closed",
                        where=f"{self.path}:{feed.first}",
                        remedy="close it, or fetch the file again if it was cut off; nothing was imported",
                    ) from error
                record, feed.reason = [], feed.reason or f"no CSV record ({error})"
            if feed.reason:
                until = f" (the record runs to line {feed.last:,})" if feed.last > feed.first else ""
                self.rejects.add(feed.first, feed.reason + until, feed.content)
            elif record:
                yield feed.first, record

    def _open_ndjson(self) -> None:
        def rows() -> Iterator[tuple[object, ...]]:
            for line, text, reason in self._text_lines():
                if reason:
                    self.rejects.add(line, reason, text)
                elif not text.isspace():
                    yield line, text.strip()

        self._load(rows(), ["_json"])
        if self._lines == 0:
            raise self._empty()
        self._keep_objects()

    def _open_json(self) -> None:
        if self.compression:
            with self._bytes() as stream:  # DuckDB does not notice a cut-off archive
                while stream.read(_BLOCK):
                    pass
        self.db.execute(
            f"""create table raw as select json as _json, row_number() over () as _row from read_json_objects(
                {quote_text(str(self.path))}, format = 'array', maximum_object_size = 104857600,
                compression = '{self.compression or "none"}')"""
        )
        self._keep_objects()

    def _keep_objects(self) -> None:
        no_object = "not json_valid(_json) or json_type(_json) <> 'OBJECT'"
        for row, content in self.db.execute(f"select _row, left(_json, 200) from raw where {no_object}").fetchall():
            self.rejects.add(row, "not a JSON object", content)
        self.db.execute(f"delete from raw where {no_object}")
        keys = self.db.execute(
            "select distinct unnest(json_keys(_json)) k from (select _json from raw limit 10000) order by 1"
        ).fetchall()
        self.columns = [k for (k,) in keys]

    def _open_parquet(self) -> None:
        source = f"read_parquet({quote_text(str(self.path))}, file_row_number = true)"
        described = self.db.execute(f"describe select * exclude (file_row_number) from {source}").fetchall()
        self.types = {d[0]: d[1] for d in described}
        self.columns = list(self.types)
        chosen = ", ".join(f"{quote_name(name)} as _c{i}" for i, name in enumerate(self.columns))
        self.db.execute(f"create view raw as select {chosen}, file_row_number + 1 as _row from {source}")

    def _load(self, rows: Iterator[tuple[object, ...]], names: list[str]) -> None:
        """The table `raw`: `_row` and texts."""
        schema = pa.schema([("_row", pa.int64()), *((n, pa.string()) for n in names)])
        self.db.register("part", schema.empty_table())
        self.db.execute("create table raw as select * from part")
        while part := list(islice(rows, _ROWS)):
            columns = [pa.array(c, t) for c, t in zip(zip(*part, strict=True), schema.types, strict=True)]
            self.db.register("part", pa.Table.from_arrays(columns, schema=schema))
            self.db.execute("insert into raw select * from part")
        self.db.unregister("part")

    def _text_lines(self) -> Iterator[tuple[int, str, str]]:
        """Number and text of every line, and what is wrong with it; of an over-long line only its open quote."""
        with self._bytes() as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                self._lines += 1
                if self._lines == 1:
                    line = line.removeprefix(codecs.BOM_UTF8)
                if len(line) > LONGEST_LINE and line[-1:] != b"\n":
                    quotes = line.count(b'"')
                    while line[-1:] != b"\n" and (line := stream.readline(LONGEST_LINE)):
                        quotes += line.count(b'"')
                    reason = f"the line is longer than {LONGEST_LINE:,} bytes; split or remove it"
                    yield self._lines, _open_quote(quotes), reason
                    continue
                try:
                    yield self._lines, line.decode(), ""
                except UnicodeDecodeError as error:
                    reason = f"byte {error.start + 1} of the line is not UTF-8"
                    yield self._lines, line.decode(errors="replace"), reason

    def _bytes(self) -> BinaryIO:
        """The file's bytes, decompressed."""
        if self.compression == "gzip":
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        if self.compression == "zstd":
            return io.BufferedReader(_Readable(pa.input_stream(str(self.path), compression="zstd")))
        return self.path.open("rb")


class _Feed:
    """Lines for `csv.reader`, that remembers where the record began and what is wrong with any of its lines."""

    def __init__(self, lines: Iterator[tuple[int, str, str]]) -> None:
        self._lines = lines
        self.first = self.last = self._size = 0
        self.reason = self.content = ""
        self.ended = False

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        number, text, reason = next(self._lines, (0, "", ""))
        if number == 0:
            self.ended = True
            raise StopIteration
        if self.first == 0:
            self.first, self.content, self._size = number, text[:200], 0
        self.last = number
        self._size += len(text)
        if self._size > LONGEST_LINE:
            text = _open_quote(text.count('"'))
            reason = reason or f"the record is longer than {LONGEST_LINE:,} characters"
        self.reason = self.reason or reason
        return text


class _Readable(io.RawIOBase):
    """Arrow's streams as raw streams of the standard library."""

    def __init__(self, inner: pa.NativeFile) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._inner.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._inner.close()
        super().close()


def _kind(path: Path) -> tuple[str, str, str]:
    suffixes = [s.lower() for s in path.suffixes]
    compression = {".gz": "gzip", ".zst": "zstd"}.get(suffixes[-1] if suffixes else "", "")
    suffix = suffixes[-2] if compression and len(suffixes) > 1 else (suffixes[-1] if suffixes else "")
    if suffix not in _FORMATS:
        raise InputError(
            f"unknown kind of file {path.suffix!r}",
            where=str(path),
            remedy="name it .csv, .tsv, .json, .ndjson or .parquet, plain or with .gz or .zst",
        )
    return compression, _FORMATS[suffix], suffix


def _open_quote(quotes: int) -> str:
    """What of a line that is left out still matters to the records around it: whether it opens or closes a quote."""
    return '"\n' if quotes % 2 else "\n"


def _one_character(delimiter: str) -> str:
    wanted = "\t" if delimiter == "\\t" else delimiter
    if len(wanted) != 1 or wanted in '"\r\n':
        raise InputError(
            f"{delimiter!r} is no delimiter", where="--delimiter", remedy="give one character, such as ';' or '\\t'"
        )
    return wanted


def json_path(name: str) -> str:
    """The path of one key of a JSON object as SQL."""
    key = name.replace("\\", "\\\\").replace('"', '\\"')
    return quote_text(f'$."{key}"')


def quote_name(name: str) -> str:
    """A column name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: object) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
