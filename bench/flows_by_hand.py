"""Monthly differences of all-time counters as one writes them without this program: for one's own script, and in a notebook.

They give the difference of the last readings of two months, as `bench.flows` does in DuckDB: no repair, no bounds, no events.
"""

from pathlib import Path

from bench.sides import answer, timed


def with_polars(root: str, out: str) -> dict:
    """Lazily, so that only what is needed is read, and streamed."""
    import polars as pl

    found: dict = {}
    with timed(found):
        flows = (
            pl.scan_parquet(f"{root}/observations/*/*.parquet", hive_partitioning=False)
            .filter((pl.col("counter") == "all_time") & pl.col("value").is_not_null())
            .select("repository", "observed_on", "value", month=pl.col("observed_on").dt.truncate("1mo"))
            .group_by("repository", "month")
            .agg(value=pl.col("value").get(pl.col("observed_on").arg_max()))
            .sort("repository", "month")
            .with_columns(flow=pl.col("value") - pl.col("value").shift(1).over("repository"))
            .collect(engine="streaming")
        )
        flows.write_parquet(f"{out}/polars.parquet")
    return {**found, "differences": int(flows["flow"].sum())}


def with_pandas(root: str, out: str) -> dict:
    """Cell by cell, everything in memory."""
    import pandas as pd

    found: dict = {}
    with timed(found):
        columns = ["repository", "counter", "value", "observed_on"]
        files = sorted(Path(root).glob("observations/*/*.parquet"))
        frame = pd.concat([pd.read_parquet(p, columns=columns, partitioning=None) for p in files])
        frame = frame[frame["counter"] == "all_time"].dropna(subset=["value"])
        frame["month"] = pd.to_datetime(frame["observed_on"]).dt.to_period("M")
        last = frame.sort_values("observed_on").groupby(["repository", "month"])["value"].last()
        flows = last.groupby(level="repository").diff()
        flows.rename("flow").reset_index().astype({"month": str}).to_parquet(f"{out}/pandas.parquet")
    return {**found, "differences": int(flows.sum())}


if __name__ == "__main__":
    answer({"polars": with_polars, "pandas": with_pandas})
