"""Every measure on observed counters against a few lines of plain Python, on random small ledgers."""

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, fact, observation, opened
from modelcensus.vocabulary import RequestError

MONTHS = {"2026-01": (0, 31), "2026-02": (31, 59), "2026-03": (59, 90)}
LABELS = tuple(MONTHS)
REPOSITORIES = ("Qwen/a", "Qwen/b", "meta-llama/c", "google/d", "openai/e")
ORGANIZATIONS = ("Qwen", "meta-llama", "google", "openai")
Readings = dict[str, dict[int, int]]


@dataclass(frozen=True)
class Known:
    """What is known of a flow; no high and no estimate where nothing was read at or after the end."""

    low: int
    estimate: int | None
    high: int | None

    def __add__(self, other: "Known") -> "Known":
        if self.high is None or other.high is None:
            return Known(self.low + other.low, None, None)
        assert self.estimate is not None and other.estimate is not None
        return Known(self.low + other.low, self.estimate + other.estimate, self.high + other.high)

    def corners(self) -> tuple[float, float]:
        return self.low, float("inf") if self.high is None else self.high


def flow(read: dict[int, int], start: int, end: int) -> Known:
    """docs/method.md, section 2, for all-time counters alone and no known creation."""

    def upto(day: int, otherwise: int | None) -> int | None:
        return max((v for t, v in read.items() if t <= day), default=otherwise)

    def onwards(day: int) -> int | None:
        return min((v for t, v in read.items() if t >= day), default=None)

    def likely(day: int) -> int:
        before, after = [t for t in read if t <= day], [t for t in read if t >= day]
        if not before or not after or day in read:
            return read[day] if day in read else read[min(after) if after else max(before)]
        a, b = max(before), min(after)
        return floor(read[a] + (read[b] - read[a]) * (day - a) / (b - a) + 0.5)

    last, first, after = upto(end, None), onwards(start), onwards(end)
    low = max(0, last - first) if last is not None and first is not None else 0
    high = None if after is None else after - (upto(start, 0) or 0)
    return Known(low, None if high is None else likely(end) - likely(start), high)


def total(readings: Readings, start: int, end: int, organizations: tuple[str, ...] = ORGANIZATIONS) -> Known:
    known = Known(0, 0, 0)
    for repository, read in readings.items():
        if repository.split("/")[0] in organizations:
            known += flow(read, start, end)
    return known


@st.composite
def ledgers(draw):
    """Counters that never stand still, so that no detector has a reason to move them."""
    made = {}
    for repository in REPOSITORIES:
        days = sorted(draw(st.sets(st.sampled_from([0, 12, 31, 40, 59, 70, 90, 95]), min_size=2, max_size=6)))
        steps = draw(st.lists(st.integers(1, 400), min_size=len(days), max_size=len(days)))
        made[repository] = {t: sum(steps[: i + 1]) for i, t in enumerate(days)}
    made["Qwen/a"][95] = max(made["Qwen/a"].values()) + 1 if 95 not in made["Qwen/a"] else made["Qwen/a"][95]
    return made


def counters(readings: Readings):
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    return batch_of("dump", "hub", observations=rows, facts=[fact(r) for r in readings])


census_of = contextmanager(opened)


def check(row, known: Known) -> None:
    assert (row.low, row.value, row.high) == (known.low, known.estimate, known.high)
    assert any(f.startswith("open") for f in row.flags) == (known.high is None)


