"""From kept answers to checked rows, a group of pages at a time: the same fields, by the same rules, as a dump.

What a group gives depends on its pages alone, so that a run that was interrupted ends with the same files.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.engine import write_atomically
from modelcensus.sources.hub_api.listing import FIRST, Listing, bound
from modelcensus.sources.hub_api.shape import Census
from modelcensus.sources.hub_api.spool import Page, Spool
from modelcensus.sources.hub_dump import dump_columns
from modelcensus.sources.reader import RawFile
from modelcensus.sources.staging import stage
from modelcensus.vocabulary import SET_ASIDE, Rows

GROUP_BYTES = 6 * 1024 * 1024
"""Bytes of answers that are converted together: bounds the memory, whatever a page holds."""
API = "api/models"
"""The name under which rows set aside are kept; their line is the place in the listing."""
KEYS = pa.schema([("seq", pa.int64()), ("repository", pa.string()), ("hub_id", pa.string())])


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
    with TemporaryDirectory(dir=spool.folder, prefix="converting-") as scratch:
        listing = Listing(Path(scratch), group.first, spool.bodies(group.pages))
        raw = RawFile(listing.path)
        bound(raw.db, Path(scratch))
        columns, _ = dump_columns(raw)
        columns["observed_on"] = raw.column("read_on")
        rows = stage(raw, columns)
        places = listing.keys["seq"]
        rejected = raw.set_aside()
        lines = [places[n - 1].as_py() for n in rejected["line"].to_pylist()]
        told = [
            (seq, f"{FIRST.get(kind, 'a number')}, where a repository was expected", "") for seq, kind in listing.odd
        ]
        told += zip(lines, rejected["reason"].to_pylist(), rejected["content"].to_pylist(), strict=True)
        notes = [n for n in rows.notes if "rows without a value gave no observation" not in n]
        (part.folder / f"{group.name}.notes.json").write_text(json.dumps(notes))
        for table, content in (
            ("keys", listing.keys.cast(KEYS)), ("set_aside", _aside(told)), ("facts", rows.facts), ("observations", rows.observations),
        ):  # fmt: skip
            _write(part.path(table), content)
        part.finish(listing.census)
    return part


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
