"""One file per measure; every one computes from the same frame and answers with a result that knows its provenance."""

from modelcensus.measures import (
    channels,
    concentration,
    coverage,
    crossover,
    cumulative,
    downloads,
    growth,
    launch,
    mix,
    projection,
    quality,
    ram,
    rank,
    ratio,
    releases,
    share,
)
from modelcensus.measures.census import Census
from modelcensus.measures.crossover import lasting
from modelcensus.measures.inputs import Inputs, kept_files
from modelcensus.measures.registry import Measure, find_measure, measure, measures
from modelcensus.measures.result import Provenance, Result, Row
from modelcensus.measures.revision import Revised, Revision, Side, revise
from modelcensus.measures.sentence import bounds, number, period_text
from modelcensus.measures.splits import CAUSES, Split
from modelcensus.measures.worlds import Bounds, Key, number_key

__all__ = [
    "CAUSES",
    "Bounds",
    "Census",
    "Inputs",
    "Key",
    "Measure",
    "Provenance",
    "Result",
    "Revised",
    "Revision",
    "Row",
    "Side",
    "Split",
    "bounds",
    "channels",
    "concentration",
    "coverage",
    "crossover",
    "cumulative",
    "downloads",
    "find_measure",
    "growth",
    "kept_files",
    "launch",
    "lasting",
    "measure",
    "measures",
    "mix",
    "number",
    "number_key",
    "period_text",
    "projection",
    "quality",
    "ram",
    "rank",
    "ratio",
    "releases",
    "revise",
    "share",
]
