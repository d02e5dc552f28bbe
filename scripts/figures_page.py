"""Regenerates docs/figures.md and the pages in docs/figures/, the measures on real data: `python scripts/figures_page.py DATA`.

DATA is the folder of real data that docs/sources.md describes; the project does not carry it. With `--check` nothing
is written, and the exit status is 1 where the page is not current.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from modelcensus.ledger import Ledger
from modelcensus.measures import Census, Result, Row, number
from modelcensus.sample import SAMPLE_FOLDER
from modelcensus.sources import ImportOptions, read_batch, read_recipe
from modelcensus.vocabulary.names import SIZE_CLASSES

DOCS = Path(__file__).resolve().parent.parent / "docs"
COMMAND = "python scripts/figures_page.py DATA"
LIST = "tracked@2026-08-17"
SPANS = ["2026-06-05..2026-07-01", "2026-07-02..2026-08-01"]
"""The spans between the three days on which most of the tracked ids were read."""
DAYS = ["2026-06-05", "2026-07-02", "2026-08-02"]
RAM_AGES = ("day 30", "day 90", "day 180", "day 365")
TOP = 8
"""How many families a table shows."""

HEAD = f"""# Figures on real data

Every number on the pages below is the answer to the request above it, on copies of real counters; they are made by
`{COMMAND}`. The copies are not all of the Hub: each table says how many repositories of the scope were
read, and the last section here what share of the Hub they are. `{LIST}` is the ATOM Project's list of mainline models of
that day. What others published on the same questions stands on the page of each [measure](measures.md).

