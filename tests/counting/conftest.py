"""Counting as the command does it: files into a ledger of their own, and what its counters say then."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import modelcensus
from commands import run_here
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import OBSERVATIONS, TABLES


@dataclass
class Counted:
    """A ledger that logs were counted into."""

    root: Path
    said: str = ""

    def rows(self, table: str, name: str = "logs") -> list[dict]:
        """The rows of a stored table, of one log."""
        ledger, engine = Ledger(self.root), DuckDBEngine()
        ledger.read(engine, TABLES[table], [m for m in ledger.manifests() if m.channel == f"log:{name}"])
        return engine.rows(f"select * from {table} order by all")

    def standing(self, name: str = "logs") -> dict[tuple[str, object, object], int]:
        """What the counters say: (repository, first day, day after the last) -> downloads."""
        ledger, engine = Ledger(self.root), DuckDBEngine()
        manifests = [m for m in ledger.manifests() if m.channel == f"log:{name}"]
        ledger.read(engine, OBSERVATIONS, manifests)
        order = {m.id: i for i, m in enumerate(manifests)}
        latest: dict[tuple, tuple[int, int | None]] = {}
        for row in engine.rows("select * from observations"):
            key = row["repository"], row["period_start"], row["observed_on"]
            if key not in latest or latest[key][0] < order[row["batch_id"]]:
                latest[key] = order[row["batch_id"]], row["value"]
        return {k: v for k, (_, v) in latest.items() if v is not None}

    def downloads(self, name: str = "logs") -> dict[tuple[str, object], int]:
        """Downloads by repository and day, days without left out."""
        return {(k, day): v for (k, day, _), v in self.standing(name).items() if v}

    @property
    def total(self) -> int:
        return sum(self.downloads().values())

    def measure(self, *names: str, **request) -> list:
        return list(modelcensus.open(self.root).measure(*names, **request).rows)


class Killed(BaseException):
    """As a kill: nothing catches it."""


@pytest.fixture
def ended_after(monkeypatch):
    """Run something that ends before the commit that follows so many."""

    def run(commits: int, what: Callable[[], object]) -> None:
        commit, left = Ledger.commit, [commits]

        def dies(self, batch, committed_at=None):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return commit(self, batch, committed_at)

        with monkeypatch.context() as patch:
            patch.setattr(Ledger, "commit", dies)
            with pytest.raises(Killed):
                what()

    return run


@pytest.fixture
def counted():
    """A ledger that another process counted into."""
    return Counted


@pytest.fixture
def count(tmp_path):
    """Run `modelcensus count` in this process, on one ledger per test unless another is named."""

    def count(*paths: Path, options: Sequence[str] = (), ledger: str = "ledger", status: int = 0) -> Counted:
        root = tmp_path / ledger
        ended, told = run_here("count", *paths, *options, "--ledger", root)
        assert ended == status, told
        return Counted(root, told)

    return count
