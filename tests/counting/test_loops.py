"""What compiled loops are made of says what plain Python says, wherever a text stands and whatever stands after it."""

import json
import os
import subprocess
import sys
from itertools import combinations, product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numba", reason="the extra `logs` is not installed")
import numba

from modelcensus.counting.address_loops import keys_of
from modelcensus.counting.loops import digits, find, find_either, searched
from modelcensus.counting.slices import Slices
from modelcensus.counting.wide import folded

TEXTS = st.text(st.sampled_from('"/ ?_aé\x00'), max_size=200).map(str.encode)


@numba.njit
def _found(text, one, two, start, end):
    return find(text, one, start, end), find_either(text, one, two, start, end)


@numba.njit
def _number(text, start, count):
    return digits(text, start, count)


@numba.njit
def _folded(one, two):
    return folded(one, two)


def _first(text: bytes, start: int, end: int, *wanted: bytes) -> int:
    return min([at for w in wanted if (at := text.find(w, start, end)) >= 0], default=end)


@given(TEXTS, TEXTS, st.integers(0, 200), st.sampled_from(b'"/ ?_a'), st.sampled_from(b'"/ ?_a'))
def test_bytes_are_found_up_to_an_end(text, after, start, one, two):
    start, end = min(start, len(text)), len(text)
    held, _ = searched(text + after, len(text))
    found = _found(held, np.uint8(one), np.uint8(two), start, end)
    assert found[0] == _first(text, start, end, bytes([one]))
    assert found[1] == _first(text, start, end, bytes([one]), bytes([two]))


@given(st.binary(min_size=4, max_size=4) | st.integers(0, 9999).map(lambda n: b"%04d" % n))
def test_numbers_of_digits_alone(text):
    held, _ = searched(text, len(text))
    assert _number(held, 0, 4) == (int(text) if text.isdigit() else -1)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_products_are_folded_whole(one, two):
    product = one * two
    assert int(_folded(np.uint64(one), np.uint64(two))) == (product >> 64) ^ (product & (2**64 - 1))


@given(st.lists(st.text(max_size=60), unique=True, max_size=40))
def test_different_texts_have_different_keys(texts):
    """Also where one is the beginning of another, or they differ in what a word is filled with."""
    texts += [t for text in texts for t in (text + "\x00", "\x00" + text) if t not in texts]
    assert len(set(keys_of(texts).tolist())) == len(set(texts))
    assert (keys_of(texts) == np.concatenate([keys_of([t]) for t in texts] or [np.zeros(0, np.uint64)])).all()


@pytest.mark.parametrize("length", [12, 16, 20, 27, 40])
def test_texts_that_differ_in_a_few_letters_have_different_hashes(length):
    """What differs in the highest byte of a word alone has to reach all of the hash, or the next word can take it back."""
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    for one, two in combinations(range(length), 2):
        texts = []
        for a, b in product(letters, letters):
            text = ["x"] * length
            text[one], text[two] = a, b
            texts.append("".join(text))
        hashes = Slices.of(pa.array(texts)).hashes()
        for found in (hashes, keys_of(texts)):
            assert len(set(found.tolist())) == len(set(texts)), (one, two)


def test_like_texts_of_different_forms_have_different_hashes():
    texts = pa.array([f"{a}ython-requests/2.{b}" for a in "pqrstuvwxyz" for b in range(40)])
    hashes = [h for seed in range(6) for h in Slices.of(texts).hashes(seed).tolist()]
    assert len(set(hashes)) == 6 * len(texts)


FRAMED = """
import json, sys
import numpy as np
from modelcensus.counting.framing import BY_ARRAYS
from modelcensus.counting.plain_framing import BY_LOOPS, line_starts, marked_lines

text = b"".join(b"%x a line, by its number\\n" % (n * 2654435761 ** 4) for n in range(5_000))
starts = BY_LOOPS.starts(text, 0, len(text))
marked = BY_LOOPS.marked(text, starts) if "marked" in sys.argv else BY_ARRAYS.marked(text, starts)
same = np.array_equal(starts, BY_ARRAYS.starts(text, 0, len(text))) and np.array_equal(marked, BY_ARRAYS.marked(text, starts))
hits = [sum(loop.stats.cache_hits.values()) for loop in (line_starts, marked_lines)]
print(json.dumps({"same": bool(same), "marked": len(marked), "taken up": hits}))
"""


def test_loops_are_compiled_once(tmp_path):
    """One that is kept is taken up by the next process, which can still compile another."""

    def framed(*also: str) -> dict:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", FRAMED, *also], check=True, stdout=subprocess.PIPE, env=environment
        )
        return json.loads(done.stdout)

    assert framed()["taken up"] == [0, 0]
    second, third = framed("marked"), framed("marked")
    assert second["same"] and second["marked"] and second["taken up"] == [1, 0]
    assert third["same"] and third["taken up"] == [1, 1]
