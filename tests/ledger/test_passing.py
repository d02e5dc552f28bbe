"""Records of an app's answers: found by every process, within their bounds, and kept for good when somebody relies on one."""

import subprocess
import sys
import threading

import pytest

from modelcensus.ledger import Ledger
from modelcensus.ledger.passing import PassingRecords


def record(number: int, rows: int = 3) -> dict[str, object]:
    return {"id": f"p{number:012x}", "rows": [{"value": number, "row": i} for i in range(rows)], "measure": "share"}


def test_what_waits_and_what_is_written_is_found_by_all(tmp_path):
    own = PassingRecords(tmp_path / "passing")
    for n in range(250):
        own.keep(record(n))
    assert len(list((tmp_path / "passing").glob("*.records"))) == 2  # a hundred each; fifty wait
    assert all(own.find(f"p{n:012x}") == record(n) and own.has(f"p{n:012x}") for n in range(250))
    assert own.find("pffffffffffff") is None and not own.has("pffffffffffff")
    asked = f"""
from pathlib import Path
from modelcensus.ledger.passing import PassingRecords
found = PassingRecords(Path({str(tmp_path / "passing")!r})).find("p{249:012x}", patient=True)
print(found["rows"][0]["value"])
"""
    other = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, timeout=60, check=True)
    assert other.stdout.strip() == "249"  # written while the other waited, by nobody's call


def test_the_same_record_is_kept_once(tmp_path):
    own = PassingRecords(tmp_path)
    for _ in range(3):
        own.keep(record(1))
        own.write()
    assert len(list(tmp_path.glob("*.records"))) == 1


def test_the_oldest_give_way(tmp_path, monkeypatch):
    monkeypatch.setattr("modelcensus.ledger.passing.MOST_BYTES", 20_000)
    monkeypatch.setattr("modelcensus.ledger.passing.LOOKED_AFTER", 1)
    own = PassingRecords(tmp_path)
    for n in range(3_000):
        own.keep(record(n))
    own.write()
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 20_000
    assert (
        own.find(f"p{0:012x}") is None and not own.has(f"p{0:012x}") and own.find(f"p{2_999:012x}") == record(2_999)
    )
    assert len(own._found) < 3_000


def test_the_number_of_files_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("modelcensus.ledger.passing.MOST_FILES", 5)
    monkeypatch.setattr("modelcensus.ledger.passing.LOOKED_AFTER", 1)
    own = PassingRecords(tmp_path)
    for n in range(12):
        own.keep(record(n))
        own.write()
    assert len(list(tmp_path.glob("*.records"))) == 5


@pytest.mark.parametrize("content", [b"", b"[", b'["p000000000001"]\nxx', b"\x00" * 50])
def test_a_damaged_file_is_no_record(tmp_path, content):
    own = PassingRecords(tmp_path)
    own.keep(record(1))
    own.write()
    (path,) = tmp_path.glob("*.records")
    path.write_bytes(content)
    assert PassingRecords(tmp_path).find(f"p{1:012x}") is None


def test_a_record_that_is_kept_for_good_outlives_the_others(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path)
    ledger.record_passing(record(7))
    assert ledger.has_record(f"p{7:012x}") and ledger.keep_record(f"p{7:012x}")
    assert (tmp_path / "provenance" / f"p{7:012x}.json").exists()
    assert not ledger.keep_record("pffffffffffff")
    ledger.passing.write()
    for path in ledger.passing.folder.glob("*.records"):
        path.unlink()
    assert ledger.provenance(f"p{7:012x}") == record(7)


def test_many_threads_lose_none(tmp_path):
    own = PassingRecords(tmp_path)
    threads = [
        threading.Thread(target=lambda k=k: [own.keep(record(1_000 * k + n)) for n in range(300)]) for k in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own.write()
    again = PassingRecords(tmp_path)
    assert all(again.find(f"p{1_000 * k + n:012x}") for k in range(4) for n in range(0, 300, 37))
