"""What is done with every request of a batch: by arrays as by compiled loops, and as plain Python says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.counting import framing, rows
from modelcensus.counting.line_arrays import NOTHING, target_of
from modelcensus.counting.requests import Answers, Requests, answers_of, counted_in
from modelcensus.counting.rows import DAY, Numbers, Rows, sessions_of
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


@given(requests())
def test_requests_are_grouped_alike(given_requests):
    """What is alike in all five numbers stands once, in order, with how many there are, their bytes, and who asked."""
    asked, numbers = given_requests
    asked.bytes[asked.bytes == 0] = NOTHING
    for hashes in (asked.address, asked.session):
        hashes *= np.uint64(0x9E3779B97F4A7C15)
    prints = (np.arange(NUMBERS, dtype=np.uint64) + np.uint64(7)) * np.uint64(0x9E3779B97F4A7C15)
    groups: dict[tuple, list[int]] = {}
    visits: dict[tuple, tuple[set, set]] = {}
    sessions = sessions_of(asked, prints).tolist()
    for at, row in enumerate(
        zip(*(c.tolist() for c in Rows.of(asked, numbers, rows.pack).at(np.arange(len(asked)))), strict=True)
    ):
        groups.setdefault(row, []).append(at)
        who = visits.setdefault(row[:2], (set(), set()))
        who[0].update({int(asked.address[at])} - {0})
        who[1].update({sessions[at]})
    stated = {
        row: [int(asked.bytes[at]) for at in places if asked.bytes[at] != NOTHING] for row, places in groups.items()
    }
    for how in (rows.BY_ARRAYS, looped("rows")):
        for _ in range(2):  # memory is used again
            found = Rows.of(asked, numbers, how.pack)
            grouped = how.group(found, asked, [], prints)
            assert list(zip(*(t.tolist() for t in grouped.told), strict=True)) == sorted(groups)
            assert grouped.counts.tolist() == [len(groups[row]) for row in sorted(groups)]
            assert grouped.sums.tolist() == [sum(stated[row]) for row in sorted(groups)]
            assert grouped.stated.tolist() == [len(stated[row]) for row in sorted(groups)]
            seen = grouped.visits
            days = list(zip(*(c.tolist() for c in found.day_and_place(seen.asked)), strict=True))
            assert days == sorted(visits)
            assert seen.addresses.tolist() == [len(visits[day][0]) for day in days]
            assert seen.sessions.tolist() == [len(visits[day][1]) for day in days]


@given(st.lists(st.integers(0, 2**50), max_size=300), st.integers(0, 40))
def test_numbers_are_put_in_order(numbers, shift):
    looped("rows")
    from modelcensus.counting.grouping_loops import put_in_order

    keys = np.array(numbers, np.uint64) >> np.uint64(shift)
    bits, size = int(keys.max(initial=0)).bit_length(), len(keys)
    expected = np.argsort(keys, kind="stable")
    found = put_in_order(keys.copy(), bits, size.bit_length(), np.empty(size, np.uint64))
    below = np.uint64(size.bit_length())
    assert (found >> below).tolist() == keys[expected].tolist()
    assert (found & ((np.uint64(1) << below) - np.uint64(1))).tolist() == expected.tolist()


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
    looped("rows")
    from modelcensus.counting.grouping_loops import _Loops

    for count in (counted_in, _Loops()._counted_in):
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
