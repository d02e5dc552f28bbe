"""Roots as a dimension: merges are shared, and what is shared adds up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, ledger_of, observation
from modelcensus.measures import Census
from modelcensus.vocabulary import RequestError

READING = {"counter": "rolling_30d"}
FACTS = [
    fact("Qwen/Qwen3-8B"),
    fact("meta-llama/Llama-3.1-8B"),
    fact("m/merge", base_model="Qwen/Qwen3-8B meta-llama/Llama-3.1-8B google/gemma-3-4b-it"),
    fact("m/tuned", base_model="m/merge"),
    fact("q/quant-GGUF", base_model="Qwen/Qwen3-8B", relation="quantized"),
]


def census_of(folder, values) -> Census:
    rows = [observation(f["repository"], "rolling_30d", v, 5) for f, v in zip(FACTS, values, strict=True)]
    return Census(ledger_of(folder, batch_of("b", "hub", observations=rows, facts=FACTS)))


def by(census, dimension, **request) -> dict:
    result = census.measure("downloads", by=dimension, reading=READING, **request)
    return {r.dimensions[dimension]: r for r in result.rows}


@settings(max_examples=12)
@given(values=st.lists(st.integers(0, 10**9), min_size=len(FACTS), max_size=len(FACTS)))
def test_what_is_shared_adds_up(tmp_path_factory, values):
    census = census_of(tmp_path_factory.mktemp("ledger"), values)
    rows = by(census, "root_family")
    assert set(rows) == {"Qwen", "Llama", "Gemma"}
    assert sum(r.value for r in rows.values()) == sum(values)
    own = {"Qwen": values[0] + values[4], "Llama": values[1], "Gemma": 0}
    for family, row in rows.items():
        exact = own[family] + (values[2] + values[3]) / 3
        assert row.low <= exact <= row.high
        assert row.low <= row.value <= row.high
        assert abs(row.value - exact) <= 2


def test_a_subject_of_roots_and_its_coverage(tmp_path):
    census = census_of(tmp_path, [100, 100, 90, 0, 10])
    share = census.measure("share", of={"root_region": "china"}, reading=READING).rows[0]
    assert share.value == pytest.approx(140 / 300)
    row = by(census, "root_family")["Qwen"]
    assert (row.observed, row.scope_size) == (4, 4)
    assert by(census, "relation")["merge"].value == 90


def test_roots_are_refused_on_a_reported_series(sample):
    with pytest.raises(RequestError, match="root_family"):
        sample.measure(
            "share", of={"root_family": "Qwen"}, period="2026-02", reading={"channel": "reported:modelpulse"}
        )


def test_a_repository_of_several_roots_is_counted_once_and_peers_are_of_the_same_kind(tmp_path):
    census = census_of(tmp_path, [100, 100, 90, 0, 10])
    row = census.measure("downloads", of={"root_family": ["Qwen", "Llama"]}, reading=READING).rows[0]
    assert (row.observed, row.scope_size, row.coverage) == (5, 5, 1)
    with pytest.raises(RequestError, match="otherwise"):
        census.measure("share", of={"root_family": "Qwen"}, reading={**READING, "peers": "organization:m"})
