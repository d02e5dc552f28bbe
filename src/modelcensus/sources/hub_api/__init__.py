"""The Hub's model listing, live: asked within its limits, kept as it is read, taken up where it was left."""

from modelcensus.sources.hub_api.asking import Asked, asked_for
from modelcensus.sources.hub_api.client import (
    HUB,
    HubClient,
    Patience,
    UnreachableError,
    checked_endpoint,
    default_endpoint,
)
from modelcensus.sources.hub_api.collecting import FOLDER, Collecting, crawl_folder
from modelcensus.sources.hub_api.crawl import Crawl, Progress
from modelcensus.sources.hub_api.finish import TERMS, Collected
from modelcensus.sources.hub_api.known import Known, known_of
from modelcensus.sources.hub_api.plan import Cost, cost, duration, requests_of
from modelcensus.sources.hub_api.wire import wire

__all__ = [
    "FOLDER",
    "HUB",
    "TERMS",
    "Asked",
    "Collected",
    "Collecting",
    "Cost",
    "Crawl",
    "HubClient",
    "Known",
    "Patience",
    "Progress",
    "UnreachableError",
    "asked_for",
    "checked_endpoint",
    "cost",
    "crawl_folder",
    "default_endpoint",
    "duration",
    "known_of",
    "requests_of",
    "wire",
]
