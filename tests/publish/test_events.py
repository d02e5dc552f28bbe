"""Events of the counters and releases on time plots: in the picture, in its words, and in a table."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modelcensus
from modelcensus.measures import RELEASE, Happened, Result
from modelcensus.publish.events import MOST_EVENTS, MOST_RELEASES, event_marks, time_marks
from modelcensus.publish.result_chart import result_chart
from modelcensus.publish.theme import SIZES
from modelcensus.publish.views.asking import answer_section


@pytest.fixture(scope="module")
def readings() -> Result:
    reading = {"channel": "hub", "counter": "rolling_30d"}
    return modelcensus.open().measure("share", of={"family": "Qwen"}, by=["family", "day"], reading=reading)


STALL = Happened("stall", "2026-06-01", "2026-06-04")
LATER = Happened("stall", "2026-06-06", "2026-06-07")


def test_an_answer_knows_what_befell_its_counter_and_what_was_released(readings: Result) -> None:
    assert Happened("partial", "2026-04-29", "2026-04-29") in readings.happened
    assert any(h.kind == RELEASE and h.what == "Qwen3.8" for h in readings.happened)
    assert not any(h.kind == "series_break" for h in readings.happened)
    months = modelcensus.open().measure(
        "share", by=["organization", "month"], reading=["channel=reported:modelpulse"]
    )
    assert months.happened == (), "events of our own readings are none of a series that others counted"


def test_a_model_that_is_named_has_its_own_release() -> None:
    name, reading = "ATH-MaaS/OvisOCR2", {"counter": "rolling_30d"}
    found = modelcensus.open().measure("downloads", of={"repository": name}, by=["day"], reading=reading)
    assert [h for h in found.happened if h.kind == RELEASE] == [Happened(RELEASE, "2026-07-13", "2026-07-13", name)]


@pytest.mark.parametrize("size", SIZES)
def test_stalls_and_releases_are_drawn_and_told_apart(readings: Result, size: str) -> None:
    chart = result_chart(replace(readings, happened=(STALL, *readings.happened)), size=size)
    plot = chart.spec["vconcat"][0]
    rules = next(layer["data"]["values"] for layer in plot["layer"] if "letter" in str(layer.get("encoding")))
    assert {"event", "release", "break"} >= {r["kind"] for r in rules} >= {"event", "break"}
    (stall,) = [r for r in rules if r["at"] <= STALL.start <= r["until"] and r["kind"] == "event"]
    assert stall["until"] >= STALL.until
    for text in ("counters stalled (1–4\xa0Jun\xa02026)", "Qwen3.8 released (5\xa0Aug\xa02026)"):
        assert text in chart.alt
    assert "dash-dotted: events of the counters; solid: releases" in chart.alt


def test_the_marks_are_a_table_beside_the_plot(readings: Result) -> None:
    section = answer_section("one", "What?", replace(readings, happened=(STALL, *readings.happened)))
    (table,) = section.facts
    told = {(row[2], row[3].replace("\xa0", " ")) for row in table.rows}
    assert ("events of the counters", "counters stalled (1–4 Jun 2026)") in told
    assert ("releases", "Qwen3.8 released (5 Aug 2026)") in told
    assert len(table.rows) == len(time_marks(replace(readings, happened=(STALL, *readings.happened))))


def test_stalls_beside_each_other_are_one_and_their_catching_up_is_none_of_its_own(readings: Result) -> None:
    backlog = Happened("backlog", "2026-06-06", "2026-06-08")
    marks = event_marks(replace(readings, happened=(STALL, LATER, backlog)))
    assert [(m.at, m.until, m.text.replace("\xa0", " ")) for m in marks] == [
        ("2026-06-01", "2026-06-07", "counters stalled, 2 times (1–7 Jun 2026)")
    ]


def test_of_many_releases_the_newest_are_drawn_and_the_others_counted(readings: Result) -> None:
    days = [f"2026-05-{i:02d}" for i in range(1, 11)]
    marks = event_marks(replace(readings, happened=tuple(Happened(RELEASE, d, d, f"m{d}") for d in days)))
    assert len(marks) == MOST_RELEASES and marks[-1].at == days[-1]
    assert "4 more before it" in marks[0].text


@given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 9)), max_size=60))
def test_however_many_stalls_stay_legible_and_none_is_lost(readings: Result, found: list[tuple[int, int]]) -> None:
    first = date(2026, 4, 5)
    days = [(str(first + timedelta(a)), str(first + timedelta(a + n))) for a, n in found]
    marks = event_marks(replace(readings, happened=tuple(Happened("stall", a, b) for a, b in days)))
    assert len(marks) <= MOST_EVENTS
    assert all(any(m.at <= a and b <= m.until for m in marks) for a, b in days)
