"""One manifest per batch: who said it, when it was committed, from what, and which files hold it."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

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


class Input(BaseModel):
    """One raw input, by digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    bytes: int
    digest: str


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