@settings(max_examples=4)
@given(ledgers())
def test_sums_shares_and_ratios_against_plain_python(readings):
    with census_of(counters(readings)) as census:
        for dimension in ("organization", "repository"):
            rows = census.measure("downloads", by=[dimension, "month"], period="2026-01..2026-03").rows
            found = {(r.dimensions[dimension], r.period): r for r in rows}
            names = ORGANIZATIONS if dimension == "organization" else REPOSITORIES
            assert set(found) == set(product(names, LABELS))
            for name, label in found:
                chosen = readings if dimension == "organization" else {name: readings[name]}
                check(found[name, label], total(chosen, *MONTHS[label], (name.split("/")[0],)))
        quarter = census.measure("downloads", of={"organization": "Qwen"}, period="2026-01..2026-03").rows[0]
        check(quarter, total(readings, 0, 90, ("Qwen",)))

        rows = census.measure("cumulative", by=["organization", "month"], period="2026-01..2026-03").rows
        assert len(rows) == len(ORGANIZATIONS) * len(LABELS)
        origin = min(t for read in readings.values() for t in read)
        for row in rows:
            end = MONTHS[row.period][1]
            check(row, total(readings, origin, end, (row.dimensions["organization"],)))

        for row in census.measure("share", of={"organization": "Qwen"}, by="month", period="2026-01..2026-03").rows:
            part = total(readings, *MONTHS[row.period], ("Qwen",))
            rest = total(readings, *MONTHS[row.period], ORGANIZATIONS[1:])
            shares = corner_shares(part, rest)
            whole = None if part.estimate is None or rest.estimate is None else part.estimate + rest.estimate
            assert row.value == (pytest.approx(part.estimate / whole) if whole else None)
            if part.low + (1 if rest.high is None else rest.high) > 0:
                assert row.low == pytest.approx(min(shares), abs=1e-9)
            if rest.low + (1 if part.high is None else part.high) > 0:
                assert row.high == pytest.approx(max(shares), abs=1e-9)
            if row.value is not None:
                assert 0 <= row.low <= row.value + 1e-12 and row.value <= row.high + 1e-12 <= 1 + 1e-9

        for reading in ("peers=meta-llama,google", "peers=Qwen,meta-llama,google"):
            rows = census.measure(
                "ratio", of={"organization": "Qwen"}, by="month", period="2026-01..2026-03", reading=[reading]
            ).rows
            for row in rows:
                part = total(readings, *MONTHS[row.period], ("Qwen",))
                peers = total(readings, *MONTHS[row.period], ("meta-llama", "google"))
                value = part.estimate / peers.estimate if part.estimate is not None and peers.estimate else None
                assert row.value == (None if value is None else pytest.approx(value))
                assert (row.low or 0) == pytest.approx(part.low / peers.high if peers.high else 0)
                if part.high is None or peers.low == 0:
                    assert row.high is None
                else:
                    assert row.high == pytest.approx(part.high / peers.low)


def corner_shares(part: Known, rest: Known) -> list[float]:
    """The shares at the corners of what is possible; a very great number stands for an unbounded one."""
    pairs = product(*((k.low, 10**15 if k.high is None else k.high) for k in (part, rest)))
    return [a / (a + b) for a, b in pairs if a + b > 0]


@settings(max_examples=4)
@given(ledgers())
def test_ranks_are_those_of_every_corner_of_the_possible(readings):
    with census_of(counters(readings)) as census:
        rows = census.measure("rank", by=["organization", "month"], period="2026-01..2026-03").rows
        assert len(rows) == len(ORGANIZATIONS) * len(LABELS)
        for row in rows:
            known = {o: total(readings, *MONTHS[row.period], (o,)) for o in ORGANIZATIONS}
            name = str(row.dimensions["organization"])
            places = {
                1 + sum(chosen[o] > chosen[name] for o in ORGANIZATIONS)
                for corner in product(*(k.corners() for k in known.values()))
                for chosen in [dict(zip(known, corner, strict=True))]
            }
            worst = max(places)
            if known[name].high is None:  # two infinite corners are no tie: any of them may be the greater
                worst = 1 + sum(known[o].corners()[1] > known[name].low for o in ORGANIZATIONS if o != name)
            assert (row.low, row.high) == (min(places), worst)
            estimates = {o: k.estimate for o, k in known.items()}
            if None not in estimates.values():
                assert row.value == 1 + sum(e > estimates[name] for e in estimates.values())
                assert row.low <= row.value <= row.high
            elif row.value is not None:
                assert row.low == row.value == row.high, "a place without an estimate must be the only possible one"


