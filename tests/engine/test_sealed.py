"""Derived folders tell damage: at the next opening where a program did it, once a day and after a start where nobody did."""

import json
import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelcensus.engine import damage, kept_folder, seal, sealed, sealed_folders, sound

CONTENT = {"a.npy": bytes(range(256)) * 40, "deep/b.parquet": b"PAR1" + b"x" * 999, "empty": b""}


def make(folder):
    for name, content in CONTENT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@pytest.fixture
def folder(tmp_path):
    return kept_folder(tmp_path / "kept", "key", make)


def as_before(path, change):
    """Change a file's content as a rotting disk does: none of its times move."""
    status = path.stat()
    change(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def flip(path, place=500):
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 4
    path.write_bytes(content)


@given(st.integers(0, 10_239), st.integers(0, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_no_flipped_bit_stays_unseen(folder, place, bit):
    path = folder / "a.npy"
    content = bytearray(CONTENT["a.npy"])
    content[place] ^= 1 << bit
    path.write_bytes(content)
    assert not sound(folder) and damage(folder) == ["a.npy: not what was written"]
    path.write_bytes(CONTENT["a.npy"])
    assert sound(folder) and not damage(folder)


@pytest.mark.parametrize(
    "harm", [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:-1]), lambda p: p.write_bytes(b""), flip]
)
@pytest.mark.parametrize("name", ["a.npy", "deep/b.parquet", sealed.RECORD])
def test_a_damaged_folder_is_made_anew_with_the_same_content(folder, harm, name):
    harm(folder / name)
    assert not sound(folder) and damage(folder)
    again = kept_folder(folder.parent, "key", make)
    assert again == folder and sound(folder)
    assert {n: (folder / n).read_bytes() for n in CONTENT} == CONTENT


def test_what_rots_without_a_trace_is_found_within_a_day_and_after_a_start(folder, tmp_path, monkeypatch):
    told = sealed._seen(folder, {"a.npy": [len(CONTENT["a.npy"]), 0]})
    as_before(folder / "a.npy", flip)
    assert told != sealed._seen(folder, {"a.npy": [len(CONTENT["a.npy"]), 0]}), (
        "a program leaves the time of the change"
    )
    monkeypatch.setattr(sealed, "_seen", lambda *_: "as before")
    looked = {"at": time.time(), "seen": "as before"}
    (folder / sealed.LOOKED_AT).write_text(json.dumps(looked))
    assert sound(folder), "times and sizes alone cannot tell"
    (folder / sealed.LOOKED_AT).write_text(json.dumps(looked | {"at": time.time() - sealed.EVERY - 1}))
    assert not sound(folder)
    monkeypatch.undo()
    boot = tmp_path / "boot"
    boot.write_text("another start")
    monkeypatch.setattr(sealed, "BOOT", boot)
    assert not sound(folder)


def test_files_are_not_read_again_where_nothing_moved(folder, monkeypatch):
    monkeypatch.setattr(sealed, "_checksum", lambda path: pytest.fail("read again"))
    assert sound(folder)


def test_folders_of_writers_that_were_killed_are_no_sealed_ones(tmp_path):
    for name in ("whole", ".writing-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_bytes(b"1")
        seal(tmp_path / name)
    assert [f.name for f in sealed_folders(tmp_path)] == ["whole"]
