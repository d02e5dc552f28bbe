"""A knowledge file as it was read: what the ledger keeps of it, and what the catalog makes of it."""

from dataclasses import dataclass
from typing import Literal

Layer = Literal["bundled", "ledger", "given"]
"""Whose a knowledge file is: the program's, the ledger's own, or given with a request."""


@dataclass(frozen=True)
class KnowledgeFile:
    """One YAML file: its `name` within its `folder` (empty: the program's own, or one that a ledger kept)."""

    layer: Layer
    name: str
    content: str
    folder: str = ""

    @property
    def shown(self) -> str:
        """Where the file stands, for readers."""
        return f"{self.folder}/{self.name}" if self.folder else self.name
