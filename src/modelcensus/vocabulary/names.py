"""The names of the field that code, command line, pages and docs share (docs/method.md)."""

from typing import Final

ROLLING: Final = "rolling_30d"
"""Counter: downloads of the last 30 days (the Hub's `downloads`)."""
ALL_TIME: Final = "all_time"
"""Counter: downloads since creation (the Hub's `downloadsAllTime`, from 2025-02-27)."""
PERIOD: Final = "period"
"""Counter: an exact count over [period_start, observed_on)."""

COUNTED: Final = ("downloads", "pulls", "tokens", "loads", "requests")
"""What a channel can count, as it is spoken of; the first of them that stands in the unit of its batches."""
COUNTERS: Final = (ROLLING, ALL_TIME, PERIOD)

WINDOW_DAYS: Final = 30
"""Length of the window that `rolling_30d` counts, in days."""

HUB: Final = "hub"
"""The channel of counters observed on the Hub."""
LOG: Final = "log:"
"""Prefix of channels counted from access logs."""
REPORTED: Final = "reported:"
"""Prefix of channels whose numbers somebody else published."""

ORGANIZATION_DIMENSIONS: Final = ("organization", "kind", "country", "region", "role")
"""What an organization alone decides: the dimensions a reported series by organization can be asked for."""
ROOT_DIMENSIONS: Final = ("root_family", "root_organization", "root_country", "root_region")
"""What the roots of a repository's lineage are: a repository of several roots is shared among them."""
REPOSITORY_DIMENSIONS: Final = (
    "repository",
    *ORGANIZATION_DIMENSIONS,
    "family",
    "generation",
    "variant",
    "size_class",
    "active_class",
    "license",
    "license_class",
    "architecture",
    "library",
    "format",
    "task",
    "relation",
    *ROOT_DIMENSIONS,
)
QUANTITY_DIMENSIONS: Final = ("age",)
"""What the catalog alone does not decide: the age of a repository at the start of a span, or when it was read."""
DIMENSIONS: Final = (*REPOSITORY_DIMENSIONS, *QUANTITY_DIMENSIONS)
"""All that a subject can be chosen by and rows can be grouped by, but time."""
RELATIONS: Final = ("finetune", "adapter", "quantized", "merge")
"""What a derivative can be to its parents: the Hub's own words."""
TIME_DIMENSIONS: Final = ("month", "week", "day")

SIZE_CLASSES: Final = ("<1", "1-5", "5-10", "10-50", "50-100", "100-250", ">=250")
"""Size classes by total parameters in billions, left-closed (docs/method.md, section 1)."""
SIZE_EDGES: Final = (1, 5, 10, 50, 100, 250)

AGES: Final = ("new", "<90 d", "90-365 d", "1-2 y", ">=2 y", "unknown")
"""Ages by days from the release to the start of a span (`new`: released on it or later), left-closed."""
AGE_EDGES: Final = (90, 365, 730)
