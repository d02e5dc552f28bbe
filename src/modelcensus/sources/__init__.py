"""One file per place that numbers come from; each turns raw input into batches."""

from modelcensus.sources import (
    hub_days,
    hub_dump,
    modelscope,
    ollama,
    ollama_page,
    openrouter,
    publisher_analytics,
    quality,
    reported,
    tables,
    tracked_list,
)
from modelcensus.sources.options import ImportOptions, read_dates, read_recipe
from modelcensus.sources.registry import Source, read_batch, source, sources

__all__ = [
    "ImportOptions",
    "Source",
    "hub_days",
    "hub_dump",
    "modelscope",
    "ollama",
    "ollama_page",
    "openrouter",
    "publisher_analytics",
    "quality",
    "read_batch",
    "read_dates",
    "read_recipe",
    "reported",
    "source",
    "sources",
    "tables",
    "tracked_list",
]
