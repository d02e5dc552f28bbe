"""From rows to observations: times, batches, missing and doubtful values, duplicates."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def days(outcome) -> dict:
    return {r["repository"]: (str(r["observed_from"]), str(r["observed_on"])) for r in outcome.rows()}


def test_counts_that_are_none_are_set_aside_one_by_one(take):
    values = [
        "7",
        "-1",
        "x",
        "1.5",
        "9223372036854775807",
        "1e400",
        "nan",
        "inf",
        "-inf",
        "0x10",
        "1 000",
        "1.000,5",
        "true",
        "\u0663",
    ]
    content = "id,n\n" + "".join(f'a/m{i},"{v}"\n' for i, v in enumerate(values))
    outcome = take(content)
    assert outcome.counts == {"a/m0": 7}
    assert outcome.lines == list(range(3, 2 + len(values)))
    words = [
        "negative",
        "no number",
        "no whole number",
        "out of range",
        "out of range",
        "out of range",
        "out of range",
        "negative",
    ]
    assert all(w in reason for w, (_, reason) in zip([*words, *["no number"] * 5], outcome.aside, strict=True))


def test_large_counts_keep_every_digit(take):
    assert take("id,n\na/x,9007199254740993\na/y,1e3\na/z,5.0\n").counts == {
        "a/x": 9007199254740993,
        "a/y": 1000,
        "a/z": 5,
    }


def test_missing_counter_is_no_observation_and_never_zero(take):
    content = "id,n,a\na/x,,5\na/y,0,\na/z,N/A,-\n"
    outcome = take(
        content, map={"repo": "id", "rolling_30d": "n", "all_time": "a"}, date="2026-05-01", missing=("N/A", "-")
    )
    assert [(r["repository"], r["counter"], r["value"]) for r in outcome.rows()] == [
        ("a/x", "all_time", 5),
        ("a/y", "rolling_30d", 0),
    ]
    assert not outcome.aside
    assert outcome.batch and {n for n in outcome.batch.took if "without a value" in n} == {
        "rolling_30d: 2 rows without a value gave no observation",
        "all_time: 2 rows without a value gave no observation",
    }
    told = take(content, map={"repo": "id", "rolling_30d": "n", "all_time": "a"}, date="2026-05-01")
    assert told.lines == [4]


def test_ids_without_a_slash_and_without_text(take):
    outcome = take("id,n\nnoslash,1\n,2\n  ,3\n a/x ,4\na/x/y,5\n")
    assert outcome.counts == {"a/x": 4, "a/x/y": 5}
    assert outcome.lines == [2, 3, 4]
    assert "noslash has no slash; write it as namespace/name" in outcome.aside[0][1]


def test_same_row_again_is_taken_once_and_contradicting_rows_not_at_all(take):
    outcome = take("id,n\na/x,1\na/y,2\na/x,1\na/y,3\na/z,4\n")
    assert outcome.counts == {"a/x": 1, "a/z": 4}
    assert outcome.lines == [3, 4, 5]
    assert "the same row again" in outcome.aside[1][1]
    assert all("a different rolling_30d for a/y" in outcome.aside[i][1] for i in (0, 2))


def test_row_that_fails_twice_is_one_row_set_aside(take):
    content = "id,n,a\na/x,1,1\na/x,1,1\na/y,2,2\na/y,3,2\n"
    outcome = take(content, map={"repo": "id", "rolling_30d": "n", "all_time": "a"}, date="2026-05-01")
    assert outcome.lines == [3, 4, 5]
    assert {(r["repository"], r["counter"]) for r in outcome.rows()} == {
        ("a/x", "rolling_30d"),
        ("a/x", "all_time"),
        ("a/y", "all_time"),
    }


def test_order_of_rows_does_not_matter(take):
    rows = [f"a/m{i},{i},{['v1', 'v2'][i % 2]},2026-05-0{i % 3 + 1}" for i in range(20)] + ["a/m3,3,v2,2026-05-01"]
    options = {"map": {"repo": "id", "rolling_30d": "n", "batch": "b", "observed_on": "d"}}
    forth = take("id,n,b,d\n" + "\n".join(rows), **options)
    back = take("id,n,b,d\n" + "\n".join(reversed(rows)), **options)
    assert forth.rows() == back.rows() and forth.rows("facts") == back.rows("facts")
    assert len(forth.lines) == len(back.lines) == 1


def test_times_of_reading_of_every_form(take):
    texts = [
        "2026-05-01",
        "2026-04-08..2026-04-22",
        "2026-10-XX",
        "2026-08/09-XX",
        "2026-02-01T03:15:00Z",
        "2026-07",
        "9999-12",
    ]
    bad = ["2026-02-30", "2026-13", "2026-08/07-XX", "soon", "", "2026-05-03..2026-05-01", "2026"]
    content = "id,n,d\n" + "".join(f"a/m{i},1,{t}\n" for i, t in enumerate(texts + bad))
    outcome = take(content, map={"repo": "id", "rolling_30d": "n", "observed_on": "d"})
    assert days(outcome) == {
        "a/m0": ("2026-05-01", "2026-05-01"),
        "a/m1": ("2026-04-08", "2026-04-22"),
        "a/m2": ("2026-10-01", "2026-10-31"),
        "a/m3": ("2026-08-01", "2026-09-30"),
        "a/m4": ("2026-02-01", "2026-02-01"),
        "a/m5": ("2026-07-01", "2026-07-31"),
        "a/m6": ("9999-12-01", "9999-12-31"),
    }
    assert outcome.lines == list(range(9, 16))


def test_days_and_timestamps_of_parquet(take):
    sink = pa.BufferOutputStream()
    day = pa.array([date(2026, 5, 1)], pa.date32())
    pq.write_table(pa.table({"id": ["a/x"], "n": [1], "day": day, "time": day.cast(pa.timestamp("us"))}), sink)
    for column in ("day", "time"):
        outcome = take(
            sink.getvalue().to_pybytes(), "t.parquet", map={"repo": "id", "rolling_30d": "n", "observed_on": column}
        )
        assert days(outcome) == {"a/x": ("2026-05-01", "2026-05-01")}


BATCHES = "id,n,version\na/x,1,v1\na/y,2,v1\na/x,1,v2\na/y,2,v2\na/x,1,v3\na/y,3,v3\n"


def test_batches_get_their_day_from_dates_and_identical_ones_are_taken_once(take):
    options = {"map": {"repo": "id", "rolling_30d": "n", "batch": "version"}}
    same = {"v1": "2026-09-XX", "v2": "2026-09-XX", "v3": "2026-09-XX"}
    outcome = take(BATCHES, dates=same, **options)
    assert [(r["batch"], r["repository"], r["value"]) for r in outcome.rows()] == [
        ("v1", "a/x", 1), ("v1", "a/y", 2), ("v3", "a/x", 1), ("v3", "a/y", 3),
    ]  # fmt: skip
    assert outcome.batch and "batch 'v2' repeats 'v1' in every value: taken once" in outcome.batch.took
    apart = take(BATCHES, dates={**same, "v2": "2026-10-01"}, **options)
    assert len(apart.rows()) == 6, "the same values on another day are a reading of their own"
    assert (
        "batches without a day: v3" in take(BATCHES, dates={"v1": "2026-09-01", "v2": "2026-09-02"}, **options).error
    )
    outcome = take(BATCHES, dates={"v1": "2026-09-01", "v2": "2026-09-02", "v3": "someday"}, **options)
    assert outcome.lines == [6, 7] and len(outcome.rows()) == 4


def test_batches_of_different_spans_are_not_the_same_batch(take):
    """Zero downloads in a day and zero downloads in a week, both up to the same day, say different things."""
    content = "id,period_start,period_end,downloads,batch\na/x,2026-05-07,2026-05-08,0,day\na/x,2026-05-01,2026-05-08,0,week\n"
    outcome = take(content, map={"repo": "id"})
    assert [(r["batch"], str(r["period_start"])) for r in outcome.rows()] == [
        ("day", "2026-05-07"),
        ("week", "2026-05-01"),
    ]


def test_dropping_a_repeated_batch_leaves_its_other_days(take):
    content = (
        "id,n,b,d\na/x,1,v1,2026-09-30\na/x,1,v2,2026-09-30\na/x,5,v2,2026-09-01..2026-09-30\n"
        "a/y,5,v1,2026-09-01..2026-09-30\n"
    )
    outcome = take(content, map={"repo": "id", "rolling_30d": "n", "batch": "b", "observed_on": "d"})
    assert sorted((r["batch"], r["repository"], r["value"]) for r in outcome.rows()) == [
        ("v1", "a/x", 1),
        ("v1", "a/y", 5),
        ("v2", "a/x", 5),
    ]


def test_period_counts(take):
    content = (
        "id,period_start,period_end,downloads\na/x,2026-05-01,2026-06-01,10\na/x,2026-06-01,2026-07-01,0\n"
        "a/x,2026-07-01,2026-07-01,1\na/x,,2026-07-01,1\na/x,2026-07-01,soon,1\na/x,2026-05-01,2026-06-01,11\n"
    )
    outcome = take(content, map={"repo": "id"})
    assert [(r["counter"], str(r["period_start"]), str(r["observed_on"]), r["value"]) for r in outcome.rows()] == [
        ("period", "2026-06-01", "2026-07-01", 0)
    ]
    assert outcome.lines == [2, 4, 5, 6, 7]
    assert "ends before it starts" in dict(outcome.aside)[4]


def test_counters_of_two_kinds_in_one_table_each_need_their_own_time(take):
    content = (
        "id,observed_on,n,period_start,period_end,downloads\n"
        "a/a,2026-05-01,5,2026-04-01,2026-05-01,7\na/b,2026-05-02,6,,,\na/c,,,2026-04-01,2026-05-01,8\n"
        "a/d,,3,2026-04-01,2026-05-01,8\na/e,2026-05-02,,,2026-05-01,9\n"
    )
    outcome = take(content, map={"repo": "id", "rolling_30d": "n"})
    assert sorted((r["repository"], r["counter"]) for r in outcome.rows()) == [
        ("a/a", "period"), ("a/a", "rolling_30d"), ("a/b", "rolling_30d"), ("a/c", "period"),
    ]  # fmt: skip
    assert outcome.lines == [5, 6]
    assert take("id,n,period_start\na/x,1,\na/y,2,2026-01-01\n").counts == {"a/x": 1, "a/y": 2}


def test_facts_are_those_of_the_last_reading_and_unreadable_ones_unknown(take):
    content = (
        "id,n,d,likes,license,params,created_at\na/x,1,2026-05-01,3,mit,1e9,2025-01-01\n"
        "a/x,2,2026-06-01,4,apache-2.0,,2025-01-01T09:00:00Z\na/y,1,2026-05-01,inf,,1e300,never\n"
    )
    outcome = take(content, map={"repo": "id", "rolling_30d": "n", "observed_on": "d"})
    facts = {r["repository"]: r for r in outcome.rows("facts")}
    assert (facts["a/x"]["likes"], facts["a/x"]["license"], facts["a/x"]["params"]) == (4, "apache-2.0", 10**9)
    assert facts["a/x"]["created_at"] == date(2025, 1, 1) and facts["a/x"]["observed_on"] == date(2026, 6, 1)
    assert (facts["a/y"]["likes"], facts["a/y"]["params"], facts["a/y"]["created_at"]) == (None, None, None)
    assert outcome.batch and {"likes", "params", "created_at"} == {
        n.partition(":")[0] for n in outcome.batch.took if "1 unreadable values left unknown" in n
    }


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"map": {"repo": "id", "rolling": "n"}, "date": "2026-05-01"}, "did you mean 'rolling_30d'"),
        ({"map": {"repo": "model", "rolling_30d": "n"}, "date": "2026-05-01"}, "no column 'model' (wanted for repo)"),
        ({"map": {"rolling_30d": "n"}, "date": "2026-05-01"}, "no column for repo; name it with --map"),
        ({"map": {"repo": "id"}, "date": "2026-05-01"}, "no column for a counter"),
        ({"map": {"repo": "id", "rolling_30d": "n"}}, "no column for observed_on"),
        ({"map": {"repo": "id", "rolling_30d": "n"}, "date": "nonsense"}, "nonsense is no day"),
        ({"source": "table"}, "unknown source 'table'; did you mean 'tables'"),
    ],
)
def test_wrong_options_give_one_error_with_the_remedy(take, options, words):
    assert words in take("id,n\na/x,1\n", **options).error


def test_files_of_one_import_must_not_contradict_each_other(take_paths, tmp_path):
    options = {"map": {"repo": "id", "rolling_30d": "n"}, "date": "2026-05-01"}
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("id,n\na/x,1\na/y,2\n")
    two.write_text("id,n\na/x,1\na/z,3\n")
    outcome = take_paths([one, two], **options)
    assert outcome.counts == {"a/x": 1, "a/y": 2, "a/z": 3} and len(outcome.rows()) == 3
    assert take_paths([two, one], **options).rows() == outcome.rows()
    two.write_text("id,n\na/x,4\na/z,3\n")
    assert "contradict each other: rolling_30d of a/x on 2026-05-01" in take_paths([one, two], **options).error
