"""The mix of a subject, and the dimensions age and active_class, against plain Python."""

from contextlib import contextmanager
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, catalog_of, day, fact, observation, opened
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.names import AGES

census_of = contextmanager(opened)
COUNTER = ["counter=rolling_30d"]


def batch(readings, facts):
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    return batch_of("dump", "hub", observations=rows, facts=facts)


def counted(values, facts, on=5):
    rows = [observation(r, "rolling_30d", v, on) for r, v in values.items()]
    return batch_of("b", "hub", observations=rows, facts=facts)


@settings(max_examples=5)
@given(
    inside=st.lists(st.integers(1, 300), min_size=4, max_size=4),
    edges=st.lists(st.integers(0, 100), min_size=4, max_size=4),
    whole=st.booleans(),
)
def test_shares_of_the_subject_against_its_corners(inside, edges, whole):
    names = ("Qwen/a-1B", "Qwen/b-7B", "Qwen/c-7B", "google/d-7B")
    readings = {
        r: {25: 100, 35: 100 + e, 55: 100 + e + i, 65: 100 + 2 * e + i}
        for r, i, e in zip(names, inside, edges, strict=True)
    }
    with census_of(batch(readings, [fact(r) for r in names])) as census:
        of = {} if whole else {"organization": "Qwen"}
        rows = census.measure("mix", of=of, by="size_class", period="2026-02").rows
        known = {
            r.dimensions["repository"]: r for r in census.measure("downloads", by="repository", period="2026-02").rows
        }
        known = {n: r for n, r in known.items() if whole or n.startswith("Qwen")}
        assert sum(r.value for r in rows) == pytest.approx(1)
        for row in rows:
            word = {"1-5": "-1B", "5-10": "-7B"}[str(row.dimensions["size_class"])]
            values = [n.endswith(word) for n in known]
            assert row.value == pytest.approx(
                sum(r.value for n, r in known.items() if n.endswith(word)) / sum(r.value for r in known.values())
            )
            corners = [
                sum(v for v, mine in zip(c, values, strict=True) if mine) / sum(c)
                for c in product(*((r.low, r.high) for r in known.values()))
            ]
            assert (row.low, row.high) == pytest.approx((min(corners), max(corners)))
            assert (row.observed, row.scope_size, row.coverage) == (len(known), len(known), 1)


def test_an_open_member_leaves_no_estimate():
    readings = {"Qwen/a-1B": {0: 10, 65: 90}, "Qwen/b-7B": {0: 10, 40: 60}}
    with census_of(batch(readings, [fact(r) for r in readings])) as census:
        rows = {
            str(r.dimensions["size_class"]): r for r in census.measure("mix", by="size_class", period="2026-02").rows
        }
        assert [r.value for r in rows.values()] == [None, None]
        assert (rows["1-5"].low, rows["5-10"].high) == (0, 1)


def test_variants_overlap_and_the_note_says_so():
    values = {"Qwen/Qwen2.5-Coder-7B-Instruct": 60, "Qwen/Qwen2.5-7B": 40}
    with census_of(counted(values, [fact(r) for r in values])) as census:
        result = census.measure("mix", of={"organization": "Qwen"}, by="variant", reading=COUNTER)
        found = {r.dimensions["variant"]: r.value for r in result.rows}
        assert found["coder"] == found["instruct"] == 0.6
        assert sum(found.values()) > 1
        assert any("overlap" in n for n in result.notes)


def test_the_words_name_the_subject_as_the_whole():
    values = {"Qwen/a-1B": 25, "Qwen/b-7B": 75, "google/c-1B": 900}
    with census_of(counted(values, [fact(r) for r in values])) as census:
        result = census.measure("mix", of={"organization": "Qwen"}, by="size_class", reading=COUNTER)
        assert result.sentence(result.rows[0]).startswith(
            "Models of 1-5 billion parameters made up 25.0 % of the downloads of the organization Qwen within"
        )
        assert result.as_dict()["denominator"].startswith("the organization Qwen within")


