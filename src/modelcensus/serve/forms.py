"""The forms in which a page is there besides itself: the end of its address, and the kind of content."""

SUFFIXES = {
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".vega": "application/json",
    ".embed": "text/html; charset=utf-8",
    ".chart.js": "text/javascript; charset=utf-8",
}
FRAME = ".embed"
"""A page that holds a picture alone."""
