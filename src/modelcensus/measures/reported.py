"""Quantities of reported channels: what somebody published by organization and month, and nothing beyond it."""

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import ibis.expr.types as ir

from modelcensus.catalog import Scope
from modelcensus.measures.frame import Span
from modelcensus.vocabulary import Period, Request, RequestError, nearest

if TYPE_CHECKING:
    from modelcensus.measures.census import Census

ReportedSpans = tuple[tuple[Period, ...], tuple[tuple[date, date], ...], tuple[Span, ...]]
"""Periods, the days between which each is counted, and how they are labelled."""


class Month(NamedTuple):
    """A month that a publisher gives, and whether all of it is exact."""

    start: date
    end: date
    exact: bool | None


ROWS = """
    select r.* from reported r join batches b using (batch_id) where b.channel = '{channel}'
    qualify row_number() over (partition by r.scope, r.organization, r.period_start, r.period_end
                               order by b.committed_at desc, batch_id desc) = 1
"""

QUANTITIES = """
    with spans(span, first, last) as (values {spans}),
    sums as (
        select s.span, r.organization as stated, cast(sum(r.downloads) as bigint) as downloads, count(*) as months
        from spans s join reported_rows r on r.period_start >= s.first and r.period_end <= s.last
        where r.organization is not null group by all),
    named as (
        select s.*, coalesce(o.organization, s.stated) as organization,
               coalesce(o.organization_name, s.stated) as organization_name, coalesce(o.parent, '') as parent,
               coalesce(o.kind, 'unreviewed') as kind, coalesce(o.country, 'unreviewed') as country,
               coalesce(o.region, 'unreviewed') as region, coalesce(o.role, 'unreviewed') as role
        from sums s left join organizations o on o.namespace = lower(s.stated))
    select span, stated as unit, downloads as low, downloads as estimate, downloads as high, false as open,
           false as broken, 'reported' as instrument, months,
           organization, organization_name, parent, kind, country, region, role
    from named {where}
"""

TOTALS = """
    with spans(span, first, last) as (values {spans})
    select s.span, cast(sum(r.downloads) as bigint) as low, low as estimate, low as high, low as closed, false as open,
           cast(0 as bigint) as opened, cast(null as bigint) as observed
    from spans s join reported_rows r on r.period_start >= s.first and r.period_end <= s.last
    where r.organization is null and r.scope = '{scope}' group by all
"""


def reported_scope(census: "Census", channel: str, within: str) -> tuple[Scope, str]:
    """The scope asked for, and the name of the published total that stands for it (empty: the listed rows' sum).

    A scope over columns that a series by organization lacks is refused.
    """
    read_reported(census, channel)
    rows = census.engine.rows("select distinct scope, organization is null as total from reported_rows order by all")
    own = next((r["scope"] for r in rows if not r["total"]), "")
    totals = [r["scope"] for r in rows if r["total"]]
    knowledge = census.knowledge.scopes
    if not within and own not in totals:
        within = "listed"
    name = within or own
    counted = f" in {published_name(census, own)}" if own in totals else ""
    if name in totals:
        rule = knowledge.get(name)
        short = published_name(census, name)
        text = f"the total that {channel.partition(':')[2]} publishes for: {rule.text if rule else name}"
        return Scope(name, text, short, "", 0, ""), name
    if name == "listed":
        return Scope(
            name, "the organizations that the series lists", f"the listed organizations{counted}", "", 0, ""
        ), ""
    rule = knowledge.get(name)
    if rule is None:
        raise RequestError(
            f"unknown scope {name!r}", where="--within", remedy=nearest(name, [*totals, "listed", "makers"])
        )
    words = set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", rule.where)))
    lacking = words & {
        "task",
        "family_type",
        "family",
        "format",
        "variant",
        "first_party",
        "released",
        "repository",
    }
    if lacking:
        raise RequestError(
            f"a series by organization cannot tell {', '.join(sorted(lacking))}",
            where=f"scope {name} within {channel}",
            remedy=f"use one of: {', '.join([*totals, 'listed', 'makers'])}",
        )
    return Scope(name, rule.text, f"{rule.short}{counted}", rule.where, 0, ""), ""


def reported_months(census: "Census", channel: str) -> tuple[Month, ...]:
    """The months that the publisher gives, in order."""
    if channel not in census.published:
        read_reported(census, channel)
        rows = census.engine.rows(
            "select period_start, period_end, bool_and(exact) as exact from reported_rows group by all order by 1"
        )
        census.published[channel] = tuple(Month(r["period_start"], r["period_end"], r["exact"]) for r in rows)
    return census.published[channel]


