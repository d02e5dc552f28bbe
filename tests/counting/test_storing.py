"""Batches are stored while later ones are counted, in their order, and none after one that failed."""

from threading import Event

import pytest

from modelcensus.counting.before import Before
from modelcensus.counting.storing import Storing
from modelcensus.vocabulary import Batch, LedgerError


def batch(name: str) -> Batch:
    return Batch(source="count", name=name, channel=f"log:{name}", tables={}, inputs=(), options={}, took=())


class Held:
    """A ledger that stores a batch when it may, and whose disk is full from a number of batches on."""

    def __init__(self, room: int = 99) -> None:
        self.may, self.room, self.stored = Event(), room, []

    def __call__(self, batch: Batch) -> Before:
        assert self.may.wait(10)
        if len(self.stored) == self.room:
            raise LedgerError("cannot be written", where=batch.name)
        self.stored.append(batch.name)
        return Before(batches=tuple(self.stored))


def test_counting_goes_on_while_a_batch_is_stored_and_sees_it_when_it_asks():
    ledger = Held()
    storing = Storing(ledger, Before(batches=("earlier",)))
    assert storing.before.batches == ("earlier",)
    storing.store([batch("a.loads"), batch("a")])
    assert ledger.stored == []
    ledger.may.set()
    assert storing.before.batches == ("a.loads", "a")


def test_what_is_handed_on_is_stored_in_its_order():
    ledger = Held()
    ledger.may.set()
    storing = Storing(ledger, Before())
    for number in range(20):
        storing.store([batch(f"{number}.loads"), batch(str(number))])
    assert storing.before.batches == tuple(n for i in range(20) for n in (f"{i}.loads", str(i)))
    assert storing.ids == [str(i) for i in range(20)]


def test_a_batch_that_was_there_moves_no_other_one():
    """The same again is stored once: the ids of the others stay where they are."""
    stored = []

    def commit(batch: Batch) -> Before:
        stored.extend([batch.name] if batch.name not in stored else [])
        return Before(batches=("earlier", *stored))

    storing = Storing(commit, Before(batches=("earlier",)))
    for name in ("a", "a", "b"):
        storing.store([batch(name)])
    assert storing.ids == ["earlier", "a", "a", "b"]


@pytest.mark.parametrize("room", [0, 1, 2, 3])
def test_after_a_batch_that_cannot_be_stored_none_is(room):
    ledger = Held(room)
    ledger.may.set()
    storing = Storing(ledger, Before())
    with pytest.raises(LedgerError, match="cannot be written"):
        for number in range(3):
            storing.store([batch(f"{number}.loads"), batch(str(number))])
        _ = storing.before
    for _ in range(2):
        with pytest.raises(LedgerError, match="cannot be written"):
            storing.store([batch("later")])
        with pytest.raises(LedgerError, match="cannot be written"):
            _ = storing.before
    assert ledger.stored == ["0.loads", "0", "1.loads", "1"][:room]
