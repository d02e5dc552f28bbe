"""Memory that is used again: nothing that was read of a log points to it any more when it is given back."""

import random
from pathlib import Path

import pyarrow as pa
import pytest
from logs import Request, combined, write

from modelcensus.counting import Policies, Salts, find_format, rooms
from modelcensus.counting.known import Known
from modelcensus.counting.parts import KnownParts
from modelcensus.counting.reading import FileRead, OneByOne
from modelcensus.counting.rooms import Rooms
from modelcensus.engine import Tables


def made_logs(folder: Path) -> list[Path]:
    """Two logs of several pieces, of which the second has lines of the first; some lines are odd, and one is very long."""
    draw = random.Random(7)
    targets = [f"/acme/model-{n}/resolve/main/{f}" for n in range(400) for f in ("config.json", "a/é.bin", "%C3%28")]
    agents = [f"curl/7.{n}.0" for n in range(50)] + ['a "quoted" one', "é/1", "session_id/" + "0123456789abcdef" * 2]
    lines = [
        combined(Request(draw.choice(targets), "GET", 200, draw.choice(agents), f"192.0.2.{n % 250}", n, 0, n))
        for n in range(24_000)
    ]
    lines[12_000] = "x" * 3_000_000
    first, second = lines[:15_000], lines[9_000:]
    return [write(folder / "one.log", first), write(folder / "two.log", second)]


def read(paths: list[Path], folder: Path) -> list[tuple[tuple[FileRead, ...], dict[str, pa.Table]]]:
    """What one machine reads of logs."""
    form = find_format("nginx-combined")
    reader = OneByOne(Tables(), Policies.parse(()), Salts(folder / "salts"), lambda _: None)
    found = reader.batches([(p, form) for p in paths], Known([], KnownParts()))
    return [(batch.files, batch.tables()) for batch in found]


@pytest.mark.parametrize("quick", [True, False])
def test_what_was_read_stays_when_its_memory_is_used_again(tmp_path, monkeypatch, quick):
    if quick:
        pytest.importorskip("numba", reason="the extra `logs` is not installed")
    monkeypatch.setattr("modelcensus.counting.reading.worth_compiling", lambda _: quick)
    for name, value in (("lines.PIECE", 256 * 1024), ("reading.AHEAD", 1)):
        monkeypatch.setattr(f"modelcensus.counting.{name}", value)
    paths, given = made_logs(tmp_path), []

    def spoiled(self: Rooms, room) -> None:
        room[: self.size] = b"\xff" * self.size
        given.append(room)
        self._free.append(room)

    monkeypatch.setattr(rooms.Rooms, "give", spoiled)
    found = read(paths, tmp_path)
    assert len(given) > 2 * len({id(room) for room in given}), "the same memory is used again"
    monkeypatch.setattr(rooms.Rooms, "give", lambda *_: None)
    kept = read(paths, tmp_path)
    for (files, tables), (files_kept, tables_kept) in zip(found, kept, strict=True):
        assert files == files_kept
        assert all(rows.equals(tables_kept[name]) for name, rows in tables.items())
    assert sum(f.known for files, _ in found for f in files) > 5_000
