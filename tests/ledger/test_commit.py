"""Commits: once, whole, in order; what was known on a day stays what was known on that day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers import batch_of, observation
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger, batch_identity
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.vocabulary import OBSERVATIONS, Batch, LedgerError


def content(root) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def imported(path, text: str, **options) -> Batch:
    path.write_text(text)
    options.setdefault("map", {"repo": "id", "rolling_30d": "n"})
    return read_batch([path], ImportOptions(**{"source": "tables", "date": "2026-05-01", **options}))


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


def rows(ledger: Ledger, **when) -> list[tuple]:
    table = DuckDBEngine()
    found = table.fetch(ledger.read(table, OBSERVATIONS, ledger.manifests(**when))).to_pylist()
    return sorted((r["repository"], r["value"], r["batch_id"]) for r in found)


def test_rerun_changes_nothing_byte_for_byte(ledger, tmp_path):
    batch = imported(tmp_path / "t.csv", "id,n\na/x,1\nbad,2\n")
    first, new = ledger.commit(batch)
    before = content(ledger.root)
    again, renewed = ledger.commit(imported(tmp_path / "t.csv", "id,n\na/x,1\nbad,2\n"))
    assert (new, renewed) == (True, False) and again == first
    assert content(ledger.root) == before
    assert first.rows == {"observations": 1, "facts": 1, "set_aside": 1} or first.rows["observations"] == 1


def test_what_others_change_is_seen(ledger, tmp_path):
    """A manifest is read again once its file is another one, however often it was read before."""
    first, _ = ledger.commit(imported(tmp_path / "t.csv", "id,n\na/x,1\n"))
    assert ledger.manifests() == ledger.manifests() == [first]
    second, _ = Ledger(ledger.root).commit(imported(tmp_path / "u.csv", "id,n\na/x,2\n", date="2026-05-02"))
    assert ledger.manifests() == [first, second]
    path, elsewhere = ledger.manifests_folder / f"{first.id}.json", tmp_path / "elsewhere.json"
    path.replace(elsewhere)
    assert ledger.manifests() == [second]
    elsewhere.replace(path)
    assert ledger.manifests() == [first, second]
    path.write_text(path.read_text().replace('"id"', '"ID"'))
    with pytest.raises(LedgerError, match="damaged manifest"):
        ledger.manifests()


def test_a_run_reads_each_manifest_once(ledger, tmp_path, monkeypatch):
    """Not all of them again with every batch."""
    from modelcensus.ledger import store

    read: list[str] = []
    monkeypatch.setattr(store, "manifest_at", lambda path, of=store.manifest_at: read.append(path.name) or of(path))
    for day in range(1, 9):
        ledger.commit(imported(tmp_path / "t.csv", f"id,n\na/x,{day}\n", date=f"2026-05-0{day}"))
        ledger.manifests()
    assert len(read) == 8 == len(set(read))


def test_two_ledgers_of_the_same_input_are_the_same_bytes(tmp_path):
    batch = imported(tmp_path / "t.csv", "id,n\na/x,1\na/y,2\n")
    at = datetime(2026, 6, 1, tzinfo=UTC)
    for name in ("one", "two"):
        Ledger(tmp_path / name).commit(batch, committed_at=at)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_identity_is_input_and_options_and_nothing_else(tmp_path):
    base = batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n"))
    assert batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n")) == base
    others = {
        batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n\n")),
        batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n", date="2026-05-02")),
        batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n", map={"repo": "id", "all_time": "n"})),
        batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n", name="other")),
        batch_identity(imported(tmp_path / "t.csv", "id,n\na/x,1\n", channel="log:mine")),
    }
    assert base not in others and len(others) == 5


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 99)), max_size=5, unique_by=lambda r: r[0]),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=25)
def test_what_was_committed_is_what_is_read_whatever_the_batches(tmp_path_factory, batches):
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    expected = []
    for number, values in enumerate(batches):
        batch = batch_of(
            f"s{number}", "hub", observations=[observation(f"a/m{r}", "all_time", v, v) for r, v in values]
        )
        manifest, _ = ledger.commit(batch)
        expected += [(f"a/m{r}", v, manifest.id) for r, v in values]
    assert rows(ledger) == sorted(expected)
    assert not ledger.broken_files()


def test_partitions_are_days_and_manifest_counts_them(ledger):
    batch = batch_of(
        "s", "hub", observations=[observation("a/x", "all_time", d, d, since=max(0, d - 2)) for d in (0, 5, 9)]
    )
    manifest, _ = ledger.commit(batch)
    assert [f.path.split("/")[1] for f in manifest.files] == [f"observed_on=2026-01-{d:02}" for d in (1, 6, 10)]
    assert (manifest.first_day, manifest.last_day) == ("2026-01-01", "2026-01-10")
    assert sum(f.rows for f in manifest.files) == manifest.rows["observations"] == 3


def test_as_of_hides_what_was_committed_later(ledger):
    start = datetime(2026, 5, 1, 23, 59, tzinfo=UTC)
    for number in range(3):
        batch = batch_of(f"s{number}", "hub", observations=[observation(f"a/m{number}", "all_time", number, 0)])
        ledger.commit(batch, committed_at=start + timedelta(days=number))
    for number in range(-1, 4):
        shown = [m.name for m in ledger.manifests(as_of=date(2026, 5, 1) + timedelta(days=number))]
        assert shown == [f"s{i}" for i in range(min(3, number + 1))]
    assert [r[0] for r in rows(ledger, as_of=date(2026, 5, 2))] == ["a/m0", "a/m1"]


def test_batches_come_in_the_order_of_their_commit(ledger):
    for number in (2, 0, 1):
        batch = batch_of(f"s{number}", "hub", observations=[observation("a/x", "all_time", number, 0)])
        ledger.commit(batch, committed_at=datetime(2026, 5, 1 + number, tzinfo=UTC))
    assert [m.name for m in ledger.manifests()] == ["s0", "s1", "s2"]


def test_a_table_that_no_schema_names_is_refused(ledger):
    batch = batch_of("s", "hub", observations=[observation("a/x", "all_time", 1, 0)])
    odd = Batch(**{**vars(batch), "tables": {"surprise": batch.tables["observations"]}})
    with pytest.raises(LedgerError, match="surprise"):
        ledger.commit(odd)
    assert ledger.manifests() == []


def test_records_are_kept_under_their_id_and_never_overwritten(ledger):
    ledger.record({"id": "p1", "value": 1})
    ledger.record({"id": "p1", "value": 2})
    assert ledger.provenance("p1") == {"id": "p1", "value": 1}
    assert ledger.provenance("p2") is None
    assert ledger.provenance("../manifests/x") is None
