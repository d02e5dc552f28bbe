"""Sparse storage says what the same snapshots stored whole say, in whatever order and however corrected they come."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import ALIKE, batch_of, day, engine_of_tables, fact, flows_of, ledger_of, observation
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger, thinning
from modelcensus.vocabulary import FACTS, LISTINGS, OBSERVATIONS, Batch, row_count

COUNTERS = ("all_time", "rolling_30d")
LICENSES = (None, "mit", "apache-2.0")


def dump(rng: np.random.Generator, before: dict, count: int) -> dict:
    """What a listing says: repository -> (counters, license, creation); most as before, some moved, gone or come."""
    said = {}
    for number in range(count):
        name = f"o{number % 3}/m{number}"
        there = rng.random() < (0.9 if name in before else 0.3 if before else 0.8)
        if not there:
            continue
        old = before.get(name, ((int(rng.integers(50)), int(rng.integers(50))), None))
        moved = rng.random(2) < 0.3
        values = tuple(
            (None if rng.random() < 0.05 else (v or 0) + (int(rng.integers(1, 40)) if m else 0))
            for v, m in zip(old[0], moved, strict=True)
        )
        license = LICENSES[int(rng.integers(3))] if rng.random() < 0.2 else old[1]
        said[name] = (values, license)
    return said


def batch(name: str, said: dict, on: int, since: int | None = None, tag: str = "", complete: bool = True) -> Batch:
    rows = [
        observation(n, c, v, on, since, batch=tag)
        for n, (values, _) in said.items()
        for c, v in zip(COUNTERS, values, strict=True)
        if v is not None
    ]
    rows.sort(key=lambda r: (r["counter"], r["repository"]))
    facts = [fact(n, on, license=lic, likes=len(n)) for n, (_, lic) in said.items()]
    return replace(batch_of(name, "hub", observations=rows, facts=facts), complete=complete)


def history(seed: int, days: int, count: int = 14) -> list[Batch]:
    """Dumps of a series, with a correction, a second reading of a day, and another series between."""
    rng = np.random.default_rng(seed)
    said, found, dumps = {}, [], {}
    for on in sorted(rng.choice(range(60), days, replace=False).tolist()):
        said = dump(rng, said, count)
        dumps[on] = said
        found.append(batch("dumps", said, on, on - int(rng.integers(1, 4)) if rng.random() < 0.3 else None))
    for on in list(dumps):
        if rng.random() < 0.3:  # a correction of some rows, as another import of the same day would bring them
            few = {n: s for n, s in dump(rng, dumps[on], count).items() if rng.random() < 0.3}
            found.append(batch("dumps", few, on, complete=False))
    if rng.random() < 0.5:
        found.append(batch("others", dump(rng, {}, count), 30, complete=bool(rng.random() < 0.5)))
    order = rng.permutation(len(found)) if rng.random() < 0.6 else range(len(found))
    return [found[i] for i in order]


def told(ledger: Ledger, series: str) -> tuple:
    """What a ledger's series says: events, readings, flows, and the newest facts."""
    engine = DuckDBEngine()
    manifests = [m for m in ledger.manifests() if m.name == series]
    tables = [engine.fetch(ledger.read(engine, s, manifests, f"read_{s.name}")) for s in (OBSERVATIONS, LISTINGS)]
    of = engine_of_tables(tables[0], None, {m.id: m.name for m in manifests}, tables[1])
    rows = (
        of.rows(f"select * exclude (snapshot) from {name} order by all") if name == "said"
        else of.rows(f"select * from {name} order by all") for name in ("said", "events", "readings")
    )  # fmt: skip
    return *rows, flows_of(of, [(0, 20), (10, 40), (20, 60)])


def newest(ledger: Ledger) -> list[dict]:
    """Of each column the newest statement, as the catalog takes it."""
    engine, manifests = DuckDBEngine(), ledger.manifests()
    ledger.read(engine, FACTS, manifests)
    places = " ".join(f"when '{m.id}' then {i}" for i, m in enumerate(manifests))
    return engine.rows(
        f"select repository, arg_max(license, (observed_on, case batch_id {places} end)) as license,"
        " min(created_at) as created_at from facts group by 1 order by 1"
    )


def both(folder: Path, batches: list[Batch]) -> tuple[Ledger, Ledger]:
    whole = [replace(b, complete=False) for b in batches]
    return ledger_of(folder / "thin", *batches), ledger_of(folder / "whole", *whole)


@given(st.integers(0, 10_000), st.integers(2, 6))
@settings(max_examples=6)
def test_a_thinned_ledger_says_what_the_whole_one_says(seed, days):
    with TemporaryDirectory() as folder:
        thin, whole = both(Path(folder), history(seed, days))
        assert told(thin, "dumps") == told(whole, "dumps")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(150))
