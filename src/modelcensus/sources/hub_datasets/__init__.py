"""Data sets on the Hub that hold dumps of its model listing: their states, fetched one at a time."""

from modelcensus.sources.hub_datasets import shape
from modelcensus.sources.hub_datasets.fetch import dropped, fetched, hub_client
from modelcensus.sources.hub_datasets.known import DumpDataset, dump_dataset, dump_datasets
from modelcensus.sources.hub_datasets.plan import EVERY, Plan, Wanted, made_plan, size, stale
from modelcensus.sources.hub_datasets.versions import GoneError, States, Version

__all__ = [
    "EVERY",
    "DumpDataset",
    "GoneError",
    "Plan",
    "States",
    "Version",
    "Wanted",
    "dropped",
    "dump_dataset",
    "dump_datasets",
    "fetched",
    "hub_client",
    "made_plan",
    "shape",
    "size",
    "stale",
]
