"""Keys of the hashes of addresses: one a day, kept until the day's logs are in, then destroyed."""

import hmac
import os
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from modelcensus.engine import write_atomically

KEPT_DAYS = 2
"""Days after the end of a day for which its key is kept, so that the rest of the day's logs can come in."""


class Keys(Protocol):
    """What has the keys of days."""

    def of(self, day: int) -> str:
        """The key of a day (days since 1970)."""
        ...


@dataclass(frozen=True)
class LentKeys:
    """Keys for machines that do not see the folder: those that there are, and what new ones are drawn from, so that all
    machines of a run draw the same."""

    known: dict[int, str]
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def of(self, day: int) -> str:
        """The key of a day (days since 1970)."""
        return self.known.get(day) or hmac.digest(self.secret, str(day).encode(), "sha256").hex()


class Salts:
    """A folder with one key file per day (UTC). A hash whose key is destroyed says nothing of its address any more.

    Logs of a day whose key is gone get a new one: their visitors are not those of the logs read before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[int, str] = {}

    def of(self, day: int) -> str:
        """The key of a day (days since 1970)."""
        if day not in self._known:
            path = self.folder / f"{day}.key"
            if not path.is_file():
                self._write(path, secrets.token_hex(32))
            self._known[day] = path.read_text()
        return self._known[day]

    def lend(self) -> LentKeys:
        """The keys for machines that do not see the folder."""
        return LentKeys({int(p.stem): p.read_text() for p in self.folder.glob("*.key") if p.stem.isdigit()})

    def take_back(self, lent: LentKeys, days: Iterable[int]) -> None:
        """Keep the keys of days that were drawn elsewhere."""
        for day in days:
            path = self.folder / f"{day}.key"
            if not path.is_file():
                self._write(path, lent.of(day))

    @staticmethod
    def _write(path: Path, key: str) -> None:
        write_atomically(path, key.encode())
        os.chmod(path, 0o600)  # noqa: PTH101 - the file was made a line ago

    def destroy_old(self, today: int | None = None) -> int:
        """Destroy the keys of days that are over; returns how many."""
        self._known.clear()
        last = (int(time.time()) // 86_400 if today is None else today) - KEPT_DAYS
        gone = 0
        for path in self.folder.glob("*.key"):
            if path.stem.isdigit() and int(path.stem) < last:
                with path.open("r+b") as file:  # what the file system may keep of it is no key
                    file.write(b"\0" * path.stat().st_size)
                    os.fsync(file.fileno())
                path.unlink()
                gone += 1
        return gone
