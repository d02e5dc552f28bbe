"""Foreign bytes into every parser: a value or one clear error, and good rows beside bad ones survive.

`MODELCENSUS_FUZZ=1000000` gives every parser as many inputs (`make fuzz`), `MODELCENSUS_FUZZ_SEED` others than the usual
ones; a failure names the seed and the input.
"""

import os
import time
from itertools import islice

import pytest

from fuzz.mutants import mutants
from fuzz.parsers import PARSERS, FoundError

SEED = int(os.environ.get("MODELCENSUS_FUZZ_SEED", "1"))
COUNT = int(os.environ.get("MODELCENSUS_FUZZ", "0"))


@pytest.mark.parametrize("name", PARSERS)
def test_a_value_or_one_clear_error(name, record_property):
    parser = PARSERS[name]
    count, done, start = COUNT or parser.quick, 0, time.process_time()
    inputs = mutants(parser.seeds(), SEED, count, newlines=not parser.lines)
    while part := list(islice(inputs, parser.together)):
        try:
            parser.take(part)
        except FoundError as found:
            pytest.fail(f"seed {SEED}, among inputs {done:,} to {done + len(part):,}: {found}", pytrace=False)
        done += len(part)
    record_property("inputs", done)
    if COUNT:
        print(f"\nfuzz: {name}: {done:,} inputs, seed {SEED}, {time.process_time() - start:.0f} s of processor time")