def test_a_mix_needs_a_dimension():
    with census_of(counted({"Qwen/a": 1}, [fact("Qwen/a")])) as census, pytest.raises(RequestError, match="--by"):
        census.measure("mix", reading=COUNTER)


def age_on(released: date | None, start: date) -> str:
    if released is None:
        return "unknown"
    days = (start - released).days
    return next(
        (a for edge, a in ((1, "new"), (90, "<90 d"), (365, "90-365 d"), (730, "1-2 y")) if days < edge), ">=2 y"
    )


RELEASED = [-800, -730, -729, -365, -364, -90, -89, -1, 0, 20, 31, 40, None]


def test_ages_are_from_the_release_to_the_start_of_the_span():
    facts = [fact(f"Qwen/m{i}", on=60, created=None if d is None else day(d)) for i, d in enumerate(RELEASED)]
    readings = {f["repository"]: {0: 1, 31: 5, 59: 9, 95: 20} for f in facts}
    readings |= {r: {45: 1, 59: 2, 95: 3} for r in ("Qwen/m9", "Qwen/m10", "Qwen/m11")}
    with census_of(batch(readings, facts)) as census:
        rows = census.measure("downloads", by=["repository", "age", "month"], period="2026-01..2026-03").rows
        assert len(rows) == 3 * len(RELEASED)
        for row in rows:
            created = facts[int(str(row.dimensions["repository"]).removeprefix("Qwen/m"))]["created_at"]
            assert row.dimensions["age"] == age_on(created, date.fromisoformat(row.start))
        grouped = census.measure("downloads", by=["age", "month"], period="2026-01..2026-03").rows
        assert {r.dimensions["age"] for r in grouped} == set(AGES)
        assert all(r.coverage == 1 for r in grouped)
        for row in grouped:
            start = date.fromisoformat(row.start)
            expected = sum(age_on(f["created_at"], start) == row.dimensions["age"] for f in facts)
            assert row.scope_size == expected
        young = census.measure("downloads", of={"age": "new,<90 d"}, by="month", period="2026-01..2026-02").rows
        assert [r.observed for r in young] == [
            sum(age_on(f["created_at"], date.fromisoformat(r.start)) in ("new", "<90 d") for f in facts)
            for r in young
        ]


def test_ages_of_counters_are_those_of_the_day_of_reading():
    created = {"Qwen/a": -100, "Qwen/b": -80, "Qwen/c": -85}
    facts = [fact(r, created=day(d)) for r, d in created.items()]
    with census_of(counted(dict.fromkeys(created, 10), facts, on=5)) as census:
        rows = census.measure("downloads", by=["repository", "age"], reading=COUNTER).rows
        found = {r.dimensions["repository"]: r.dimensions["age"] for r in rows}
        assert found == {r: age_on(day(d), day(0) + timedelta(days=5)) for r, d in created.items()}


def test_ages_are_refused_where_there_are_none(sample):
    with pytest.raises(RequestError, match="has no age"):
        sample.measure("downloads", by="age", period="2026-02", reading=["channel=reported:modelpulse"])
    with pytest.raises(RequestError, match="no age"):
        sample.measure("downloads", of={"age": "old"}, period="2026-05-09", reading=COUNTER)


def test_the_active_class_is_that_of_active_parameters():
    facts = [
        fact("Qwen/Qwen3-30B-A3B"),
        fact("x/dense-7B"),
        fact("x/stated", params=671e9, active_params=37e9),
        fact("x/nothing"),
        fact("x/lora-7B", relation="adapter", base_model="x/dense-7B"),
    ]
    rows = catalog_of(facts).rows("select repository, size_class, active_class from catalog")
    found = {r["repository"]: (r["size_class"], r["active_class"]) for r in rows}
    assert found["Qwen/Qwen3-30B-A3B"] == ("10-50", "1-5")
    assert found["x/dense-7B"] == ("5-10", "5-10")
    assert found["x/stated"] == (">=250", "10-50")
    assert found["x/nothing"] == found["x/lora-7B"] == ("unknown", "unknown")
