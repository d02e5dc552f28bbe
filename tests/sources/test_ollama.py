"""Scrapes of the Ollama library: rounded texts as the intervals that they stand for."""

from datetime import date

TABLE = "date,model,source,raw\n2026-05-01,qwen3,one,35.0M\n2026-05-01,qwen3,two,34.9M\n2026-05-01,phi,one,186.1K\n"


def test_texts_become_counts_and_the_batch_says_how_they_are_rounded(take):
    outcome = take(TABLE + '2026-05-01,tiny,one,"6,487"\n2026-05-02,qwen3,one,35M\n', source="ollama", name="one")
    rows = {(r["repository"], r["observed_on"]): r["value"] for r in outcome.rows()}
    assert rows == {
        ("library/qwen3", date(2026, 5, 1)): 35_000_000,
        ("library/phi", date(2026, 5, 1)): 186_100,
        ("library/tiny", date(2026, 5, 1)): 6_487,
        ("library/qwen3", date(2026, 5, 2)): 35_000_000,
    }
    assert outcome.rows("roundings") == [
        {"counter": "all_time", "from_value": 186_100, "width": 100},
        {"counter": "all_time", "from_value": 35_000_000, "width": 100_000},
    ]
    assert outcome.batch and (outcome.batch.channel, outcome.batch.name) == ("ollama", "one")
    assert {r["counter"] for r in outcome.rows()} == {"all_time"}


def test_several_scrapes_are_series_of_their_own(take):
    assert "2 scrapes in one file: one, two" in take(TABLE, source="ollama").error
    outcome = take(TABLE, source="ollama", name="two")
    assert [(r["repository"], r["value"]) for r in outcome.rows()] == [("library/qwen3", 34_900_000)]


def test_what_is_no_count_or_no_name_is_set_aside(take):
    outcome = take(
        "date,model,raw\n2026-05-01,qwen3,many\n2026-05-01,17,2M\n2026-05-01,u/m,2M\nsoon,phi,1K\n", source="ollama"
    )
    assert [r["repository"] for r in outcome.rows()] == ["u/m"]
    assert outcome.lines == [2, 3, 5]
    assert "many" in outcome.aside[0][1]


def test_a_missing_column_is_named(take):
    assert "no column 'raw or pulls'" in take("date,model\n2026-05-01,qwen3\n", source="ollama").error
