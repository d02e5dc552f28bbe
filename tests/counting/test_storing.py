"""Batches are stored while later ones are counted, in their order, and none after one that failed."""

import gc
import subprocess
import sys
import weakref
from threading import Event

import pytest
from logs import Request, combined, write

from modelcensus.counting.before import Before
from modelcensus.counting.storing import Storing
from modelcensus.vocabulary import Batch, LedgerError


def batch(name: str) -> Batch:
    return Batch(source="count", name=name, channel=f"log:{name}", tables={}, inputs=(), options={}, took=())


def held(batch: Batch) -> Before:
    return Before(loads_batches=(batch.name,)) if batch.name.endswith(".loads") else Before(batches=(batch.name,))


class Held:
    """A ledger that stores a batch when it may, and whose disk is full from a number of batches on."""

    def __init__(self, room: int = 99) -> None:
        self.may, self.room, self.stored = Event(), room, []

    def __call__(self, batch: Batch) -> Before:
        assert self.may.wait(10)
        if len(self.stored) == self.room:
            raise LedgerError("cannot be written", where=batch.name)
        self.stored.append(batch.name)
        return held(batch)


def test_counting_goes_on_while_a_batch_is_stored_and_sees_it_when_it_asks():
    ledger = Held()
    storing = Storing(ledger, Before(batches=("earlier",)))
    assert storing.wait().batches == ("earlier",)
    storing.store([batch("a.loads"), batch("a")])
    assert ledger.stored == []
    ledger.may.set()
    assert storing.wait() == Before(batches=("earlier", "a"), loads_batches=("a.loads",))


def test_what_is_handed_on_is_stored_in_its_order():
    ledger = Held()
    ledger.may.set()
    storing = Storing(ledger, Before())
    for number in range(20):
        storing.store([batch(f"{number}.loads"), batch(str(number))])
    assert storing.wait().batches == tuple(map(str, range(20)))
    assert ledger.stored == [n for i in range(20) for n in (f"{i}.loads", str(i))]
    assert storing.ids == [str(i) for i in range(20)]


def test_a_batch_that_was_there_moves_no_other_one():
    """The same again is stored once: the ids of the others stay where they are."""
    storing = Storing(held, Before(batches=("earlier",)))
    for name in ("a", "a", "b"):
        storing.store([batch(name)])
    assert storing.ids == ["earlier", "a", "a", "b"]
    assert storing.wait().batches == ("earlier", "a", "b")


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_after_a_batch_that_cannot_be_stored_none_is(room):
    ledger = Held(room)
    ledger.may.set()
    storing = Storing(ledger, Before())
    with pytest.raises(LedgerError, match="cannot be written"):
        for number in range(3):
            storing.store([batch(f"{number}.loads"), batch(str(number))])
        storing.wait()
    with pytest.raises(RuntimeError):
        storing.store([batch("later")])
    assert ledger.stored == ["0.loads", "0", "1.loads", "1"][:room]


def test_a_failure_holds_nothing_to_the_end():
    """What was counted is let go with the error: a thread that reads stops with it."""
    ledger = Held(0)
    ledger.may.set()
    storing = Storing(ledger, Before())
    storing.store([batch("a")])
    with pytest.raises(LedgerError) as caught:
        storing.wait()
    error = weakref.ref(caught.value)
    gc.disable()
    try:
        del caught
        assert error() is None
    finally:
        gc.enable()


FULL = """
import resource, sys
from modelcensus.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
sys.argv = ["modelcensus", "count", *sys.argv[1:]]
main()
"""


def test_where_nothing_can_be_written_one_line_says_so(tmp_path):
    """And no library complains at the end of what it still holds."""
    lines = [combined(Request(target=f"/a/m{i}/resolve/main/config.json", seconds=i)) for i in range(4000)]
    given = [write(tmp_path / "access.log", lines), "--ledger", tmp_path / "ledger"]
    done = subprocess.run([sys.executable, "-c", FULL, *map(str, given)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "cannot be written" in done.stderr and "nothing was committed" in done.stderr
