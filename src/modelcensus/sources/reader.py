"""Foreign files as rows of text: CSV, TSV, JSON, NDJSON, Parquet; plain, gzip or zstd.

A row that cannot be read is set aside with its line; a file that is cut off is refused whole, because
nobody can tell which of its rows are missing.
"""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
import pyarrow as pa

from modelcensus.vocabulary import InputError, InputFile

LONGEST_LINE = 2 * 1024 * 1024
"""Bytes; a longer line is set aside (a table of counters has no such line)."""
_BLOCK = 1024 * 1024
_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}


@dataclass
class Rejects:
    """Rows set aside, with line and reason."""

    rows: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, reason: str, content: str = "") -> None:
        self.rows.append((line, reason, content[:200]))


class RawFile:
    """One opened file: `relation` has one row per readable record, with its ordinal `_row`.

    `columns` are the names found; `column(name)` is the SQL of one as text or as its own type.
    """

    def __init__(self, path: Path, delimiter: str | None = None) -> None:
        if not path.is_file():
            raise InputError("no such file", where=str(path), remedy="check the path")
        self.path = path
        self.compression, self.format, suffix = _kind(path)
        self.rejects = Rejects()
        self.db = duckdb.connect()
        self.types: dict[str, str] = {}
        self.delimiter = delimiter or _DELIMITERS.get(suffix, ",")
        self._long_lines: list[int] = []
        self.input = self._scan()
        if self.input.bytes == 0 or (self.format != "parquet" and self._lines == 0):
            raise InputError("the file is empty", where=str(path), remedy="fetch or export it again")
        try:
            self.columns = {
                "csv": self._open_csv,
                "ndjson": self._open_ndjson,
                "json": self._open_json,
                "parquet": self._open_parquet,
            }[self.format]()
        except duckdb.Error as error:
            raise InputError(_first_line(error), where=str(path), remedy=f"check that it is {self.format}") from error

    def column(self, name: str) -> str:
        """SQL of one column; of a JSON file as text."""
        if self.format in ("ndjson", "json"):
            return f"json_extract_string(_json, {quote_text(chr(36) + '.' + json.dumps(name))})"
        return quote_name(name)

    def lines(self, ordinals: list[int]) -> dict[int, int]:
        """The line of each record ordinal (Parquet and JSON: its row)."""
        if self.format in ("json", "parquet") or not ordinals:
            return {o: o for o in ordinals}
        wanted, found = set(ordinals), {}
        skipped = {line for line, _, _ in self.rejects.rows} | set(self._long_lines)
        with self._text() as text:
            records = self._csv_records(text) if self.format == "csv" else enumerate(text, start=1)
            ordinal = 0
            for line, record in records:
                if line in skipped or (isinstance(record, str) and not record.strip()):
                    continue
                ordinal += 1
                if ordinal in wanted:
                    found[ordinal] = line
        return {o: found.get(o, o) for o in ordinals}

    def set_aside(self) -> pa.Table:
        """The rejected rows as a table of schema `set_aside`."""
        rows = sorted(self.rejects.rows)
        return pa.table(
            {
                "file": pa.array([self.path.name] * len(rows), pa.string()),
                "line": pa.array([r[0] for r in rows], pa.int64()),
                "reason": pa.array([r[1] for r in rows], pa.string()),
                "content": pa.array([r[2] for r in rows], pa.string()),
            }
        )

    def _scan(self) -> InputFile:
        """One pass over the bytes: digest, cut-off archives, and lines too long to be rows."""
        digest = hashlib.sha256()
        size = 0
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                size += len(block)
        self._lines = 0
        if self.format != "parquet" and size:
            self._scan_lines()
        return InputFile(self.path.name, size, digest.hexdigest())

    def _scan_lines(self) -> None:
        running, last = 0, b"\n"
        try:
            with self._bytes() as stream:
                while block := stream.read(_BLOCK):
                    first = block.find(b"\n")
                    if first < 0:
                        running += len(block)
                    else:
                        if running + first > LONGEST_LINE and self.format != "json":
                            self._long_lines.append(self._lines + 1)
                        running = len(block) - block.rfind(b"\n") - 1
                    self._lines += block.count(b"\n")
                    last = block[-1:]
        except (EOFError, gzip.BadGzipFile, OSError, pa.ArrowException) as error:
            raise InputError(
                f"the {self.compression or 'file'} is cut off or damaged after line {self._lines:,}"
                f" ({_first_line(error)})",
                where=str(self.path),
                remedy="fetch it again; nothing was imported",
            ) from error
        if last != b"\n":
            if running > LONGEST_LINE and self.format != "json":
                self._long_lines.append(self._lines + 1)
            self._lines += 1
        for line in self._long_lines:
            self.rejects.add(line, f"the line is longer than {LONGEST_LINE:,} bytes; split or remove it")

    def _open_csv(self) -> list[str]:
        if 1 in self._long_lines:
            raise InputError(
                f"the header is longer than {LONGEST_LINE:,} bytes",
                where=f"{self.path}:1",
                remedy="check that the file is what you think",
            )
        with self._text() as text:
            header = next(csv.reader(text, delimiter=self.delimiter), [])
        if len(set(header)) != len(header) or "" in header:
            repeated = sorted({c for c in header if header.count(c) > 1}) or ["(empty)"]
            raise InputError(
                f"the header has repeated or empty names: {', '.join(repeated)}",
                where=f"{self.path}:1",
                remedy="give every column its own name",
            )
        typed = ", ".join(f"{quote_text(c)}: 'VARCHAR'" for c in header)
        self.db.execute(
            f"""create table raw as select *, row_number() over () as _row from read_csv(
                {quote_text(str(self.path))}, columns = {{{typed}}}, auto_detect = false, header = true,
                delim = {quote_text(self.delimiter)}, quote = '"', escape = '"', store_rejects = true,
                rejects_limit = 0, max_line_size = {LONGEST_LINE}, compression = '{self.compression or "none"}')"""
        )
        seen: set[int] = set()
        for line, content, message in self.db.execute(
            "select line, csv_line, error_message from reject_errors order by line"
        ).fetchall():
            if line not in seen and line not in self._long_lines:
                self.rejects.add(int(line), _first_line(message), content or "")
                seen.add(line)
        return header

    def _open_ndjson(self) -> list[str]:
        self.db.execute(
            f"""create table raw as select line as _json, row_number() over () as _row from read_csv(
                {quote_text(str(self.path))}, columns = {{'line': 'VARCHAR'}}, auto_detect = false,
                header = false, delim = '\x01', quote = '', escape = '', store_rejects = true,
                max_line_size = {LONGEST_LINE}, compression = '{self.compression or "none"}')
                where trim(line) <> ''"""
        )
        bad = self.db.execute(
            "select _row, _json from raw where not json_valid(_json) or json_type(_json) <> 'OBJECT'"
        ).fetchall()
        lines = self.lines([r[0] for r in bad])
        for row, content in bad:
            self.rejects.add(lines[row], "not a JSON object", content)
        self.db.execute("delete from raw where not json_valid(_json) or json_type(_json) <> 'OBJECT'")
        return self._json_keys()

    def _open_json(self) -> list[str]:
        self.db.execute(
            f"""create table raw as select json as _json, row_number() over () as _row from read_json_objects(
                {quote_text(str(self.path))}, format = 'array', maximum_object_size = 104857600,
                compression = '{self.compression or "none"}')"""
        )
        return self._json_keys()

    def _json_keys(self) -> list[str]:
        keys = self.db.execute(
            "select distinct unnest(json_keys(_json)) k from (select _json from raw limit 10000) order by 1"
        ).fetchall()
        return [k for (k,) in keys]

    def _open_parquet(self) -> list[str]:
        self.db.execute(
            f"""create view raw as select *, file_row_number + 1 as _row
                from read_parquet({quote_text(str(self.path))}, file_row_number = true)"""
        )
        described = self.db.execute("describe raw").fetchall()
        self.types = {d[0]: d[1] for d in described if d[0] not in ("_row", "file_row_number")}
        return list(self.types)

    def _bytes(self) -> BinaryIO:
        """The file's bytes, decompressed."""
        if self.compression == "gzip":
            return cast(BinaryIO, gzip.open(self.path, "rb"))
        if self.compression == "zstd":
            return io.BufferedReader(_Readable(pa.input_stream(str(self.path), compression="zstd")))
        return self.path.open("rb")

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self._bytes(), encoding="utf-8-sig", errors="replace", newline="")

    def _csv_records(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(2**31 - 1)
        reader = csv.reader(text, delimiter=self.delimiter)
        next(reader, None)
        start = reader.line_num + 1
        for record in reader:
            if record:
                yield start, record
            start = reader.line_num + 1


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


def quote_name(name: str) -> str:
    """A column name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: object) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
