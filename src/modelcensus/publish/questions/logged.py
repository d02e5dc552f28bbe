"""What access logs say: which models and families were asked for, how often, by whom, and what was not understood."""

from collections.abc import Sequence
from typing import Any

from modelcensus.engine import DuckDBEngine
from modelcensus.measures import Result, number, period_text
from modelcensus.publish.bars import Bar, bar_chart
from modelcensus.publish.breaks import crossed_breaks
from modelcensus.publish.charts import Words
from modelcensus.publish.events import time_marks
from modelcensus.publish.lines import Point, line_chart
from modelcensus.publish.result_chart import source_line
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import DataTable, Figure, Section, Statement
from modelcensus.vocabulary import AGENTS, LOG_FILES, PLACES, REQUESTS, RESTS, VISITS, RequestError
from modelcensus.vocabulary.names import LOG

SHOWN = 12
CLIENTS = 8
"""Clients that are named."""
LOADS = ".loads"

BY_CLIENT = """
    select a.client, a.generation, sum(q.requests) as requests
    from requests q join places p using (batch_id, place) join rests r using (batch_id, rest) join agents a using (batch_id, agent)
    where p.kind = 'model' and r.route in ('resolve', 'repository') group by all order by 3 desc, 1, 2
"""
ALL = """
    select sum(requests) as requests, sum(bytes) as bytes,
           sum(requests) filter (where a.automated = 'bot' or q.marked = 'bot') as bots,
           sum(requests) filter (where a.automated = 'ci' or q.marked = 'ci') as ci
    from requests q join agents a using (batch_id, agent)
"""
HEARD = """
    select cast(sum(most) as bigint) as least, cast(sum(every) as bigint) as at_most, count(*) as days from (
        select day, max(addresses) as most, sum(addresses) as every from visits join places using (batch_id, place)
        where kind = 'model' and repository = {repository} group by day)
"""
READ = """
    select sum(lines - known) as lines, sum(taken) as taken, sum(other) as other, sum(set_aside) as set_aside,
           count(distinct file) as files from log_files
"""


def logged(scene: Scene) -> Section | None:
    """The first log of the ledger; others have their counters in `measure`."""
    channels = [c for c in scene.census.channels if c.startswith(LOG) and not c.endswith(LOADS)]
    if not channels:
        return None
    channel = channels[0]
    reading = {"channel": channel}
    ask = scene.census.measure
    try:
        total = ask("downloads", reading=reading)
        repositories = ask("downloads", by="repository", reading=reading)
        families = ask("share", by="family", reading=reading)
        days = ask("downloads", by="day", reading=reading)
    except RequestError:
        return None
    ranked = sorted(repositories.rows, key=lambda r: -(r.value or 0))
    shares = sorted(families.rows, key=lambda r: -(r.value or 0))
    first = ranked[0]
    lead = Statement(
        f"Of {number(total.rows[0].value, 'downloads')} downloads that {channel} counts in"
        f" {period_text(total.rows[0].period)}, {first.dimensions['repository']} had {number(first.value, 'downloads')}"
        f" ({repositories.counted_by}).",
        (total.provenance.id, repositories.provenance.id),
    )
    words = Words(
        f"{shares[0].dimensions['family']}: {number(shares[0].value, 'share')} of the downloads of {channel}",
        f"Share of downloads by family, {period_text(shares[0].period)}; {families.counted_by}",
        source_line(families),
    )
    bars = [
        Bar(str(r.dimensions["family"]), r.value or 0, number(r.value, "share"), accent=r is shares[0])
        for r in shares[:SHOWN]
    ]
    figures = [Figure("log-families", lambda size: bar_chart(bars, words, percent=True, size=size))]
    breaks = crossed_breaks(days)
    if len(days.rows) > 1:
        figures.append(_by_day(days, channel))
    return Section(
        "logged",
        "What do our own logs say?",
        [lead, Statement.of(families, shares[0])],
        figures,
        [
            DataTable("log-repositories", f"Downloads by repository, {channel}", repositories, last_only=True),
            DataTable("log-families", f"Share of downloads by family, {channel}", families, last_only=True),
        ],
        remarks=[*_beside(scene, channel, str(first.dimensions["repository"])), *_loads(scene, channel, total)],
        results=[total, days],
        breaks=breaks,
    )


def _by_day(days: Result, channel: str) -> Figure:
    words = Words(
        f"Downloads by day, {channel}",
        f"Requests for query files by day; the first and the last day may be covered in part; {days.counted_by}",
        source_line(days),
    )
    points = [Point("downloads", r.period, r.value or 0, r.low, r.high) for r in days.rows]
    marks = time_marks(days)
    return Figure("log-days", lambda size: line_chart(points, words, percent=False, size=size, marks=marks))


def _loads(scene: Scene, channel: str, total: Result) -> list[str]:
    """Loads beside downloads: what clients that no longer ask for a file on every load do."""
    if channel + LOADS not in scene.census.channels:
        return []
    loads = scene.census.measure("downloads", reading={"channel": channel + LOADS})
    return [
        f"Loads in the same time: {number(loads.rows[0].value, 'downloads')}, against"
        f" {number(total.rows[0].value, 'downloads')} downloads. A load is a counted request or, of clients that resolve a"
        " revision first and ask for no file when their cache is warm, the request that resolves it: where the two part,"
        " clients have changed, not interest."
    ]


def _beside(scene: Scene, channel: str, first: str) -> list[str]:
    """What the log says beside its counters, from the requests that were kept."""
    engine = DuckDBEngine()
    manifests = scene.census.batches(channel)
    for schema in (REQUESTS, PLACES, RESTS, AGENTS, VISITS, LOG_FILES):
        scene.census.ledger.read(engine, schema, manifests)
    (seen,), (read,) = engine.rows(ALL), engine.rows(READ)
    if not seen["requests"]:
        return []
    quoted = first.replace("'", "''")
    (heard,) = engine.rows(HEARD.format(repository=f"'{quoted}'"))
    clients = engine.rows(BY_CLIENT)
    every = sum(c["requests"] for c in clients) or 1
    sizes = f", {seen['bytes'] / 1e9:,.1f} GB" if seen["bytes"] else ""
    marked = [f"{seen[k]:,} of {w}" for k, w in (("bots", "bots"), ("ci", "continuous integration")) if seen[k]]
    words = [
        f"The log holds {seen['requests']:,} requests of repositories{sizes}"
        + (f", {' and '.join(marked)}" if marked else "")
        + ".",
        f"By client: {_listed([(_client(c), c['requests'] / every) for c in clients[:CLIENTS]])}; of requests for files of"
        " models.",
    ]
    if heard["least"] is not None:
        least, most = int(heard["least"]), int(heard["at_most"])
        between = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        words.append(f"{first} was asked for from {between} addresses, those of each day counted by themselves.")
    words.append(
        f"{read['lines']:,} lines of {read['files']:,} files: {read['taken']:,} requests of repositories, {read['other']:,}"
        f" others, {read['set_aside']:,} not understood (kept in `set_aside`)."
    )
    return words


def _client(row: dict[str, Any]) -> str:
    return f"{row['client']} ({row['generation']})" if row["generation"] else str(row["client"])


def _listed(shares: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {number(share, 'share')}" for name, share in shares)
