"""The same subject on several channels side by side: indexes on a month that is 100, never added."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.measures.frame import Frame, Span, add_up
from modelcensus.measures.quantities import Quantities
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Period, Request, RequestError
from modelcensus.vocabulary.names import REPORTED

Key = tuple[object, ...]


@dataclass(frozen=True)
class Level:
    """What one channel counts of one group in one month, in its own unit."""

    channel: str
    counted: str
    key: Key
    month: Period
    low: int | None
    value: int | None
    high: int | None
    observed: int
    open: bool
    opened: int
    broken: bool


@measure(
    "channels",
    text="what each channel counts of the subject in a month / the same in the base month, times 100;"
    " levels stand beside it in the channel's own unit, and no two channels are added",
    unit="base 100",
    phrase="On {channel}, {subject} stood at {value} in {period} where {base} is 100",
    citation="docs/method.md, section 3",
    parameters=("counter", "repair", "panel", "base"),
    basis="catalog",
    ordered=True,
)
def channels(frame: Frame) -> ir.Table:
    """Columns: dimensions, channel, counted (`flow`, or the counter, last read in the month), level_unit, level, level_low,
    level_high, base (month), span, value, low, high (100 = the base month), observed, open.

    low = 100 x level.low / base.high and high the other way round: exact where no repository counts in both months,
    else valid and maybe loose. A channel that lacks a dimension or a counter asked for is named in a note.
    """
    levels = [level for channel in frame.more.census.channels for level in _levels(frame, channel)]
    if not levels:
        raise RequestError(
            "no channel has the subject", where="channels", remedy="ask for a root_family, a root_region or a region"
        )
    base = _base(frame, levels)
    stood = {(x.channel, x.key): x for x in levels if str(x.month) == base}
    for lacking in sorted({x.channel for x in levels} - {c for c, _ in stood}):
        frame.notes.append(f"{lacking} has no number of {base}: left out")
    months = sorted({x.month for x in levels})
    frame.labels.extend(Span(str(m), m.start.isoformat(), m.end.isoformat()) for m in months)
    units = _units(frame)
    rows = []
    for x in sorted(levels, key=lambda x: ([str(k) for k in x.key], x.channel, x.month)):
        start = stood.get((x.channel, x.key))
        if start is None:
            continue
        low, value, high = index_of(x, start)
        row = dict(zip(frame.dimensions, x.key, strict=True))
        rows.append(
            row
            | {"channel": x.channel, "counted": x.counted}
            | {
                "level_unit": units[x.channel],
                "level": x.value,
                "level_low": x.low,
                "level_high": x.high,
                "base": base,
            }
            | {"span": months.index(x.month), "value": value, "low": low, "high": high}
            | {
                "observed": None if x.channel.startswith(REPORTED) else x.observed,
                "open": x.open,
                "opened": x.opened,
                "broken": x.broken,
            }
        )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=_schema(frame.dimensions)))


def index_of(level: Level, base: Level) -> tuple[float | None, float | None, float | None]:
    """Low, value and high of a level where the base month is 100; in the base month itself exactly that.

    >>> month = Period.parse("2026-01")
    >>> a = Level("hub", "flow", (), month, 80, 100, 125, 1, False, 0, False)
    >>> b = replace(a, month=Period.parse("2026-02"), low=160, value=200, high=None)
    >>> index_of(b, a), index_of(a, a)
    ((128.0, 200.0, None), (100.0, 100.0, 100.0))
    """
    value = 100 * level.value / base.value if level.value is not None and base.value else None
    if level.low is None and level.high is None:
        return None, value, None
    if level.month == base.month and base.value:
        return 100.0, 100.0, 100.0
    low = 100 * (level.low or 0) / base.high if base.high else 0.0
    high = 100 * level.high / base.low if level.high is not None and base.low else None
    return low, value, high


def _levels(frame: Frame, channel: str) -> Iterator[Level]:
    """What a channel counts of each group by month; nothing, and a note, where it cannot be asked."""
    counter = "" if channel.startswith(REPORTED) else frame.request.reading.counter
    try:
        yield from _counted(frame, channel, counter)
    except RequestError as error:
        if counter:  # a channel of another counter: what it does count
            with suppress(RequestError):
                yield from _counted(frame, channel, "")
                return
        frame.notes.append(f"{channel} is left out: {error.what}")


def _counted(frame: Frame, channel: str, counter: str) -> Iterator[Level]:
    census, asked = frame.more.census, frame.request
    request = replace(
        asked,
        by=(*asked.dimensions, *(() if counter else ("month",))),
        reading=replace(asked.reading, channel=channel, counter=counter),
        within="" if channel.startswith(REPORTED) else asked.within,
    )
    census.prepare(channel)
    one = _frame(frame, request)
    for dimension in (*one.dimensions, *(d for d, _ in request.of)):
        one.require(dimension)
    sums = add_up(one.subject(), (*one.dimensions, "span"))
    frame.also.extend(m.id for m in census.batches(channel))
    found: dict[tuple[Key, Period], tuple[str, Level]] = {}
    # One channel's readings are registered at a time: what it says is fetched before the next one's turn.
    for r in frame.engine.fetch(sums).to_pylist():
        span = one.spans[r["span"]]
        month = Period.parse(span.label if not counter else span.end[:7])
        key = tuple(r[d] for d in one.dimensions)
        reported = one.reported
        level = Level(
            channel, counter or "flow", key, month, None if reported else r["low"], r["estimate"], None if reported else r["high"],
            r["observed"], bool(r["open"]), r["opened"], bool(r["broken"]),
        )  # fmt: skip
        if (key, month) not in found or span.end >= found[key, month][0]:
            found[key, month] = span.end, level
    yield from (level for _, level in found.values())


def _frame(frame: Frame, request: Request) -> Frame:
    own = Quantities.of(frame.more.census, request, frame.more.name.removeprefix("quantities_"))
    marked = "".join(c if c.isalnum() else "_" for c in request.reading.channel)
    return replace(own, name=f"{frame.more.name}_{marked}").frame()


def _base(frame: Frame, levels: list[Level]) -> str:
    """The month that is 100: as asked for, else the first in which every channel has a number of every group."""
    known: dict[tuple[str, Key], set[Period]] = {}
    for x in levels:
        known.setdefault((x.channel, x.key), set())
        if x.value:
            known[x.channel, x.key].add(x.month)
    asked = frame.request.reading.base
    spans = "; ".join(
        f"{c} {min(m)} to {max(m)}"
        for c in sorted({c for c, _ in known})
        if (m := set[Period]().union(*(months for (channel, _), months in known.items() if channel == c)))
    )
    if asked:
        month = Period.parse(asked)
        if not any(month in months for months in known.values()):
            raise RequestError(
                f"no channel has a number of {asked}", where="reading base", remedy=f"there are: {spans or 'none'}"
            )
        return str(month)
    common = set[Period].intersection(*(m for m in known.values() if m)) if any(known.values()) else set()
    if not common:
        raise RequestError(
            "no month in which all channels have a number",
            where="channels",
            remedy=f"give --reading base=MONTH; there are: {spans or 'none'}",
        )
    return str(min(common))


def _units(frame: Frame) -> dict[str, str]:
    """What each channel counts, as its batches state it."""
    return {
        c: str(frame.more.census.batches(c)[0].terms.get("unit") or "downloads") for c in frame.more.census.channels
    }


def _schema(dimensions: tuple[str, ...]) -> pa.Schema:
    texts = dict.fromkeys((*dimensions, "channel", "counted", "level_unit"), pa.string())
    levels = dict.fromkeys(("level", "level_low", "level_high"), pa.int64())
    numbers = {"span": pa.int64(), **dict.fromkeys(("value", "low", "high"), pa.float64())}
    rest = {"observed": pa.int64(), "open": pa.bool_(), "opened": pa.int64(), "broken": pa.bool_()}
    return pa.schema(list({**texts, **levels, "base": pa.string(), **numbers, **rest}.items()))
