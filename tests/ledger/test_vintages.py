"""Vintages of the knowledge: kept once, given back to the letter, and the one of a day is the last one used by then."""

import gzip
import json
import stat
from datetime import date
from pathlib import Path

import pytest

from ledgers import COMMITTED, batch_of, ledger_of, observation
from modelcensus.catalog import bundled_files, load_files, load_knowledge
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, Inputs
from modelcensus.vocabulary import KnowledgeError, LedgerError

OWN = """
version: {version}
organizations:
  - {{namespace: acme, name: "{name}", country: FR, kind: company, citation: a test}}
"""


def write(folder: Path, name: str, version: str = "2026-10-01") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.yml").write_text(OWN.format(version=version, name=name))
    return folder


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    rows = [observation("acme/a", "all_time", v, t) for v, t in ((10, 0), (30, 31), (90, 59))]
    return ledger_of(tmp_path / "ledger", batch_of("dump", "hub", observations=rows))


def name_of(inputs: Inputs) -> str:
    known = inputs.knowledge.organizations.get("acme")
    return known.name if known else ""


def test_what_is_kept_loads_to_the_same_knowledge(ledger, tmp_path):
    write(ledger.root / "knowledge", "Own")
    given = write(tmp_path / "given", "Given", "2026-10-02")
    for folders in ((), (given,)):
        inputs = Inputs.of(ledger, folders)
        assert inputs.keep(ledger, date(2026, 10, 5))
        vintage = ledger.vintages.find(inputs.digest)
        assert (
            load_files(vintage.files).digest
            == inputs.digest
            == load_knowledge([ledger.root / "knowledge", *folders]).digest
        )
        assert load_files(vintage.files).model_dump() == inputs.knowledge.model_dump()
        assert (vintage.first_used, vintage.version) == (date(2026, 10, 5), inputs.knowledge.version)
        assert not any(str(tmp_path) in f.shown for f in vintage.files), "no path of the machine"
    content = json.loads(gzip.decompress((ledger.vintages.folder / f"{inputs.digest}.json.gz").read_bytes()))
    assert [f["name"] for f in content["files"]] == ["own.yml"], "only what lies on top of its base"


def test_keeping_again_changes_nothing(ledger):
    inputs = Inputs.of(ledger)
    inputs.keep(ledger, date(2026, 10, 5))
    before = {p: p.read_bytes() for p in ledger.vintages.folder.rglob("*") if p.is_file()}
    inputs.keep(ledger, date(2026, 10, 5))
    inputs.keep(ledger, date(2026, 10, 9))
    assert {p: p.read_bytes() for p in ledger.vintages.folder.rglob("*") if p.is_file()} == before
    assert len(before) == 2


def test_a_day_has_the_knowledge_last_used_by_then(ledger):
    own = ledger.root / "knowledge"
    uses = [("First", 5), ("Second", 8), ("Third", 8), ("First", 11)]
    for name, on in uses:
        write(own, name)
        Inputs.of(ledger).keep(ledger, date(2026, 10, on))
    write(own, "Present")
    found = {on: name_of(Inputs.of(ledger, as_of=date(2026, 10, on))) for on in (5, 7, 8, 10, 11, 30)}
    assert found == {5: "First", 7: "First", 8: "Third", 10: "Third", 11: "First", 30: "First"}
    assert Inputs.of(ledger, as_of=date(2026, 10, 5)).note == ""


def test_before_any_was_kept_it_is_the_present_one_and_the_result_says_so(ledger):
    Inputs.of(ledger).keep(ledger, date(2026, 12, 5))
    census = Census(ledger)
    ask = {"by": "month", "period": "2026-01"}
    assert "no knowledge was kept by 2026-12-04" in census.measure("downloads", **ask, as_of="2026-12-04").notes[0]
    assert not census.measure("downloads", **ask, as_of="2026-12-05").notes
    assert not census.measure("downloads", **ask).notes


def test_given_folders_lie_on_top_of_the_knowledge_of_the_day(ledger, tmp_path):
    write(ledger.root / "knowledge", "Own")
    Inputs.of(ledger, [write(tmp_path / "given", "Tried once")]).keep(ledger, date(2026, 10, 5))
    assert name_of(Inputs.of(ledger, as_of=date(2026, 10, 6))) == "Own"
    assert name_of(Inputs.of(ledger, [write(tmp_path / "given", "Now")], date(2026, 10, 6))) == "Now"


def test_a_number_of_a_day_is_attributed_as_it_was(ledger):
    own = write(ledger.root / "knowledge", "Own")
    asked = {"by": "country", "period": "2026-01", "as_of": COMMITTED.date()}
    census = Census(ledger)
    census.inputs.keep(ledger, COMMITTED.date())
    (own / "own.yml").write_text(OWN.format(version="2026-10-09", name="Own").replace("FR", "DE"))
    census = Census(ledger)
    assert [r.dimensions["country"] for r in census.measure("downloads", **asked).rows] == ["FR"]
    assert [r.dimensions["country"] for r in census.measure("downloads", **{**asked, "as_of": None}).rows] == ["DE"]


def test_recording_a_number_keeps_the_knowledge(ledger):
    census = Census(ledger)
    assert not ledger.vintages.folder.exists()
    census.measure("downloads", period="2026-01")
    assert ledger.vintages.has(census.knowledge.digest)


def test_a_ledger_that_cannot_be_written_is_no_error(ledger, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("modelcensus.ledger.vintages.write_atomically", refuse)
    assert Inputs.of(ledger).keep(ledger) is False
    assert Census(ledger).measure("downloads", period="2026-01").rows


@pytest.mark.parametrize("damage", [b"", b"noise", gzip.compress(b"{}")], ids=["empty", "noise", "other"])
def test_a_damaged_vintage_is_named(ledger, damage):
    inputs = Inputs.of(ledger)
    inputs.keep(ledger, date(2026, 10, 5))
    path = ledger.vintages.folder / f"{inputs.digest}.json.gz"
    path.write_bytes(damage)
    with pytest.raises(LedgerError, match=path.name):
        Inputs.of(ledger, as_of=date(2026, 10, 6))
    (ledger.vintages.folder / "days" / "2026-10-05.json").write_bytes(damage)
    with pytest.raises(LedgerError, match="2026-10-05"):
        Inputs.of(ledger, as_of=date(2026, 10, 6))


def test_knowledge_that_this_program_cannot_read_is_an_error_and_never_another(ledger):
    inputs = Inputs.of(ledger)
    older = Inputs((), tuple(type(f)(f.layer, f.name, f.content + "\nnewer_key: 1\n") for f in bundled_files()[:1]))
    assert older.keep(ledger, date(2026, 10, 5)) is False, "only what can be read is kept"
    inputs.keep(ledger, date(2026, 10, 5))
    path = ledger.vintages.folder / f"{inputs.digest}.json.gz"
    content = json.loads(gzip.decompress(path.read_bytes()))
    digest = older.digest
    content |= {"digest": digest, "files": [vars(f) for f in older.base], "software": {"modelcensus": "9.9"}}
    (ledger.vintages.folder / f"{digest}.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    ledger.vintages.use(digest, date(2026, 10, 7))
    with pytest.raises(KnowledgeError, match=r"newer_key.*use modelcensus 9\.9"):
        Inputs.of(ledger, as_of=date(2026, 10, 7))


def test_others_may_read_what_is_kept(ledger):
    Inputs.of(ledger).keep(ledger)
    for path in ledger.vintages.folder.rglob("*.gz"):
        assert path.stat().st_mode & stat.S_IRGRP
