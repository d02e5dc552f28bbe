"""Broken batches are found and set aside; nothing is deleted, nothing sound is touched, and what is committed again is
what it was."""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from faults.world import values
from ledgers import COMMITTED, batch_of, observation
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger, all_aside, broken_batches, set_aside
from modelcensus.vocabulary import OBSERVATIONS, Batch, InputFile, LedgerError


def snapshot(number: int, complete: bool = True) -> Batch:
    """The reading of day `number`: most repositories stand still, so that complete ones are stored sparsely."""
    rows = [observation(f"a/m{i}", "all_time", 100 + (number if i % 7 == 0 else 0), number) for i in range(40)]
    made = batch_of("series", "hub", observations=rows)
    changed = {"complete": complete, "inputs": (InputFile(f"day{number}.csv", 1, f"{number:064x}"),)}
    return Batch(**{**vars(made), **changed})


@pytest.fixture(params=[True, False], ids=["sparse", "whole"])
def days(request) -> list[Batch]:
    return [snapshot(n, request.param) for n in range(4)]


@pytest.fixture
def ledger(tmp_path, days) -> Ledger:
    made = Ledger(tmp_path / "ledger")
    for n, batch in enumerate(days):
        made.commit(batch, committed_at=COMMITTED + timedelta(days=n))
    return made


def content(root: Path) -> dict[str, bytes]:
    """Every file of the batches."""
    files = (p for p in sorted(root.rglob("*")) if p.is_file() and "aside" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in files}


def everything(root: Path) -> list[bytes]:
    return sorted(p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != "note.json")


