"""What was asked for longest ago gives way."""

from modelcensus.engine import Latest


def test_what_was_asked_for_longest_ago_gives_way():
    kept, made = Latest(25, len), []
    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.of(key, lambda key=key: made.append(key) or b"0123456789") == b"0123456789"
    assert made == ["a", "b", "c", "b"] and kept.bytes == 20


def test_the_only_one_stays_however_large_and_values_may_grow():
    kept, made = Latest(5, len), []
    first = kept.of(1, lambda: made.append(1) or [0] * 9)
    assert kept.of(1, lambda: made.append(1) or []) is first and made == [1]
    kept.of(2, lambda: made.append(2) or [0])
    assert kept.of(1, lambda: made.append(1) or [0]) == [0] and made == [1, 2, 1]