def test_many_thinned_ledgers_say_what_the_whole_ones_say(seed, tmp_path):
    thin, whole = both(tmp_path, history(20_000 + seed, 3 + seed % 5))
    assert told(thin, "dumps") == told(whole, "dumps")


def in_order(seed: int) -> list[Batch]:
    """One series without another beside it, in any order: then the newest statement is exact."""
    return [b for b in history(seed, 5) if b.name == "dumps" and b.complete]


@given(st.integers(0, 10_000))
@settings(max_examples=6)
def test_the_newest_facts_are_the_newest(seed):
    with TemporaryDirectory() as folder:
        thin, whole = both(Path(folder), in_order(seed))
        assert newest(thin) == newest(whole)


def test_what_did_not_move_is_not_stored_again(tmp_path):
    said = {f"o/m{i}": ((i, i), "mit") for i in range(50)}
    later = said | {"o/m0": ((9, 0), "mit"), "o/m1": ((1, 1), "apache-2.0")}
    del later["o/m2"]
    thin = ledger_of(tmp_path, batch("d", said, 0), batch("d", later, 7))
    first, second = thin.manifests()
    assert first.rows["observations"] == 100 and first.rows["facts"] == 50
    assert second.rows["observations"] == 3 and second.rows["facts"] == 1, "o/m0 moved, o/m2 went twice"
    engine = DuckDBEngine()
    rows = engine.fetch(thin.read(engine, LISTINGS, [second])).to_pylist()
    assert [(r["counter"], r["since"], r["listed"]) for r in rows] == [
        ("all_time", day(0), 49), ("rolling_30d", day(0), 49),
    ]  # fmt: skip
    assert any("3" in t or "rows where something changed" in t for t in second.took)


def test_a_fact_that_changes_in_a_few_letters_is_stored_again(tmp_path):
    """The old text and the new one had the same hash in DuckDB."""
    before, after = ALIKE
    said = {f"o/m{i}": ((i, i), "mit") for i in range(50)} | {"o/changed": ((1, 1), before), before: ((2, 2), "mit")}
    later = said | {"o/changed": ((1, 1), after), after: ((2, 2), "mit")}
    thin = ledger_of(tmp_path, batch("d", said, 0), batch("d", later, 7))
    assert thin.manifests()[1].rows["facts"] == 2
    assert {r["repository"]: r["license"] for r in newest(thin)}["o/changed"] == after


def test_the_same_dump_again_is_nothing_new(tmp_path):
    said = {f"o/m{i}": ((i, i), "mit") for i in range(50)}
    one, two = batch("d", said, 0), batch("d", said, 7)
    ledger = ledger_of(tmp_path, one, two)
    assert ledger.commit(two)[1] is False and len(ledger.manifests()) == 2
    assert ledger.manifests()[1].rows["observations"] == 0


def test_a_few_repositories_are_nothing_to_stand_on(tmp_path):
    said = {f"o/m{i}": ((i, i), "mit") for i in range(50)}
    few = dict(list(said.items())[:5])
    ledger = ledger_of(tmp_path, batch("d", said, 0), batch("d", few, 3, tag="top"), batch("d", said, 7))
    assert [m.rows["observations"] for m in ledger.manifests()] == [100, 10, 0]


def test_snapshots_are_stored_whole_again_before_they_are_far_to_seek(tmp_path, monkeypatch):
    monkeypatch.setattr(thinning, "WHOLE_AGAIN", 1)
    batches = [
        batch("d", {f"o/m{i}": ((i + (n if i % 2 else 0), i), "mit") for i in range(50)}, n) for n in range(12)
    ]
    ledger = ledger_of(tmp_path / "thin", *batches)
    stored = [m.rows["observations"] for m in ledger.manifests()]
    assert stored[0] == 100 and stored.count(100) == 2 and set(stored) == {25, 100}
    whole = ledger_of(tmp_path / "whole", *(replace(b, complete=False) for b in batches))
    assert told(ledger, "d") == told(whole, "d")


@pytest.mark.parametrize("gone", [0, 1])
def test_a_correction_leaves_what_stands_on_it(tmp_path, gone):
    """Day 7 stands on day 0, of which a correction comes afterwards: what day 7 said stays said."""
    said = {f"o/m{i}": ((10 + i, i), "mit") for i in range(20)}
    late = {"o/m3": ((99, 3), "mit"), "o/new": ((5, 5), None)}
    batches = [batch("d", said, 0), batch("d", said, 7), batch("d", late, 0, complete=bool(gone))]
    thin, whole = both(tmp_path, batches)
    assert told(thin, "d") == told(whole, "d")
    assert any("restated" in t for t in thin.manifests()[2].took)
    assert row_count(batches[2].tables["observations"]) == 4
