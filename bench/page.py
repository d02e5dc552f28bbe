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
OURS, THEIRS = "#0b5fa5", "#6b6b6b"
NAME = 0.075
"""Of the height of a picture, what a name takes."""
LIBRARIES = ("duckdb", "pyarrow", "polars", "pandas", "chdb", "numpy", "fastapi", "huggingface-hub")
HEAD = """# Benchmarks

`make bench` made this page: it makes the inputs (of the Hub's shape: heavy tails, sparse movement, real names), runs each side in a
process of its own in alternation, and checks that the sides agree where they answer the same question. A ratio is processor time here over processor time there, of runs that
followed each other, at the largest size: above 1 the other side is cheaper, and its row stays. In brackets: the lowest and the highest
ratio. *Grows*: by which power of the size the processor time grows over the three sizes; below 1, a fixed cost still weighs (of ours
about a second is loading the engine's libraries). Ours ran once before, since the first run compiles loops, and takes the
way of large ledgers at every size. Memory is the peak of the process, or of the largest program that it started.
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


ROOM = {"left": 50, "top": 5, "right": 5, "bottom": 5}
"""Around a picture: letters of a reader's machine are wider than those that labels are measured with."""


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
    return alt.layer(one, spread, middle).properties(width=420, padding=ROOM)


def _growth(found: list[Measured]) -> alt.ConcatChart:
    return alt.concat(*map(_growth_of, found), columns=2, spacing={"row": 30, "column": 190})


def _growth_of(m: Measured) -> alt.LayerChart:
    """Lines with their names at their ends, ours in a colour of its own."""
    rows = [
        {"side": label, "size": size, "seconds": median(runs.cpu), "ours": label == m.entry.ours.label}
        for size, sides in m.runs.items() for label, runs in sides.items()
    ]  # fmt: skip
    low, high = (f(r["seconds"] for r in rows) for f in (min, max))
    ends = {r["side"]: r for r in rows if r["size"] == m.largest}
    named = [{**ends[s], "seconds": y} for s, y in apart_from_each_other(ends, (high / low) ** NAME).items()]
    domains = [min(m.runs) * 0.97, m.largest * 1.03], [low, high]
    scales = [alt.Scale(type="log", nice=False, domain=d) for d in domains]
    x = alt.X("size:Q", scale=scales[0], title=m.entry.unit, axis=alt.Axis(values=[*m.runs], format="~s", grid=False))
    y = alt.Y("seconds:Q", scale=scales[1], title="processor time (s)", axis=alt.Axis(format="~g", tickCount=5))
    colour = alt.condition("datum.ours", alt.value(OURS), alt.value(THEIRS))
    lines = alt.Chart(alt.Data(values=rows)).mark_line(point=True).encode(x=x, y=y, detail="side:N", color=colour)
    names = alt.Chart(alt.Data(values=named)).mark_text(align="left", dx=8, clip=False)
    return alt.layer(lines, names.encode(x=x, y=y, text="side:N", color=colour)).properties(
        width=200, height=170, title=m.entry.name
    )


def apart_from_each_other(ends: dict[str, dict], least: float) -> dict[str, float]:
    """Where the names of lines stand: where these end, and by the factor `least` above the name below."""
    found: dict[str, float] = {}
    below = 0.0
    for side in sorted(ends, key=lambda s: ends[s]["seconds"]):
        below = found[side] = max(ends[side]["seconds"], below * least)
    return found


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
