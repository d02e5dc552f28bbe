"""Digests of the texts of logs: by BLAKE3, which is made nearly as fast as memory is read, and says so before its digits."""

import hashlib
from collections.abc import Iterable
from typing import Protocol

from blake3 import blake3

_NAME = "blake3:"


class _Hash(Protocol):
    def update(self, data: bytes | memoryview, /) -> object: ...

    def hexdigest(self) -> str: ...


class TextDigest:
    """The digest of a text that comes in stretches.

    >>> digest = TextDigest()
    >>> digest.update(b"a line")
    >>> digest.said[:16]
    'blake3:7299169c2'
    """

    def __init__(self, name: str = _NAME) -> None:
        self._running: _Hash = blake3() if name else hashlib.sha256()
        self._name = name

    @classmethod
    def like(cls, digests: Iterable[str]) -> "list[TextDigest]":
        """One of each kind that some digests are of: those without a name are SHA-256, as they were made at first."""
        return [cls(name) for name in sorted({_NAME if d.startswith(_NAME) else "" for d in digests})]

    def update(self, text: bytes | memoryview) -> None:
        """One more stretch."""
        self._running.update(text)

    @property
    def said(self) -> str:
        """Of all stretches so far."""
        return self._name + self._running.hexdigest()
