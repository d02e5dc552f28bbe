"""Shares of a whole over time, one on the other; what is not named is shown as such."""

from collections.abc import Sequence

import altair as alt

from modelcensus.publish.axes import said_text, short_text
from modelcensus.publish.charts import Chart, Words, finish
from modelcensus.publish.colours import colours_of
from modelcensus.publish.lines import Point, label_room, last_values, short_name, time_axis, time_x
from modelcensus.publish.marks import Mark, rule_layers, rules_of
from modelcensus.publish.theme import FAINT, QUIET, SIZES, Size

REST = "all others"
LEAST = 0.02
"""Of the whole; what is left over and smaller has no label of its own."""


def stack_chart(
    points: Sequence[Point], words: Words, *, size: str = "post", marks: Sequence[Mark] = (), limit: int = 7
) -> Chart:
    """Areas that add up to the whole: the largest series by name, all others as one.

    Points are shares; where those of a day do not reach one, the rest belongs to nobody named. Bounds are not drawn:
    they do not add up, and stand in the table.
    """
    room = SIZES[size]
    names = last_values(points)[:limit]
    days = sorted({p.at for p in points})
    by_day = {day: {p.series: p.value for p in points if p.at == day and p.series in names} for day in days}
    order = [*names, REST]
    rows = []
    for day, values in by_day.items():
        rest = max(0.0, 1 - sum(values.values()))
        for place, name in enumerate(order):
            value = values.get(name, 0.0) if name != REST else rest
            told = {"short": short_text(value, True), "said": said_text(value, None, None, True)}
            rows.append({"series": name, "at": day, "value": value, "order": place, **told})
    labels = (
        _labels({r["series"]: r["value"] for r in rows if r["at"] == days[-1]}, order, days[-1], room) if days else []
    )
    width = room.width - label_room(labels, size)
    rules = rules_of(marks, days[0], days[-1], width) if marks and days else []

    def plot() -> alt.LayerChart | alt.FacetChart:
        colours = [*colours_of(names), FAINT]
        colour = alt.Color("series:N", scale=alt.Scale(domain=order, range=colours), legend=None)
        named = alt.condition(f"datum.series === '{REST}'", alt.value(QUIET), colour)
        x = time_x(time_axis(rows, size))
        axis = alt.Axis(labelExpr="format(datum.value * 100, '.0f') + ' %'", tickCount=5, domain=False, ticks=False)
        y = alt.Y("value:Q", stack="zero", axis=axis, scale=alt.Scale(domain=[0, 1]))
        base = alt.Chart(alt.Data(values=tuple(rows))).encode(x=x, color=colour, order=alt.Order("order:Q"))
        layers: list[alt.Chart] = [base.mark_area(opacity=0.9, stroke="white", strokeWidth=0.6).encode(y=y)]
        layers += rule_layers(rules, x) if rules else []
        if labels:
            layers.append(
                alt.Chart(alt.Data(values=tuple(labels)))
                .encode(x=time_x(), y=alt.Y("place:Q"), text="text:N", color=named)
                .mark_text(align="left", dx=8, fontSize=12.5, fontWeight="bold", baseline="middle")
            )
        return alt.layer(*layers).properties(width=width, height=room.height)

    return finish(plot, words, size, indent=-40, rules=lambda: rules, along="time")


def _labels(last: dict[str, float], names: list[str], day: str, room: Size) -> list[dict]:
    """Names in the middle of their areas at the last day, pushed apart where they would touch."""
    gap, at, above, labels = 15.5 / room.height, 0.0, -1.0, []
    for name in names:
        share = last.get(name, 0.0)
        if name == REST and share < LEAST:
            continue
        place = max(at + share / 2, above + gap)
        called = short_name(name, room.name_letters)
        text = f"{called} {100 * share:.0f} %"
        labels.append({"series": name, "name": called, "at": day, "place": place, "text": text})
        at, above = at + share, place
    over = max((label["place"] for label in labels), default=0) - 1
    return [{**label, "place": label["place"] - over} for label in labels] if over > 0 else labels
