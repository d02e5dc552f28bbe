"""A damaged, foreign or unwritable store: one clear error that names the file."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledgers import batch_of, ledger_of, observation
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import OBSERVATIONS, LedgerError


@pytest.fixture
def ledger(tmp_path):
    batches = [batch_of(f"s{n}", "hub", observations=[observation("a/x", "all_time", n, n)]) for n in range(2)]
    return ledger_of(tmp_path / "ledger", *batches)


def clear(error, *words: str) -> None:
    text = str(error.value)
    assert "\n" not in text and error.value.remedy and all(w in text for w in words), text


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"null", b"{}", b'{"format": "x"}', b'{"format": null}', b"\xff\xfe", b'{"format": 1, "id": "b1"}']
)  # fmt: skip
def test_damaged_manifest(ledger, damage):
    path = ledger.manifests_folder / "bdamaged.json"
    path.write_bytes(damage)
    with pytest.raises(LedgerError) as error:
        ledger.manifests()
    clear(error, str(path), "damaged manifest", "restore it")


def test_shortened_manifest(ledger):
    path = next(ledger.manifests_folder.glob("*.json"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LedgerError) as error:
        ledger.manifests()
    clear(error, str(path))


def test_newer_format_is_refused_with_what_to_do(ledger):
    path = next(ledger.manifests_folder.glob("*.json"))
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2, "new_field": 1}))
    with pytest.raises(LedgerError) as error:
        ledger.manifests()
    clear(error, str(path), "format 2 is newer than 1", "upgrade modelcensus")


@pytest.mark.parametrize("damage", ["missing", "shortened", "longer", "changed"])
def test_damaged_rows_are_found_by_reader_or_doctor(ledger, damage):
    file = ledger.manifests()[0].files[0]
    path = ledger.root / file.path
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        half = len(content) // 2
        flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
        path.write_bytes({"shortened": content[:-9], "longer": content + b"x", "changed": flipped}[damage])
    assert [(m.id, f.path) for m, f, _ in ledger.broken_files()] == [(ledger.manifests()[0].id, file.path)]
    if damage != "changed":
        with pytest.raises(LedgerError) as error:
            ledger.read(DuckDBEngine(), OBSERVATIONS, ledger.manifests())
        clear(error, str(path), "missing or has another size", "doctor")
    engine = DuckDBEngine()
    others = ledger.read(engine, OBSERVATIONS, ledger.manifests()[1:])
    assert engine.fetch(others).num_rows == 1, "the other batch is untouched"


def test_strays_are_ignored(ledger):
    before = ledger.manifests()
    (ledger.manifests_folder / ".writing-abc").write_bytes(b"{ half")
    (ledger.manifests_folder / "notes.txt").write_text("mine")
    folder = ledger.root / "observations" / "observed_on=2026-01-01"
    (folder / ".writing-def").write_bytes(b"half")
    (folder / "bstray.parquet").write_bytes(b"not committed")
    assert ledger.manifests() == before and not ledger.broken_files()
    engine = DuckDBEngine()
    assert engine.fetch(ledger.read(engine, OBSERVATIONS, before)).num_rows == 2


def test_damaged_record(ledger):
    ledger.record({"id": "p1"})
    for damage in ("{", "5", ""):
        (ledger.root / "provenance" / "p1.json").write_text(damage)
        with pytest.raises(LedgerError) as error:
            ledger.provenance("p1")
        clear(error, "p1.json", "compute the number again")


def test_place_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError) as error:
        ledger_of(tmp_path / "file", batch_of("s", "hub", observations=[observation("a/x", "all_time", 1, 0)]))
    clear(error, str(tmp_path / "file"), "nothing was committed")


@pytest.mark.parametrize("call", ["fsync", "link", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_failing_disk_leaves_the_store_as_it_was(ledger, monkeypatch, call, code):
    before = {p: p.read_bytes() for p in ledger.root.rglob("*.json")}

    def fail(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    if call == "link":  # a file system without hard links: renamed instead
        manifest, new = ledger.commit(batch_of("s9", "hub", observations=[observation("a/x", "all_time", 9, 9)]))
        assert new and manifest in ledger.manifests()
        return
    with pytest.raises(LedgerError) as error:
        ledger.commit(batch_of("s9", "hub", observations=[observation("a/x", "all_time", 9, 9)]))
    clear(error, str(ledger.root), os.strerror(code), "nothing was committed")
    assert {p: p.read_bytes() for p in ledger.root.rglob("*.json")} == before
    assert not list(ledger.root.rglob(".writing-*"))


READ_ONLY = """
import os, sys
from pathlib import Path
import ledgers
from modelcensus.vocabulary import LedgerError
batch = ledgers.batch_of("s", "hub", observations=[ledgers.observation("a/x", "all_time", 1, 0)])
ledger = ledgers.Ledger(Path(sys.argv[1]))
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
print(len(ledger.manifests()))
try:
    ledger.commit(batch)
except LedgerError as error:
    print(error)
"""


def test_read_only_folder_can_be_read_and_is_not_written(ledger):
    """Really read-only: as root in the name of a user without rights."""
    inside = [ledger.root, *(p for p in ledger.root.rglob("*") if p.is_dir())]
    for folder in inside:
        folder.chmod(0o555)
    above = [p for p in ledger.root.parents if p.stat().st_uid == os.getuid() and not p.stat().st_mode & 0o001]
    modes = {p: p.stat().st_mode for p in above}
    for folder in above:
        folder.chmod(modes[folder] | 0o111)
    try:
        path = os.pathsep.join(p for p in sys.path if p.endswith("tests"))
        run = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(ledger.root)],
            capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}, cwd=Path("/"),
        )  # fmt: skip
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
        for folder in inside:
            folder.chmod(0o755)
    count, message = run.stdout.splitlines()
    assert count == "2", run.stderr
    assert "cannot be written (Permission denied)" in message and "nothing was committed" in message
    assert len(Ledger(ledger.root).manifests()) == 2
