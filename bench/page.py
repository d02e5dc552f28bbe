"""The page of the benchmarks: a table, two pictures, and on what it was measured."""

import os
import platform
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import altair as alt

from bench.entries import ENTRIES
from bench.frame import Measured

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LIBRARIES = ("duckdb", "pyarrow", "polars", "pandas", "chdb", "numpy", "fastapi", "huggingface-hub")
HEAD = """# Benchmarks

`make bench` made this page: it makes the inputs (of the Hub's shape: heavy tails, sparse movement, real names), runs each side in a
process of its own in alternation, and checks that the sides agree where they answer the same question. A ratio is processor time here over processor time there, of runs that
followed each other, at the largest size: above 1 the other side is cheaper, and its row stays. In brackets: the lowest and the highest
ratio. *Grows*: by which power of the size the processor time grows over the three sizes; below 1, a fixed cost still weighs (of ours
about a second is loading the engine's libraries). Memory is the peak of the process, or of the largest program that it started.
What the sides do *besides* is not the same: the second table says what was compared, [operating.md](operating.md#size-and-speed) has
sizes of 200 million observations.

"""


def write_page(found: list[Measured], repeats: int, quick: bool, page: Path = PAGE) -> list[Path]:
    """Write the page and its pictures; gives the files."""
    images = page.parent / "images"
    images.mkdir(parents=True, exist_ok=True)
    pictures = [images / "benchmarks-ratios.svg", images / "benchmarks-growth.svg"]
    _ratios(found).save(str(pictures[0]))
    _growth(found).save(str(pictures[1]))
    kind = "quick (`--quick`): small inputs, on which fixed costs weigh" if quick else "whole"
    text = (
        HEAD
        + f"Run: {kind}; {repeats} runs of each side at the largest size, one less at the others; {_day()}. On: {_machine()}. With: {_versions()}.\n\n"
    )
    text += (
        "| what | size | here | instead | ratio | grows, here | grows, instead | memory, here | memory, instead |\n"
    )
    text += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n" + "".join(r for m in found for r in _rows(m))
    ratios = [median(m.ratios(s)) for m in found for s in m.runs[m.largest] if s != m.entry.ours.label]
    text += f"\nIn {sum(r > 1 for r in ratios)} of {len(ratios)} rows the other side is cheaper.\n"
    text += "\n| entry | sizes | compared, and found equal | not installed here, so not run |\n| --- | --- | --- | --- |\n"
    for m in found:
        sizes = f"{', '.join(f'{n:,}' for n in m.runs)} {m.entry.unit}"
        text += f"| {m.entry.name} | {sizes} | {m.entry.compared} | {', '.join(m.left_out)} |\n"
    if absent := [e.name for e in ENTRIES if e.name not in {m.entry.name for m in found}]:
        text += f"\nNot in this run: {', '.join(absent)}.\n"
    text += "\n![Processor time here over instead, median and spread](images/benchmarks-ratios.svg)\n"
    text += "\n![Processor time by size, both axes logarithmic](images/benchmarks-growth.svg)\n"
    page.write_text(text)
    return [page, *pictures]


def _rows(m: Measured) -> list[str]:
    sides, ours, rows = m.runs[m.largest], m.entry.ours.label, []
    for label in (s for s in sides if s != ours):
        ratios = m.ratios(label)
        rows.append(
            f"| {m.entry.name}: {m.entry.what} | {m.largest:,} {m.entry.unit} | {_seconds(sides[ours].cpu)}"
            f" | {label}: {_seconds(sides[label].cpu)} | {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            f" | {_power(m.slope(ours))} | {_power(m.slope(label))} | {sides[ours].peak:.2f} GB | {sides[label].peak:.2f} GB |\n"
        )
    return rows


def _seconds(runs: list[float]) -> str:
    middle = median(runs)
    return f"{middle:.2f} s" if middle >= 1 else f"{middle:.3f} s"


def _power(slope: float | None) -> str:
    return "" if slope is None else f"{slope:.2f}"


def _ratios(found: list[Measured]) -> alt.LayerChart:
    rows = [
        {"what": f"{m.entry.name}: {label}", "ratio": median(r), "low": min(r), "high": max(r)}
        for m in found for label in m.runs[m.largest] if label != m.entry.ours.label for r in [m.ratios(label)]
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=400))
    )
    scale = alt.Scale(type="log")
    spread = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", scale=scale, title="here / instead"), x2="high:Q")
    middle = base.mark_point(filled=True, size=80).encode(x=alt.X("ratio:Q", scale=scale))
    one = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4]).encode(x=alt.X("one:Q", scale=scale))
    return alt.layer(one, spread, middle).properties(width=420)


def _growth(found: list[Measured]) -> alt.FacetChart:
    rows = [
        {"entry": m.entry.name, "side": label, "size": size, "seconds": median(runs.cpu)}
        for m in found for size, sides in m.runs.items() for label, runs in sides.items()
    ]  # fmt: skip
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("size:Q", scale=alt.Scale(type="log"), title="size"),
            y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds of processor time"),
            color=alt.Color("side:N", title=None, legend=alt.Legend(labelLimit=400)),
        )
        .properties(width=260, height=200)
        .facet(facet=alt.Facet("entry:N", title=None), columns=2)
        .resolve_scale(x="independent", y="independent")
    )


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in ("modelcensus", *LIBRARIES):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def _day() -> date:
    return datetime.now(UTC).date()
