"""What was solved for one request and serves the next gives the flows that solving anew gives."""

from itertools import product

import pyarrow as pa

from ledgers import batch_of, ledger_of, observation
from modelcensus.flows import windows
from modelcensus.flows.windows import Solved
from modelcensus.measures import Census

DAYS = range(0, 150, 10)
READINGS = [dict(zip(("spikes", "panel", "repair"), c, strict=True)) for c in product(
    ("keep", "drop"), ("moving", "fixed"), ("conservative", "none")
) if c[0] == "keep" or c[2] == "conservative"]  # fmt: skip


def windows_of_30_days() -> list[dict]:
    return [
        observation(name, "rolling_30d", start + 300 * (place % 4), day)
        for name, start in (("Qwen/Qwen3-8B", 4000), ("meta-llama/Llama-3.1-8B", 2500), ("someone/thing", 90))
        for place, day in enumerate(DAYS)
    ]


def answer(census: Census, reading: dict[str, str], within: str) -> list[dict]:
    found = census.measure("downloads", within=within, by=["organization", "month"], reading=reading)
    return [r.as_dict() for r in found.rows]


def test_requests_one_after_another_answer_as_each_alone(tmp_path, monkeypatch):
    ledger = ledger_of(tmp_path, batch_of("counters", "hub", observations=windows_of_30_days()))
    solved = []
    plain = windows.solve_both
    monkeypatch.setattr(windows, "solve_both", lambda *a: solved.append(1) or plain(*a))
    asked = [(r, w) for w in ("hub", "where: params_b < 9") for r in READINGS]
    together = Census(ledger, cache=False)
    found = [answer(together, reading, within) for reading, within in asked]
    assert len(solved) == 4, "once per repair and scope"
    alone = [answer(Census(ledger, cache=False), reading, within) for reading, within in asked]
    assert found == alone
    assert any(row["value"] for row in found[0])
    assert found[0] != found[len(READINGS)], "another scope is solved for itself"


def test_only_so_many_rows_are_kept(monkeypatch):
    monkeypatch.setattr(windows, "MOST_SOLVED", 5)
    calls = []

    def table(key: str, rows: int) -> pa.Table:
        return kept.of((key,), lambda: calls.append(key) or pa.table({"span": list(range(rows))}))

    kept = Solved()
    for key, rows in (("a", 2), ("b", 2), ("a", 2), ("c", 3), ("a", 2), ("b", 2), ("large", 9), ("large", 9)):
        assert len(table(key, rows)) == rows
    assert calls == ["a", "b", "c", "b", "large"], "what was asked for last stays, the oldest goes"
