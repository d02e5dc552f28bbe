"""When the cumulative downloads of a subject reach a level, with an interval that held in the past."""

from dataclasses import replace
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.measures.forecast import STATED, backtest, crossing, fan
from modelcensus.measures.frame import Frame, Span
from modelcensus.measures.in_words import number
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import RequestError

EARLIER_METHOD = "the publisher's earlier method"
"""Start of the flag of a reported series' months that its publisher marks as estimates."""

COLUMNS = pa.schema(
    [
        ("level", pa.string()),
        ("state", pa.string()),
        ("reached", pa.string()),
        ("earliest", pa.string()),
        ("latest", pa.string()),
        ("stated", pa.float64()),
        ("backtest", pa.float64()),
        ("tested", pa.int64()),
        ("history", pa.int64()),
        ("span", pa.int64()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
    ]
)


@measure(
    "projection",
    text="days from the end of the history until the cumulative downloads reach the level, with the interval of nine in"
    " ten errors of past forecasts, tested in a rolling backtest",
    unit="days",
    phrase="{subject} {state} {level} cumulative downloads {whole} by {reached}"
    " (at the earliest {earliest}, at the latest {latest}; history: {period})",
    citation="docs/method.md, section 3; model: Hyndman et al., Forecasting with Exponential Smoothing (2008)",
    parameters=("channel", "repair", "panel", "origin", "level"),
    ordered=True,
    summed=True,
)
def projection(frame: Frame) -> ir.Table:
    """Columns: level, state (`reaches`, or `reached`), reached, earliest, latest (days; null: beyond a time as long as the
    history), stated (part that the interval is to hold), backtest (part of the forecasts of the past that lay inside the interval
    that was known then), tested (how many those are), history (periods), span (the history), value, low, high (days from
    the end of the history).

    The bounds of the cumulative sum widen the interval: its earliest day starts from the high, its latest from the low.
    """
    level = frame.request.reading.number("level", 0)
    if not level:
        raise RequestError("a projection needs the level", where="reading level", remedy="give level=1_000_000_000")
    if frame.request.reading.counter:
        raise RequestError(
            "a projection goes on from flows",
            where="reading counter",
            remedy="leave it out; with --reading origin=MONTH the sum starts then",
        )
    if frame.dimensions:
        raise RequestError(
            "a projection is of one subject", where="--by", remedy=f"leave out {', '.join(frame.dimensions)}"
        )
    history, total, spans = _history(frame)
    row = _reached(level, total, spans) or _ahead(level, history, total, spans)
    frame.labels.append(Span(f"{spans[0].label}..{spans[-1].label}", spans[0].start, spans[-1].end))
    if (row.get("backtest") or STATED) < STATED:
        frame.notes.append(
            f"of {row['tested']} forecasts of this history's past {row['backtest']:.0%} lay inside their interval,"
            f" not {STATED:.0%}: the history is more irregular than it was before"
        )
    row |= {"level": number(level, "downloads"), "history": len(history), "span": 0}
    return ibis.memtable(pa.Table.from_pylist([row], schema=COLUMNS))


def _history(frame: Frame) -> tuple[list[int], list[dict], list[Span]]:
    """The flows of the last run of periods with an estimate, the sums up to the end of each, and the periods."""
    request = frame.request
    grained = replace(request, by=(request.grain or "month",))
    own = replace(frame.more, request=grained, name=f"{frame.more.name}_history")
    flows, sums = own.frame(), own.frame(cumulative=True)
    rows = frame.engine.fetch(flows.sums().order_by("span")).to_pylist()
    total = frame.engine.fetch(sums.sums().order_by("span")).to_pylist()
    known = {r["span"]: r["estimate"] for r in rows if r["estimate"] is not None}
    upto = {r["span"]: r for r in total if r["estimate"] is not None}
    exact = [i for i in known if not any(f.startswith(EARLIER_METHOD) for f in flows.spans[i].flags)]
    usable = sorted(i for i in (exact or known) if i in upto)
    run = [i for i in usable if set(range(i, usable[-1] + 1)) <= set(usable)]
    if not run:
        raise RequestError(
            "no period of the history has an estimate",
            where="projection",
            remedy="use --reading panel=fixed, or a channel that was read often",
        )
    return [known[i] for i in run], [upto[i] for i in run], [flows.spans[i] for i in run]


def _reached(level: int, total: list[dict], spans: list[Span]) -> dict | None:
    """The period in which the level was reached already, with the periods that the bounds allow."""
    places = [
        next((i for i, t in enumerate(total) if (t[k] or 0) >= level), None) for k in ("high", "estimate", "low")
    ]
    first, place, last = places
    if place is None:
        return None
    end = date.fromisoformat(spans[-1].end)
    days = [None if i is None else (date.fromisoformat(spans[i].end) - end).days for i in (first, place, last)]
    names = [None if i is None else spans[i].label for i in (first, place, last)]
    return {
        "state": "reached", "earliest": names[0], "reached": names[1], "latest": names[2],
        "low": days[0], "value": days[1], "high": days[2],
    }  # fmt: skip


def _ahead(level: int, history: list[int], total: list[dict], spans: list[Span]) -> dict:
    """When the level will be reached; refused where that is farther away than the history is long."""
    tested = backtest(history)
    forecast = fan(history, len(history), tested.errors)
    last = total[-1]
    missing = {k: level - (last[k] if last[k] is not None else last["estimate"]) for k in ("low", "estimate", "high")}
    steps = (
        crossing(forecast.high, missing["high"]),
        crossing(forecast.middle, missing["estimate"]),
        crossing(forecast.low, missing["low"]),
    )
    if steps[0] is None:
        raise RequestError(
            f"{number(level, 'downloads')} is farther away than the history of {len(history)} periods is long",
            where="reading level",
            remedy=f"ask for a nearer level: it stands at {number(last['estimate'], 'downloads')}",
        )
    end = date.fromisoformat(spans[-1].end)
    length = (end - date.fromisoformat(spans[0].start)).days / len(history)
    days = [None if s is None else round(max(s, 0.0) * length) for s in steps]
    named = [None if d is None else str(end + timedelta(days=d)) for d in days]
    return {
        "state": "reaches", "earliest": named[0], "reached": named[1], "latest": named[2],
        "low": days[0], "value": days[1], "high": days[2], "stated": STATED, "backtest": tested.inside,
        "tested": tested.tested,
    }  # fmt: skip
