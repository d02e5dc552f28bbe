"""Answers chosen from sums that stay in memory, against the same requests computed one by one: nothing differs."""

from contextlib import contextmanager
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers import ledger_of, opened, small_batch, steady_batch
from modelcensus.flows import counters
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, formulas, from_sums, standing
from modelcensus.measures import census as census_module
from modelcensus.measures.finding import Found
from modelcensus.measures.from_sums import FromSums
from modelcensus.vocabulary import Request, RequestError

MEASURES = ("share", "downloads", "rank", "mix", "ratio", "cumulative")
SOME = pytest.mark.parametrize("part", [7, pytest.param(1, marks=pytest.mark.slow)], ids=["some", "more"])


class Told(FromSums):
    """Counts what is answered from sums."""

    def __init__(self, census: Census) -> None:
        super().__init__(census)
        self.count = 0

    def told(self, request, measure):
        found = super().told(request, measure)
        self.count += found is not None
        return found


def same(kept: Census, plain: Census, requests: list[Request]) -> tuple[int, int]:
    """Compare, and say how many answers came from sums, and how many there were."""
    kept.from_sums, kept.bounded = (told := Told(kept)), True
    fine = 0
    for request in requests:
        try:
            truth = plain.answer(request)
        except RequestError as error:
            with pytest.raises(RequestError) as found:
                kept.answer(request)
            assert str(found.value) == str(error), request
            continue
        answer = kept.answer(request)
        assert [r.as_dict() for r in answer.rows] == [r.as_dict() for r in truth.rows], request
        assert answer.to_arrow().equals(truth.to_arrow()), request
        for name in ("notes", "whole_text", "provenance", "unit", "subject_text", "phrase", "places"):
            assert getattr(answer, name) == getattr(truth, name), (request, name)
        fine += 1
    return told.count, fine


def combined(every: int, subjects, scopes, dimensions, periods, readings, peers=("",)) -> list[Request]:
    """Combinations that a request can be written for: every `every`-th of them."""
    made = []
    for measure, of, within, by, period, reading, peer in product(
        MEASURES, subjects, scopes, dimensions, periods, readings, peers
    ):
        if (measure == "ratio" and not peer) or (peer and measure not in ("ratio", "share")):
            continue
        try:
            made.append(
                Request.build(measure, of, within, by, period, {**reading, **({"peers": peer} if peer else {})})
            )
        except RequestError:
            continue
    return made[::every]


@SOME
def test_a_published_series(sample, part):
    requests = combined(
        113 * part,
        [{}, {"organization": "Qwen"}, {"organization": ["google", "nobody-at-all"]}, {"region": "china"}, {"organization": "'@0@'"},
         {"region": "us", "kind": "company"}, {"family": "Qwen"}],
        ["", "hub", "text-vision", "makers", "listed", "mainline"],
        [(), "month", ("organization", "month"), ("region",), ("kind", "month"), ("organization", "week")],
        ["", "2026-02", "2025-07..2026-03", ["2025-01", "2025-03..2025-04"], "2031-01"],
        [{"channel": "reported:modelpulse"}, {"channel": "reported:modelpulse", "origin": "first_exact"}],
        ["", "organization:Qwen,google,'@0@'", "region:us,china", "next-eight", "ranks:1..3"],
    )  # fmt: skip
    counter = {"channel": "reported:modelpulse", "counter": "all_time"}  # refused, also where sums of the series stay
    requests.append(Request.build("share", {"organization": "Qwen"}, reading=counter))
    told, fine = same(Census(sample.ledger, cache=False), Census(sample.ledger, cache=False), requests)
    assert told > fine / 3 > 1


@SOME
def test_a_counter_as_it_was_read(sample, part):
    requests = combined(
        211 * part,
        [{}, {"family": "Qwen"}, {"organization": "google"}, {"family": ["Llama", "nothing"]}, {"variant": ["coder", "instruct"]},
         {"size_class": "<1", "region": "us"}, {"repository": "Qwen/Qwen3-8B"}, {"root_family": "Qwen"}],
        ["", "mainline", "where: params_b < 10"],
        ["day", ("organization", "day"), ("size_class", "license_class"), ("variant", "day"), ("age", "day"), ("repository", "day")],
        ["", "2026-05", ["2026-04", "2026-07..2026-08"]],
        [{"counter": "rolling_30d"}, {"counter": "rolling_30d", "repair": "none"}, {"counter": "rolling_30d", "panel": "fixed"}],
        ["", "Qwen,google", "family:Qwen,Llama"],
    )  # fmt: skip
    told, fine = same(Census(sample.ledger, cache=False), Census(sample.ledger, cache=False), requests)
    assert told > fine / 3 > 1


