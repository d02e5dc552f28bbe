"""Adoption and quality: the best open model of each region by a score, and how far it is behind others."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from modelcensus.measures.frame import Frame, Span, add_up
from modelcensus.measures.frontier import Behind, Scored, behind, standing, steps
from modelcensus.measures.registry import measure
from modelcensus.vocabulary import Period, RequestError, nearest

CLOSED = "closed"
"""What a region's open models are compared with beside other regions: the models without open weights, wherever made."""

NOWHERE = {"unknown", "unreviewed"}
"""What is no region to be compared."""

SCORES = """
    with newest as (
        select * from scores
        qualify row_number() over (partition by source, score, model order by scored_on desc, batch_id desc) = 1)
    select s.*, coalesce(r.region, o.region) as region
    from newest s
    left join organizations r on r.namespace = lower(split_part(s.repository, '/', 1))
    left join organizations o on o.namespace = lower(s.organization)
    order by s.source, s.score, s.model
"""

COLUMNS = pa.schema(
    [
        ("region", pa.string()),
        ("against", pa.string()),
        ("state", pa.string()),
        ("model", pa.string()),
        ("score", pa.string()),
        ("span", pa.int64()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("gap", pa.float64()),
        ("days", pa.int64()),
        ("days_low", pa.int64()),
        ("days_high", pa.int64()),
        ("scored", pa.float64()),
        ("scored_low", pa.float64()),
        ("scored_high", pa.float64()),
    ]
)


@measure(
    "quality",
    text="the best score so far of a region's open models, how many points it is below the best of others (another"
    " region's open models, or closed models) and how many days after them it reached that score",
    unit="points",
    phrase="The best open model of {region} by {period}, {model}, has {value} points ({score})",
    citation="docs/method.md, section 3",
    parameters=("channel", "counter", "repair", "panel", "score"),
    basis="catalog",
    ordered=True,
)
def quality(frame: Frame) -> ir.Table:
    """Columns: region, against (`closed`, or a region), state (`raised`: at the release of the model, which raised the
    region's best; `standing`: at the day of the newest table), model, score, span (day or days of release), value (points),
    low, high (the publisher's own interval, where it states one), gap (points; negative: ahead), days, days_low, days_high
    (negative: before them; null: they never reached it), scored, scored_low, scored_high (which part of the downloads of
    the region's repositories in scope has that score).
    """
    _only_regions(frame)
    score, models, day = _models(frame)
    regions = sorted({m.region for m in models if m.open} - NOWHERE)
    asked = [v for d, values in frame.request.of for v in values if d == "region"]
    if asked and not set(asked) & set(regions):
        raise RequestError(
            f"no open model of {', '.join(asked)} has the score {score}",
            where="--of",
            remedy=nearest(asked[0], regions),
        )
    adopted = _adopted(frame, {m.repository for m in models if m.repository})
    rows: list[dict] = []
    for region in [r for r in regions if not asked or r in asked]:
        mine = [m for m in models if m.open and m.region == region]
        for against in [CLOSED, *(r for r in regions if r != region)]:
            others = [m for m in models if (not m.open if against == CLOSED else m.open and m.region == against)]
            told = [("raised", m, m.released_from, m.released_on, behind(m, others)) for m in steps(mine)]
            now = standing(mine, others, day)
            told += [("standing", now[0], day, day, now[1])] if now else []
            for state, model, first, last, how in told:
                if state == "standing" or _asked(frame, last):
                    key = {"region": region, "against": against, "state": state, "model": model.model, "score": score}
                    rows.append(key | _row(frame, model, first, last, how) | adopted.get(region, {}))
    rows.sort(key=lambda r: (r["region"], r["against"]))
    return ibis.memtable(pa.Table.from_pylist(rows, schema=COLUMNS))


def _only_regions(frame: Frame) -> None:
    """Refuse what a table of scores cannot be told apart by."""
    for dimension in (*frame.dimensions, *(d for d, _ in frame.request.of)):
        if dimension != "region":
            raise RequestError(
                f"scores are compared by region, not by {dimension}", where="quality", remedy="use --of region=china"
            )


def _models(frame: Frame) -> tuple[str, list[Scored], date]:
    """The score in use, the models that have it, and the day of the newest table of it."""
    table = frame.engine.query(f"{frame.more.name}_scores", SCORES)
    frame.evidence.append(table)
    rows = frame.engine.fetch(table).to_pylist()
    names = list(dict.fromkeys(r["score"] for r in rows))
    if not names:
        raise RequestError(
            "the ledger has no scores",
            where="quality",
            remedy="import a table with --source quality (docs/sources.md)",
        )
    main = next((n for n in ("intelligence", "arena") if n in names), names[0])
    score = frame.request.reading.score or main
    if score not in names:
        raise RequestError(f"no score {score!r} in this ledger", where="reading score", remedy=nearest(score, names))
    chosen = [r for r in rows if r["score"] == score]
    frame.also.extend({r["batch_id"] for r in chosen})
    frame.notes.append(f"scores: {', '.join(sorted({r['source'] for r in chosen}))}")
    usable = [r for r in chosen if r["open"] is not None and r["released_on"] is not None]
    if len(usable) < len(chosen):
        frame.notes.append(
            f"left out: {len(chosen) - len(usable):,} of {len(chosen):,} models without a stated release or license"
        )
    models = [
        Scored(
            r["model"], _region(frame, r), r["open"], r["value"], r["low"], r["high"], r["released_from"],
            r["released_on"], r["repository"],
        )
        for r in usable
    ]  # fmt: skip
    return score, models, max(r["scored_on"] for r in chosen)


def _region(frame: Frame, row: dict) -> str:
    """By the stated repository's organization, else by the maker's name, else by the country that the publisher states."""
    return row["region"] or (frame.knowledge.region(row["country"]) if row["country"] else "unreviewed")


def _asked(frame: Frame, day: date) -> bool:
    return not frame.request.periods or any(p.start <= day < p.end for p in frame.request.periods)


def _row(frame: Frame, model: Scored, first: date | None, last: date, how: Behind) -> dict:
    label = f"until {last}" if first is None else str(last) if first == last else f"{first}..{last}"
    spans = {s.label: i for i, s in enumerate(frame.labels)}
    if label not in spans:
        frame.labels.append(Span(label, (first or last).isoformat(), last.isoformat()))
    return {
        "span": spans.get(label, len(frame.labels) - 1),
        "value": model.value,
        "low": model.low,
        "high": model.high,
        "gap": how.gap,
        "days": how.days,
        "days_low": how.days_low,
        "days_high": how.days_high,
    }


def _adopted(frame: Frame, scored: set[str]) -> dict[str, dict[str, float | None]]:
    """Per region: which part of the downloads of its repositories in scope has the score; nothing without downloads."""
    try:
        whole = replace(frame.more, request=replace(frame.request, periods=_one(frame), by=("region",))).frame()
    except RequestError as error:
        frame.notes.append(f"no downloads beside the scores: {error.what}")
        return {}
    ids = {r.lower() for r in scored}
    units = frame.engine.fetch(add_up(whole.quantities, ("region", "span", "unit"))).to_pylist()
    last = max((u["span"] for u in units), default=0)
    found: dict[str, dict[str, float | None]] = {}
    for region in {u["region"] for u in units}:
        mine = [u for u in units if u["region"] == region and u["span"] == last]
        parts = [[u for u in mine if (u["unit"].lower() in ids) == having] for having in (True, False)]
        (low, value, high), (rest_low, rest, rest_high) = (
            (sum(u["low"] for u in p), _sum(u["estimate"] for u in p), _sum(u["high"] for u in p)) for p in parts
        )
        found[region] = {
            "scored": value / (value + rest) if value is not None and rest is not None and value + rest else None,
            "scored_low": low / (low + rest_high) if rest_high is not None and low + rest_high else 0.0,
            "scored_high": high / (high + rest_low) if high is not None and high + rest_low else 1.0,
        }
    return found


def _one(frame: Frame) -> tuple[Period, ...]:
    periods = frame.request.periods
    return (Period(min(p.start for p in periods), max(p.end for p in periods)),) if periods else ()


def _sum(values: Iterable[int | None]) -> int | None:
    listed = list(values)
    known = [v for v in listed if v is not None]
    return sum(known) if len(known) == len(listed) else None