| page | what it answers |
| --- | --- |
"""


def ledgers(data: Path, root: Path) -> dict[str, Census]:
    """Ledgers of the real data: all-time copies, 30-day copies with the published series, conversions, channels."""
    lists = [
        ([data / f"tracked-models/models_{day}.csv"], ImportOptions(source="tracked_list", date=day))
        for day in ("2026-02-08", "2026-03-27", "2026-08-17")
    ]
    counters = {"repo": "model_id", "all_time": "downloads_all_time"}
    scrapes = [
        (
            [data / "ollama/ollama_pulls_2025-03_2026-08.parquet"],
            ImportOptions(source="ollama", name=name),
        )
        for name in ("simonw", "D3rhami", "auditomatic")
    ]
    contents = {
        "all-time": [
            ([data / "hub-dump/models.parquet"], ImportOptions(source="hub_dump", date="2026-05-24")),
            (
                [data / "hub-alltime/hub_alltime_2026-05_2026-08.parquet"],
                ImportOptions(source="tables", name="alltime", map=counters),
            ),
            *lists,
        ],
        "30-day": [*(read_recipe(r) for r in sorted(SAMPLE_FOLDER.glob("*.yml"))), *lists],
        "conversions": [([_conversions(data, root)], ImportOptions(source="tables", name="gguf", map=_CONVERSIONS))],
        "channels": [
            *scrapes,
            (
                [data / "openrouter/daily_tokens_2026-06_2026-08.parquet"],
                ImportOptions(source="openrouter"),
            ),
        ],
    }
    made = {}
    for name, batches in contents.items():
        ledger = Ledger(root / name)
        for files, options in batches:
            ledger.commit(read_batch(files, options))
        made[name] = Census(ledger)
    return made


_CONVERSIONS = {
    "repo": "model_id",
    "rolling_30d": "downloads_30d",
    "observed_on": "date",
    "created_at": "createdAt",
    "base_model": "base_model_tags",
}


def _conversions(data: Path, root: Path) -> Path:
    """Every day of the conversions, with the bases that their tags state."""
    path = root / "conversions.parquet"
    duckdb.sql(
        f"""copy (select g.*, m.base_model_tags
                  from '{data}/gguf-daily/gguf_mlx_rolling30_2026-05_2026-08.parquet' g
                  left join '{data}/gguf-daily/model_meta.parquet' m using (model_id)
                  order by g.model_id, g.date) to '{path}' (format parquet)"""
    )
    return path


# -- tables -----------------------------------------------------------------------------------------------------------


def asked(name: str, **request: object) -> str:
    """A request as the command line takes it."""
    words = [f"modelcensus measure {name}"]
    for option, given in request.items():
        items = given.items() if isinstance(given, dict) else [(None, g) for g in _several(given)]
        words += [f"--{option} {k + '=' if k else ''}{v}" for k, v in items]
    return "```text\n" + " ".join(words) + "\n```"


def _several(given: object) -> Sequence[object]:
    return given if isinstance(given, list) else [given]


def table(result: Result, rows: Sequence[Row], *columns: str) -> str:
    """Rows of a result with their bounds and coverage; flags that all rows carry stand once, below."""
    common = [f for f in rows[0].flags if all(f in r.flags for r in rows)]
    cells = [[*(str(r.dimensions[c]) for c in columns), r.period, *_numbers(r, result.unit)] for r in rows]
    flags = ["; ".join(f for f in r.flags if f not in common) for r in rows]
    below = f"\n\nEvery row: {'; '.join(common)}." if common else ""
    lines = [[*c, f] for c, f in zip(cells, flags, strict=True)]
    return grid([*columns, "period", result.unit, "low", "high", "read", "flags"], lines) + below


def _numbers(row: Row, unit: str) -> list[str]:
    is_open = any(f.startswith("open") for f in row.flags)
    return [
        number(row.value, unit),
        "" if row.low is None else number(row.low, unit),
        ("open" if is_open else "") if row.high is None else number(row.high, unit),
        "" if row.coverage is None else f"{row.observed:,} of {row.scope_size:,}",
    ]


def grid(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *lines))


def largest(rows: Sequence[Row], column: str, top: int = TOP) -> list[Row]:
    """The rows of the members with the largest value (else low) in the newest period."""
    last = rows[-1].period
    newest = sorted((r for r in rows if r.period == last), key=lambda r: -(r.value or r.low or 0))
    kept = [r.dimensions[column] for r in newest[:top]]
    return sorted(
        (r for r in rows if r.dimensions[column] in kept), key=lambda r: (kept.index(r.dimensions[column]), r.start)
    )


# -- sections ---------------------------------------------------------------------------------------------------------


def families_and_regions(census: dict[str, Census]) -> Iterator[str]:
    yield (
        f"Within `{LIST}`, on the repositories that were read at every edge (`panel=fixed`). The copies of 5 June are those of "
        "24 May and the copies of 17 June to 1 July are one state. So June is a very wide interval, and July is still one: "
        "what was read on its first day is of some day since 16 June."
    )
    for dimension in ("family", "region"):
        for name in ("downloads", "share"):
            for period in ("2026-06", "2026-07"):
                request = {
                    "within": LIST,
                    "by": [dimension, "month"],
                    "period": period,
                    "reading": {"panel": "fixed"},
                }
                result = census["all-time"].measure(name, **request)
                yield f"\n{asked(name, **request)}\n"
                yield table(result, largest(result.rows, dimension), dimension)
    yield (
        "\nBetween the three days on which most ids were read, every row counted as read (`repair=none`), as such shares "
        "are usually made; and with repair, which knows that the copy of 5 June is an older state:"
    )
    for repair in ("none", "conservative"):
        request = {
            "of": {"organization": "Qwen"},
            "within": LIST,
            "period": SPANS,
            "reading": {"panel": "fixed", "repair": repair},
        }
        result = census["all-time"].measure("share", **request)
        yield f"\n{asked('share', **request)}\n"
        yield table(result, result.rows)


def cumulative(census: dict[str, Census]) -> Iterator[str]:
    yield "The all-time counter on the three days, of the ids that were read on all of them."
    for dimension in ("family", "region"):
        request = {
            "within": LIST,
            "by": [dimension],
            "period": DAYS,
            "reading": {"counter": "all_time", "repair": "none", "panel": "fixed"},
        }
        result = census["all-time"].measure("cumulative", **request)
        yield f"\n{asked('cumulative', **request)}\n"
        yield table(result, largest(result.rows, dimension), dimension)


def thirty_days(census: dict[str, Census]) -> Iterator[str]:
    yield (
        "The 30-day counter on the days it was read. Repositories that dropped out of a copy's crawl keep an old value; "
        "with `repair=none` every row counts as read, which is how such numbers are usually made."
    )
    for dimension in ("family", "region"):
        for repair in ("none", "conservative"):
            request = {
                "within": LIST,
                "by": [dimension],
                "reading": {"counter": "rolling_30d", "repair": repair},
            }
            result = census["30-day"].measure("share", **request)
            days = sorted({r.end for r in result.rows})
            rows = [r for r in result.rows if r.end in (days[0], days[-1])]
            yield f"\n{asked('share', **request)}\n"
            yield table(result, largest(rows, dimension, 5), dimension)


def _size(level: tuple[str, dict[str, str]]) -> int:
    return SIZE_CLASSES.index(level[0])


def ram(census: dict[str, Census]) -> Iterator[str]:
    yield (
        f"The cohort are the releases of `{LIST}` by curated release date. Nearly all of the tens were released before "
        "the first reading, so the baselines are known by bounds; a class and age without a cell has fewer than ten "
        "releases that have reached the age, and no baseline."
    )
    for baseline in ("median10", "tenth"):
        request = {"within": LIST, "reading": {"baseline": baseline}}
        result = census["all-time"].measure("ram", **request)
        yield f"\n{asked('ram', **request)}\n"
        levels: dict[str, dict[str, str]] = {}
        for row in result.rows:
            told = row.dimensions
            bounds = [
                "open" if v is None else number(v, "downloads") for v in (told["baseline_low"], told["baseline_high"])
            ]
            known = told["baseline"]
            text = f"{number(known, 'downloads')} " if known is not None else ""
            levels.setdefault(str(told["size_class"]), {})[row.period] = f"{text}{bounds[0]} to {bounds[1]}"
        yield "Baselines, low to high:\n"
        yield grid(
            ["size class", *RAM_AGES],
            [[f"`{c}`", *(cells.get(a, "") for a in RAM_AGES)] for c, cells in sorted(levels.items(), key=_size)],
        )
        sure = sorted((r for r in result.rows if (r.low or 0) >= 1), key=lambda r: -(r.low or 0))
        best: dict[object, Row] = {}
        for row in sure:
            best.setdefault(row.dimensions["repository"], row)
        yield "\nReleases that reached a top ten size for certain, each at its best age:\n"
        yield table(result, list(best.values())[:12], "repository", "size_class")
        yield "\n" + "\n".join(f"- {n}" for n in result.notes)


def reach(census: dict[str, Census]) -> Iterator[str]:
    yield (
        "Downloads of thirty days of GGUF and MLX conversions by selected publishers, by what they were made from. Own "
        "repositories of the families are hardly in this file: it holds conversions."
    )
    for family in ("Qwen", "Llama", "Gemma"):
        request = {
            "of": {"family": family},
            "period": "2026-08-22",
            "reading": {"counter": "rolling_30d", "repair": "none"},
        }
        result = census["conversions"].measure("reach", **request)
        yield f"\n{asked('reach', **request)}\n"
        yield table(result, result.rows, "part")


def ollama(census: dict[str, Census]) -> Iterator[str]:
    yield "Lifetime pulls as the library shows them, rounded to three digits: each value is an interval."
    for day in ("2025-03-31", "2025-08-31", "2026-02-28", "2026-08-21"):
        request = {"by": ["root_region"], "period": day, "reading": {"channel": "ollama", "counter": "all_time"}}
        result = census["channels"].measure("downloads", **request)
        yield f"\n{asked('downloads', **request)}\n"
        yield table(result, largest(result.rows, "root_region", 4), "root_region")
    request = {"by": ["root_family"], "period": "2026-08-21", "reading": {"channel": "ollama", "counter": "all_time"}}
    result = census["channels"].measure("downloads", **request)
    yield f"\n{asked('downloads', **request)}\n"
    yield table(result, largest(result.rows, "root_family", 12), "root_family")
    request = {
        "of": {"root_region": "china"},
        "by": ["month"],
        "period": "2025-04..2026-07",
        "reading": {"channel": "ollama", "peers": "root_region:us"},
    }
    result = census["channels"].measure("ratio", **request)
    certain = [r.period for r in result.rows if r.low is not None and r.low > 1]
    possible = [r.period for r in result.rows if r.high is None or r.high > 1]
    yield f"\n{asked('ratio', **request)}\n"
    yield table(result, result.rows)
    yield (
        f"\nPulls of Chinese families exceeded those of US ones for certain in {', '.join(certain) or 'no month'}, and "
        f"may have in {', '.join(possible) or 'no month'}. Their stock of pulls has not passed that of US families by the "
        "last day of the file: the crossover in level lies after it."
    )


def openrouter(census: dict[str, Census]) -> Iterator[str]:
    yield "Tokens of the listed models (the daily top 50, and `other`) in the two whole months of the file."
    request = {
        "by": ["region", "month"],
        "period": "2026-07",
        "reading": {"channel": "openrouter"},
    }
    result = census["channels"].measure("share", **request)
    yield f"\n{asked('share', **request)}\n"
    yield table(result, largest(result.rows, "region", 10), "region")


def change(census: dict[str, Census]) -> Iterator[str]:
    yield (
        "The share of new downloads between the three days: on the ids that were read on all of them (fixed panel) every "
        "change is one of the same repositories; on all ids (moving panel) part of it is a change of the list that was read."
    )
    for panel in ("fixed", "moving"):
        for repair in ("none", "conservative"):
            request = {
                "of": {"organization": "Qwen"},
                "within": LIST,
                "period": SPANS,
                "reading": {"panel": panel, "repair": repair},
            }
            result = census["all-time"].measure("decomposition", **request)
            yield f"\n{asked('decomposition', **request)}\n"
            yield table(result, result.rows, "part", "repositories")


def how_much(census: dict[str, Census]) -> Iterator[str]:
    request = {"within": LIST, "period": "2026-07", "reading": {"panel": "fixed"}}
    own = census["all-time"].measure("downloads", **request)
    hub = census["30-day"].measure(
        "downloads", within="hub", by="month", period="2026-07", reading={"channel": "reported:modelpulse"}
    )
    row, whole = own.rows[0], hub.rows[0]
    yield asked("downloads", **request) + "\n"
    yield table(own, own.rows)
    assert whole.value
    least, estimate = (row.low or 0) / whole.value, (row.value or row.low or 0) / whole.value
    yield (
        f"\nModel Pulse reports {number(whole.value, 'downloads')} downloads of the whole Hub in that month: the "
        f"{row.observed:,} ids that were read are {number(estimate, 'share')} of them (at least {number(least, 'share')})."
    )


@dataclass(frozen=True)
class Page:
    """A page of figures: its file in docs/figures/, its title, and its sections by heading."""

    file: str
    title: str
    sections: Mapping[str, Callable[[dict[str, Census]], Iterator[str]]]


PAGES = (
    Page("by-month.md", "Families and regions by month", {"": families_and_regions}),
    Page("counters.md", "Counters as read", {"Cumulative": cumulative, "Shares of thirty days": thirty_days}),
    Page("ram.md", "RAM of all size classes", {"": ram}),
    Page("reach.md", "Reach in converted copies", {"": reach}),
    Page("change.md", "What moved Qwen's share from June to August 2026", {"": change}),
    Page(
        "channels.md",
        "Ollama and OpenRouter",
        {"Ollama: level, and who is pulled more": ollama, "OpenRouter: tokens by region": openrouter},
    ),
)


def pages(data: Path) -> dict[Path, str]:
    """Every page, by its path."""
    with TemporaryDirectory() as folder:
        census = ledgers(data, Path(folder))
        made = {
            DOCS / "figures" / page.file: f"# {page.title}\n\n"
            + "\n\n".join(
                (f"## {heading}\n\n" if heading else "") + "\n".join(section(census))
                for heading, section in page.sections.items()
            )
            + "\n\n[All figures](../figures.md)\n"
            for page in PAGES
        }
        listed = "\n".join(f"| [{p.file.removesuffix('.md')}](figures/{p.file}) | {p.title} |" for p in PAGES)
        last = "\n".join(how_much(census))
        made[DOCS / "figures.md"] = f"{HEAD}{listed}\n\n## How much of the Hub the ids are\n\n{last}\n"
        return made


def main() -> int:
    """Write, or with `--check` only compare; returns the exit status."""
    folders = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(folders) != 1:
        print(f"name the folder of real data: {COMMAND}", file=sys.stderr)
        return 2
    stale = {p: t for p, t in pages(Path(folders[0])).items() if not p.is_file() or p.read_text() != t}
    for path, text in stale.items():
        if "--check" in sys.argv[1:]:
            print(f"{path.relative_to(DOCS.parent)} is not current; run: {COMMAND}", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            print(path.relative_to(DOCS.parent))
    return int(bool(stale) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
