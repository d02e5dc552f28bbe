"""Derivatives against plain Python: roots by walking parents, bounds by trying everything that is not known."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, opened
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import RequestError

census_of = contextmanager(opened)
BASES = {"Qwen/Qwen3-8B": "Qwen", "meta-llama/Llama-3.1-8B": "Llama", "google/gemma-3-4b-it": "Gemma"}
MISSING = "Qwen/Qwen2.5-7B"
"""A parent that the ledger has never seen."""
FAMILIES = {**BASES, MISSING: "Qwen"}
SPANS = {"2026-01": (0, 31), "2026-02": (31, 59)}


@dataclass(frozen=True)
class Made:
    """A derivative: parents, relation, days of creation (or unknown) and of the first look, latest counter (or none)."""

    parents: tuple[str, ...]
    relation: str
    created: int | None
    seen: int
    value: int | None


@st.composite
def derivatives(draw):
    made: dict[str, Made] = {}
    for i in range(draw(st.integers(2, 6))):
        parents = draw(st.sets(st.sampled_from([*FAMILIES, *made]), min_size=1, max_size=2))
        created = draw(st.none() | st.integers(0, 58))
        made[f"d{i}/x"] = Made(
            tuple(sorted(parents)),
            draw(st.sampled_from(["finetune", "adapter", "quantized", "merge"])),
            created,
            draw(st.integers(created or 0, 70)),
            draw(st.none() | st.integers(0, 10)),
        )
    return made


def batch(made: dict[str, Made]):
    facts = [fact(b, created=date(2025, 6, 1)) for b in BASES]
    facts += [
        fact(
            r,
            m.seen,
            None if m.created is None else day(m.created),
            base_model=" ".join(m.parents),
            relation=m.relation,
        )
        for r, m in made.items()
    ]
    rows = [observation(b, "rolling_30d", 100, 80) for b in BASES]
    rows += [observation(r, "rolling_30d", m.value, 80) for r, m in made.items() if m.value is not None]
    return batch_of("dump", "hub", observations=rows, facts=facts)


def families(made: dict[str, Made], repository: str, tree: str) -> dict[str, Fraction]:
    """What a repository is made from: family -> part."""
    found: dict[str, Fraction] = {}
    parents = made[repository].parents
    for parent in parents:
        if parent in FAMILIES:
            of = {FAMILIES[parent]: Fraction(1)}
        else:
            of = families(made, parent, tree) if tree == "whole" else {"unattributed": Fraction(1)}
        for family, part in of.items():
            found[family] = found.get(family, Fraction(0)) + part / len(parents)
    return found


def shares(made, span, reading) -> tuple[Fraction | None, list[Fraction]]:
    """The share of Qwen among the new, and all that it can be: every unknown is tried both ways."""
    start, end = SPANS[span]
    sure, unsure = [], []
    for repository, m in made.items():
        if m.relation not in reading.get("relations", m.relation).split(","):
            continue
        part = families(made, repository, reading["tree"]).get("Qwen", Fraction(0))
        new = start <= m.created < end if m.created is not None else None if m.seen >= start else False
        many = True if "minimum" not in reading else None if m.value is None else m.value > int(reading["minimum"])
        if new is False or many is False:
            continue
        (sure if new and many else unsure).append(part)
    known = sum(sure, Fraction(0)) / len(sure) if sure else None
    possible = []
    for taken in product([False, True], repeat=len(unsure)):
        chosen = sure + [p for p, t in zip(unsure, taken, strict=True) if t]
        if chosen:
            possible.append(sum(chosen, Fraction(0)) / len(chosen))
    return known, possible


READINGS = [
    {"tree": "whole"},
    {"tree": "direct", "minimum": "5"},
    {"tree": "whole", "relations": "finetune,quantized"},
]


@settings(max_examples=4)
@given(derivatives(), st.sampled_from(READINGS))
def test_shares_of_new_derivatives(made, reading):
    with census_of(batch(made)) as census:
        try:
            rows = census.measure(
                "derivative_share", of={"root_family": "Qwen"}, by="month", period="2026-01..2026-02", reading=reading
            ).rows
        except RequestError as error:
            assert any(
                w in str(error) for w in ("no data", "no root_family", "no derivatives", "derivatives here are")
            )
            rows = ()
    found = {r.period: r for r in rows}
    for span in SPANS:
        known, possible = shares(made, span, reading)
        if span not in found:
            assert not possible or max(possible) == 0 or known is None
            continue
        row = found[span]
        assert row.value == (None if known is None else pytest.approx(float(known), abs=1e-5))
        if possible:
            assert row.low <= float(min(possible)) + 1e-5 and float(max(possible)) <= row.high + 1e-5
        mixed = any(len(families(made, r, reading["tree"])) > 1 for r in made)
        if known is not None and not mixed:  # where nothing is shared the bounds are attained
            assert (row.low, row.high) == pytest.approx((float(min(possible)), float(max(possible))), abs=1e-5)


@settings(max_examples=3)
@given(derivatives())
def test_the_stock_by_relation(made):
    with census_of(batch(made)) as census:
        rows = census.measure("derivative_stock", by=["relation", "month"], period="2026-01..2026-02").rows
    found = {(r.dimensions["relation"], r.period): r for r in rows}
    for relation, (span, (_start, end)) in product(["finetune", "adapter", "quantized", "merge"], SPANS.items()):
        chosen = [m for m in made.values() if m.relation == relation]
        sure = sum((m.seen if m.created is None else m.created) < end for m in chosen)
        most = sure + sum(m.created is None and m.seen >= end for m in chosen)
        row = found.get((relation, span))
        assert (
            (row.value, row.low, row.dimensions["most"], row.high) == (sure, sure, most, None) if row else most == 0
        )


FACTS = [
    fact("Qwen/Qwen3-8B", created=day(0)),
    fact("Qwen/Qwen3-8B-GGUF", created=day(3), base_model="Qwen/Qwen3-8B", relation="quantized"),
    fact("a/tuned", created=day(4), base_model="Qwen/Qwen3-8B", relation="finetune"),
    fact("b/lora", created=day(5), base_model="a/tuned", relation="adapter"),
    fact("c/llama", created=day(6), base_model="meta-llama/Llama-3.1-8B", relation="finetune"),
]


@pytest.fixture(scope="module")
def small():
    rows = [observation(f["repository"], "rolling_30d", 10, 40) for f in FACTS]
    with census_of(batch_of("dump", "hub", observations=rows, facts=FACTS)) as census:
        yield census


def share(census, **request):
    return census.measure("derivative_share", period="2026-01", **request).rows


def test_own_conversions_are_apart_unless_asked_for(small):
    assert share(small, of={"root_family": "Qwen"})[0].value == pytest.approx(2 / 3)
    assert share(small, of={"root_family": "Qwen"}, reading={"first_party": "with"})[0].value == pytest.approx(3 / 4)


def test_direct_children_are_those_of_their_parent(small):
    assert share(small, of={"root_family": "Qwen"}, reading={"tree": "direct"})[0].value == pytest.approx(1 / 3)
    assert share(small, of={"root_organization": "a"}, reading={"tree": "direct"})[0].value == pytest.approx(1 / 3)


def test_a_named_denominator_and_the_relations_of_all(small):
    rows = share(small, of={"root_family": "Qwen"}, reading={"peers": "root_family:Qwen"})
    assert (rows[0].value, rows[0].dimensions["of_all"]) == (1, 2)
    rows = share(small, by="relation")
    assert {r.dimensions["relation"]: r.value for r in rows} == pytest.approx({"adapter": 1 / 3, "finetune": 2 / 3})


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"period": ""}, "those of a period"),
        ({"reading": {"relations": "finetuned"}}, "finetune"),
        ({"reading": {"peers": "ranks:1..3"}}, "no ranks"),
        ({"of": {"root_family": "Qwem"}}, "Qwen"),
        ({"period": "2031-01"}, "ask for a period among them"),
        ({"reading": {"level": "3"}}, "no reading level"),
    ],
)
def test_wrong_input(small, request_, message):
    with pytest.raises(RequestError, match=message):
        small.measure("derivative_share", **{"period": "2026-01", **request_})


@pytest.fixture(scope="module")
def conversions(real_data, tmp_path_factory):
    """GGUF and MLX conversions of selected publishers, with what their tags say they were made from."""
    counters, meta = (
        real_data("gguf-daily/gguf_mlx_rolling30_2026-05_2026-08.parquet"),
        real_data("gguf-daily/model_meta.parquet"),
    )
    path = tmp_path_factory.mktemp("gguf") / "gguf.parquet"
    duckdb.sql(
        f"""copy (select g.*, m.base_model_tags from '{counters}' g left join '{meta}' m using (model_id)
                  where date in ('2026-05-27', '2026-08-22')) to '{path}' (format parquet)"""
    )
    columns = {"repo": "model_id", "rolling_30d": "downloads_30d", "observed_on": "date", "created_at": "createdAt"}
    options = ImportOptions(source="tables", name="gguf", map={**columns, "base_model": "base_model_tags"})
    with census_of(read_batch([path], options)) as census:
        yield census, path


def test_new_conversions_by_family_on_real_data(conversions):
    census, path = conversions
    row = census.measure("derivative_share", of={"root_family": "Qwen"}, period="2026-03").rows[0]
    assert row.low == row.value == row.high == pytest.approx(0.628, abs=0.0005)
    tagged = duckdb.sql(
        f"""select count(distinct model_id) filter (where lower(concat(model_id, base_model_tags)) similar to '.*qwen.*') as qwen,
                   count(distinct model_id) from '{path}'
            where createdAt >= '2026-03-01' and createdAt < '2026-04-01' and model_id not similar to '(Qwen|google)/.*'"""
    ).fetchall()[0]
    assert row.value == pytest.approx(tagged[0] / tagged[1], abs=0.04)


def test_reach_of_three_families_on_real_data(conversions):
    """Direct conversions stated by their tags are the same sum in plain SQL."""
    census, path = conversions
    reading = {"counter": "rolling_30d", "repair": "none"}
    for family, least in {"Qwen": 62.7e6, "Llama": 3.4e6, "Gemma": 23.9e6}.items():
        rows = census.measure("reach", of={"family": family}, period="2026-08-22", reading=reading).rows
        parts = {r.dimensions["part"]: r for r in rows}
        total = parts.pop("total")
        assert total.value == pytest.approx(least, rel=0.01)
        assert total.value == sum(r.value for r in parts.values())
        assert total.low <= total.value <= total.high
    rows = census.measure("reach", of={"repository": "Qwen/Qwen3-8B"}, period="2026-08-22", reading=reading).rows
    stated = duckdb.sql(
        f"""select sum(downloads_30d) from '{path}'
            where date = '2026-08-22' and contains(base_model_tags || ';', 'base_model:quantized:Qwen/Qwen3-8B;')"""
    ).fetchall()[0]
    found = sum(r.value for r in rows if r.dimensions["part"] in ("quantized", "first-party conversions"))
    assert found >= stated[0] > 0
