"""One file per measure; every one computes from the same frame and answers with a result that knows its provenance."""

from modelcensus.measures import crossover, cumulative, downloads, rank, ratio, share
from modelcensus.measures.census import Census
from modelcensus.measures.crossover import lasting
from modelcensus.measures.registry import Measure, find_measure, measure, measures
from modelcensus.measures.result import Provenance, Result, Row
from modelcensus.measures.sentence import bounds, number, period_text

__all__ = [
    "Census",
    "Measure",
    "Provenance",
    "Result",
    "Row",
    "bounds",
    "crossover",
    "cumulative",
    "downloads",
    "find_measure",
    "lasting",
    "measure",
    "measures",
    "number",
    "period_text",
    "rank",
    "ratio",
    "share",
]
