"""Every measure on a published series against plain Python; and the refusals that such a series needs."""

from contextlib import contextmanager
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, opened, published
from modelcensus.vocabulary import RequestError

MONTHS = tuple(date(2025, m, 1) for m in (1, 2, 3, 4, 5))
ORGANIZATIONS = ("Qwen", "meta-llama", "google", "unsloth")
CHANNEL = "channel=reported:series"
ESTIMATE = "the publisher's earlier method, an estimate"


def label(month: date) -> str:
    return f"{month:%Y-%m}"


def series(counts: dict[str, list[int]], rest: list[int]):
    """Two months by the publisher's earlier method, then exact ones; the totals exceed the rows by `rest`."""
    rows = []
    for i, month in enumerate(MONTHS):
        listed = [published(o, month, counts[o][i], i >= 2, "text-vision") for o in ORGANIZATIONS]
        whole = sum(r["downloads"] for r in listed) + rest[i]
        rows += [*listed, published(None, month, whole, i >= 2, "text-vision")]
    return batch_of("series", "reported:series", reported=rows)


census_of = contextmanager(opened)
months_of_counts = st.lists(st.integers(1, 10**6), min_size=len(MONTHS), max_size=len(MONTHS))


@pytest.fixture(scope="module")
def census():
    counts = {"Qwen": [1, 9, 2, 5, 9], "meta-llama": [4, 4, 4, 4, 4], "google": [3] * 5, "unsloth": [2] * 5}
    with census_of(series(counts, [10] * 5)) as made:
        yield made


@settings(max_examples=3)
@given(st.fixed_dictionaries(dict.fromkeys(ORGANIZATIONS, months_of_counts)), months_of_counts)
def test_every_measure_against_plain_python(counts, rest):
    with census_of(series(counts, rest)) as census:

        def ask(measure: str, **request):
            reading = [CHANNEL, *request.pop("reading", [])]
            result = census.measure(measure, reading=reading, **request)
            assert all(r.low is None and r.high is None and "reported" in r.flags for r in result.rows)
            assert result.counted_by == "reported by series"
            return result.rows

        rows = ask("downloads", by=["organization", "month"])
        assert {(r.dimensions["organization"], r.period): r.value for r in rows} == {
            (o, label(m)): counts[o][i] for o in ORGANIZATIONS for i, m in enumerate(MONTHS)
        }
        rows = ask("cumulative", by=["organization", "month"])
        assert {(r.dimensions["organization"], r.period): r.value for r in rows} == {
            (o, label(m)): sum(counts[o][: i + 1]) for o in ORGANIZATIONS for i, m in enumerate(MONTHS)
        }
        rows = ask("cumulative", of={"organization": "Qwen"}, by="month", reading=["origin=first_exact"])
        assert [r.value for r in rows] == [sum(counts["Qwen"][2 : i + 1]) for i in range(2, 5)]

        whole = [sum(counts[o][i] for o in ORGANIZATIONS) + rest[i] for i in range(5)]
        rows = ask("share", of={"organization": "Qwen"}, by="month")
        assert [r.value for r in rows] == [pytest.approx(counts["Qwen"][i] / whole[i]) for i in range(5)]
        assert [r.coverage for r in rows] == [pytest.approx((w - r) / w) for w, r in zip(whole, rest, strict=True)]
        rows = ask("share", of={"organization": "Qwen"}, by="month", reading=["peers=Qwen,google"])
        expected = [counts["Qwen"][i] / (counts["Qwen"][i] + counts["google"][i]) for i in range(5)]
        assert [r.value for r in rows] == [pytest.approx(e) for e in expected]
        rows = ask("share", of={"organization": "Qwen"}, by="month", within="listed")
        assert [r.value for r in rows] == [pytest.approx(counts["Qwen"][i] / (whole[i] - rest[i])) for i in range(5)]

        rows = ask("ratio", of={"organization": "Qwen"}, by="month", reading=["peers=Qwen,google,meta-llama"])
        peers = [counts["google"][i] + counts["meta-llama"][i] for i in range(5)]
        assert [r.value for r in rows] == [pytest.approx(counts["Qwen"][i] / peers[i]) for i in range(5)]
        rows = ask("ratio", of={"organization": "Qwen"}, by="month", reading=["peers=ranks:2..3"])
        ranked = [sum(sorted((counts[o][i] for o in ORGANIZATIONS), reverse=True)[1:3]) for i in range(5)]
        assert [r.value for r in rows] == [pytest.approx(counts["Qwen"][i] / ranked[i]) for i in range(5)]

        rows = ask("rank", by=["organization", "month"])
        assert {(r.dimensions["organization"], r.period): r.value for r in rows} == {
            (o, label(m)): 1 + sum(counts[p][i] > counts[o][i] for p in ORGANIZATIONS)
            for o in ORGANIZATIONS
            for i, m in enumerate(MONTHS)
        }

        expected = set()
        for basis in ("period", "cumulative"):
            a, b = counts["Qwen"], counts["meta-llama"]
            if basis == "cumulative":
                a, b = ([sum(c[: i + 1]) for i in range(5)] for c in (a, b))
            above = [x > y for x, y in zip(a, b, strict=True)]
            stays = [all(above[i:]) for i in range(5)]
            if True in above:
                expected.add((basis, "first", label(MONTHS[above.index(True)])))
            if True in stays:
                expected.add((basis, "persistent", label(MONTHS[stays.index(True)])))
            expected |= {(basis, "reverted", label(MONTHS[i])) for i in range(5) if above[i] and not stays[i]}
        if not expected:
            with pytest.raises(RequestError, match="exceeds its peers in no period"):
                ask("crossover", of={"organization": "Qwen"}, reading=["peers=meta-llama"])
            return
        rows = ask("crossover", of={"organization": "Qwen"}, reading=["peers=meta-llama"])
        assert {(r.dimensions["basis"], r.dimensions["crossover"], r.period) for r in rows} == expected


