"""Bars of one period, with what they are worth at their ends."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from modelcensus.publish.axes import interval_text
from modelcensus.publish.charts import Chart, Words, finish
from modelcensus.publish.theme import INK, PALETTE, SIZES


@dataclass(frozen=True)
class Bar:
    """One bar: a label, a value, its text, and bounds where there are some; `accent` marks the one meant, `to` is the
    page of the app that shows it over time."""

    label: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    accent: bool = False
    to: str = ""


def bar_chart(bars: Sequence[Bar], words: Words, *, percent: bool, size: str = "post") -> Chart:
    """Horizontal bars with their labels above them and their values at their ends; whiskers for bounds."""
    room = SIZES[size]
    rows = []
    for i, bar in enumerate(bars):
        lines = textwrap.wrap(bar.label, room.label_letters * 2)
        rows.append(
            {
                "order": i, "label": lines, "value": bar.value, "text": bar.text,
                "low": bar.low if bar.low is not None and bar.low != bar.high else None,
                "high": bar.high if bar.high is not None and bar.low != bar.high else None,
                "end": max(bar.value, bar.high or 0), "kind": "accent" if bar.accent else "plain",
                "said": _said(bar, percent), **({"to": bar.to} if bar.to else {}),
            }
        )  # fmt: skip
    top = max((r["end"] for r in rows), default=1) or 1
    low = min(0, *(r["low"] if r["low"] is not None else r["value"] for r in rows)) if rows else 0
    tallest = max((len(r["label"]) for r in rows), default=1)
    for row in rows:
        row["label"] = [""] * (tallest - len(row["label"])) + row["label"]
    step = 32 + 15 * tallest
    at = step // 2 - 15

    def plot() -> alt.LayerChart | alt.FacetChart:
        base = alt.Chart(alt.Data(values=tuple(rows))).encode(
            y=alt.Y("order:O", axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
        )
        x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[low, top * 1.22], nice=False))
        colour = alt.Color(
            "kind:N", scale=alt.Scale(domain=["accent", "plain"], range=[PALETTE[0], "#9fb3c8"]), legend=None
        )
        layers = [
            base.mark_bar(height=16, yOffset=at).encode(x=x, color=colour),
            base.mark_text(
                align="left", baseline="top", dy=-step // 2 + 5, fontSize=13, color=INK, lineHeight=15
            ).encode(x=alt.value(0), text="label:N"),
            base.mark_text(
                align="left", baseline="middle", dx=6, dy=at, fontSize=13.5, fontWeight="bold", color=INK
            ).encode(x=alt.X("end:Q"), text="text:N"),
        ]
        if any(r["low"] is not None for r in rows):
            layers.append(
                base.mark_rule(color=INK, strokeWidth=1.6, yOffset=at).encode(x=alt.X("low:Q"), x2="high:Q")
            )
        return alt.layer(*layers).properties(width=room.width, height=alt.Step(step))

    return finish(plot, words, size, along="bars")


def _said(bar: Bar, percent: bool) -> str:
    interval = interval_text(bar.low, bar.high, percent)
    known = not interval or bar.text.startswith(("between", "at least"))  # the text is the interval itself
    return f"{bar.label}: {bar.text}" + ("" if known else f" ({interval})")
