"""Revision: the parts of every change add up to it exactly, and what one cause did stands under its name alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, day, fact, observation, published, table
from modelcensus.ledger import Ledger
from modelcensus.measures import CAUSES, Inputs, Revision, Side, revise
from modelcensus.measures.splits import STEPS, split
from modelcensus.vocabulary import LISTINGS, Request

FIRST, LATER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
BASE = {"Qwen/a": (100, 400, 900), "meta-llama/b": (50, 450, 500), "google/c": (10, 20, 40), "acme/d": (5, 50, 70)}
DAYS = (0, 31, 90)
MONTHS = "2026-01..2026-03"
REQUESTS = [
    Request.build("downloads", by=["organization", "month"], period=MONTHS),
    Request.build("share", {"organization": "Qwen"}, by="month", period=MONTHS),
    Request.build("downloads", within="tracked", by="month", period=MONTHS),
    Request.build("rank", by="organization", period="2026-02"),
]
OVERRIDE = """
version: 2026-07-01
organizations:
  - {namespace: Qwen, name: Qwen, country: CN, kind: company, former: [acme], citation: a test}
"""


def counters(readings: dict[str, dict[int, int]], name: str = "dump"):
    rows = [observation(r, "all_time", v, t) for r, read in readings.items() for t, v in read.items()]
    return batch_of(name, "hub", observations=rows, facts=[fact(r, created=day(-40)) for r in BASE])


def base():
    return counters({r: dict(zip(DAYS, values, strict=True)) for r, values in BASE.items()})


def listed(repositories: Sequence[str], on: date):
    rows = [{"list": "tracked", "listed_on": on, "repository": r} for r in repositories]
    return batch_of(f"tracked@{on}", "", lists=rows)


def ledger_with(folder: str, *later) -> Ledger:
    """A ledger of the base and one list, and what was committed a month later."""
    ledger = Ledger(Path(folder))
    for i, batch in enumerate((base(), listed(["Qwen/a", "google/c"], date(2026, 5, 1)))):
        ledger.commit(batch, committed_at=FIRST + timedelta(hours=i))
    for i, batch in enumerate(later):
        ledger.commit(batch, committed_at=LATER + timedelta(hours=i))
    return ledger


def sides(ledger: Ledger, override: bool = False) -> tuple[Side, Side]:
    """What the ledger held before and after, with the override on top of the knowledge of now."""
    then, now = Inputs.of(ledger, as_of=FIRST.date()), Inputs.of(ledger)
    then = Inputs(then.manifests, then.base)
    if override:
        folder = ledger.root / "override"
        folder.mkdir(exist_ok=True)
        (folder / "own.yml").write_text(OVERRIDE)
        now = Inputs.of(ledger, [folder])
    return Side("then", then), Side("now", now)


def check_sums(revision: Revision) -> None:
    assert revision.numbers and not revision.uncompared
    for n in revision.numbers:
        for s in (n.value, n.low, n.high):
            if s.change is not None:
                assert sum(p for p in s.parts.values() if p is not None) == s.change


def causes_of(revision: Revision) -> set[str]:
    """The causes that have a part in any number, or made one appear or vanish."""
    return {c for c in CAUSES if revision.touched(c)}


GROWTH = counters({r: {59: BASE[r][1] + 7} for r in BASE})
FALLEN = counters({"meta-llama/b": {70: 200}})
BACKDATED = counters({"Qwen/a": {59: 890}, "google/c": {59: 21}})
LIST = listed(["Qwen/a", "meta-llama/b"], date(2026, 6, 20))


@pytest.mark.parametrize(
    ("later", "override", "cause"),
    [
        ((GROWTH,), False, "new observations"),
        ((FALLEN,), False, "recounts"),
        ((), True, "catalog"),
        ((LIST,), False, "scope list"),
        ((), False, None),
    ],
    ids=["observations", "recount", "knowledge", "list", "nothing"],
)
def test_a_change_of_one_cause_lands_wholly_under_its_name(tmp_path, later, override, cause):
    ledger = ledger_with(str(tmp_path), *later)
    revision = revise(ledger, *sides(ledger, override), REQUESTS)
    check_sums(revision)
    assert causes_of(revision) == ({cause} if cause else set())
    assert bool(revision.changed) == bool(cause)
    for n in revision.changed:
        if n.kind == "revised":
            assert n.value.parts[cause] == n.value.change != 0
    silent = ("none", "the same", "the same versions")
    assert all(
        (revision.causes[c] in silent) == (c != cause)
        for c in CAUSES
        if (cause, c) != ("recounts", "new observations")
    )


def test_a_fall_in_a_source_stored_by_its_changes_is_told_as_in_one_stored_whole(tmp_path):
    """Where rows stand only for what changed, a row without its fall must not read as: nothing changed."""
    moved = {"Qwen/a": {85: 890}, "meta-llama/b": {85: 200}}
    whole = counters({r: moved.get(r, {85: values[1]}) for r, values in BASE.items()})
    since = {"counter": "all_time", "observed_from": day(85), "observed_on": day(85), "batch": "", "since": day(31)}
    listings = table([{**since, "listed": len(BASE)}], LISTINGS)
    sparse = counters(moved)
    told = []
    for name, batch in (
        ("whole", whole),
        ("sparse", replace(sparse, tables={**sparse.tables, "listings": listings})),
    ):
        ledger = ledger_with(str(tmp_path / name), batch)
        revision = revise(ledger, *sides(ledger), REQUESTS[:2])
        check_sums(revision)
        assert "recounts" in causes_of(revision) and "meta-llama/b in dump" in revision.causes["recounts"]
        told.append([n.same for n in revision.numbers])
    assert told[0] == told[1]


@settings(max_examples=4)
@given(
    st.sets(st.sampled_from(["growth", "fall", "backdated", "list"]), min_size=2),
    st.booleans(),
    st.booleans(),
)
def test_parts_add_up_whatever_came_together_and_in_both_directions(kinds, override, backwards):
    later = {"growth": GROWTH, "fall": FALLEN, "backdated": BACKDATED, "list": LIST}
    with TemporaryDirectory() as folder:
        ledger = ledger_with(folder, *(later[k] for k in sorted(kinds)))
        then, now = sides(ledger, override)
        revision = revise(ledger, *((now, then) if backwards else (then, now)), REQUESTS)
    check_sums(revision)
    assert ("recounts" in causes_of(revision)) == ("fall" in kinds)
    assert ("catalog" in causes_of(revision)) == override
    assert ("scope list" in causes_of(revision)) == ("list" in kinds)


def test_what_the_program_itself_changes_is_software(tmp_path):
    ledger = ledger_with(str(tmp_path))
    then, now = sides(ledger)
    request = REQUESTS[1]
    computed = {n.period: n for n in revise(ledger, then, now, [request]).numbers}
    february = computed["2026-02"].value.now
    told = {(("period", p),): (float(n.value.now), float(n.low.now), float(n.high.now)) for p, n in computed.items()}
    told[("period", "2026-02"),] = (0.25, 0.25, 0.25)
    old = Side("edition old", then.inputs, (request,), {request.canonical(): told}, {"modelcensus": "0.0.1"})
    new = Side("edition new", now.inputs, (), {}, {"modelcensus": "0.1.0"})
    revision = revise(ledger, old, new)
    assert [(n.period, n.value.then) for n in revision.changed] == [("2026-02", split([0.25] * 8).then)]
    assert (
        causes_of(revision) == {"software"}
        and revision.changed[0].value.parts["software"] == february - revision.changed[0].value.then
    )
    assert revision.causes["software"] == "modelcensus 0.0.1 to 0.1.0"


def test_reported_series_are_split_too(tmp_path):
    ledger = Ledger(tmp_path)
    months = [date(2026, m, 1) for m in (1, 2)]
    for committed, values in ((FIRST, (10, 20)), (LATER, (10, 26))):
        rows = [published("Qwen", m, v, True) for m, v in zip(months, values, strict=True)]
        rows += [published("google", m, 30, True) for m in months]
        ledger.commit(batch_of("pulse", "reported:pulse", reported=rows), committed_at=committed)
    revision = revise(ledger, *sides(ledger), [Request.build("share", {"organization": "Qwen"}, by="month")])
    check_sums(revision)
    (only,) = revision.changed
    assert (only.period, only.value.then, only.low.then) == ("2026-02", split([0.4] * 8).then, None)
    assert only.value.parts["new observations"] == only.value.change


@given(st.lists(st.one_of(st.none(), st.integers(-9, 9)), min_size=len(STEPS) + 1, max_size=len(STEPS) + 1))
def test_a_split_adds_up_and_names_what_it_cannot_tell(values):
    found = split(values)
    if values[0] is not None and values[-1] is not None:
        assert sum(p for p in found.parts.values() if p is not None) == found.change
        assert (None in values) <= any("cannot be told apart" in f for f in found.flags)
    assert (values[0] is None and values[-1] is not None) <= any("appears with" in f for f in found.flags)
    assert (values[0] is not None and values[-1] is None) <= any("vanishes with" in f for f in found.flags)
    assert (None in found.parts.values()) <= bool(found.flags)
