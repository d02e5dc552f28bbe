"""`python -m bench measures`: measures of a large ledger, against SQL written by hand for the same numbers.

Both read what the ledger keeps of its flows by month and by age (made first, in a process of its own; that takes twice as
long as `bench flows` and is kept). Ours is asked in a process that has opened the ledger and answered nothing yet (cold), then the
same again (from the cache of answers). The query by hand sums the same Parquet files and does the same arithmetic.
"""

import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from bench.aged_by_hand import AGES, ONE_AGE, RAM_BY_HAND
from bench.sides import answer, apart, as_large, measured_on
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.measures.by_age import kept_by_age
from modelcensus.vocabulary import Period

REQUESTS = {
    "downloads by region": ("downloads", {"by": ["region", "month"]}),
    "downloads by family": ("downloads", {"by": ["family", "month"]}),
    "share by region": ("share", {"by": ["region", "month"]}),
    "share by family": ("share", {"by": ["family", "month"]}),
    "share of a family in text and vision": (
        "share",
        {"of": {"family": "MiMo"}, "within": "text-vision", "by": "month"},
    ),
    "ratio of two regions": (
        "ratio",
        {"of": {"region": "china"}, "by": "month", "reading": {"peers": "region:us"}},
    ),
    "mix of licenses": ("mix", {"by": ["license_class", "month"]}),
    "concentration of families": ("concentration", {"by": ["family", "month"]}),
    "growth of families": ("growth", {"by": ["family", "month"], "period": "2025-02..2026-07"}),
}
YEAR = "2025-08-24..2026-08-23"
AGED = {
    "ram of a year's releases, by repository": ("ram", {"period": YEAR, "reading": {"baseline": "tenth"}}),
    "ram of all releases, by size class": ("ram", {"by": "size_class", "reading": {"baseline": "tenth"}}),
    "ram of all releases, median of ten": ("ram", {"by": "size_class"}),
    "ram of all releases, by repository": ("ram", {"reading": {"baseline": "tenth"}}),
}
"""Downloads since release over the tenth of the size class; each is asked in a process of its own, for its peak."""
BY_HAND = """
    with sums as (
        select month, {member} as member, sum(low) as low, sum(estimate) as estimate, sum(high) as high,
               bool_or(open) as open
        from read_parquet('{moved}') where {where} group by all),
    totals as (select month, sum(low) as low, sum(estimate) as estimate, sum(high) as high from sums group by all)
    select s.month, s.member, s.estimate / t.estimate as value, s.low / (s.low + t.high - s.high) as low,
           s.high / (s.high + t.low - s.low) as high
    from sums s join totals t using (month) order by all
"""
SIDES_BY_HAND = {
    "share by region": ("region", "true"),
    "share by family": ("family", "true"),
    "share of a family in text and vision": (
        "family = 'MiMo'",
        "task in ('text-generation', 'image-text-to-text', 'text2text-generation')"
        " or (task is null and family_type = 'language')",
    ),
}
"""Request -> who a row is of, and what counts."""


def keep(root: str) -> dict:
    """Whatever the ledger keeps: folds, flows by month, the catalog."""
    as_large()
    started = time.perf_counter()
    census = Census(Ledger(Path(root)))
    census.prepare("hub")
    assert census.by_month
    months = time.perf_counter() - started
    assert kept_by_age(census)
    return {"seconds": time.perf_counter() - started, "months": months}


def ours(root: str) -> dict:
    """Seconds per request: cold, then cached."""
    started = time.perf_counter()
    census = Census(Ledger(Path(root)))
    census.prepare("hub")
    assert census.by_month
    found = {"opened": time.perf_counter() - started}
    for name, (measure, request) in REQUESTS.items():
        seconds = []
        for _ in range(2):
            started = time.perf_counter()
            rows = census.measure(measure, **request).rows
            seconds.append(time.perf_counter() - started)
        found[name] = {"cold": seconds[0], "cached": seconds[1], "rows": len(rows)}
    return found


def aged(root: str, name: str) -> dict:
    """Seconds of one request by age, and what its rows add up to."""
    census = Census(Ledger(Path(root)), cache=False)
    census.prepare("hub")
    census.scope("hub")
    measure, request = AGED[name]
    started = time.perf_counter()
    result = census.measure(measure, **request)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "rows": len(result.rows), "low": _sum(result.to_arrow(), "low")}


def aged_by_hand(root: str) -> dict:
    """The first of the requests by age, from the same file."""
    path = next((Path(root) / "derived").glob("*/aged/*/aged.parquet"))
    last = max(m.last_day or "" for m in Ledger(Path(root)).manifests())
    year, db = Period.parse(YEAR), duckdb.connect()
    started = time.perf_counter()
    ages = " union all ".join(ONE_AGE.format(age=a, aged=path, last=last) for a in AGES)
    rows = db.sql(RAM_BY_HAND.format(ages=ages, start=year.start, end=year.end)).to_arrow_table()
    return {"seconds": time.perf_counter() - started, "rows": len(rows), "low": _sum(rows, "low")}


def _sum(rows: pa.Table, name: str) -> float:
    return round(float(pc.sum(rows[name]).as_py()), 3)


def plain(root: str) -> dict:
    """Shares from the same files."""
    moved = next((Path(root) / "derived").glob("*/told/*/moved-*.parquet")).parent / "moved-*.parquet"
    db = duckdb.connect()
    found = {}
    for name, (member, where) in SIDES_BY_HAND.items():
        started = time.perf_counter()
        rows = db.execute(BY_HAND.format(member=member, moved=moved, where=where)).fetchall()
        found[name] = {"seconds": time.perf_counter() - started, "rows": len(rows)}
    return found


def main(arguments: list[str]) -> None:
    with measured_on("measures", arguments) as (root, _folder):
        kept, mine, theirs = (apart("bench.measures", side, root) for side in ("keep", "ours", "plain"))
        released = {name: apart("bench.measures", "aged", root, name) for name in AGED}
        since_by_hand = apart("bench.measures", "aged_by_hand", root)
        rows = sum(m.rows.get("observations", 0) for m in Ledger(root).manifests())
    console = Console()
    console.print(
        f"{rows:,} observations; kept once: {kept['seconds']:.1f} s, {kept['months']:.1f} s of them by month; opened: {mine['opened']:.1f} s"
    )
    table = Table(title="measures by month, seconds")
    for column in ("", "cold", "cached", "by hand", "rows"):
        table.add_column(column)
    for name in REQUESTS:
        side, hand = mine[name], theirs.get(name)
        by_hand = f"{hand['seconds']:.2f}" if hand else ""
        table.add_row(name, f"{side['cold']:.2f}", f"{side['cached']:.3f}", by_hand, f"{side['rows']:,}")
    console.print(table)
    console.print(f"peak {mine['peak']:.2f} GB, DuckDB {duckdb.__version__}")
    since = Table(title="downloads since release, seconds")
    for column in ("", "cold", "by hand", "ratio", "rows", "peak GB"):
        since.add_column(column)
    for name, side in released.items():
        hand = since_by_hand if name == next(iter(AGED)) else None
        assert hand is None or (side["rows"], side["low"]) == (hand["rows"], hand["low"]), (side, hand)
        told = (f"{hand['seconds']:.2f}", f"{side['seconds'] / hand['seconds']:.2f}") if hand else ("", "")
        since.add_row(name, f"{side['seconds']:.2f}", *told, f"{side['rows']:,}", f"{side['peak']:.2f}")
    console.print(since)


if __name__ == "__main__":
    answer({"keep": keep, "ours": ours, "plain": plain, "aged": aged, "aged_by_hand": aged_by_hand})
