"""What an app refuses to work out: known before it begins, on small ledgers too, and never on a command line."""

import pytest

from ledgers import ledger_of, small_batch
from modelcensus.flows import windows
from modelcensus.flows.constraints import Constraints, solve
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, affordable
from modelcensus.vocabulary import RequestError

BOUNDS = {"MOST_TOLD": 500, "MOST_PAIRS": 500_000}


@pytest.fixture
def ledger(tmp_path):
    ledger_of(tmp_path, small_batch())
    return Ledger(tmp_path)


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("by", ["repository", "organization", "none"])
@pytest.mark.parametrize("as_of", [None, "2027-01-01"], ids=["now", "then"])
def test_too_many_days_are_refused_before_any_is_worked_out(ledger, monkeypatch, bound, by, as_of):
    monkeypatch.setattr(affordable, bound, BOUNDS[bound])
    asked = {"by": [*([] if by == "none" else [by]), "day"], "as_of": as_of}
    app = Census(ledger, cache=False).keep_sums()
    monkeypatch.setattr(windows, "solve", lambda *_: pytest.fail("the work began"))
    with pytest.raises(RequestError, match="too many to be worked out") as refused:
        app.measure("downloads", **asked)
    assert "shorter period" in refused.value.remedy and refused.value.where == "--period"
    monkeypatch.setattr(windows, "solve", solve)
    assert app.measure("downloads", by=["month"], as_of=as_of).rows
    assert Census(ledger, cache=False).measure("downloads", **asked).rows  # on a command line


def test_days_between_readings_need_no_paths_of_their_own(monkeypatch):
    """What is solved for grows with the readings, not with the days that are asked for."""
    import numpy as np

    from modelcensus.flows import constraints

    runs = []
    shortest = constraints._shortest
    monkeypatch.setattr(constraints, "_shortest", lambda *a: runs.append(a) or shortest(*a))
    known = Constraints(*(np.asarray(c) for c in ([0, 0], [40, 10], [10, 40], [-300.0, 300.0])))
    found = solve(known, 1, [(d, d + 1) for d in range(50)])
    assert len(runs) <= 3
    assert found.high[0, 9] == np.inf and found.high[0, 10] == found.high[0, 39] == 300 and not found.low.any()
