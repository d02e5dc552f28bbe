"""Measures beside SQL and polars by hand, which read the same kept flows: shares by month, downloads since release, and a
share asked in a new process.

What is kept is made before (`bench.measures`), and opening the ledger is not measured, except where a process is.
"""

import json
import resource
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow  # noqa: F401  (what tables are handed over in: loaded before anything is measured)

from bench.aged_by_hand import AGES, ONE_AGE, RAM_BY_HAND
from bench.sides import answer, as_large, timed

if TYPE_CHECKING:
    from modelcensus.measures import Census

MONTHS = [date(2025 + m // 12, m % 12 + 1, 1) for m in range(28)]
TEXT = ("text-generation", "image-text-to-text", "text2text-generation")
SHARES = {
    "region": {"by": ["region", "month"]},
    "family": {"by": ["family", "month"]},
    "family = 'Qwen'": {"of": {"family": "Qwen"}, "within": "text-vision", "by": "month"},
}
"""Who a row is of, as SQL -> the request."""
WITHIN = f"task in {TEXT} or (task is null and family_type = 'language')"
"""The scope of the last of them."""
BY_HAND = """
    with sums as (
        select month, {member} as member, sum(low) as low, case when not bool_or(open) then sum(estimate) end as estimate,
               sum(coalesce(high, 0)) as closed, count_if(open) as opened
        from read_parquet('{moved}') where month >= '{first}' and month <= '{last}' and ({where}) group by all),
    totals as (
        select month, sum(low) as low, case when sum(opened) = 0 then sum(estimate) end as estimate,
               sum(closed) as closed, sum(opened) as opened
        from sums group by all)
    select member, s.estimate / t.estimate as value,
           case when t.opened > s.opened then 0 else s.low / (s.low + t.closed - s.closed) end as low,
           case when s.opened > 0 then 1 else s.closed / (s.closed + t.low - s.low) end as high
    from sums s join totals t using (month) where member::varchar is distinct from 'false' order by month, member
"""
"""A flow is `open` where nothing bounds it from above: then no share of the month has a value, and its bounds are what is left."""


def _moved(root: str) -> str:
    return str(next((Path(root) / "derived").glob("*/told/*/moved-*.parquet")).parent / "moved-*.parquet")


def _observations(root: str) -> str:
    return f"read_parquet('{root}/observations/*/*.parquet', hive_partitioning = false)"


def _opened(root: str) -> "Census":
    from modelcensus.ledger import Ledger
    from modelcensus.measures import Census

    as_large()
    census = Census(Ledger(Path(root)), cache=False)
    census.prepare("hub")
    assert census.by_month
    return census


def _sum(values: list[float | None]) -> float:
    return round(sum(v for v in values if v is not None), 3)


def _months(root: str) -> tuple[str, str]:
    """The first and the last month that the ledger's all-time counters cover whole."""
    query = f"select min(observed_on), max(observed_on) from {_observations(root)} where counter = 'all_time'"
    ((first, last),) = duckdb.sql(query).fetchall()
    whole = [a for a, b in pairwise(MONTHS) if first <= a and b <= last]
    return f"{whole[0]:%Y-%m}", f"{whole[-1]:%Y-%m}"


def _said(rows: list[tuple]) -> dict:
    """What is compared: how many shares there are above 0, and the sums of the shares and of their bounds."""
    sums = [round(sum(float(r[i]) for r in rows if r[i] is not None), 6) for i in range(3)]
    return {"rows": sum(bool(r[0]) for r in rows), "sums": sums}


def asked(root: str) -> dict:
    """Three requests, each asked for the first time of a census that is open."""
    period = "..".join(_months(root))
    census, found, rows = _opened(root), {}, []
    with timed(found):
        for request in SHARES.values():
            rows += [(r.value, r.low, r.high) for r in census.measure("share", **request, period=period).rows]
    return {**found, **_said(rows)}


def with_duckdb(root: str) -> dict:
    """The same three as queries."""
    moved, (first, last), db, found, rows = _moved(root), _months(root), duckdb.connect(), {}, []
    with timed(found):
        for member, request in SHARES.items():
            where = WITHIN if "within" in request else "true"
            query = BY_HAND.format(member=member, moved=moved, where=where, first=f"{first}-01", last=f"{last}-01")
            rows += [r[1:] for r in db.execute(query).fetchall()]
    return {**found, **_said(rows)}


def with_polars(root: str) -> dict:
    """The same three, lazily."""
    import polars as pl

    moved, (first, last), found, rows = _moved(root), _months(root), {}, []
    text = pl.col("task").is_in(TEXT) | (pl.col("task").is_null() & (pl.col("family_type") == "language"))
    asks = ((pl.col("region"), pl.lit(True)), (pl.col("family"), pl.lit(True)), (pl.col("family") == "Qwen", text))
    within = pl.col("month").cast(pl.String).is_between(pl.lit(f"{first}-01"), pl.lit(f"{last}-01"))
    low, estimate, closed, opened = (pl.col(n) for n in ("low", "estimate", "closed", "opened"))
    with timed(found):
        for member, where in asks:
            flows = pl.scan_parquet(moved).filter(within & where)
            sums = flows.group_by("month", member=member).agg(
                low.sum(),
                pl.when(~pl.col("open").any()).then(estimate.sum()).alias("estimate"),
                closed=pl.col("high").sum(),
                opened=pl.col("open").sum(),
            )
            all_low, all_closed, all_opened = (c.sum().over("month") for c in (low, closed, opened))
            made = sums.select(
                "member",
                value=pl.when(all_opened == 0).then(estimate / estimate.sum().over("month")),
                low=pl.when(all_opened > opened).then(0.0).otherwise(low / (low + all_closed - closed)),
                high=pl.when(opened > 0).then(1.0).otherwise(closed / (closed + all_low - low)),
            ).collect()
            rows += [r[1:] for r in made.rows() if r[0] is not False]
    return {**found, **_said(rows)}


def released(root: str, period: str) -> dict:
    """RAM of the releases of a period at seven ages, asked of a census that is open."""
    census, found = _opened(root), {}
    census.scope("hub")
    with timed(found):
        result = census.measure("ram", period=period, reading={"baseline": "tenth"})
        low = result.to_arrow()["low"].to_pylist()
    return {**found, "rows": len(result.rows), "low": _sum(low)}


def released_by_hand(root: str, period: str) -> dict:
    """The same as a query."""
    path = next((Path(root) / "derived").glob("*/aged/*/aged.parquet"))
    last = duckdb.sql(f"select max(observed_on) from {_observations(root)}").fetchall()[0][0]
    (start, last_release), db, found = period.split(".."), duckdb.connect(), {}
    end = date.fromisoformat(last_release) + timedelta(1)
    with timed(found):
        ages = " union all ".join(ONE_AGE.format(age=a, aged=path, last=last) for a in AGES)
        rows = db.sql(RAM_BY_HAND.format(ages=ages, start=start, end=end)).to_arrow_table()
        low = rows["low"].to_pylist()
    return {**found, "rows": rows.num_rows, "low": _sum(low)}


def command(root: str) -> dict:
    """One share as a command, from the start of the process to its end."""
    program = str(Path(sys.executable).with_name("modelcensus"))
    words = ["measure", "share", "--by", "region", "--by", "month", "--period", "..".join(_months(root))]
    found, done = _run([program, *words, "--ledger", root, "--no-cache", "--format", "json"])
    return {**found, **_said([(r["value"], r["low"], r["high"]) for r in json.loads(done)["rows"]])}


SCRIPT = "import duckdb, json, sys; print(json.dumps(duckdb.connect().execute(sys.argv[1]).fetchall(), default=str))"


def script(root: str) -> dict:
    """The same query in a script of its own."""
    first, last = _months(root)
    query = BY_HAND.format(member="region", moved=_moved(root), where="true", first=f"{first}-01", last=f"{last}-01")
    found, done = _run([sys.executable, "-c", SCRIPT, query])
    return {**found, **_said([tuple(r[1:]) for r in json.loads(done)])}


def _run(words: list[str]) -> tuple[dict, bytes]:
    """What a process took, and what it printed."""
    found: dict = {}
    with timed(found):
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    return {**found, "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6}, done


if __name__ == "__main__":
    answer(
        {
            "asked": asked, "duckdb": with_duckdb, "polars": with_polars, "released": released,
            "released_by_hand": released_by_hand, "command": command, "script": script,
        }
    )  # fmt: skip
