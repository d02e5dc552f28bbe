"""Which claims flipped since a published edition, and what is said where none is compared with."""

import json
from pathlib import Path

import pytest

from modelcensus.claims import account, find_claim, find_packs
from modelcensus.measures import Census
from modelcensus.publish.flipped import flips_since
from modelcensus.publish.tested import Tested as Accounts
from modelcensus.publish.verdict_words import verdict_as_worded

CLAIM = "qwen-2026/double-the-next-eight"


@pytest.fixture(scope="module")
def tested(sample: Census) -> Accounts:
    return Accounts((account(sample, *find_claim(find_packs(), CLAIM)),))


def edition(folder: Path, worded: str | None, overall: str) -> str:
    """A published edition that tells this of the claim."""
    told = {CLAIM: {"as_worded": worded, "verdict": overall, "readings": []}}
    (folder / "edition.json").write_text(json.dumps({"edition": "2026-09", "claims": told}))
    return str(folder)


def test_the_flip_is_told_with_both_verdicts(tested: Accounts, tmp_path: Path) -> None:
    lead, line = flips_since(edition(tmp_path, None, "fails"), tested)
    assert lead.text == "1 of 1 claim flipped since the edition 2026-09."
    one = tested.accounts[0]
    assert "It was untestable as worded and fails over all readings" in line.text
    assert line.text.endswith(f"now it is {verdict_as_worded(one)} and {one.verdict}.")


def test_none_flipped_is_said_and_days_tell_nothing(tested: Accounts, tmp_path: Path) -> None:
    one = tested.accounts[0]
    said = flips_since(edition(tmp_path, verdict_as_worded(one), one.verdict), tested)
    assert [line.text for line in said] == ["None of 1 claim flipped since the edition 2026-09."]
    assert flips_since("2026-09-01", tested) == flips_since("", tested) == []
    (tmp_path / "edition.json").write_text(json.dumps({"edition": "2026-09"}))
    assert flips_since(str(tmp_path), tested) == []
