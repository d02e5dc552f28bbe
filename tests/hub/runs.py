"""Runs of the collector against the test Hub, and what stands in a ledger afterwards.

As a program (`python -m hub.runs URL LEDGER [top N | author A | ids FILE]`) it is one run that can be killed.
"""

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hub.rows import World
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger, Manifest
from modelcensus.sources.hub_api import FOLDER, Collected, Collecting, HubClient, Patience, asked_for, known_of
from modelcensus.vocabulary import FACTS, OBSERVATIONS, SET_ASIDE, STATUSES, Schema

QUICK = Patience(total=20.0, first=0.01, longest=0.05)


@dataclass
class Run:
    """What a run gave."""

    collected: Collected
    manifest: Manifest
    new: bool
    resumed: bool
    said: list[str]
    requests: int


def collect(
    url: str, root: Path, *, by_name: int = 200, keep: bool = False, patience: Patience = QUICK, **asked
) -> Run:
    """One run, as the command makes it."""
    ledger, said, wanted = Ledger(root), [], asked_for(**asked)
    client = HubClient(url, root / FOLDER, anonymous=True, patience=patience, say=said.append)
    with Collecting(root / FOLDER, client, wanted, known_of(ledger, wanted), by_name=by_name) as collecting:
        resumed = collecting.open()
        collected = collecting.keep() if keep else collecting.collect()
        manifest, new = ledger.commit(collected.batch)
        collecting.done()
    return Run(collected, manifest, new, resumed, said, client.requests)


def stored(root: Path, schema: Schema) -> list[dict]:
    """All rows of a table of the ledger."""
    ledger, engine = Ledger(root), DuckDBEngine()
    return engine.fetch(ledger.read(engine, schema, ledger.manifests())).to_pylist()


def observed(root: Path) -> list[tuple]:
    """(repository, `_id`, counter, value, day), sorted."""
    return sorted(
        (r["repository"], r["hub_id"], r["counter"], r["value"], r["observed_on"]) for r in stored(root, OBSERVATIONS)
    )


def content(root: Path) -> dict[str, list[str]]:
    """Everything in the ledger but ids of batches and times of commits."""
    return {
        schema.name: sorted(str({k: v for k, v in r.items() if k != "batch_id"}) for r in stored(root, schema))
        for schema in (OBSERVATIONS, FACTS, STATUSES, SET_ASIDE)
    }


def expected(world: World, day: date) -> list[tuple]:
    """What a whole listing holds, from the world itself."""
    rows = []
    for r in world.repositories:
        if r.name in world.hidden:
            continue
        for counter, name in (("rolling_30d", "downloads"), ("all_time", "downloadsAllTime")):
            value = r.get(name)
            if value is not None:
                rows.append((r.name, r.hub_id, counter, value, day))
    return sorted(rows)


def main() -> None:
    url, root, *rest = sys.argv[1:]
    kinds = {
        "top": lambda v: {"top": int(v)},
        "author": lambda v: {"authors": [v]},
        "ids": lambda v: {"ids": Path(v)},
    }
    collect(url, Path(root), **(kinds[rest[0]](rest[1]) if rest else {}))


if __name__ == "__main__":
    main()
