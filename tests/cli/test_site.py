"""`modelcensus site` as people run it: a small ledger, and what it refuses."""

import json
from pathlib import Path

import pytest

from hostile import hostile_ledger


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ledger")
    hostile_ledger(root)
    return root


@pytest.mark.slow
def test_a_site_is_written_and_its_size_is_said(run, ledger: Path, tmp_path: Path) -> None:
    done = run(
        "site", "-o", tmp_path / "out", "--subjects", "1", "--variants", "1", "--no-claims", "--ledger", ledger
    )
    listed = json.loads((tmp_path / "out" / "site.json").read_text())["files"]
    assert done.stdout == b"" and f"{len(listed) + 1:,} files" in done.stderr.decode()
    assert (tmp_path / "out" / "index.html").is_file()


def test_what_makes_no_site_is_refused_and_touches_nothing(run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    said = run("site", "-o", tmp_path, "--no-claims", "--ledger", ledger, status=1).stderr.decode()
    assert "holds no site" in said
    said = run(
        "site", "-o", tmp_path / "out", "--base", "here", "--no-claims", "--ledger", ledger, status=1
    ).stderr.decode()
    assert "is no address" in said
    pack = Path(__file__).parents[1] / "publish" / "claims.yml"
    said = run("site", "-o", tmp_path / "out", "--claims", pack, "--ledger", ledger, status=1).stderr.decode()
    assert "the app has no pack small" in said
    run("site", "-o", tmp_path / "out", "--subjects", "0", "--ledger", ledger, status=2)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.txt"]
