"""Numbers hold together, and nothing else of a text is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.publish.prose import numbers
from modelcensus.publish.unbroken import MINUS, NO_BREAK, unbroken


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("32.2 % of all", f"32.2{NO_BREAK}% of all"),
        ("by 44.0 million downloads (-14 %)", f"by 44.0{NO_BREAK}million downloads ({MINUS}14{NO_BREAK}%)"),
        ("changed by -1.7 points", f"changed by {MINUS}1.7{NO_BREAK}points"),
        ("10-50 billion parameters", f"10-50{NO_BREAK}billion parameters"),
        ("Qwen3-8B on 3 May 2026, `explain -1 %`", "Qwen3-8B on 3 May 2026, `explain -1 %`"),
        ("qwen-3 % and evil/-5 %", "qwen-3 % and evil/-5 %"),
    ],
)
def test_a_number_keeps_its_unit_and_its_sign(text: str, held: str) -> None:
    assert unbroken(text) == held


@given(st.text(alphabet=st.sampled_from("Qw 3.,-%()milion/`_"), max_size=40) | st.text(max_size=60))
def test_only_spaces_and_signs_of_numbers_change(text: str) -> None:
    held = unbroken(text)
    assert len(held) == len(text)
    for was, now in zip(text, held, strict=True):
        assert was == now or (now == NO_BREAK and was.isspace()) or (now == MINUS and was == "-")
    assert all(" " not in n for n in numbers(held))
