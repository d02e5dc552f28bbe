"""Derived folders are made once, whoever asks for them at the same time."""

import threading
import time

import pytest

from modelcensus.engine import kept_folder, sound


def test_who_comes_while_another_writes_takes_what_it_wrote(tmp_path):
    began, made, found = threading.Barrier(3), [], []

    def write(folder):
        made.append(folder)
        time.sleep(0.2)
        (folder / "a").write_text(str(len(made)))

    def ask():
        began.wait(10)
        found.append(kept_folder(tmp_path / "kept", "key", write))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 1 and found == [tmp_path / "kept" / "key"] * 3
    assert sound(found[0]) and (found[0] / "a").read_text() == "1"


def test_who_fails_leaves_nothing_and_lets_the_next_one_write(tmp_path):
    (tmp_path / "kept" / ".writing-killed").mkdir(parents=True)
    (tmp_path / "kept" / "older").mkdir()

    def fail(folder):
        (folder / "half").write_text("x")
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        kept_folder(tmp_path / "kept", "key", fail)
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["older"]
    assert kept_folder(tmp_path / "kept", "key", lambda f: (f / "a").write_text("1")).name == "key"
    assert [p.name for p in (tmp_path / "kept").iterdir()] == ["key"]
