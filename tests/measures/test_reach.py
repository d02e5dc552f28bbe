"""Reach against plain Python: every part by walking up the parents, bounds by adding them up."""

from contextlib import contextmanager
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
OWN = ("Qwen/Qwen3-8B", "Qwen/Qwen2.5-7B")
OTHERS = ("meta-llama/Llama-3.1-8B",)
Lineage = dict[str, tuple[tuple[str, ...], str]]


@st.composite
def lineages(draw):
    """Repositories with parents and a relation; one of the family's own is a parent that the ledger has never seen."""
    made: Lineage = {"Qwen/Qwen3-8B-GGUF": ((draw(st.sampled_from(OWN)),), "quantized")}
    for i in range(draw(st.integers(2, 5))):
        parents = draw(st.sets(st.sampled_from([*OWN, *OTHERS, *made]), min_size=1, max_size=3))
        made[f"d{i}/x"] = tuple(sorted(parents)), draw(st.sampled_from(["finetune", "adapter", "quantized", "merge"]))
    return made


def part_of(made: Lineage, repository: str, direct: bool) -> Fraction:
    """How much of a repository descends from the family."""
    if repository.startswith("Qwen/"):
        return Fraction(1)
    if repository in OTHERS:
        return Fraction(0)
    parents = made[repository][0]
    parts = [Fraction(p.startswith("Qwen/")) if direct else part_of(made, p, direct) for p in parents]
    return sum(parts, Fraction(0)) / len(parts)


@settings(max_examples=4)
@given(lineages(), st.lists(st.integers(1, 1000), min_size=10, max_size=10), st.booleans())
def test_parts_and_bounds(made, steps, direct):
    known = ["Qwen/Qwen3-8B", *OTHERS, *made]
    readings = {r: (7 * n, 7 * n + n) for r, n in zip(known, steps, strict=False)}
    rows = [
        observation(r, "all_time", v, t) for r, (a, b) in readings.items() for t, v in ((0, a), (45, b), (60, b + 3))
    ]
    facts = [
        fact(r, **({} if r not in made else {"base_model": " ".join(made[r][0]), "relation": made[r][1]}))
        for r in known
    ]
    request = {"period": "2026-01", "reading": {"tree": "direct" if direct else "whole"}}
    with census_of(batch_of("dump", "hub", observations=rows, facts=facts)) as census:
        own = {
            r.dimensions["repository"]: r for r in census.measure("downloads", by="repository", period="2026-01").rows
        }
        found = census.measure("reach", of={"family": "Qwen"}, **request).rows
        assert {r.dimensions["repository"] for r in census.measure("reach", of={"family": "Qwen"}, by="repository",
                                                                   **request).rows} <= set(known)  # fmt: skip
    expected: dict[str, list[float]] = {}
    for repository in known:
        share = part_of(made, repository, direct)
        if not share:
            continue
        if repository.startswith("Qwen/"):
            part = "first-party conversions" if repository in made else "own"
        else:
            part = made[repository][1]
        row = own[repository]
        values = floor(row.low * share), row.value * share, ceil(row.high * share)
        for name in (part, "total"):
            sums = expected.setdefault(name, [0, 0, 0, 0])
            sums[:] = [a + b for a, b in zip(sums, (*values, 1), strict=True)]
    assert {r.dimensions["part"] for r in found} == set(expected)
    for row in found:
        low, value, high, count = expected[row.dimensions["part"]]
        assert (row.low, row.high, row.dimensions["repositories"]) == (low, high, count)
        assert abs(row.value - value) <= count and row.low <= row.value <= row.high
    assert sum(r.value for r in found[:-1]) == found[-1].value


FACTS = [
    fact("Qwen/Qwen3-8B"),
    fact("someone/Qwen3-8B-abliterated", base_model="Qwen/Qwen3-8B", relation="finetune"),
    fact("other/Qwen3-0.6B-GGUF"),
    fact("else/thing", base_model="someone/Qwen3-8B-abliterated", relation="adapter"),
]


@pytest.fixture(scope="module")
def small():
    rows = [observation(f["repository"], "rolling_30d", 10 ** (i + 1), 40) for i, f in enumerate(FACTS)]
    with census_of(batch_of("dump", "hub", observations=rows, facts=FACTS)) as census:
        yield census


def parts(census, of, **reading) -> dict:
    rows = census.measure("reach", of=of, reading={"counter": "rolling_30d", **reading}).rows
    return {r.dimensions["part"]: r.value for r in rows}


def test_a_conversion_without_a_known_parent_is_of_the_family_that_it_names(small):
    assert parts(small, {"family": "Qwen"}) == {
        "own": 10, "finetune": 100, "adapter": 10_000, "quantized": 1000, "total": 11_110,
    }  # fmt: skip


def test_a_repository_and_an_organization_reach_what_was_made_from_them(small):
    assert parts(small, {"repository": "Qwen/Qwen3-8B"}, tree="direct") == {"own": 10, "finetune": 100, "total": 110}
    assert parts(small, {"organization": "someone"}) == {"own": 100, "adapter": 10_000, "total": 10_100}
    assert parts(small, {"organization": "Qwen"}, relations="adapter") == {
        "own": 10,
        "adapter": 10_000,
        "total": 10_010,
    }


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "whose reach"),
        ({"of": {"root_family": "Qwen"}}, "use family"),
        ({"of": {"family": "Qwen"}, "by": "relation"}, "column part"),
        ({"of": {"family": "Qwem"}}, "Qwen"),
        ({"of": {"family": "Qwen"}, "reading": {"minimum": "5"}}, "no reading minimum"),
    ],
)
def test_wrong_input(small, request_, message):
    with pytest.raises(RequestError, match=message):
        small.measure("reach", **request_)


def test_an_open_part_leaves_no_estimate(small):
    rows = small.measure("reach", of={"family": "Qwen"}, period="2026-02").rows
    assert rows[-1].value is None and rows[-1].high is None
    assert any(f.startswith("open") for f in rows[-1].flags)
