"""What is done with every request of a batch: by arrays as by compiled loops, and as plain Python says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.counting import framing, rows
from modelcensus.counting.line_arrays import target_of
from modelcensus.counting.requests import Answers, Requests, answers_of, counted_in
from modelcensus.counting.rows import DAY, Numbers, Rows
from modelcensus.counting.shapes import MARKS, PARTS

SMALL = st.integers(0, 3)
NUMBERS = 5


def looped(name: str):
    pytest.importorskip("numba", reason="the extra `logs` is not installed")
    from modelcensus.counting import grouping_loops, plain_framing

    return {"rows": grouping_loops.by_loops(), "framing": plain_framing.BY_LOOPS}[name]


@st.composite
def requests(draw) -> tuple[Requests, Numbers]:
    count = draw(st.integers(0, 30))

    def some(most: int, dtype: type = np.int64, least: int = 0) -> np.ndarray:
        return np.array(draw(st.lists(st.integers(least, most), min_size=count, max_size=count)), dtype)

    target = target_of(some(NUMBERS - 1, least=1), some(NUMBERS - 1))
    answer = answers_of(some(NUMBERS - 1), some(len(PARTS) - 1), some(len(MARKS) - 1), some(2))
    made = Requests(
        some(4_102_444_800),
        target,
        some(NUMBERS - 1, np.int32),
        answer,
        some(9),
        some(3, np.uint64),
        some(3, np.uint64),
    )
    most = draw(st.sampled_from([7, 2**20]))
    each = [
        np.array(draw(st.lists(st.integers(1, most), min_size=NUMBERS, max_size=NUMBERS)), np.int32) for _ in range(3)
    ]
    return made, Numbers(*each, np.arange(int(answer.max(initial=0)) + 1, dtype=np.int32))


@given(requests(), st.booleans())
def test_what_requests_are_in_one_number(given_requests, loops):
    """Where it does not fit (years, a million of everything) it stays apart, and says the same."""
    asked, numbers = given_requests
    how = looped("rows") if loops else rows.BY_ARRAYS
    found = Rows.of(asked, numbers, how.pack)
    place, rest = asked.target >> 32, asked.target & (2**32 - 1)
    expected = [
        asked.instant // DAY, numbers.places[place], numbers.rests[rest], numbers.agents[asked.agent], asked.answer
    ]  # fmt: skip
    every = np.arange(len(asked))
    for one, two in zip(found.at(every), expected, strict=True):
        assert one.tolist() == two.tolist()
    for one, two in zip(found.day_and_place(found.asked), expected[:2], strict=True):
        assert one.tolist() == two.tolist()


@given(st.lists(st.tuples(st.integers(0, 599), st.integers(0, 4), st.integers(0, 3), st.integers(0, 2)), max_size=20))
def test_answers_stand_in_one_number(told):
    status, part, marked, counter = (np.array([t[k] for t in told], np.int64) for k in range(4))
    found = answers_of(status, part, marked, counter)
    back = Answers.of(found)
    assert list(zip(back.status, back.part, back.marked, back.counter, strict=True)) == told
    by_names = sorted(range(len(told)), key=lambda k: (told[k][0], PARTS[told[k][1]], *told[k][2:]))
    assert found[by_names].tolist() == sorted(found.tolist())


@given(st.lists(st.tuples(SMALL, st.integers(0, 40)), max_size=200))
def test_visitors_are_counted_alike(seen):
    seen.sort(key=lambda one: one[0])
    begins = np.searchsorted([g for g, _ in seen], np.arange(5))
    who = np.array([w for _, w in seen], np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    expected = [len({w for g, w in seen if g == group and w}) for group in range(4)]
    for count in (counted_in, looped("rows").counted_in):
        assert count(begins, who).tolist() == expected


@given(st.binary(max_size=300), st.integers(0, 40), st.integers(1, 200))
def test_lines_are_framed_alike(text, start, times):
    text = text.replace(b"\x00", b"\n") * times
    start = min(start, len(text))
    one, two = framing.BY_ARRAYS, looped("framing")
    starts = one.starts(text, start, len(text))
    assert two.starts(text, start, len(text)).tolist() == starts.tolist()
    ends = [at + 1 for at in range(start, len(text)) if text[at] == 10]
    assert starts.tolist() == [start, *ends]
    assert two.marked(text, starts).tolist() == one.marked(text, starts).tolist()


def test_lines_that_begin_a_part():
    """There are some among a thousand."""
    text = b"".join(
        b"192.0.2.%d - - [23/Nov/2026:19:51:57 +0000] line %d of a log\n" % (k % 200, k) for k in range(1000)
    )
    starts = framing.BY_ARRAYS.starts(text, 0, len(text))
    marked = framing.BY_ARRAYS.marked(text, starts)
    assert 3 < len(marked) < 100
    assert looped("framing").marked(text, starts).tolist() == marked.tolist()
