"""What an outcome's bounds say."""

from types import SimpleNamespace

import pytest

from modelcensus.claims.wording import says_nothing


@pytest.mark.parametrize(
    ("unit", "value", "low", "high", "nothing"),
    [
        ("share", None, 0.0, 1.0, True),
        ("share", None, 0.0, 0.9, False),
        ("share", None, 0.1, 1.0, False),
        ("share", 0.5, 0.0, 1.0, False),
        ("downloads", None, 0, None, True),
        ("downloads", None, None, None, True),
        ("downloads", None, 0, 12, False),
        ("downloads", None, 7, None, False),
    ],
)
def test_bounds_that_every_number_has_say_nothing(unit, value, low, high, nothing):
    outcome = SimpleNamespace(result=SimpleNamespace(unit=unit), value=value, low=low, high=high)
    assert says_nothing(outcome) == nothing  # type: ignore[arg-type]
