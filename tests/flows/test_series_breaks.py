"""The list of series breaks: complete, cited, ordered; who is concerned, and what is crossed."""

import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pyarrow.compute as pc
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.flows import SeriesBreak, breaks_between, load_series_breaks, series_break_table
from modelcensus.flows.series_breaks import DONE, KIND
from modelcensus.vocabulary import KnowledgeError
from modelcensus.vocabulary.names import ALL_TIME, PERIOD, ROLLING

EVER = date(2020, 1, 1), date(2030, 1, 1)
GOOD = """\
version: 2026-11-24
breaks:
- id: one
  when: 2026-06
  label: one
  what: One thing changed.
  who: client
  by: some-client
  channels: [hub]
  counters: [all_time]
  direction: up
  effect: More.
  source: a page
  certainty: documented
"""
SECOND = GOOD.partition("breaks:\n")[2]


def by_id(name: str) -> SeriesBreak:
    return next(b for b in load_series_breaks() if b.id == name)


def written(folder: Path, text: str) -> Path:
    path = folder / "breaks.yaml"
    path.write_text(text)
    return path


def test_the_changes_that_the_record_of_interfaces_dates_are_there():
    expected = {
        "all-time-on-record": date(2025, 2, 27),
        "counters-part": date(2025, 6, 15),
        "params-json": date(2025, 7, 25),
        "vllm-user-agent": date(2026, 5, 31),
        "all-time-recount": date(2026, 6, 10),
        "xet-without-head": date(2026, 6, 30),
        "hub-client-resolve-revision": date(2026, 7, 30),
        "diffusers-modular-index": date(2026, 8, 6),
    }
    for name, day in expected.items():
        assert by_id(name).start <= day <= by_id(name).end, name


def test_every_entry_is_written_in_sentences_with_a_source():
    for b in load_series_breaks():
        assert b.what.endswith(".") and b.effect.endswith("."), b.id
        assert len(b.source) > 10 and "http" not in b.label, b.id
        assert b.by in ("", *(w for w in re.split(r"[^\w.]+", f"{b.what} {b.source}".lower()))), b.id


def test_a_month_is_an_interval():
    assert by_id("counters-part").start == date(2025, 6, 1)
    assert by_id("counters-part").end == date(2025, 6, 30)


def test_attribution_alone_concerns_logs_alone():
    for b in load_series_breaks():
        if b.direction == "none":
            assert b.concerns("log:mirror") and not b.concerns("hub") and not b.concerns("reported:anyone"), b.id


def test_channels_and_counters():
    hub = {b.id for b in breaks_between("hub", *EVER)}
    assert {b.id for b in breaks_between("reported:anyone", *EVER)} == hub
    rolling = {b.id for b in breaks_between("hub", *EVER, counter=ROLLING)}
    assert "all-time-recount" in {b.id for b in breaks_between("hub", *EVER, counter=ALL_TIME)} - rolling
    logs = breaks_between("log:mirror", *EVER, counter=PERIOD)
    assert {b.id for b in logs} >= {"hub-client-retries", "xet-without-head", "vllm-user-agent"}
    assert not breaks_between("ollama", *EVER) and not breaks_between("openrouter", *EVER)
    assert not breaks_between("hub", *EVER, counter="pulls_all_time")


def test_what_is_crossed():
    day, whole = by_id("params-json"), by_id("counters-part")
    assert day.crossed(date(2025, 7, 24), date(2025, 7, 25))
    assert not day.crossed(date(2025, 7, 25), date(2025, 9, 1)), "all numbers are of after it"
    assert not day.crossed(date(2025, 1, 1), date(2025, 7, 24)), "all numbers are of before it"
    assert whole.crossed(date(2025, 6, 10), date(2025, 6, 12)), "it can have happened between them"
    assert not whole.crossed(date(2025, 6, 10), date(2025, 6, 10)), "one day crosses nothing"


@given(st.dates(*EVER), st.integers(0, 2000), st.integers(0, 2000))
def test_a_longer_span_crosses_no_less(first: date, days: int, more: int):
    last = first + timedelta(days=days)
    inside = breaks_between("hub", first, last)
    assert set(inside) <= set(breaks_between("hub", first - timedelta(days=more), last))
    assert set(inside) <= set(breaks_between("hub", first, last + timedelta(days=more)))
    assert list(inside) == sorted(inside, key=lambda b: (b.start, b.end))


def test_the_table_has_a_row_for_every_counter():
    table = series_break_table()
    assert table.column_names == [
        "kind", "source", "counter", "from", "to", "repositories", "repository", "evidence", "done",
    ]  # fmt: skip
    assert table.num_rows == sum(len(b.counters) for b in load_series_breaks())
    assert set(table["kind"].to_pylist()) == {KIND} and set(table["done"].to_pylist()) == {DONE}
    assert table["repository"].null_count == table.num_rows and pc.sum(table["repositories"]).as_py() == 0
    assert pc.all(pc.less_equal(table["from"], table["to"])).as_py()
    assert {"", "huggingface_hub", "vllm"} <= set(table["source"].to_pylist())
    few = series_break_table(breaks_between("hub", date(2025, 7, 1), date(2025, 8, 1), counter=ALL_TIME))
    assert few.num_rows == 2 and few.schema == table.schema
    assert series_break_table([]).schema == table.schema


def test_another_file_of_the_same_schema(tmp_path: Path):
    (one,) = load_series_breaks(written(tmp_path, GOOD))
    assert (one.start, one.end, one.by) == (date(2026, 6, 1), date(2026, 6, 30), "some-client")
    assert breaks_between("hub", *EVER, breaks=[one]) == (one,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + SECOND, "the id stands twice"),
        (GOOD + SECOND.replace("id: one", "id: two").replace("2026-06", "2026-05-31"), "order of their dates"),
        (GOOD.replace("when: 2026-06", "when: 2026-06-30..2026-06-01"), "ends before it starts"),
        (GOOD.replace("when: 2026-06", "when: last summer"), "when"),
        (GOOD.replace("direction: up", "direction: sideways"), "direction"),
        (GOOD.replace("counters: [all_time]", "counters: []"), "counters"),
        (GOOD.replace("  by: some-client\n", ""), "`by`"),
        (GOOD.replace("who: client", "who: hub"), "`by`"),
        (GOOD.replace("effect: More.", "affect: More."), "effect"),
        (GOOD + "  extra: no\n", "extra"),
        (GOOD.replace("version: 2026-11-24", "version: 1"), "version"),
        ("breaks: [", "not YAML"),
        ("- id: one", "keys"),
        ("version: 2026-11-24\nbreaks: {}\n", "list"),
        ("version: 2026-11-24\nbreaks: [one]\n", "one"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(tmp_path: Path, text: str, said: str):
    path = written(tmp_path, text)
    with pytest.raises(KnowledgeError) as raised:
        load_series_breaks(path)
    assert said in str(raised.value) and str(path) in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        load_series_breaks(tmp_path / "none.yaml")


def test_the_list_is_package_data():
    text = (files("modelcensus.flows") / "series_breaks.yaml").read_text()
    assert len(yaml.safe_load(text)["breaks"]) == len(load_series_breaks())
