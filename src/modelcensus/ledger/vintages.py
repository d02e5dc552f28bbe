"""Vintages of the knowledge that a ledger was used with: each kept once, and which one was in use on which day."""

import gzip
import hashlib
import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from modelcensus.engine import write_atomically
from modelcensus.vocabulary import KnowledgeFile, LedgerError


class Vintage(BaseModel):
    """Knowledge as it was used: `first_used` is the day (UTC) on which the ledger first met it.

    `base` is the digest of the vintage that its files lie on top of; empty: they are all of it. `software` is what
    could read it.
    """

    model_config = ConfigDict(frozen=True)
    first_used: date
    version: date
    digest: str
    software: dict[str, str]
    base: str = ""
    files: tuple[KnowledgeFile, ...]


class Vintages:
    """The folder of them: `DIGEST.json.gz` holds one, `days/YYYY-MM-DD.json` names the one in use from that day on.

    Knowledge that was given with a request is kept, but never in use: whoever asks again gives it again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, digest: str) -> bool:
        """Whether the knowledge of that digest is kept."""
        return self._path(digest).exists()

    def digests(self) -> list[str]:
        """The digests of all that are kept."""
        return sorted(path.name.removesuffix(".json.gz") for path in self.folder.glob("*.json.gz"))

    def keep(self, vintage: Vintage) -> None:
        """Keep a vintage; one that is kept already stays as it is."""
        if not self.has(vintage.digest):
            content = vintage.model_dump_json(indent=1).encode()
            write_atomically(self._path(vintage.digest), gzip.compress(content, mtime=0))

    def find(self, digest: str) -> Vintage | None:
        """The vintage of that digest with all of its files, or nothing."""
        path = self._path(digest)
        if not path.exists():
            return None
        try:
            vintage = Vintage.model_validate_json(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise _damaged(path) from error
        if vintage.base:
            below = self.find(vintage.base) if vintage.base != digest else None
            if below is None:
                raise _damaged(self._path(vintage.base))
            vintage = vintage.model_copy(update={"files": (*below.files, *vintage.files)})
        if hashlib.sha256(b"".join(f.content.encode() for f in vintage.files)).hexdigest() != digest:
            raise _damaged(path)
        return vintage

    def use(self, digest: str, day: date) -> None:
        """Say which knowledge is in use at the end of that day; nothing is written where it was before."""
        if self.in_use(day) != digest:
            write_atomically(self.folder / "days" / f"{day}.json", json.dumps({"digest": digest}).encode())

    def in_use(self, day: date) -> str:
        """The digest of the knowledge that was last used by the end of that day; empty where none was kept."""
        path = max((p for p in self.folder.glob("days/*.json") if p.stem <= day.isoformat()), default=None)
        if path is None:
            return ""
        try:
            content: dict[str, Any] = json.loads(path.read_text())
            return str(content["digest"])
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise _damaged(path) from error

    def _path(self, digest: str) -> Path:
        return self.folder / f"{Path(digest).name}.json.gz"


def _damaged(path: Path) -> LedgerError:
    return LedgerError("damaged or missing knowledge vintage", where=str(path), remedy="restore it, or move it away")
