"""The folder of cached answers: whole or nothing, and never more than its limits."""

import os

import pytest

from modelcensus.ledger import Cache
from modelcensus.ledger import cache as cache_room


def test_what_is_kept_is_found_and_nothing_else(tmp_path):
    cache = Cache(tmp_path / "cache")
    assert cache.find("a") is None
    cache.keep("a", {"n": 0.1 + 0.2, "t": "模型\n"})
    assert cache.find("a") == {"n": 0.1 + 0.2, "t": "模型\n"}
    assert cache.find("b") is None


@pytest.mark.parametrize("damage", [b"", b"not gzip", b"\x1f\x8b\x08\x00"])
def test_a_damaged_answer_is_none_and_can_be_kept_again(tmp_path, damage):
    cache = Cache(tmp_path)
    cache.keep("a", {"n": 1})
    whole = (tmp_path / "a.json.gz").read_bytes()
    for content in (damage, whole[:-6]):
        (tmp_path / "a.json.gz").write_bytes(content)
        assert cache.find("a") is None
    cache.keep("a", {"n": 2})
    assert cache.find("a") == {"n": 2}


def test_the_oldest_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_room, "MOST_ANSWERS", 3)
    monkeypatch.setattr(cache_room, "LOOKED_AFTER", 1)
    cache = Cache(tmp_path)
    for i in range(5):
        cache.keep(f"k{i}", {"n": i})
        os.utime(tmp_path / f"k{i}.json.gz", (i + 1, i + 1))
    cache.keep("k5", {"n": 5})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["k3.json.gz", "k4.json.gz", "k5.json.gz"]


def test_bytes_are_bounded_and_an_answer_that_is_too_large_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_room, "MOST_BYTES", 8_000)
    monkeypatch.setattr(cache_room, "LOOKED_AFTER", 1)
    cache = Cache(tmp_path)
    for i in range(40):
        cache.keep(f"k{i}", {"n": os.urandom(300).hex()})
        assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 8_000
    assert len(list(tmp_path.iterdir())) > 5
    cache.keep("large", {"n": os.urandom(2_000).hex()})
    assert cache.find("large") is None


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    cache = Cache(tmp_path)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="space"):
        cache.keep("a", {"n": 1})
    assert list(tmp_path.iterdir()) == []
