"""Inputs into one parser, from a seed."""

from collections.abc import Callable
from itertools import islice

from fuzz.harness import FoundError, Parser
from fuzz.mutants import mutants


def fuzzed(parser: Parser, seed: int, count: int, told: Callable[[int], bool] = lambda done: True) -> int:
    """Give a parser so many inputs, or as many as until `told` says no; gives their number. FoundError names the seed."""
    inputs, done = mutants(parser.seeds(), seed, count, newlines=not parser.lines), 0
    while part := list(islice(inputs, parser.together)):
        try:
            parser.take(part)
        except FoundError as found:
            raise FoundError(f"seed {seed}, among inputs {done:,} to {done + len(part):,}: {found}") from found
        done += len(part)
        if not told(done):
            break
    return done