def said(ledger: Ledger) -> list[tuple]:
    engine = DuckDBEngine()
    rows = engine.fetch(ledger.read(engine, OBSERVATIONS, ledger.manifests())).to_pylist()
    return sorted((r["batch_id"], r["repository"], str(r["observed_on"]), r["value"] or -1) for r in rows)


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def damaged(ledger: Ledger, kind: str, place: int) -> str:
    """Damage one batch; gives its id."""
    manifest = ledger.manifests()[place]
    file = ledger.root / next(f.path for f in manifest.files if f.table == "observations")
    told = ledger.manifests_folder / f"{manifest.id}.json"
    if kind == "flipped":
        flip(file)
    elif kind == "missing":
        file.unlink()
    elif kind == "half copied":
        file.write_bytes(file.read_bytes()[:100])
    elif kind == "empty":
        file.write_bytes(b"")
    elif kind == "cut manifest":
        told.write_bytes(told.read_bytes()[: told.stat().st_size * 2 // 3])
    elif kind == "no manifest":
        told.write_bytes(b"\xff\x00")
    return manifest.id


KINDS = ("flipped", "missing", "half copied", "empty", "cut manifest", "no manifest")


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_set_aside_and_committed_again_the_ledger_is_what_it_was(ledger, days, kind, place):
    before, rows = content(ledger.root), said(ledger)
    batch = damaged(ledger, kind, place)
    all_bytes = everything(ledger.root)
    assert [b.batch for b in broken_batches(ledger.root)] == [batch]
    (moved,) = set_aside(ledger.root)
    assert everything(ledger.root) == all_bytes, "moved, not deleted"
    assert broken_batches(ledger.root) == [] and set_aside(ledger.root) == []
    assert said(ledger) == [r for r in rows if r[0] != batch], "the others are untouched"
    assert [(a.note.batch, a.back) for a in all_aside(ledger.root)] == [(batch, False)]
    if kind != "no manifest":
        day = f"2026-01-0{place + 1}"
        assert (moved.note.source, moved.note.name, moved.note.first_day, moved.note.last_day) == (
            "tables", "series", day, day,
        )  # fmt: skip
    assert ledger.commit(days[place])[1]
    assert [(a.note.batch, a.back) for a in all_aside(ledger.root)] == [(batch, True)]
    if kind == "no manifest":  # nothing says any more when it had been committed
        assert {k: v for k, v in content(ledger.root).items() if k in before and "observations" in k}.keys() == {
            k for k in before if "observations" in k
        }
        return
    assert content(ledger.root) == before, "byte for byte"


def test_several_broken_ones_are_all_set_aside_and_come_back_in_any_order(ledger, days):
    before = content(ledger.root)
    rows = {r[1:3] for r in said(ledger)}
    for place, kind in ((0, "flipped"), (1, "missing"), (2, "empty")):
        damaged(ledger, kind, place)
    assert len(set_aside(ledger.root)) == 3
    for batch in reversed(days):
        ledger.commit(batch)
    assert not ledger.broken_files() and [m.first_day for m in ledger.manifests()] == [
        f"2026-01-0{n + 1}" for n in range(len(days))
    ]
    assert rows <= {r[1:3] for r in said(ledger)}, "what stood still may be stored once more, and nothing is lost"
    assert {m for m in content(ledger.root) if m.startswith("manifests/")} == {
        m for m in before if m.startswith("manifests/")
    }


def test_moving_it_back_undoes_it(ledger):
    before = content(ledger.root)
    path = ledger.root / ledger.manifests()[0].files[0].path
    sound = path.read_bytes()
    flip(path)
    (moved,) = set_aside(ledger.root)
    folder = ledger.root / moved.folder
    (folder / path.relative_to(ledger.root)).write_bytes(sound)
    shutil.copytree(folder, ledger.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("note.json"))
    assert content(ledger.root) == before and all_aside(ledger.root)[0].back


def test_the_same_batch_broken_twice_keeps_both(ledger, days):
    for _ in range(2):
        damaged(ledger, "flipped", 1)
        set_aside(ledger.root)
        ledger.commit(days[1])
    folders = [a.folder for a in all_aside(ledger.root)]
    assert len(folders) == 2 and folders[1] == f"{folders[0]}.2"


def test_a_half_synced_copy(ledger, tmp_path, days):
    """Manifests came first, and half of the data with them: what is whole stays, the next sync brings the rest."""
    copy = Ledger(tmp_path / "copy")
    shutil.copytree(ledger.root, copy.root)
    whole = {m.id for m in ledger.manifests()[:2]}
    for manifest in ledger.manifests()[2:]:
        for file in manifest.files:
            (copy.root / file.path).unlink()
    assert len(set_aside(copy.root)) == 2
    assert {m.id for m in copy.manifests()} == whole
    shutil.copytree(ledger.root, copy.root, dirs_exist_ok=True)
    assert said(copy) == said(ledger) and not broken_batches(copy.root)
    assert all(a.back for a in all_aside(copy.root))


def test_foreign_files(ledger):
    rows = said(ledger)
    manifest = ledger.manifests()[0]
    folder = ledger.manifests_folder
    (folder / f"{manifest.id} (copy).json").write_bytes((folder / f"{manifest.id}.json").read_bytes())
    (folder / "package.json").write_text('{"name": "mine", "version": "1"}')
    (folder / "notes.txt").write_text("mine")
    (ledger.root / "observations" / "photo.parquet").write_bytes(b"mine")
    outside = json.loads((folder / f"{manifest.id}.json").read_text()) | {"id": "bout"}
    outside["files"][0]["path"] = "../outside.parquet"
    (folder / "bout.json").write_text(json.dumps(outside))
    (ledger.root.parent / "outside.parquet").write_bytes(b"not the ledger's")
    with pytest.raises(LedgerError):
        ledger.manifests()
    moved = {a.folder for a in set_aside(ledger.root)}
    assert moved == {f"aside/{manifest.id} (copy)", "aside/package", "aside/bout"}
    assert said(ledger) == rows and (folder / "notes.txt").exists()
    assert (ledger.root / "observations" / "photo.parquet").exists()
    assert (ledger.root.parent / "outside.parquet").exists()
    by_folder = {a.folder: a for a in all_aside(ledger.root)}
    assert by_folder[f"aside/{manifest.id} (copy)"].back, "nothing is lost with a copy"


def test_a_newer_format_is_not_judged(ledger):
    path = next(ledger.manifests_folder.glob("*.json"))
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    before = content(ledger.root)
    with pytest.raises(LedgerError, match="upgrade modelcensus"):
        set_aside(ledger.root)
    assert content(ledger.root) == before


def test_what_others_stand_on_is_named_when_it_is_missed(tmp_path):
    ledger = Ledger(tmp_path)
    for n in range(3):
        ledger.commit(snapshot(n), committed_at=datetime(2026, 1, n + 1, tzinfo=UTC))
    damaged(ledger, "missing", 0)
    set_aside(ledger.root)
    assert ledger.commit(snapshot(5))[1], "the next day can be committed all the same"
    assert not ledger.broken_files()


READ_ONLY = """
import os, sys
from pathlib import Path
from modelcensus.ledger import set_aside
from modelcensus.vocabulary import LedgerError
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    set_aside(Path(sys.argv[1]))
except LedgerError as error:
    print(error)
"""


def test_a_read_only_ledger_is_one_clear_error_and_stays_as_it_is(ledger):
    damaged(ledger, "flipped", 0)
    with tempfile.TemporaryDirectory() as place:  # not under pytest's folder, which is for its owner alone
        root = Path(place) / "ledger"
        shutil.copytree(ledger.root, root)
        Path(place).chmod(0o755)
        before = content(root)
        folders = [root, *(p for p in root.rglob("*") if p.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        run = subprocess.run([sys.executable, "-c", READ_ONLY, str(root)], capture_output=True, text=True, cwd="/")
        for folder in folders:
            folder.chmod(0o755)
        after = content(root)
    assert run.returncode == 0, run.stderr
    (line,) = run.stdout.splitlines()
    assert "cannot be set aside (Permission denied)" in line and str(root) in line, run.stderr
    assert after == before and not any(p.name == "aside" for p in folders)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_batches_that_never_arrived_are_imported_again_though_others_stand_on_them(tmp_path, order):
    """Found by tests/faults: a half-synced copy could not be completed by importing."""
    whole, copy = Ledger(tmp_path / "whole"), Ledger(tmp_path / "copy")
    for n in range(6):
        whole.commit(snapshot(n), committed_at=COMMITTED + timedelta(days=n))
    shutil.copytree(whole.root, copy.root)
    for manifest in whole.manifests()[1:4]:
        (copy.manifests_folder / f"{manifest.id}.json").unlink()
    for n in order:
        assert copy.commit(snapshot(n))[1]
    assert {m.id for m in copy.manifests()} == {m.id for m in whole.manifests()} and not broken_batches(copy.root)


def added(number: int) -> Batch:
    """What another reading of day `number` found, of repositories that the first did not."""
    rows = [observation(f"b/late{i}", "all_time", 5, number) for i in range(5)]
    made = batch_of("series", "hub", observations=rows)
    return Batch(**{**vars(made), "inputs": (InputFile("late.csv", 1, f"{99:064x}"),)})


def listing_all(number: int) -> Batch:
    """A later snapshot that has the repositories of `added` too."""
    rows = [observation(f"a/m{i}", "all_time", 100, number) for i in range(40)]
    rows += [observation(f"b/late{i}", "all_time", 5, number) for i in range(5)]
    made = batch_of("series", "hub", observations=rows)
    changed = {"complete": True, "inputs": (InputFile("all.csv", 1, f"{98:064x}"),)}
    return Batch(**{**vars(made), **changed})


@pytest.mark.parametrize("next_day", [snapshot(3), listing_all(3)], ids=["without them", "with them"])
@pytest.mark.parametrize("there", [True, False], ids=["before", "meanwhile"])
def test_snapshots_say_what_they_said_whether_they_came_before_an_addition_was_lost_or_meanwhile(
    tmp_path, next_day, there
):
    """What is imported meanwhile stands on no day of which something was lost: that may come back, to its old place."""
    begun = datetime.now(UTC) - timedelta(days=9)
    whole, broken = Ledger(tmp_path / "whole"), Ledger(tmp_path / "broken")
    for ledger in (whole, broken):
        for n, batch in enumerate([*(snapshot(n) for n in range(3)), added(2)]):
            ledger.commit(batch, committed_at=begun + timedelta(days=n))
    whole.commit(next_day)
    if there:
        broken.commit(next_day)
    late = damaged(broken, "flipped", 3)
    set_aside(broken.root)
    if not there:
        broken.commit(next_day)
    broken.commit(snapshot(4))
    whole.commit(snapshot(4))
    assert broken.commit(added(2))[1]
    (back,) = (m for m in broken.manifests() if m.id == late)
    assert back.committed_at == begun + timedelta(days=3)
    assert values(broken) == values(whole)


@pytest.mark.parametrize(
    "order", [[*map(snapshot, range(4)), added(2)], [*map(snapshot, range(3)), added(2), listing_all(3)]],
    ids=["restated", "known to the next"],
)  # fmt: skip
def test_an_addition_comes_back_though_what_it_was_added_to_came_back_later(tmp_path, order):
    """Found by tests/faults: at its old place nothing of what it was added to was there yet, and it was refused. As a new one it
    restates the snapshot that came before it, and not the one that knew it."""
    begun = datetime.now(UTC) - timedelta(days=9)
    whole, broken = Ledger(tmp_path / "whole"), Ledger(tmp_path / "broken")
    for ledger in (whole, broken):
        for n, batch in enumerate(order):
            ledger.commit(batch, committed_at=begun + timedelta(days=n))
    late = damaged(broken, "flipped", order.index(next(b for b in order if b.inputs[0].name == "late.csv")))
    damaged(broken, "no manifest", 1)
    set_aside(broken.root)
    for batch in order:
        broken.commit(batch)
    assert values(broken) == values(whole)
    assert broken.manifests()[-1].id == late, "as a new one"
