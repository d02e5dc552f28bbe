"""The health of small ledgers with known holes, stalls and absences, against a few lines of plain Python."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from ledgers import batch_of, day, fact, observation, opened, published
from modelcensus.measures.health import health
from modelcensus.measures.health.sources import Freshness, import_command, status
from modelcensus.vocabulary import LISTINGS, Batch, InputFile

REPOSITORIES = 60
RATE = [40 + 7 * i for i in range(REPOSITORIES)]
GAP, PARTIAL, STALL, ROLLBACK, GOES, COMES = range(28, 36), 50, 59, 70, 40, 62
"""January ends with day 30 and February with day 58: the gap lies across the first edge, the stall on the second."""
AWAKE = 58
"""The repository that still counts in the stall."""
DAYS = [d for d in range(90) if d not in GAP]


def listed(d: int) -> dict[str, int]:
    """What the source says on a day: repository 0 goes, the last one comes, and four kinds of artefacts."""
    shown = {STALL: STALL - 1, ROLLBACK: 60}.get(d, d)
    said = {
        i: 1_000 + RATE[i] * s + s * i % 7
        for i in range(REPOSITORIES)
        for s in [d if i == AWAKE and d == STALL else shown]
    }
    return {
        f"o/r{i}": value
        for i, value in said.items()
        if not (i == 0 and shown >= GOES)
        and not (i == REPOSITORIES - 1 and shown < COMES)
        and not (d == PARTIAL and i % 2)
    }


def dense(without: tuple[str, ...] = ()) -> Batch:
    rows = [observation(r, "all_time", v, d) for d in DAYS for r, v in listed(d).items() if r not in without]
    facts = [fact("o/r0", created=date(2020, 1, 1)), fact("o/unread", on=70)]
    return batch_of("hub", "hub", observations=rows, facts=facts)


def sparse() -> Batch:
    """The same, where rows stand only for what changed since the snapshot before."""
    rows, listings, before = [], [], {}
    for n, d in enumerate(DAYS):
        now = listed(d)
        changed = {r: v for r, v in now.items() if before.get(r) != v} | dict.fromkeys(before.keys() - now.keys())
        rows += [observation(r, "all_time", v, d) for r, v in changed.items()]  # type: ignore[arg-type]
        if n:
            listings.append({"counter": "all_time", "observed_from": day(d), "observed_on": day(d), "batch": "",
                             "since": day(DAYS[n - 1]), "listed": len(now)})  # fmt: skip
        before = now
    batch = batch_of("hub", "hub", observations=rows, facts=[])
    batch = replace(batch, tables={**batch.tables, "facts": dense().tables["facts"]})
    return replace(batch, tables={**batch.tables, "listings": pa.Table.from_pylist(listings, schema=LISTINGS.arrow)})


@pytest.fixture(scope="module", params=[dense, sparse])
def looked(request):
    with contextmanager(opened)(request.param()) as census:
        yield census, health(census, day(90))


def by_month(looked, key: str) -> list:
    return [r[key] for r in looked[1]["coverage"]]


def test_coverage_counts_what_was_read_in_each_month(looked):
    assert by_month(looked, "month") == ["2026-01", "2026-02", "2026-03"]
    assert by_month(looked, "snapshots") == [28, 23, 31]
    assert by_month(looked, "expected") == [31, 28, 31]
    assert by_month(looked, "sound") == [28, 22, 29]
    assert by_month(looked, "repositories") == [59, 59, 59]
    assert by_month(looked, "known_then") == [59, 59, 61], (
        "one was created, one listed for the first time, one stated"
    )
    assert by_month(looked, "of_known") == [round(59 / 61, 4)] * 3
    assert by_month(looked, "rows") == [sum(len(listed(d)) for d in DAYS if f"{day(d):%Y-%m}" == m) for m in by_month(looked, "month")]  # fmt: skip


def test_coverage_by_downloads_is_the_share_of_the_last_known_total(looked):
    last = {r: v for d in DAYS for r, v in listed(d).items()}
    total = sum(last.values())
    without = {0: last["o/r59"], 1: last["o/r59"], 2: last["o/r0"]}
    assert by_month(looked, "by_downloads") == [round(1 - without[n] / total, 4) for n in range(3)]


def test_who_came_and_went_is_judged_by_whole_snapshots(looked):
    assert by_month(looked, "came") == [None, 0, 1]
    assert by_month(looked, "went") == [None, 1, 0]


def test_rows_are_set_aside_for_a_reason(looked):
    assert by_month(looked, "set_aside") == [{}, {}, {"stall": 57, "rollback": 58}]
    assert by_month(looked, "rows_set_aside") == [0, 0, 115]


def test_rows_set_aside_are_those_of_the_readings():
    with contextmanager(opened)(dense()) as census:
        found = {r["month"]: r["set_aside"] for r in health(census)["coverage"]}
        rows = census.engine.rows(
            "select strftime(observed_on, '%Y-%m') as month, event, count(*) as n from readings where aside group by all"
        )
        assert {m: e for m, e in found.items() if e} == {r["month"]: {x["event"]: x["n"] for x in rows} for r in rows}


def test_holes_and_partial_snapshots_are_gaps_and_events(looked):
    _, found = looked
    (gap,) = found["gaps"]
    assert (gap["kind"], gap["from"], gap["to"], gap["days"]) == ("source_gap", str(day(27)), str(day(36)), 9)
    kinds = {e["kind"]: e for e in found["events"]}
    assert {"source_gap", "partial", "stall", "rollback"} <= set(kinds)
    assert {"kind", "source", "from", "to", "repositories", "evidence"} <= set(kinds["stall"])
    assert kinds["partial"]["from"] == str(day(PARTIAL))


def test_next_readings_are_the_widest_month_edges(looked):
    _, found = looked
    width = [
        sum(listed(b)[r] - listed(a)[r] for r in listed(a).keys() & listed(b).keys() - awake)
        for a, b, awake in ((27, 36, set()), (STALL - 1, STALL + 1, {f"o/r{AWAKE}"}))
    ]
    edges = [(n["day"], n["from"], n["to"], n["downloads"], n["repositories"]) for n in found["next"][:2]]
    assert edges == [
        (str(day(31)), str(day(27)), str(day(36)), width[0], 59),
        (str(day(59)), str(day(58)), str(day(60)), width[1], 57),
    ]
    assert "no snapshot inside" in found["next"][0]["why"] and "1 stalled" in found["next"][1]["why"]
    assert [n["kind"] for n in found["next"][2:]] == ["due"]


def test_the_reading_it_asks_for_takes_that_much_out_of_both_months():
    passing = ("o/r0", "o/r59")
    read = [observation(r, "all_time", v, 31) for r, v in listed(31).items() if r not in passing]
    widths = []
    for batches in ((dense(passing),), (dense(passing), batch_of("hub", "hub", observations=read))):
        with contextmanager(opened)(*batches) as census:
            rows = census.measure("downloads", by="month", period="2026-01..2026-02").rows
            edges = {n["day"]: n["downloads"] for n in health(census)["next"] if n["kind"] == "month_edge"}
            widths.append(([r.high - r.low for r in rows], edges))
    (before, asked), (after, left) = widths
    assert [b - a for b, a in zip(before, after, strict=True)] == [asked[str(day(31))]] * 2
    assert str(day(31)) not in left and left[str(day(59))] == asked[str(day(59))]


@pytest.mark.parametrize(
    ("step", "last", "sound", "expected"),
    [(1, 90, 90, "fresh"), (1, 89, 89, "due"), (1, 84, 84, "due"), (1, 82, 82, "stale"), (1, 90, 82, "stalled"),
     (7, 75, 75, "due"), (7, 60, 60, "stale"), (None, 0, 0, "no step"), (1, 90, None, "stalled")],
)  # fmt: skip
def test_a_source_is_late_by_its_own_step(step, last, sound, expected):
    read = Freshness(day(0), day(last), None if sound is None else day(sound), 9, step)
    assert status(read, day(90), None)[0] == expected


def test_days_given_replace_the_own_step():
    read = Freshness(day(0), day(80), day(80), 2, None)
    assert [status(read, day(90), n)[0] for n in (9, 10, 11)] == ["stale", "fresh", "fresh"]


def test_without_a_day_the_ledger_s_last_one_counts(looked):
    census, _ = looked
    (source,) = health(census)["sources"]
    assert (source["status"], source["days_since"], source["to"]) == ("fresh", 0, str(day(89)))


def test_windows_are_weighed_by_what_they_count_and_uncertain_days_decide_nothing():
    rows = [observation(f"o/r{i}", "rolling_30d", 3000 + i + d, d, since=d - 8 if d == 62 else None)
            for i in range(10) for d in (0, 20, 40, 62, 80)]  # fmt: skip
    with contextmanager(opened)(batch_of("rolling", "hub", observations=rows)) as census:
        found = health(census, day(80))
    edges = {n["day"]: n for n in found["next"]}
    assert set(edges) == {str(day(31)), str(day(59))}
    assert edges[str(day(31))]["downloads"] == round(sum(3040 + i for i in range(10)) * 20 / 30)
    assert (edges[str(day(59))]["from"], edges[str(day(59))]["to"]) == (str(day(40)), str(day(80)))
    assert "1 of an uncertain day" in edges[str(day(59))]["why"]


def test_reported_series_and_period_counts_and_lists():
    months = [published(o, date(2026, m, 1), n, m > 1) for m in (1, 2, 5, 6) for o, n in (("Qwen", 40), (None, 100))]
    counts = [observation("o/a", "period", 10, d, start=d - 1) for d in range(1, 41)]
    listing = [{"list": "tracked", "listed_on": day(3), "repository": "o/b"}]
    with contextmanager(opened)(
        batch_of("pulse", "reported:pulse", reported=months),
        batch_of("own", "log:own", observations=counts),
        batch_of("tracked", "", lists=listing),
    ) as census:
        found = health(census, day(300))
    assert [(r["month"], r["organizations"], r["by_downloads"], r["estimates"]) for r in found["reported"]] == [
        ("2026-01", 1, 0.4, 1), ("2026-02", 1, 0.4, 0), ("2026-05", 1, 0.4, 0), ("2026-06", 1, 0.4, 0),
    ]  # fmt: skip
    assert [(r["month"], r["snapshots"], r["expected"], r["of_known"]) for r in found["coverage"]] == [
        ("2026-01", 31, 31, 0.5), ("2026-02", 9, 9, 0.5)
    ]  # fmt: skip
    assert [(g["source"], g["from"], g["to"]) for g in found["gaps"]] == [("pulse", "2026-03-01", "2026-04-30")]
    states = {s["source"]: (s["counter"], s["status"]) for s in found["sources"]}
    assert states == {"pulse": ("reported", "stale"), "own": ("period", "stale"), "tracked": (None, "no step")}
    assert {(n["source"], n["kind"]) for n in found["next"]} == {
        ("pulse", "stale"), ("pulse", "missing_months"), ("own", "stale")
    }  # fmt: skip


def test_the_command_repeats_how_the_last_batch_was_imported():
    options = {
        "map": "all_time=all; note=a; b=c; repo=my id",
        "missing": "unknown, n/a",
        "date": "2026-01-01",
        "delimiter": ";",
    }
    batch = replace(batch_of("my series", "log:own", observations=[observation("o/a", "all_time", 1, 0)]), options=options,
                    inputs=(InputFile("x", 1, "0" * 64),))  # fmt: skip
    with contextmanager(opened)(batch) as census:
        command = import_command(census.manifests[0], "2026-03-01")
    assert command == (
        "modelcensus import FILE --source tables --name 'my series' --channel log:own --map all_time=all"
        " --map 'note=a; b=c' --map 'repo=my id' --date 2026-03-01 --delimiter ';' --missing unknown --missing n/a"
    ).replace("--map 'note=a; b=c'", "--map note=a --map b=c")
