"""Places among members, against a look at every pair of them."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcensus.engine import DuckDBEngine
from modelcensus.measures.frame import Frame
from modelcensus.measures.rank import rank
from modelcensus.vocabulary import Request

NUMBERS = st.integers(0, 4)


@st.composite
def members(draw) -> list[dict]:
    """Sums by organization (of which one may be unknown) and span, some of them open, many of them equal."""
    rows = []
    for span in (0, 1):
        for name in draw(st.lists(st.sampled_from([*"abcde", None]), unique=True, min_size=1)):
            low, estimate, high = sorted(draw(st.tuples(NUMBERS, NUMBERS, NUMBERS)))
            is_open = draw(st.integers(0, 5)) == 0
            rows.append({
                "span": span, "organization": name, "low": low, "estimate": None if is_open else estimate,
                "high": None if is_open else high, "closed": high, "open": is_open, "opened": int(is_open),
                "broken": False, "open_part": False, "observed": 1,
            })  # fmt: skip
    return rows


SCHEMA = pa.schema({
    "span": pa.int64(), "organization": pa.string(), "low": pa.int64(), "estimate": pa.int64(), "high": pa.int64(),
    "closed": pa.int64(), "open": pa.bool_(), "opened": pa.int64(), "broken": pa.bool_(), "open_part": pa.bool_(),
    "observed": pa.int64(),
})  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> DuckDBEngine:
    return DuckDBEngine()


@settings(max_examples=25)
@given(members())
def test_places_are_those_of_every_pair(engine, rows) -> None:
    table = ibis.memtable(pa.Table.from_pylist(rows, schema=SCHEMA))
    request = Request.build("rank", by="organization")
    frame = Frame(request, engine, None, table, (), False, None, None, None)  # type: ignore[arg-type]
    found = {(r["span"], r["organization"]): r for r in engine.fetch(rank(frame)).to_pylist()}
    assert len(found) == len(rows)
    for row in rows:
        named = row["organization"] is not None
        others = [
            r
            for r in rows
            if named and r["span"] == row["span"] and r["organization"] not in (None, row["organization"])
        ]
        reach = float("inf") if row["high"] is None else row["high"]
        best = 1 + sum(o["low"] > reach for o in others)
        worst = 1 + sum(o["high"] is None or o["high"] > row["low"] for o in others)
        known = row["estimate"] is not None and all(o["estimate"] is not None for o in others)
        place = 1 + sum(o["estimate"] > row["estimate"] for o in others) if known else None
        told = found[row["span"], row["organization"]]
        assert (told["low"], told["high"]) == (best, worst)
        assert told["value"] == (best if best == worst else place)
        assert (told["downloads"], told["open"]) == (row["estimate"], row["open"])
