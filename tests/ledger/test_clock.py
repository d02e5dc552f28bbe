"""A clock that was set back: within a series the last commit still counts, and a ledger can say so."""

from datetime import UTC, datetime

import modelcensus.ledger.store as store
from ledgers import batch_of, observation
from modelcensus.ledger import Ledger


def test_a_series_keeps_the_order_of_its_commits(tmp_path, monkeypatch):
    ledger, times = Ledger(tmp_path), iter([datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)] * 2)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return next(times)

    monkeypatch.setattr(store, "datetime", Clock)
    first, second = (
        ledger.commit(batch_of("series", "hub", observations=[observation("a/x", "all_time", v, 0)]))[0]
        for v in (1, 2)
    )
    assert [m.id for m in ledger.manifests()] == [first.id, second.id]
    other = ledger.commit(batch_of("other", "hub", observations=[observation("a/x", "all_time", 3, 0)]))[0]
    assert other.committed_at == datetime(2026, 5, 2, tzinfo=UTC), "the clock is believed where no order hangs on it"
