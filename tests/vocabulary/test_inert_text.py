"""Texts that steer nothing are left as they are, whatever the way in which that is found out."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from modelcensus.measures.cite import one_line
from modelcensus.vocabulary.inert_text import TURNING, plain, straight

TEXTS = st.text(st.one_of(st.characters(), st.sampled_from("a \t\n\x00\x1b\x7f\x9f\xa0\xad\u200e\u202e\u2066\u3000")), max_size=12)  # fmt: skip


@given(TEXTS)
def test_what_is_called_plain_steers_nothing(text: str) -> None:
    assert not (plain(text) and any(TURNING.match(c) for c in text))
    assert straight(text) == "".join(f"[U+{ord(c):04X}]" if TURNING.match(c) else c for c in text)


@given(TEXTS)
def test_a_citation_is_one_line_of_letters(text: str) -> None:
    letters = (" " if unicodedata.category(c).startswith("C") else c for c in text)
    assert one_line(text) == " ".join("".join(letters).split())