def read_reported(census: "Census", channel: str) -> None:
    """Register `reported_rows`: what the batches of a reported series say."""
    if census.reported_channel != channel:
        census.engine.query("reported_rows", ROWS.format(channel=channel.replace("'", "''")))
        census.reported_channel = channel


def listed_organizations(census: "Census", channel: str) -> list[str]:
    """The organizations that a series lists, as the catalog names them."""
    read_reported(census, channel)
    rows = census.engine.rows("""
        select distinct coalesce(o.organization, r.organization) as organization from reported_rows r
        left join organizations o on o.namespace = lower(r.organization) where r.organization is not null order by 1""")
    return [r["organization"] for r in rows]


def own_scope(census: "Census", channel: str) -> str:
    """What the publisher of a channel counted the organizations over."""
    if channel not in census.counted_over:
        read_reported(census, channel)
        rows = census.engine.rows(
            "select distinct scope from reported_rows where organization is not null order by 1"
        )
        census.counted_over[channel] = str(rows[0]["scope"]) if rows else ""
    return census.counted_over[channel]


def published_name(census: "Census", scope: str) -> str:
    """A publisher's scope in words."""
    rule = census.knowledge.scopes.get(scope)
    return (rule.published or rule.short) if rule else f"the publisher's total {scope!r}"


def reported_quantities(
    census: "Census", request: Request, scope: Scope, total: str, name: str, cumulative: bool = False
) -> tuple[ir.Table, ir.Table | None, tuple[Span, ...]]:
    """Register quantities `name`: a row per organization and period, exactly as published."""
    _asked, spans, labels = reported_spans(census, request, cumulative)
    read_reported(census, request.reading.channel)
    listed = ", ".join(f"({i}, date '{a}', date '{b}')" for i, (a, b) in enumerate(spans) if a < b)
    where = f"where {scope.where}" if scope.where else ""
    table = census.engine.query(name, QUANTITIES.format(spans=listed, where=where))
    whole = None
    if total:
        whole = census.engine.query(f"{name}_whole", TOTALS.format(spans=listed, scope=total.replace("'", "''")))
    return table, whole, labels


def reported_spans(census: "Census", request: Request, cumulative: bool = False) -> ReportedSpans:
    """The periods that a request asks for, the days between which each is counted (from the origin on where `cumulative`),
    and how they are labelled."""
    months = reported_months(census, request.reading.channel)
    reading = request.reading
    return _spans(months, request.periods, request.grain, reading.channel, reading.origin, cumulative)


@lru_cache(maxsize=512)
def _spans(
    months: tuple[Month, ...], asked: tuple[Period, ...], grain: str, channel: str, origin: str, cumulative: bool
) -> ReportedSpans:
    """Those of a request among the months of a series: the same ones are asked for again and again."""
    periods = _periods(asked, grain, channel, months)
    since = _origin(origin, months)
    spans = tuple((since, p.end) if cumulative else (p.start, p.end) for p in periods)
    if not any(a < b for a, b in spans):
        raise RequestError(
            f"the origin {since} lies after every period", where="reading origin", remedy="choose an earlier month"
        )
    labels = tuple(_span(p, start, end, months) for p, (start, end) in zip(periods, spans, strict=True))
    return periods, spans, labels


def _periods(asked: tuple[Period, ...], grain: str, channel: str, months: tuple[Month, ...]) -> tuple[Period, ...]:
    first, last = months[0].start, months[-1].end
    if grain in ("day", "week"):
        raise RequestError(
            f"the series is published by month, not by {grain}",
            where=f"channel {channel}",
            remedy="use --by month",
        )
    asked = asked or (Period(first, last),)
    whole = [p for period in asked for p in (period.split("month") if grain else [period])]
    known = {m.start for m in months}
    inside = [p for p in whole if all(m.start in known for m in p.months()) and p.start.day == 1 and p.end.day == 1]
    if not inside:
        raise RequestError(
            f"the series holds the months {Period(first, last)}",
            where=f"period {', '.join(str(p) for p in whole[:3])}",
            remedy="ask for months among them",
        )
    return tuple(inside)


def _origin(origin: str, months: tuple[Month, ...]) -> date:
    if origin == "first":
        return months[0].start
    if origin == "first_exact":
        return next((m.start for m in months if m.exact is not False), months[0].start)
    return Period.parse(origin).start


def _span(period: Period, start: date, end: date, months: tuple[Month, ...]) -> Span:
    inside = [m for m in months if start <= m.start and m.end <= end]
    flags = ["reported"]
    if any(m.exact is False for m in inside):
        flags.append("the publisher's earlier method, an estimate")
    return Span(str(period), start.isoformat(), end.isoformat(), tuple(flags))
