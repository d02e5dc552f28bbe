"""What was solved for one request and serves the next gives the flows that solving anew gives."""

from itertools import product

import pyarrow as pa

from ledgers import batch_of, ledger_of, observation
from modelcensus.flows import solved as kept_flows
from modelcensus.flows import windows
from modelcensus.flows.solved import Solved
from modelcensus.measures import Census

DAYS = range(0, 150, 10)
READINGS = [dict(zip(("spikes", "panel", "repair"), c, strict=True)) for c in product(
    ("keep", "drop"), ("moving", "fixed"), ("conservative", "none")
) if c[0] == "keep" or c[2] == "conservative"]  # fmt: skip


def counters() -> list[dict]:
    """Windows of three repositories, and an all-time counter that leaps and comes back among calm ones."""
    total = [
        observation("org/spiky", "all_time", 10_000 + 100 * on + 4_900 * max(0, min(on, 43) - 40), on)
        for on in range(120)
    ] + [observation(f"org/calm-{i}", "all_time", 1_000 * i + 200 * on, on) for i in range(20) for on in range(120)]
    return total + [
        observation(name, "rolling_30d", start + 300 * (place % 4), day)
        for name, start in (("Qwen/Qwen3-8B", 4000), ("meta-llama/Llama-3.1-8B", 2500), ("someone/thing", 90))
        for place, day in enumerate(DAYS)
    ]


PERIODS = ("2026-01..2026-03", "2026-02..2026-04")
SCOPES = ("hub", "where: organization <> 'meta-llama'")


def answer(census: Census, reading: dict[str, str], within: str, period: str) -> list[dict]:
    by = ["organization", "month"]
    return [
        r.as_dict() for r in census.measure("downloads", within=within, by=by, period=period, reading=reading).rows
    ]


def test_requests_one_after_another_answer_as_each_alone(tmp_path, monkeypatch):
    ledger = ledger_of(tmp_path, batch_of("counters", "hub", observations=counters()))
    solved = []
    plain = windows.solve_both
    monkeypatch.setattr(windows, "solve_both", lambda *a: solved.append(1) or plain(*a))
    asked = list(product(READINGS, SCOPES, PERIODS))
    together = Census(ledger, cache=False)
    found = [answer(together, *request) for request in asked]
    assert len(solved) == 2 * len(SCOPES) * len(PERIODS), "once per repair, scope and period"
    assert found == [answer(Census(ledger, cache=False), *request) for request in asked]
    assert all(any(row["value"] for row in rows) for rows in found)
    of = dict(zip(((*reading.values(), *rest) for reading, *rest in asked), found, strict=True))
    hub = {k[:3]: rows for k, rows in of.items() if k[3:] == ("hub", PERIODS[1])}
    assert hub["keep", "moving", "conservative"] != hub["drop", "moving", "conservative"]
    assert len({str(rows) for k, rows in of.items() if k[:3] == ("keep", "moving", "conservative")}) == 4


def test_only_so_many_rows_are_kept(monkeypatch):
    monkeypatch.setattr(kept_flows, "MOST_SOLVED", 5)
    calls = []

    def table(key: str, rows: int) -> pa.Table:
        return kept.of((key,), lambda: calls.append(key) or pa.table({"span": list(range(rows))}))

    kept = Solved()
    for key, rows in (("a", 2), ("b", 2), ("a", 2), ("c", 3), ("a", 2), ("b", 2), ("large", 9), ("large", 9)):
        assert len(table(key, rows)) == rows
    assert calls == ["a", "b", "c", "b", "large"], "what was asked for last stays, the oldest goes"
