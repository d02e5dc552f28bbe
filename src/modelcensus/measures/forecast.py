"""How a history of flows goes on: damped exponential smoothing of their logarithms, and intervals from its own past errors.

The middle is statsmodels' ETS(A,Ad,N) (Hyndman et al., Forecasting with Exponential Smoothing, 2008). The interval is
conformal: from each earlier period the later sums are forecast with what was known then, and the interval is as wide as
nine in ten of those errors, which grow with the square root of the steps ahead. Whether such intervals hold is tested
without hindsight: at each earlier period an interval is made of the errors that were known by then alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelcensus.vocabulary import RequestError

Curve = NDArray[np.float64]
STATED = 0.9
"""Part of the outcomes that an interval is to hold."""
SHORTEST = 14
"""Fewest flows of a history that can be projected."""
FIRST = 6
"""Fewest flows that a forecast starts from."""
LEARNED = 4
"""Starts of forecasts whose errors are learned from before intervals are tested."""


@dataclass(frozen=True)
class Fan:
    """Sums of the flows to come, per number of steps ahead: lower end, middle and upper end."""

    low: Curve
    middle: Curve
    high: Curve


@dataclass(frozen=True)
class Error:
    """A forecast of the past: made after `start` flows, of the sum of the next `steps`; `size` is the logarithm of
    outcome / forecast, per square root of the steps."""

    start: int
    steps: int
    size: float


@dataclass(frozen=True)
class Backtest:
    """The errors of all forecasts of the past; how many of them were tested, and which part of those lay inside an
    interval made without hindsight."""

    errors: tuple[Error, ...]
    tested: int
    inside: float


def middle(flows: Sequence[float], steps: int) -> Curve:
    """What the next flows add up to; raises RequestError where statsmodels is not installed."""
    try:
        from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    except ImportError as error:
        raise RequestError(
            "a projection needs statsmodels, which is not installed",
            where="projection",
            remedy="install modelcensus with its extra `forecast`",
        ) from error
    logs = np.log(np.maximum(np.asarray(flows, dtype=np.float64), 1.0))
    if np.ptp(logs) < 1e-9:  # nothing to fit: it goes on as it always was
        return np.exp(logs[-1]) * np.arange(1.0, steps + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of convergence: the backtest judges the outcome
        fitted: Any = ETSModel(logs, error="add", trend="add", damped_trend=True).fit(disp=False, maxiter=200)
    return np.cumsum(np.exp(np.clip(np.asarray(fitted.forecast(steps)), -50, 50)))


def backtest(flows: Sequence[float]) -> Backtest:
    """Forecast each later sum from each earlier period; raises RequestError where the history is too short."""
    if len(flows) < SHORTEST:
        raise RequestError(
            f"a history of {len(flows)} periods is too short for a projection",
            where="projection",
            remedy=f"it takes {SHORTEST} whole ones in a row with an estimate; ask for a longer period or a finer grain",
        )
    errors = []
    for start in range(FIRST, len(flows)):
        ahead = len(flows) - start
        outcome, told = np.cumsum(np.maximum(flows[start:], 1.0)), middle(flows[:start], ahead)
        errors += [
            Error(start, h, log(outcome[h - 1] / told[h - 1]) / sqrt(h)) for h in range(1, ahead + 1)
        ]  # fmt: skip
    return judged(errors)


def judged(errors: Sequence[Error]) -> Backtest:
    """The backtest that these errors make.

    >>> judged([Error(6, 1, 0.5), Error(10, 1, 0.4), Error(10, 2, 0.6)]).inside
    0.5
    """
    held = [
        abs(e.size) <= half_width([k for k in errors if k.start + k.steps <= e.start])
        for e in errors
        if e.start >= FIRST + LEARNED
    ]
    return Backtest(tuple(errors), len(held), sum(held) / len(held))


def half_width(errors: Sequence[Error]) -> float:
    """The size that the stated part of the errors does not exceed, with the correction for few of them (the rank is taken
    of one more than there are)."""
    sizes = sorted(abs(e.size) for e in errors)
    return sizes[min(len(sizes), ceil((len(sizes) + 1) * STATED)) - 1]


def fan(flows: Sequence[float], steps: int, errors: Sequence[Error]) -> Fan:
    """What the next flows add up to, with an interval as wide as the errors of the past.

    The ends never fall: a sum to come is at least what it was a step before.
    """
    told, width = middle(flows, steps), half_width(errors)
    wider = np.array([exp(min(width * sqrt(h), 50.0)) for h in range(1, steps + 1)])
    return Fan(np.maximum.accumulate(told / wider), told, np.maximum.accumulate(told * wider))


def crossing(curve: Curve, missing: float) -> float | None:
    """After how many steps a sum reaches what is missing, even within a step; nothing where it does not.

    >>> crossing(np.array([10.0, 30.0]), 20.0), crossing(np.array([10.0, 30.0]), 31.0)
    (1.5, None)
    """
    place = int(np.searchsorted(curve, missing))
    if place == len(curve):
        return None
    before = float(curve[place - 1]) if place else 0.0
    return place + max(missing - before, 0.0) / (float(curve[place]) - before)
