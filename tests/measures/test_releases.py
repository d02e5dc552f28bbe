"""Releases against a count in plain Python."""

from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
NAMES = ("Qwen/Qwen3-{}B", "google/gemma-3-{}b-it", "somebody/Qwen3-{}B-GGUF")
MONTHS = {"2026-01": (0, 31), "2026-02": (31, 59), "2026-03": (59, 90)}


@st.composite
def worlds(draw):
    """Day of creation by repository; None where nobody states one."""
    return {
        name.format(i): draw(st.one_of(st.none(), st.integers(0, 89)))
        for name in NAMES
        for i in range(1, draw(st.integers(2, 6)))
    }


def batch(world):
    facts = [
        fact(n, on=89, created=None if d is None else day(d), base_model="Qwen/Qwen3-1B" if "GGUF" in n else None)
        for n, d in world.items()
    ]
    return batch_of("dump", "hub", observations=[observation(n, "all_time", 9, 89) for n in world], facts=facts)


@settings(max_examples=3)
@given(worlds())
def test_counts_by_month_and_organization(world):
    with census_of(batch({**world, "meta-llama/Llama-9-1B": 5})) as census:
        # a date of the generation stands in where the repository has none: the catalog's own column is the law
        dated = {r["repository"]: r for r in census.engine.rows("select * from catalog where released is not null")}
        for relations in ("", "quantized"):
            reading = {"relations": relations} if relations else {}
            rows = census.measure(
                "releases", by=["organization", "month"], period="2026-01..2026-03", reading=reading
            ).rows
            found = {(r.dimensions["organization"], r.period): r for r in rows}
            wanted: dict = {}
            for name, row in dated.items():
                for label, (a, b) in MONTHS.items():
                    if day(a) <= row["released"] < day(b) and (relations or "GGUF" not in name):
                        key = name.split("/")[0], label
                        wanted[key] = wanted.get(key, 0) + 1
            assert {k: r.value for k, r in found.items() if r.value} == wanted
            assert set(found) == {(o, m) for o in {o for o, _m in wanted} for m in MONTHS}, "a month without one is 0"
            for row in found.values():
                assert row.low == row.value and row.high is None and "the ledger has seen" in row.flags[0]


def test_derivatives_are_named_and_counted_when_asked_for():
    with census_of(
        batch({"Qwen/Qwen3-1B": 3, "somebody/Qwen3-1B-GGUF": 4, "somebody/Qwen3-2B-GGUF": None})
    ) as census:
        plain = census.measure("releases", period="2026-01")
        assert plain.rows[0].value == 1
        assert any("derivatives in scope are no releases" in n for n in plain.notes)
        asked = census.measure("releases", period="2026-01", by="relation")
        assert {r.dimensions["relation"]: r.value for r in asked.rows} == {"none": 1, "quantized": 1}
        both = census.measure("releases", period=["2026", "2026-01"])
        assert [(r.period, r.value) for r in both.rows] == [("2026", 1), ("2026-01", 1)]
        roots = census.measure("releases", period="2026-01", by="root_organization", reading=["relations=quantized"])
        assert [(r.dimensions["root_organization"], r.value) for r in roots.rows] == [("Qwen", 2)]
        assert str(date(2026, 3, 31)) in " ".join(census.measure("releases", period="2026").notes)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"period": "2027"}, "2026-03-31"),
        ({"reading": {"relations": "finetuned"}}, "finetune"),
        ({"reading": {"baseline": "tenth"}}, "relations"),
        ({"of": {"family": "Qween"}}, "Qwen"),
    ],
)
def test_wrong_requests_say_what_would_be_right(request_, said):
    with census_of(batch({"Qwen/Qwen3-1B": 3})) as census, pytest.raises(RequestError) as caught:
        census.measure("releases", **request_)
    assert said in str(caught.value)
