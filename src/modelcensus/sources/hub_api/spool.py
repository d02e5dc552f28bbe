"""The checkpoint of a crawl: answers as they came, appended to one file, and a line for each that says where it lies
and what comes next.

A line is written after its answer, so a kill leaves at most an answer without a line, or half a line: both are cut off
when the crawl is taken up again. After a power cut lines can have outlived their answers: digests tell.
"""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO

import pyarrow as pa

from modelcensus.engine import write_atomically
from modelcensus.vocabulary import InputError

SYNCED = 1.0
"""Seconds between two moments at which what was written is made durable."""
_CODEC = pa.Codec("zstd", 1)
FORMAT = 1


@dataclass(frozen=True)
class Page:
    """One answer kept: `step` it belongs to, its place in the file, and `following`, where the step goes on.

    Its bytes lie from `start` to `end`, compressed; `digest` is the SHA-256 of the answer itself.
    """

    step: int
    start: int
    end: int
    bytes: int
    rows: int
    digest: str
    day: str
    status: int = 200
    following: str = ""
    single: bool = False
    """The answer is of one repository that was asked for by its name; `note` says how it stands (`singles.py`)."""
    note: str = ""

    @property
    def read_on(self) -> date:
        """The day of the answer."""
        return date.fromisoformat(self.day)


class Spool:
    """The folder of one crawl; whoever holds it is alone in it until `close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise InputError(
                "another run is collecting here", where=str(folder), remedy="wait for it to end, or stop it"
            ) from error
        self.pages: list[Page] = []
        self._bodies: IO[bytes] | None = None
        self._lines: IO[bytes] | None = None
        self._synced = 0.0

    @property
    def plan(self) -> dict | None:
        """What the crawl under way was asked for; nothing where there is none."""
        try:
            content = json.loads((self.folder / "crawl.json").read_text())
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise InputError(
                "an unfinished crawl of another version of the program",
                where=str(self.folder),
                remedy="finish it with that version, or begin anew with --restart",
            )
        return content

    def begin(self, plan: dict) -> None:
        """Start a crawl: nothing of an earlier one stays."""
        self.clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.change(plan)

    def change(self, plan: dict) -> None:
        """Write the plan down."""
        write_atomically(self.folder / "crawl.json", json.dumps({"format": FORMAT, **plan}, indent=1).encode())

    def resume(self) -> None:
        """Take up what is there: the longest run of whole answers."""
        self.pages = list(self._sound())
        end = self.pages[-1].end if self.pages else 0
        lines = b"".join(_line(p) for p in self.pages)
        write_atomically(self.folder / "pages.jsonl", lines)
        self._bodies = (self.folder / "pages.zst").open("ab")
        self._bodies.truncate(end)
        self._lines = (self.folder / "pages.jsonl").open("ab")

    def add(
        self,
        step: int,
        body: bytes,
        rows: int,
        day: date,
        following: str = "",
        status: int = 200,
        single: bool = False,
        note: str = "",
    ) -> Page:
        """Keep an answer: from now on the crawl goes on after it."""
        assert self._bodies is not None and self._lines is not None, "resume first"
        packed = _CODEC.compress(body, asbytes=True) if body else b""
        start = self.pages[-1].end if self.pages else 0
        page = Page(
            step, start, start + len(packed), len(body), rows, hashlib.sha256(body).hexdigest(), day.isoformat(),
            status, following, single, note,
        )  # fmt: skip
        self._bodies.write(packed)
        self._bodies.flush()
        self._lines.write(_line(page))
        self._lines.flush()
        if time.monotonic() - self._synced > SYNCED:
            os.fdatasync(self._bodies.fileno())
            os.fdatasync(self._lines.fileno())
            self._synced = time.monotonic()
        self.pages.append(page)
        return page

    def bodies(self, pages: Iterable[Page]) -> Iterator[tuple[Page, bytes]]:
        """The answers of these pages."""
        with (self.folder / "pages.zst").open("rb") as file:
            for page in pages:
                file.seek(page.start)
                packed = file.read(page.end - page.start)
                yield page, _CODEC.decompress(packed, page.bytes, asbytes=True) if page.bytes else b""

    def clear(self) -> None:
        """Remove everything but the lock."""
        self._shut()
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.name == "lock":
                continue
            path.rmdir() if path.is_dir() else path.unlink()
        self.pages = []

    def close(self) -> None:
        """Let go of the folder."""
        self._shut()
        self._lock.close()

    def _shut(self) -> None:
        for file in (self._bodies, self._lines):
            if file is not None:
                file.close()
        self._bodies = self._lines = None

    def _sound(self) -> Iterator[Page]:
        try:
            lines = (self.folder / "pages.jsonl").read_bytes().split(b"\n")[:-1]
            file = (self.folder / "pages.zst").open("rb")
        except OSError:
            return
        with file:
            end = 0
            for line in lines:
                try:
                    page = _page(line)
                    body = file.read(page.end - page.start)
                    content = _CODEC.decompress(body, page.bytes, asbytes=True) if page.bytes else b""
                except (
                    ValueError,
                    TypeError,
                    OSError,
                    OverflowError,
                    MemoryError,
                    RecursionError,
                    pa.ArrowException,
                ):
                    return
                if page.start != end or hashlib.sha256(content).hexdigest() != page.digest:
                    return
                end = page.end
                yield page


def _page(line: bytes) -> Page:
    """The page that a line tells of; ValueError or TypeError where it tells of none."""
    page = Page(**json.loads(line))
    for number in (page.step, page.start, page.end, page.bytes, page.rows):
        if type(number) is not int or number < 0:
            raise ValueError(f"{number!r} is no place and no size")
    return page


def _line(page: Page) -> bytes:
    return json.dumps(asdict(page), separators=(",", ":")).encode() + b"\n"
