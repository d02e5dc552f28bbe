"""Sums that are made before anybody asks: what is asked then makes none, and says what it says without them."""

import pytest

from ledgers import ledger_of, opened, small_batch, steady_batch
from modelcensus.flows import counters
from modelcensus.ledger import Ledger
from modelcensus.measures import Census, usual_sums
from modelcensus.measures import census as census_module
from modelcensus.measures.cells import CellTable

IDS = ("Qwen/Qwen3-8B", "Qwen/Qwen3-0.6B", "meta-llama/Llama-3.1-8B", "mistralai/thing")
ASKED = (
    {"measure": "share", "of": {"organization": "mistralai"}, "by": "month"},
    {"measure": "downloads", "of": {"organization": "Qwen"}, "within": "mainline"},
    {"measure": "share", "by": ["size_class", "month"], "within": "text-vision"},
    {"measure": "mix", "of": {"region": "china"}, "by": ["family", "month"]},
    {"measure": "rank", "by": ["region"], "period": "2026-02"},
)


def test_then_no_question_makes_any(tmp_path, monkeypatch):
    monkeypatch.setattr(census_module, "LARGE", 10)
    monkeypatch.setattr(counters, "MOST_KEPT", 10)
    ledger_of(tmp_path, steady_batch(*IDS))
    plain = Census(Ledger(tmp_path), cache=False)
    expected = [[r.as_dict() for r in plain.measure(**asked).rows] for asked in ASKED]
    prepared = Census(Ledger(tmp_path), cache=False).keep_sums()
    assert {"hub", "mainline", "text-vision"} <= set(usual_sums(prepared))
    monkeypatch.setattr(CellTable, "read", lambda *a: pytest.fail("a pass over all repositories"))
    assert [[r.as_dict() for r in prepared.measure(**asked).rows] for asked in ASKED] == expected


def test_none_are_made_where_none_stay_or_no_months_are_kept(sample):
    assert list(usual_sums(Census(sample.ledger, cache=False))) == []
    for small in opened(small_batch()):
        assert list(usual_sums(Census(small.ledger, cache=False).keep_sums())) == []