@pytest.fixture(scope="module")
def small():
    with contextmanager(opened)(small_batch()) as made:
        yield made


SUBJECTS = [{}, {"family": "Qwen"}, {"organization": ["meta-llama", "nobody"]}, {"variant": "coder"}, {"family": "Qwen", "size_class": "<1"},
            {"organization": "mistralai"}]  # fmt: skip
BY = [(), "month", ("family", "month"), ("organization",), ("variant", "month"), ("age", "month"), ("repository",)]
DAYS = "2026-01-20..2026-02-10"
PERIODS = ["", "2026-02", "2026-01..2026-03", ["2026-03", "2026-02..2026-03"], DAYS, "2031-01"]


@SOME
def test_flows_of_a_small_ledger(small, part):
    requests = combined(
        131, SUBJECTS, ["", "mainline"], BY, PERIODS, [{}, {"repair": "none"}, {"spikes": "cap"}], ["", "Qwen,google"]
    )
    told, fine = same(Census(small.ledger, cache=False), Census(small.ledger, cache=False), requests)
    assert told > fine / 3 > 1


@pytest.mark.parametrize("most_cells", [standing.MOST_CELLS, 0], ids=["few cells", "many cells"])
@SOME
def test_months_that_a_large_ledger_keeps(tmp_path, monkeypatch, part, most_cells):
    """`plain` adds the months up as they are kept, `kept` takes differences of levels; of many cells those of the subject."""
    monkeypatch.setattr(standing, "MOST_CELLS", most_cells)
    monkeypatch.setattr(from_sums, "MOST_REPOSITORIES", most_cells)  # more than these: those that are named alone
    monkeypatch.setattr(census_module, "LARGE", 10)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    ids = ("Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B", "Qwen/Qwen2.5-Coder-7B", "meta-llama/Llama-3.1-8B", "mistralai/thing")
    ledger_of(tmp_path, steady_batch(*ids))
    kept, plain = Census(Ledger(tmp_path), cache=False), Census(Ledger(tmp_path), cache=False)
    periods = [p for p in PERIODS if p != DAYS]
    subjects = [*SUBJECTS, {"repository": "Qwen/Qwen3-8B"}, {"repository": ["Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B"]}]
    requests = combined(31 * part, subjects, ["", "mainline"], BY, periods, [{}], ["", "Qwen,google"])
    requests.append(Request.build("rank", {"variant": "coder"}, "", (), "2026-02"))  # of which one can carry several
    requests += [
        Request.build("rank", {"organization": who}, "", ("organization",), period)
        for who in ("mistralai", ["Qwen", "meta-llama"], "nobody")
        for period in ("2026-01..2026-03", ["2026-03", "2026-02..2026-03"])
    ]
    told, fine = same(kept, plain, requests)
    assert kept.by_month and told > fine / 3 > 1
    for asked in ({"period": DAYS}, {"period": "2026-02", "reading": {"repair": "none"}}):
        assert plain.measure("downloads", by=["organization"], **asked).rows
        with pytest.raises(
            RequestError, match="would be read once more"
        ) as refused:  # an app's reader does not wait minutes
            kept.measure("downloads", by=["organization"], **asked)
        assert "whole months" in refused.value.remedy


def test_of_too_many_sums_those_of_the_subject_stay(tmp_path, monkeypatch):
    for module, name in ((census_module, "LARGE"), (counters, "MOST_KEPT"), (standing, "MOST_ROWS")):
        monkeypatch.setattr(module, name, 10)
    ids = ("Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B", "Qwen/Qwen2.5-Coder-7B", "meta-llama/Llama-3.1-8B", "mistralai/thing")
    ledger_of(tmp_path, steady_batch(*ids))
    requests = [
        Request.build(measure, {"organization": who}, "", ("size_class", "month"), period)
        for measure in ("share", "downloads", "mix", "cumulative")
        for who in ("meta-llama", "nobody", ["mistralai", "nobody"])
        for period in ("", "2026-02")
    ]
    told, fine = same(Census(Ledger(tmp_path), cache=False), Census(Ledger(tmp_path), cache=False), requests)
    assert told == fine == 16


