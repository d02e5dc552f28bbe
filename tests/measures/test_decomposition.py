"""A change of share split into its parts: exact sums, bounds that hold every corner, and who belongs to which part."""

import random
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modelcensus
from ledgers import batch_of, day, fact, ledger_of, observation, opened
from modelcensus.measures.change import CHANGE, FIXED, LISTED, NEW, PANEL, PARTS, SAME, VANISHED, YOUNG, Side, split
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import RequestError
from modelcensus.vocabulary.intervals import Interval

census_of = contextmanager(opened)


@st.composite
def intervals(draw):
    low, middle, high = sorted(draw(st.lists(st.integers(0, 40), min_size=3, max_size=3)))
    return Interval(low, middle, high)


@st.composite
def sides(draw):
    found = {p: (Side(draw(intervals()), draw(intervals()), 1), Side(draw(intervals()), draw(intervals()), 1))
             for p in (*PARTS, YOUNG)}  # fmt: skip
    found[VANISHED] = found[VANISHED][0], Side()
    for part in (NEW, LISTED):
        found[part] = Side(), found[part][1]
    return found


def shares(amounts: dict, parts: tuple[str, ...]) -> list[float]:
    """The share of the subject in either period, over some of the parts."""
    found = []
    for t in (0, 1):
        a, b = (sum(amounts[p][t][i] for p in parts) for i in (0, 1))
        found.append(a / (a + b) if a + b else float("nan"))
    return found


def by_hand(amounts: dict) -> dict[str, float]:
    """The parts as docs/measures/decomposition.md defines them, in plain Python."""
    every = (*PARTS, YOUNG)
    same, whole, fixed = (shares(amounts, p) for p in ((SAME,), every, (SAME, YOUNG)))
    found = {SAME: same[1] - same[0], CHANGE: whole[1] - whole[0], FIXED: fixed[1] - fixed[0]}
    for part, of in {NEW: (NEW, YOUNG), LISTED: (LISTED,), VANISHED: (VANISHED,)}.items():
        pulls = []
        for t in (0, 1):
            a, b = (sum(amounts[p][t][i] for p in of) for i in (0, 1))
            pulls.append((a - same[t] * (a + b)) / sum(sum(amounts[p][t]) for p in every))
        found[part] = pulls[1] - pulls[0]
    found[PANEL] = found[CHANGE] - found[FIXED]
    return found


@settings(max_examples=150)
@given(sides(), st.integers(0, 10**6))
def test_parts_add_up_and_bounds_hold_every_corner(given_, seed):
    found = split(given_, fixed=False)
    estimates = {p: tuple((s.subject.estimate, s.others.estimate) for s in pair) for p, pair in given_.items()}
    expected = by_hand(estimates) if all(sum(estimates[SAME][t]) for t in (0, 1)) else {}
    for part, value in expected.items():
        row = found[part]
        assert row is not None and row.estimate == pytest.approx(value, abs=1e-12)
        assert row.low <= row.estimate <= row.high
    if not expected:
        return
    assert sum(found[p].estimate for p in PARTS) == pytest.approx(found[CHANGE].estimate, abs=1e-12)  # type: ignore[union-attr]
    draws = random.Random(seed)
    for _ in range(30):
        corner = {p: tuple((draws.choice([s.subject.low, s.subject.high]), draws.choice([s.others.low, s.others.high]))
                           for s in pair) for p, pair in given_.items()}  # fmt: skip
        for part, value in by_hand(corner).items() if all(sum(corner[SAME][t]) for t in (0, 1)) else ():
            assert found[part].low - 1e-9 <= value <= found[part].high + 1e-9, part  # type: ignore[union-attr]


READ = {  # repository: (created, downloads at the two readings; none: not listed)
    "Qwen/old": (None, 100, 250),
    "google/old": (None, 300, 350),
    "google/known": (-400, 50, 60),
    "Qwen/young": (12, 10, 200),
    "Qwen/new": (45, None, 90),
    "google/dateless": (None, None, 30),
    "google/listed": (-300, None, 500),
    "meta-llama/gone": (None, 80, None),
}


@pytest.fixture(scope="module")
def counters():
    rows = [
        observation(r, "rolling_30d", v, t)
        for r, (_created, *values) in READ.items()
        for t, v in zip((10, 50), values, strict=True)
        if v is not None
    ]
    facts = [fact(r, 50, None if c is None else day(c)) for r, (c, *_values) in READ.items()]
    with census_of(batch_of("dump", "hub", observations=rows, facts=facts)) as census:
        yield census


def decomposed(census, **request) -> dict:
    reading = {"counter": "rolling_30d", "repair": "none"} | request.pop("reading", {})
    result = census.measure("decomposition", of={"organization": "Qwen"}, reading=reading, **request)
    return {r.dimensions["part"]: r for r in result.rows}