@settings(max_examples=4)
@given(ledgers())
def test_crossovers_against_plain_python(readings):
    with census_of(counters(readings)) as census:
        found = crossings(census)
    origin = min(t for read in readings.values() for t in read)
    expected = {}
    for basis in ("period", "cumulative"):
        above, possible, certain = [], [], []
        for start, end in MONTHS.values():
            a = total(readings, start if basis == "period" else origin, end, ("Qwen",))
            b = total(readings, start if basis == "period" else origin, end, ("meta-llama", "google"))
            certain.append(b.high is not None and a.low > b.high)
            possible.append(a.high is None or a.high > b.low)
            known = a.estimate is not None and b.estimate is not None
            above.append(a.estimate > b.estimate if known else certain[-1])
        stays = [all(above[i:]) for i in range(3)]
        if True in above:
            expected[basis, "first", LABELS[above.index(True)]] = (first(possible), first(certain))
        if True in stays:
            expected[basis, "persistent", LABELS[stays.index(True)]] = (since(possible), since(certain))
        for i in range(3):
            if above[i] and not stays[i]:
                expected[basis, "reverted", LABELS[i]] = None
    assert set(found) == set(expected)
    for key, allowed in expected.items():
        if allowed is not None:
            assert (found[key].dimensions["earliest"], found[key].dimensions["latest"]) == allowed


def crossings(census) -> dict:
    request = {"of": {"organization": "Qwen"}, "period": "2026-01..2026-03", "reading": ["peers=meta-llama,google"]}
    try:
        rows = census.measure("crossover", by="month", **request).rows
    except RequestError as error:
        assert "exceeds its peers in no period" in str(error)
        return {}
    return {(r.dimensions["basis"], r.dimensions["crossover"], r.period): r for r in rows}


def first(marks: list[bool]) -> str | None:
    return LABELS[marks.index(True)] if True in marks else None


def since(marks: list[bool]) -> str | None:
    return next((LABELS[i] for i in range(len(marks)) if all(marks[i:])), None)


@settings(max_examples=2)
@given(ledgers())
def test_counters_as_read_against_plain_python(readings):
    with census_of(counters(readings)) as census:
        rows = census.measure("cumulative", by=["organization", "day"], reading=["counter=all_time"]).rows
        expected: dict[tuple[str, int], int] = {}
        for repository, read in readings.items():
            for t, v in read.items():
                key = repository.split("/")[0], t
                expected[key] = expected.get(key, 0) + v
        assert len(rows) == len(expected)
        assert sorted(r.value for r in rows) == sorted(expected.values())
        assert all(r.low == r.value == r.high for r in rows)
        days = sorted({t for read in readings.values() for t in read})
        shares = census.measure(
            "share", of={"organization": "Qwen"}, by="day", reading=["counter=all_time", "repair=none"]
        ).rows
        by_day = {t: (expected.get(("Qwen", t)), sum(expected.get((o, t), 0) for o in ORGANIZATIONS)) for t in days}
        assert [r.value for r in shares] == [pytest.approx(a / b) for a, b in by_day.values() if a is not None]
        fixed = census.measure(
            "cumulative", by="day", reading=["counter=all_time", "panel=fixed"], period="2026-04-06"
        ).rows
        assert fixed[0].value == sum(read[95] for read in readings.values() if 95 in read)


def test_a_subject_that_is_ahead_for_certain_although_its_flow_is_open():
    rows = [observation("Qwen/a", "all_time", v, on) for on, v in ((0, 0), (31, 10), (58, 900))]
    rows += [observation("meta-llama/c", "all_time", v, on) for on, v in ((0, 0), (31, 100), (59, 110), (95, 120))]
    with contextmanager(opened)(batch_of("dump", "hub", observations=rows)) as census:
        reading = {"peers": "organization:meta-llama"}
        found = census.measure(
            "crossover", of={"organization": "Qwen"}, period="2026-01..2026-02", reading=reading
        ).rows
    first = next(r for r in found if r.dimensions["basis"] == "period" and r.dimensions["crossover"] == "first")
    assert (first.period, first.value, first.high) == ("2026-02", None, None)
    assert first.flags[-1].startswith("open: 1 repositories")