def test_sums_give_way_and_come_again(sample, monkeypatch):
    monkeypatch.setattr("modelcensus.measures.standing.MOST_BYTES", 1)
    requests = [
        Request.build(
            "share", {"organization": "Qwen"}, within, ("month",), "2026-02", {"channel": "reported:modelpulse"}
        )
        for within in ("hub", "makers", "hub", "listed", "makers")
    ]
    kept = Census(sample.ledger, cache=False)
    told, fine = same(kept, Census(sample.ledger, cache=False), requests)
    assert told == fine == len(requests)
    assert kept.from_sums and len(kept.from_sums._sums._kept) == 1


@given(
    st.lists(st.tuples(st.sampled_from([*"abc", None]), st.lists(st.sampled_from("xyz"), max_size=2, unique=True)), max_size=20),
    st.lists(st.sampled_from("abcd"), max_size=3),
    st.lists(st.sampled_from("xyzw"), max_size=2),
)  # fmt: skip
def test_rows_are_found_as_a_pass_over_all_would(rows, names, listed):
    table = pa.table(
        {
            "name": pa.array([n for n, _ in rows], pa.string()),
            "listed": pa.array([v for _, v in rows], pa.list_(pa.string())),
        }
    )
    found = Found(table)
    assert found.having("name", names).tolist() == [i for i, (n, _) in enumerate(rows) if n in names]
    assert found.having("listed", listed).tolist() == [i for i, (_, v) in enumerate(rows) if set(v) & set(listed)]
    both = found.all_having([("name", tuple(names)), ("listed", tuple(listed))])
    assert both is not None
    assert both.tolist() == [i for i, (n, v) in enumerate(rows) if n in names and set(v) & set(listed)]
    assert found.all_having([]) is None
    taken = np.array([i for i, (n, _) in enumerate(rows) if n != "a"] * 2, np.int64)
    again = Found(table.take(pa.array(taken)), (found, taken))
    assert again.having("name", names).tolist() == [i for i, row in enumerate(taken) if rows[row][0] in names]


@given(
    st.lists(
        st.tuples(st.sampled_from([*"abcdefghijkl", None]), st.integers(0, 2), st.integers(0, 9), st.integers(0, 9), st.booleans()),
        unique_by=lambda r: r[:2], max_size=40,
    ),
    st.sets(st.sampled_from("abcdefghijkl")),
)  # fmt: skip
def test_places_of_some_are_those_among_all(rows, wanted):
    rows = sorted(rows, key=lambda r: (str(r[0]), r[1]))
    names, span, low, wide = (np.array([r[i] for r in rows], object if i == 0 else np.int64) for i in range(4))
    sums = dict.fromkeys(formulas.SUMS, low) | {"estimate": low + wide // 2, "high": low + wide}
    flags = {"open": np.array([r[4] for r in rows], bool), "broken": np.zeros(len(rows), bool)}
    part = formulas.Parts({"name": names}, span, sums, flags | {"open_part": flags["broken"]})
    few = np.flatnonzero([n in wanted for n in names.tolist()])
    named = np.array([n is not None for n in names.tolist()], bool)
    alone = formulas.Ranked.among(part, named, part.take(few), few).told("name")
    assert alone == formulas.Ranked.of(part, "name").take(few, span[few]).told("name")
    for told in (r for r in alone if r["value"] is not None and r["low"] == r["high"]):
        others = [r for r, n in zip(rows, named, strict=True) if n and r[1] == told["span"]]
        own = next(r for r in others if r[0] == told["name"])
        assert told["value"] == 1 + sum(r[2] > own[2] + own[3] for r in others)


@given(st.lists(st.integers(0, 9)), st.lists(st.integers(-1, 10), max_size=2 * formulas.FEW))
def test_the_greater_ones_are_counted(values, than):
    found = formulas._greater(np.array(values, np.int64), np.array(than, np.int64))
    assert found.tolist() == [sum(v > one for v in values) for one in than]
