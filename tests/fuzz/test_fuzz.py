"""Foreign bytes into every parser: a value or one clear error, and good rows beside bad ones survive.

The bounded part; `make fuzz` gives every parser a million inputs. A failure names the seed and the input.
"""

import pytest

from fuzz.harness import FoundError
from fuzz.parsers import PARSERS
from fuzz.run import fuzzed


@pytest.mark.parametrize("name", PARSERS)
def test_a_value_or_one_clear_error(name, record_property):
    try:
        record_property("inputs", fuzzed(PARSERS[name], 1, PARSERS[name].quick))
    except FoundError as found:
        pytest.fail(str(found), pytrace=False)
