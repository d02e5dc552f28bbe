"""One file per measure; every one computes from the same frame and answers with a result that knows its provenance."""

from modelcensus.measures import (
    channels,
    concentration,
    coverage,
    crossover,
    cumulative,
    decomposition,
    derivatives,
    downloads,
    event_study,
    growth,
    launch,
    mix,
    projection,
    quality,
    ram,
    rank,
    ratio,
    reach,
    releases,
    share,
)
from modelcensus.measures.asked import asked_text, channel_text
from modelcensus.measures.census import Census
from modelcensus.measures.crossover import lasting
from modelcensus.measures.drawing import Drawing
from modelcensus.measures.extents import Extent
from modelcensus.measures.frame import ABSENT_NOTE
from modelcensus.measures.happened import RELEASE, Happened
from modelcensus.measures.in_words import (
    COUNTER_NAMES,
    bounds,
    cell,
    counter_text,
    least,
    number,
    period_text,
    says_nothing,
    span_text,
)
from modelcensus.measures.inputs import Inputs, kept_files
from modelcensus.measures.many_rows import largest, leading, newest, newest_count, several_spans
from modelcensus.measures.registry import Measure, find_measure, measure, measures
from modelcensus.measures.reported import listed_organizations
from modelcensus.measures.result import Provenance, Result, Row, inert
from modelcensus.measures.revision import Revised, Revision, Side, revise
from modelcensus.measures.sentence import spoken
from modelcensus.measures.splits import CAUSES, Split
from modelcensus.measures.sql import ask, check
from modelcensus.measures.usual_sums import usual_sums
from modelcensus.measures.views import VIEWS
from modelcensus.measures.worlds import Bounds, Key, number_key

__all__ = [
    "ABSENT_NOTE",
    "CAUSES",
    "COUNTER_NAMES",
    "RELEASE",
    "VIEWS",
    "Bounds",
    "Census",
    "Drawing",
    "Extent",
    "Happened",
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
    "ask",
    "asked_text",
    "bounds",
    "cell",
    "channel_text",
    "channels",
    "check",
    "concentration",
    "counter_text",
    "coverage",
    "crossover",
    "cumulative",
    "decomposition",
    "derivatives",
    "downloads",
    "event_study",
    "find_measure",
    "growth",
    "inert",
    "kept_files",
    "largest",
    "lasting",
    "launch",
    "leading",
    "least",
    "listed_organizations",
    "measure",
    "measures",
    "mix",
    "newest",
    "newest_count",
    "number",
    "number_key",
    "period_text",
    "projection",
    "quality",
    "ram",
    "rank",
    "ratio",
    "reach",
    "releases",
    "revise",
    "says_nothing",
    "several_spans",
    "share",
    "span_text",
    "spoken",
    "usual_sums",
]
