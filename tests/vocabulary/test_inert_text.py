"""Texts that steer nothing are left as they are, whatever the way in which that is found out."""

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from modelcensus.measures.cite import one_line
from modelcensus.vocabulary.inert_text import TURNING, plain, straight

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("a \t\n\x00\x1b\x7f\x9f\xa0\xad\u200e\u202e\u2066\u200c\u200d\u3000\ud800")), max_size=12)  # fmt: skip


@given(TEXTS)
def test_what_is_called_plain_steers_nothing(text: str) -> None:
    assert not (plain(text) and TURNING.search(text))
    shown = {m.start() + i for m in TURNING.finditer(text) for i in range(len(m[0]))}
    assert straight(text) == "".join(f"[U+{ord(c):04X}]" if i in shown else c for i, c in enumerate(text))


def test_every_character_that_steers_is_found_among_others() -> None:
    turning = {c for c in map(chr, range(sys.maxunicode + 1)) if TURNING.search(f"a{c}b")}
    assert len(turning) > 200
    assert not any(plain(f"{'é' * 9}\n{c}b") for c in turning)
    assert plain("é\n\tb")


@given(TEXTS)
def test_a_citation_is_one_line_of_letters(text: str) -> None:
    letters = (" " if unicodedata.category(c).startswith("C") else c for c in text)
    assert one_line(text) == " ".join("".join(letters).split())
