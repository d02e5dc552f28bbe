"""An injector of the artefacts that counters suffer, and the judge of what was found: independent of the detectors."""

from flows.artefacts.judge import KINDS, Tally, judge, pooled
from flows.artefacts.scenarios import of_hub_ids, of_repositories, of_snapshots, of_two_sources
from flows.artefacts.series import Injected, Series, Truth, facts, observations
from flows.artefacts.worlds import World

__all__ = [
    "KINDS",
    "Injected",
    "Series",
    "Tally",
    "Truth",
    "World",
    "facts",
    "judge",
    "observations",
    "of_hub_ids",
    "of_repositories",
    "of_snapshots",
    "of_two_sources",
    "pooled",
]
