"""The frame of the benchmarks: what is not compared, or does not agree, ends the run; what is not installed is named."""

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def frame(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.delitem(sys.modules, "bench", raising=False)
    return importlib.import_module("bench.frame")


def run(frame, monkeypatch, sides, same=("total",), repeats=2):
    """Measure an entry whose sides say what is given, at three sizes; what costs a side is its size times its cost."""

    @contextmanager
    def make(size: int, folder: Path):
        yield {"input": str(size)}

    def apart(module, side, size):
        said = dict(sides[side])
        return {"cpu": said.pop("cost") * int(size), "seconds": 1.0, "peak": 0.1, **said}

    monkeypatch.setattr(frame, "apart", apart)
    ours, *others = (frame.Side(name, name, needs=told.pop("needs", "")) for name, told in sides.items())
    entry = frame.Entry("e", "what", "rows", make, "m", ours, tuple(others), (1,), (1,), same, "the totals")
    return frame.measure(entry, (10, 100, 1000), repeats, lambda text: None)


def test_ratio_and_growth_are_those_of_the_sides(frame, monkeypatch):
    found = run(frame, monkeypatch, {"ours": {"cost": 3, "total": 5}, "hand": {"cost": 2, "total": 5}})
    assert found.largest == 1000
    assert found.ratios("hand") == [1.5, 1.5]
    assert found.slope("ours") == pytest.approx(1.0)


def test_sides_that_disagree_end_the_run(frame, monkeypatch):
    with pytest.raises(SystemExit, match="hand says total = 6, ours says 5"):
        run(frame, monkeypatch, {"ours": {"cost": 3, "total": 5}, "hand": {"cost": 2, "total": 6}})


def test_a_side_may_tell_something_else_but_nothing_may_stand_alone(frame, monkeypatch):
    told = {"ours": {"cost": 3}, "a": {"cost": 2, "total": 6}, "b": {"cost": 2, "total": 6}}
    assert run(frame, monkeypatch, told).left_out == []
    with pytest.raises(SystemExit, match="told by one side alone"):
        run(frame, monkeypatch, {"ours": {"cost": 3}, "a": {"cost": 2, "total": 6}})


def test_what_is_not_installed_is_left_out_and_named(frame, monkeypatch):
    told = {
        "ours": {"cost": 3, "total": 5},
        "a": {"cost": 2, "total": 5},
        "gone": {"cost": 1, "needs": "no-such-program"},
    }
    found = run(frame, monkeypatch, told)
    assert found.left_out == ["gone"]
    assert set(found.runs[10]) == {"ours", "a"}


def test_names_at_the_ends_of_lines_do_not_cover_each_other(frame):
    page = importlib.import_module("bench.page")
    stands = page.apart_from_each_other({s: {"seconds": t} for s, t in (("a", 1.0), ("b", 1.01), ("c", 8.0))}, 1.5)
    assert stands == {"a": 1.0, "b": 1.5, "c": 8.0}


def test_a_picture_of_one_size_is_drawn(frame, monkeypatch):
    page = importlib.import_module("bench.page")
    sides = {"ours": {"cost": 3, "total": 5}, "hand": {"cost": 2, "total": 5}}
    found = run(frame, monkeypatch, sides)
    found.runs = {1000: found.runs[1000]}
    layers = page._growth([found]).to_dict()["concat"][0]["layer"]
    assert [r["side"] for r in layers[1]["data"]["values"]] == ["hand", "ours"]
