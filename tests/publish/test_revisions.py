"""The section on revisions: against the day before the newest batch, the same bytes each time, and no path in it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from ledgers import batch_of, day, fact, observation
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.publish import write_report

VALUES = {"Qwen/a": (100, 400, 900), "meta-llama/b": (50, 450, 700), "google/c": (10, 20, 40)}


def counters(rows: dict[str, dict[int, int]]):
    observations = [observation(r, "all_time", v, t) for r, read in rows.items() for t, v in read.items()]
    return batch_of("dump", "hub", observations=observations, facts=[fact(r, created=day(-40)) for r in VALUES])


def ledger_of_two_days(root: Path) -> Ledger:
    ledger = Ledger(root)
    first = counters({r: dict(zip((0, 31, 90), v, strict=True)) for r, v in VALUES.items()})
    ledger.commit(first, committed_at=datetime(2026, 6, 1, tzinfo=UTC))
    later = counters({"Qwen/a": {59: 890}, "meta-llama/b": {59: 460}})
    ledger.commit(later, committed_at=datetime(2026, 7, 1, 8, tzinfo=UTC))
    return ledger


def section(page: Path) -> str:
    text = (page.parent / "report.md").read_text().replace("\\", "")
    return text.partition("## What was revised?")[2].partition("\n## ")[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_against_the_day_before_the_newest_batch(tmp_path):
    ledger = ledger_of_two_days(tmp_path / "ledger")
    text = section(write_report(Census(ledger), tmp_path / "out"))
    assert "Against what the ledger held on 30 June 2026, 2 of " in text
    assert "Qwen, share within all repositories seen, February 2026: 64.9 % then, " in text, text
    assert "points by new observations; counted here" in text
    assert "No knowledge was kept by 2026-06-30" in text and "cannot be told" in text
    write_report(Census(ledger), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_against_a_previous_edition_wherever_it_lies(tmp_path):
    ledger = ledger_of_two_days(tmp_path / "ledger")
    early = Ledger(tmp_path / "early")
    shutil.copytree(ledger.root, early.root)
    (early.root / "manifests" / f"{ledger.manifests()[-1].id}.json").unlink()
    write_report(Census(early), tmp_path / "one", "one")
    shutil.copytree(tmp_path / "one", tmp_path / "elsewhere" / "copy")
    page = write_report(Census(ledger), tmp_path / "two", "two", previous=str(tmp_path / "one"))
    write_report(Census(ledger), tmp_path / "three", "two", previous=str(tmp_path / "elsewhere/copy/edition.json"))
    assert contents(tmp_path / "two") == contents(tmp_path / "three")
    assert "Against edition one, " in section(page) and "cannot be told" not in section(page)


def test_a_single_vintage_is_said_in_one_sentence(edition):
    text = section(edition / "report.html").strip()
    assert text == "- No earlier vintage to compare with: all batches were committed on 23 November 2026."
