"""Requests and answers as they go between the server and its desks: a head in JSON and a body, one after the other."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

LENGTHS = struct.Struct(">II")
"""Bytes of the head and of the body that follow."""
READY, FAILED = "ready", "failed"
"""What the first frame of a desk says."""


@dataclass(frozen=True)
class Frame:
    """What is said: `number` tells which request an answer is of."""

    number: int
    head: dict[str, Any] = field(default_factory=dict)
    body: bytes = b""

    def packed(self) -> bytes:
        """As it is written."""
        head = json.dumps([self.number, self.head]).encode()
        return LENGTHS.pack(len(head), len(self.body)) + head + self.body

    @classmethod
    def read(cls, head: bytes, body: bytes) -> Frame:
        """From what follows the lengths."""
        number, told = json.loads(head)
        return cls(number, told, body)


def paired(headers: object) -> list[tuple[str, str]]:
    """Headers of ASGI as texts."""
    return [(n.decode("latin-1"), v.decode("latin-1")) for n, v in headers]  # type: ignore[attr-defined]


def as_bytes(headers: object) -> list[tuple[bytes, bytes]]:
    """Headers from texts, as ASGI has them."""
    return [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]  # type: ignore[attr-defined]
