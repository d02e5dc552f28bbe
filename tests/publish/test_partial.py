"""A reading that saw fewer repositories is drawn as such; a line has one value on a day."""

import json

from modelcensus.measures import Row
from modelcensus.publish.charts import Words
from modelcensus.publish.lines import line_chart
from modelcensus.publish.partial import SAID, partial_words, points_of

WORDS = Words("A finding", "Unit", "Source: nobody")


def row(start: str, end: str, value: float, read: int | None, line: str = "a") -> Row:
    period = start if start == end else f"{start}..{end}"
    return Row({"family": line}, period, start, end, 0, value, value, value, None, read, 300 if read else None, ())


def named(one: Row) -> str:
    return str(one.dimensions["family"])


def test_fewer_repositories_than_before_are_partial_and_more_are_not() -> None:
    days = ["2026-05-01", "2026-06-01", "2026-06-23", "2026-07-05", "2026-08-04"]
    rows = [row(day, day, 10.0, read) for day, read in zip(days, (154, 230, 155, 184, 213), strict=True)]
    points = points_of(rows, named)
    assert [p.partial for p in points] == [False, False, True, False, False]
    assert SAID in partial_words(points)
    assert partial_words(points_of(rows[:2], named)) == ""


def test_what_says_nothing_of_repositories_is_never_partial() -> None:
    rows = [row(f"2026-0{m}-01", f"2026-0{m}-01", 10.0 / m, None) for m in range(1, 6)]
    assert not any(p.partial for p in points_of(rows, named))


def test_where_others_are_followed_these_are_counted() -> None:
    rows = [row(f"2026-0{m}-01", f"2026-0{m}-01", 10.0, None) for m in (1, 2, 3)]
    for one, followed in zip(rows, (400, 390, 120), strict=True):
        one.dimensions["repositories"] = followed
    assert [p.partial for p in points_of(rows, named)] == [False, False, True]


def test_of_two_readings_of_one_last_day_the_more_exactly_dated_stands() -> None:
    rows = [row("2026-08-05", "2026-09-30", 29.3, 219), row("2026-09-01", "2026-09-30", 24.4, 220), row("2026-09-30", "2026-09-30", 7.0, 9, "b")]  # fmt: skip
    assert [(p.series, p.value) for p in points_of(rows, named)] == [("a", 24.4), ("b", 7.0)]


def test_the_line_is_whole_where_enough_was_read_and_dotted_beside() -> None:
    days = ["2026-05-01", "2026-06-01", "2026-06-23", "2026-07-05", "2026-08-04"]
    points = points_of([row(d, d, 10.0, n) for d, n in zip(days, (200, 230, 155, 230, 230), strict=True)], named)
    spec = line_chart(points, WORDS, percent=False).spec
    rows = next(v for v in _values(spec) if v and "run" in v[0])
    assert [r["run"] for r in rows] == [0, 0, None, 1, 1]
    text = json.dumps(spec)
    assert '"strokeDash": [1, 4]' in text and "datum.run == null" in text


def test_a_line_without_partial_points_is_drawn_as_ever() -> None:
    points = points_of([row(f"2026-0{m}-01", f"2026-0{m}-01", m, 100 + m) for m in range(1, 6)], named)
    text = json.dumps(line_chart(points, WORDS, percent=False).spec)
    assert "datum.run" not in text and "strokeDash" not in text


def _values(spec: object) -> list[list[dict]]:
    if isinstance(spec, dict):
        own = [spec["data"]["values"]] if isinstance(spec.get("data"), dict) and "values" in spec["data"] else []
        return own + [v for part in spec.values() for v in _values(part)]
    return [v for part in spec for v in _values(part)] if isinstance(spec, list) else []
