"""One manifest per batch: who said it, when it was committed, from what, and which files hold it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, field_validator

from modelcensus.vocabulary import LedgerError

FORMAT = 1
"""Version of the ledger's layout; a reader refuses a newer one."""


class StoredFile(BaseModel):
    """One Parquet file of a batch, by its path inside the ledger."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    table: str
    path: str
    rows: int
    bytes: int
    digest: str

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        """A manifest may come from anywhere: what it names lies in its own ledger."""
        parts = PurePosixPath(path.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or not parts.parts or "\0" in path:
            raise ValueError("a path that leads out of the ledger")
        return path


class Input(BaseModel):
    """One raw input, by digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    bytes: int
    digest: str

    def digest_said(self, digits: int | None = None) -> str:
        """Of what kind the digest is, and its digits, or the first of them.

        >>> Input(name="access.log", bytes=6, digest="blake3:7299169c2b9f").digest_said(8)
        'blake3 7299169c'
        """
        kind, _, found = self.digest.rpartition(":")
        return f"{kind or 'sha256'} {found[:digits]}"


class Manifest(BaseModel):
    """The commit of a batch: a reader sees the batch when this file is there, and not before."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: int
    id: str
    source: str
    name: str
    channel: str
    committed_at: datetime
    first_day: str | None
    last_day: str | None
    rows: dict[str, int]
    inputs: list[Input]
    options: dict[str, str]
    took: list[str]
    terms: dict[str, str]
    files: list[StoredFile]
    software: dict[str, str]
    seal: str = ""
    """SHA-256 of all the rest, by which `doctor` finds a manifest that was changed; empty where none was given."""

    @property
    def cited(self) -> str:
        """The series, what it is to be cited as, and its license."""
        return f"{self.name}: {self.terms.get('citation') or 'no citation stated'} ({self.terms.get('license')})"

    def sealed(self) -> "Manifest":
        """The manifest with its seal."""
        return self.model_copy(update={"seal": seal_of(json.loads(self.model_dump_json()))})


def seal_of(content: Mapping[str, object]) -> str:
    """The seal of a manifest's content."""
    rest = {k: v for k, v in content.items() if k != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def manifest_at(path: Path) -> Manifest:
    """The manifest in a file; LedgerError where it is damaged, of a newer format, or of a batch of another name."""
    try:
        content = json.loads(path.read_bytes())
        if content.get("format", 0) > FORMAT:
            raise LedgerError(
                f"ledger format {content['format']} is newer than {FORMAT}",
                where=str(path),
                remedy="upgrade modelcensus",
            )
        manifest = Manifest.model_validate(content)
    except (ValueError, AttributeError, TypeError, OSError, RecursionError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise LedgerError(
            f"damaged manifest ({first})",
            where=str(path),
            remedy="restore it, or run `modelcensus doctor --repair`, which sets the batch aside",
        ) from error
    if manifest.id != path.stem:  # a copy beside the original would count everything twice
        raise LedgerError(
            f"the manifest of batch {manifest.id} under another name",
            where=str(path),
            remedy="move it away, or run `modelcensus doctor --repair`, which sets it aside",
        )
    return manifest
