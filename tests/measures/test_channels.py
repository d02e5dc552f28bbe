"""Channels side by side against plain Python: indexes on one month, bounds by corners, nothing added."""

from contextlib import contextmanager
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened, published
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
MONTHS = {"2026-01": (0, 31), "2026-02": (31, 59), "2026-03": (59, 90)}


def batches(hub, pulls, tokens):
    """The Hub's counter at edges of months, rounded pulls read at the months' ends, tokens counted by month."""
    days = (0, 31, 59, 90)
    rows = [observation("Qwen/Qwen3-8B", "all_time", v, t) for t, v in zip(days, hub, strict=True)]
    yield batch_of("hub", "hub", observations=rows, facts=[fact("Qwen/Qwen3-8B")])
    rows = [observation("library/qwen3", "all_time", v, t) for t, v in zip((30, 58, 89), pulls, strict=True)]
    width = {"counter": "all_time", "from_value": 10_000, "width": 100}
    yield batch_of("scrape", "ollama", observations=rows, roundings=[width])
    spans = zip(MONTHS.values(), tokens, strict=True)
    rows = [observation("qwen/qwen3", "period", v, end, start=start) for (start, end), v in spans]
    yield batch_of("router", "openrouter", observations=rows)


def rows_of(result):
    return {(r.dimensions["channel"], r.period): r for r in result.rows}


@settings(max_examples=4)
@given(
    st.lists(st.integers(1, 900), min_size=4, max_size=4),
    st.lists(st.integers(200, 900), min_size=3, max_size=3),
    st.lists(st.integers(1, 10**12), min_size=3, max_size=3),
)
def test_indexes_against_plain_python(hub, pulls, tokens):
    hub = [sum(hub[: i + 1]) for i in range(4)]
    pulls = [100 * sum(pulls[: i + 1]) for i in range(3)]
    with census_of(*batches(hub, pulls, tokens)) as census:
        found = rows_of(
            census.measure("channels", of={"root_family": "Qwen"}, reading=["base=2026-02", "counter=all_time"])
        )
        flows = rows_of(census.measure("channels", of={"root_family": "Qwen"}, period="2026-01..2026-03"))
    for i, month in enumerate(MONTHS):
        row = found["ollama", month]
        assert (row.dimensions["level"], row.dimensions["counted"]) == (pulls[i], "all_time")
        ends = [(p - 50, p + 50) if p >= 10_000 else (p, p) for p in pulls]
        corners = [100 * a / b for a, b in product(ends[i], ends[1])] if i != 1 else [100.0]
        assert (row.low, row.high) == (pytest.approx(min(corners)), pytest.approx(max(corners)))
        assert row.value == pytest.approx(100 * pulls[i] / pulls[1])
        row = found["openrouter", month]
        assert (row.dimensions["level"], row.dimensions["counted"]) == (tokens[i], "flow")
        assert (row.low, row.value, row.high) == (pytest.approx(100 * tokens[i] / tokens[1]),) * 3
        row = flows["hub", month]
        assert row.dimensions["level"] == hub[i + 1] - hub[i]
        assert row.value == pytest.approx(100 * (hub[i + 1] - hub[i]) / (hub[1] - hub[0]))
    assert {r.dimensions["base"] for r in flows.values()} == {"2026-01"}


def test_a_channel_that_cannot_be_asked_is_named_and_reported_rows_have_no_bounds():
    series = [published("Qwen", date(2026, m, 1), 10 * m, True) for m in (1, 2, 3)]
    with census_of(
        *batches([1, 5, 9, 20], [500, 600, 700], [5, 6, 7]), batch_of("pulse", "reported:pulse", reported=series)
    ) as census:
        result = census.measure("channels", of={"root_family": "Qwen"})
        assert any(n.startswith("reported:pulse is left out") for n in result.notes)
        found = rows_of(census.measure("channels", of={"region": "china"}, reading=["base=2026-01"]))
        row = found["reported:pulse", "2026-03"]
        assert (row.value, row.low, row.high) == (pytest.approx(300), None, None)
        used = census.measure("channels", of={"region": "china"}).provenance.batches
        assert len(used) == 3, (
            "the record names the batches of every channel with rows (a pull has no region of its own)"
        )


def test_wrong_requests_say_what_there_is():
    with census_of(*batches([1, 5, 9, 20], [500, 600, 700], [5, 6, 7])) as census:
        with pytest.raises(RequestError, match=r"no channel has a number of 2020-01.*there are: hub 2026"):
            census.measure("channels", of={"root_family": "Qwen"}, reading=["base=2020-01"])
        with pytest.raises(RequestError, match="no channel has the subject"):
            census.measure("channels", of={"root_family": "Qwem"})
        with pytest.raises(RequestError, match="channels has no reading level"):
            census.measure("channels", of={"root_family": "Qwen"}, reading=["level=5"])
