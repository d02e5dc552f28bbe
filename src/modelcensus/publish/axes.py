"""The vertical axis of a time plot: plain, logarithmic, or places with the first at the top."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import altair as alt

from modelcensus.publish.theme import QUIET

AxisKind = Literal["plain", "log", "places"]


@dataclass(frozen=True)
class ValueAxis:
    """Where values stand between `bottom` and `top`, and how they are written at it."""

    kind: AxisKind
    percent: bool
    bottom: float
    top: float

    @classmethod
    def over(cls, kind: AxisKind, percent: bool, lows: Sequence[float], highs: Sequence[float]) -> ValueAxis:
        """The axis that shows all values with their bounds; on a logarithmic one nothing at or below zero."""
        if kind == "places":
            return cls(kind, False, max(highs, default=1) + 0.6, 0.4)
        if kind == "log":
            shown = [v for v in lows if v > 0] or [1.0]
            return cls(kind, percent, min(shown) / 1.15, max(max(highs, default=1.0), min(shown)) * 1.15)
        bottom = min(0.0, *lows) if lows else 0.0
        return cls(kind, percent, bottom, max(highs, default=1.0))

    def place(self, value: float) -> float:
        """Where a value stands, linear on paper and upwards."""
        if self.kind == "log":
            return math.log10(max(value, self.bottom))
        return -value if self.kind == "places" else value

    def value(self, place: float) -> float:
        """The value that stands at a place."""
        if self.kind == "log":
            return 10**place
        return -place if self.kind == "places" else place

    def short(self, value: float) -> str:
        """A value as it stands beside a name: no more digits than fit there."""
        return short_text(value, self.percent, self.kind == "places")

    def said(self, value: float, low: float | None, high: float | None) -> str:
        """A value with its interval, as it is told where somebody points at it."""
        return said_text(value, low, high, self.percent, self.kind == "places")

    def encoding(self, title: str = "") -> alt.Y:
        """The encoding of the field `value`; its title stands over the axis."""
        axis = alt.Axis(labelExpr=self._label(), tickCount=5, domain=False, ticks=False)
        if title:
            axis = alt.Axis(
                labelExpr=self._label(), tickCount=5, domain=False, ticks=False, title=title, titleAngle=0, titleAlign="left",
                titleX=-40, titleY=-10, titleColor=QUIET, titleFontWeight="normal",
            )  # fmt: skip
        if self.kind == "places":
            most = math.floor(self.bottom)
            axis = alt.Axis(values=list(range(1, most + 1)), format="d", domain=False, ticks=False, grid=False)
            return alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=[self.bottom, self.top], nice=False))
        if self.kind == "log":
            scale = alt.Scale(type="log", domain=[self.bottom, self.top], nice=False)
            return alt.Y("value:Q", axis=axis, scale=scale)
        domain = [self.bottom * 1.03 if self.bottom else 0, max(self.top, 0) * 1.03]
        return alt.Y("value:Q", axis=axis, scale=alt.Scale(domain=domain, nice=not self.percent or self.top < 0.9))

    def _label(self) -> str:
        if self.percent:
            return f"format(datum.value * 100, '{'~r' if self.kind == 'log' else '.0f'}') + ' %'"
        for size, word in ((1e9, "bn"), (1e6, "M")):
            if self.top >= size and self.kind != "log":
                return f"datum.value == 0 ? '0' : format(datum.value / {size:.0f}, '~f') + ' {word}'"
        if self.kind == "log":
            return "format(datum.value, datum.value < 1 ? '~r' : '~s')"
        return "format(datum.value, ',~f')"


def short_text(value: float, percent: bool, place: bool = False) -> str:
    """A value with two or three digits.

    >>> short_text(0.4567, True), short_text(1_234_567_890, False), short_text(3.0, False, place=True)
    ('46 %', '1.23 bn', '3')
    """
    if percent:
        return f"{value * 100:.0f} %"
    if place:
        return f"{value:.0f}"
    for size, word in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{word}"
    return f"{value:.3g}"


def said_text(value: float, low: float | None, high: float | None, percent: bool, place: bool = False) -> str:
    """A value and the interval that the data allow.

    >>> said_text(0.4567, 0.4, 0.5, True), said_text(2e6, 1e6, None, False), said_text(7.0, 7.0, 7.0, False)
    ('45.7 % (40.0 % to 50.0 %)', '2 M (at least 1 M)', '7')
    """
    interval = interval_text(low, high, percent, place)
    return f"{_told(value, percent, place)} ({interval})" if interval else _told(value, percent, place)


def interval_text(low: float | None, high: float | None, percent: bool, place: bool = False) -> str:
    """The interval of a value; nothing where it is exact or has no bounds. An open one says so."""
    if low is None and high is None:
        return ""
    least = _told(low or 0.0, percent, place)
    if high is None:
        return f"at least {least}"
    return f"{least} to {most}" if (most := _told(high, percent, place)) != least else ""


def _told(value: float, percent: bool, place: bool) -> str:
    return f"{value * 100:.1f} %" if percent else short_text(value, False, place)