def test_months_by_the_earlier_method_say_so(census):
    rows = census.measure("downloads", of={"organization": "Qwen"}, by="month", reading=[CHANNEL]).rows
    assert [ESTIMATE in r.flags for r in rows] == [True, True, False, False, False]
    rows = census.measure("cumulative", of={"organization": "Qwen"}, by="month", reading=[CHANNEL]).rows
    assert all(ESTIMATE in r.flags for r in rows), "a sum that contains an estimate is one"


def test_reverted_crossovers_are_named(census):
    rows = census.measure("crossover", of={"organization": "Qwen"}, reading=[CHANNEL, "peers=meta-llama"]).rows
    found = {(r.dimensions["crossover"], r.period) for r in rows if r.dimensions["basis"] == "period"}
    assert found == {("first", "2025-02"), ("reverted", "2025-02"), ("persistent", "2025-04")}


@pytest.mark.parametrize("dimension", ["family", "repository", "size_class", "license", "task", "variant"])
def test_a_dimension_that_the_series_lacks_is_refused(census, dimension):
    for request in ({"by": dimension}, {"of": {dimension: "x"}}):
        with pytest.raises(RequestError, match="organization") as caught:
            census.measure("downloads", reading=[CHANNEL], **request)
        assert dimension in str(caught.value)


@pytest.mark.parametrize("dimension", ["organization", "kind", "country", "region", "role"])
def test_what_an_organization_alone_decides_can_be_asked(census, dimension):
    rows = census.measure("downloads", by=[dimension], period="2025-05", reading=[CHANNEL]).rows
    assert sum(r.value for r in rows) == 18


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"by": ["organization", "week"]}, "by month"),
        ({"by": "day"}, "by month"),
        ({"reading": ["counter=all_time"]}, "counter"),
        ({"within": "mainline"}, "cannot tell"),
        ({"within": "nothing"}, "listed"),
        ({"period": "2019-01"}, "2025-01..2025-05"),
        ({"period": "2025-01-10..2025-01-20"}, "months"),
    ],
)
def test_what_the_publisher_did_not_publish_is_refused(census, request_, said):
    reading = [CHANNEL, *request_.pop("reading", [])]
    with pytest.raises(RequestError, match=said):
        census.measure("downloads", reading=reading, **request_)


def test_the_only_channel_is_taken_without_being_named(census):
    result = census.measure("downloads", of={"organization": "Qwen"}, period="2025-05")
    assert result.request.reading.channel == "reported:series"
    assert result.rows[0].value == 9
