"""Keeping the knowledge that a ledger is used with."""

from datetime import date

from modelcensus.catalog import bundled_files, keep_knowledge, load_files
from modelcensus.catalog.vintage import newest_version
from modelcensus.ledger import Ledger


def test_the_version_of_what_comes_with_the_program_is_read_without_validating_it():
    assert newest_version(bundled_files()) == load_files(bundled_files()).version


def test_knowledge_of_the_ledger_is_validated_before_it_is_kept(tmp_path):
    ledger = Ledger(tmp_path)
    (tmp_path / "knowledge").mkdir()
    own = tmp_path / "knowledge" / "own.yml"
    own.write_text("version: 2026-11-28\nno: such key\n")
    assert not keep_knowledge(ledger, day=date(2026, 11, 28))
    assert not ledger.vintages.in_use(date(2026, 11, 28))
    own.write_text("version: 2026-11-28\n")
    assert keep_knowledge(ledger, day=date(2026, 11, 28))
    kept = ledger.vintages.find(ledger.vintages.in_use(date(2026, 11, 28)))
    assert kept is not None and kept.version >= date(2026, 11, 28) and kept.files[-1].name == "own.yml"