def test_who_is_new_who_was_only_listed_and_who_is_gone(counters):
    rows = decomposed(counters)
    counts = {p: rows[p].dimensions["repositories"] for p in rows}
    assert counts == {SAME: 3, NEW: 3, LISTED: 1, VANISHED: 1, CHANGE: 8, FIXED: 4, PANEL: 4}
    amounts = {SAME: ((100, 350), (250, 410)), YOUNG: ((10, 0), (200, 0)), NEW: ((0, 0), (90, 30)),
               LISTED: ((0, 0), (0, 500)), VANISHED: ((0, 80), (0, 0))}  # fmt: skip
    for part, value in by_hand(amounts).items():
        assert rows[part].low == pytest.approx(rows[part].value) == pytest.approx(rows[part].high)
        assert rows[part].value == pytest.approx(value)
    assert sum(rows[p].value for p in PARTS) == pytest.approx(rows[CHANGE].value, abs=1e-15)
    assert rows[NEW].dimensions["since"] == "2026-01-11"


def test_a_fixed_panel_has_no_change_of_panel(counters):
    rows = decomposed(counters, reading={"panel": "fixed"})
    assert set(rows) == {*PARTS, CHANGE}
    assert rows[LISTED].value == rows[VANISHED].value == 0
    assert rows[CHANGE].value == pytest.approx(decomposed(counters)[FIXED].value)


@settings(max_examples=2)
@given(st.lists(st.lists(st.integers(1, 300), min_size=5, max_size=5), min_size=4, max_size=4))
def test_flows_of_months(steps):
    """Every pair of months, with bounds around shares of flows that are known by all-time counters alone."""
    names = ("Qwen/a", "google/b", "google/c", "openai/d")
    days = (0, 31, 45, 59, 90)
    rows = [
        observation(n, "all_time", sum(s[: i + 1]), t)
        for n, s in zip(names, steps, strict=True)
        for i, t in enumerate(days)
    ]
    with census_of(batch_of("dump", "hub", observations=rows, facts=[fact(n) for n in names])) as census:
        found = census.measure(
            "decomposition", of={"organization": "Qwen"}, by="month", period="2026-01..2026-03"
        ).rows
        share = census.measure("share", of={"organization": "Qwen"}, by="month", period="2026-01..2026-03").rows
    assert [(r.dimensions["since"], r.period) for r in found if r.dimensions["part"] == CHANGE] == [
        ("2026-01", "2026-02"), ("2026-02", "2026-03")]  # fmt: skip
    for i, row in enumerate(r for r in found if r.dimensions["part"] == CHANGE):
        assert row.value == pytest.approx(share[i + 1].value - share[i].value)
    for row in (r for r in found if r.dimensions["part"] == SAME):
        assert row.value == pytest.approx(
            next(r.value for r in found if r.dimensions["part"] == CHANGE and r.span == row.span)
        )


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"period": "2026-01-11"}, "two periods"),
        ({"of": {}}, "whose share"),
        ({"reading": {"counter": "rolling_30d", "peers": "google"}}, "no reading peers"),
        ({"of": {"organization": "Qwem"}}, "Qwen"),
    ],
)
def test_wrong_input(counters, request_, message):
    request = {"of": {"organization": "Qwen"}, "reading": {"counter": "rolling_30d"}, **request_}
    with pytest.raises(RequestError, match=message):
        counters.measure("decomposition", **request)


def test_a_reported_series_has_no_repositories(sample):
    with pytest.raises(RequestError, match="no repositories"):
        sample.measure("decomposition", of={"organization": "Qwen"}, by="month", period="2026-01..2026-02",
                       reading={"channel": "reported:modelpulse"})  # fmt: skip


def test_qwen_among_the_331_tracked_repositories_from_june_to_august(real_data, tmp_path):
    """54.6 %, then 57.0 % of the new downloads as read: all of it the same repositories."""
    columns = {"repo": "model_id", "all_time": "downloads_all_time"}
    dump = real_data("hub-alltime/hub_alltime_2026-05_2026-08.parquet")
    tracked = real_data("tracked-models/models_2026-08-17.csv")
    ledger_of(
        tmp_path,
        read_batch([dump], ImportOptions(source="tables", name="dump", map=columns)),
        read_batch([tracked], ImportOptions(source="tracked_list", date="2026-08-17")),
    )
    weeks = ["2026-06-05..2026-07-01", "2026-07-02..2026-08-01"]
    request = {"of": {"organization": "Qwen"}, "within": "tracked@2026-08-17", "period": weeks}
    census = modelcensus.open(tmp_path)
    fixed = census.measure("decomposition", **request, reading={"repair": "none", "panel": "fixed"}).rows
    assert {r.dimensions["part"]: round(100 * r.value, 1) for r in fixed} == {
        SAME: 2.3, NEW: 0, LISTED: 0, VANISHED: 0, CHANGE: 2.3,
    }  # fmt: skip
    assert fixed[0].dimensions["repositories"] == 331
    moving = {
        r.dimensions["part"]: r for r in census.measure("decomposition", **request, reading={"repair": "none"}).rows
    }
    assert moving[LISTED].dimensions["repositories"] == 16
    assert sum(moving[p].value for p in PARTS) == pytest.approx(moving[CHANGE].value, abs=1e-12)
    assert moving[FIXED].value + moving[PANEL].value == pytest.approx(moving[CHANGE].value, abs=1e-12)
