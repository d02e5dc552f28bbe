"""What `make bench` compares. A new entry needs its module's sides, what makes its input, and what its sides must agree on."""

from bench import inputs
from bench.frame import Entry, Side
from bench.pages_served import kept_pages

BOTH = ("{input}", "{out}")
RELEASED = ("{input}", "{releases}")
PERIODS = ("{input}", "{periods}")
REQUESTS = ("{input}", "{requests}")

ENTRIES = (
    Entry(
        "logs", "counting access logs", "lines", inputs.logs, "bench.logs", Side("count", "ours"),
        (
            Side("polars by hand", "polars", needs="polars"), Side("DuckDB by hand", "duckdb"),
            Side("pandas by hand", "pandas", needs="pandas"), Side("chDB by hand", "chdb", needs="chdb"),
            Side("GoAccess's report", "goaccess", needs="goaccess"), Side("gunzip alone", "gunzip", needs="gunzip"),
        ),
        (15_000, 45_000, 135_000), (300_000, 1_000_000, 3_000_000), same=("total", "lines"),
        compared="the downloads that the rule for `config.json` counts (`count` applies all rules, tells clients apart and"
        " commits to a ledger); of GoAccess, which knows no models, and gunzip the number of lines",
    ),
    Entry(
        "flows", "monthly flows with bounds and events", "observations", inputs.hub, "bench.flows", Side("flows", "ours", BOTH),
        (
            Side("differences in DuckDB", "plain", BOTH), Side("differences in polars", "polars", BOTH, "polars", "bench.flows_by_hand"),
            Side("differences in a pandas notebook", "pandas", BOTH, "pandas", "bench.flows_by_hand"),
        ),
        (40_000, 120_000, 360_000), (2_000_000, 6_600_000, 20_000_000), same=("differences",),
        compared="the sums of the three by hand; they take the last readings of two months as they are, without the repairs,"
        " bounds and events that `flows` is about, so that its own sum is another",
    ),
    Entry(
        "catalog", "who made it, what it is, and its roots", "repositories", inputs.lineage, "bench.roots", Side("the whole catalog", "catalog"),
        (Side("roots alone, in DuckDB", "duckdb"), Side("roots alone, in Python", "python")),
        (10_000, 30_000, 90_000), (100_000, 300_000, 1_000_000), same=("roots",),
        compared="the roots of the repositories with one stated line of parents; families, sizes, licenses, formats and"
        " regions are in the catalog alone",
    ),
    Entry(
        "measures", "shares by month and region, by month and family, and of a family in a scope", "observations", inputs.kept_hub,
        "bench.shares", Side("three requests", "asked"), (Side("DuckDB by hand", "duckdb"), Side("polars by hand", "polars", needs="polars")),
        (40_000, 120_000, 360_000), (2_000_000, 6_600_000, 20_000_000), same=("rows", "sums"),
        compared="the number of shares, and the sums of the shares and of their bounds, from the same kept flows, asked for"
        " the first time in a process that has opened the ledger",
    ),
    Entry(
        "ram", "downloads since release over the tenth of the size class, at seven ages", "observations", inputs.kept_hub,
        "bench.shares", Side("one request", "released", RELEASED), (Side("DuckDB by hand", "released_by_hand", RELEASED),),
        (40_000, 120_000, 360_000), (2_000_000, 6_600_000, 20_000_000), same=("rows", "low"),
        compared="the number of rows and the sum of the lower bounds",
    ),
    Entry(
        "command", "one share, from the start of a process to its end", "observations", inputs.kept_hub, "bench.shares",
        Side("modelcensus measure share", "command"), (Side("a script with DuckDB", "script"),),
        (4_000_000,), (4_000_000, 8_000_000, 16_000_000), same=("rows", "sums"),
        compared="as for `measures`; a ledger that is smaller keeps nothing that a script could read",
    ),
    Entry(
        "claims", "a claim under many readings (a thousand; in a quick run a hundred)", "observations", inputs.long_hub, "bench.claims",
        Side("together", "together", PERIODS), (Side("one request after the other", "singly", PERIODS),),
        (40_000, 120_000, 360_000), (2_000_000, 6_600_000, 20_000_000), same=("numbers",),
        compared="every number with its bounds and the id of its record",
    ),
    Entry(
        "collecting", "a whole listing into a ledger", "repositories", inputs.listing, "bench.collecting", Side("collect hub", "ours", BOTH),
        (Side("the bare loop over list_models", "bare", BOTH, "huggingface_hub"),),
        (3_000, 9_000, 27_000), (30_000, 100_000, 300_000), same=("rows", "rolling_30d", "all_time"),
        compared="repositories, and the sums of both counters; the loop forgets what it read",
    ),
    Entry(
        "serving", "a page that is kept, over 20 connections", "answers", kept_pages, "bench.pages_served", Side("serve", "app", REQUESTS),
        (
            Side("FastAPI, the page in memory", "fastapi", REQUESTS, "fastapi"),
            Side("nginx, the page as a file", "nginx", REQUESTS, "nginx"),
        ),
        (1_000, 3_000, 9_000), (10_000, 30_000, 90_000), same=("page",),
        compared="the bytes of every page; processor time and memory are the server's",
    ),
)  # fmt: skip
"""In the order of the page. Sizes: for `--quick`, and for the whole run."""
