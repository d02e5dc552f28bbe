"""What files say, as rows of one kind that a cluster can group: a file, its requests, its visitors."""

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa

from modelcensus.counting.agents import Agent
from modelcensus.counting.line_arrays import NOT_SAID, NOTHING, YES, place_and_rest
from modelcensus.counting.reading import FileRead
from modelcensus.counting.reduced import (
    AGENT,
    Targets,
    agents_table,
    as_declared,
    named,
    numbered_agents,
    prints_of,
    visitors_of,
)
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.requests import Answers
from modelcensus.counting.rows import sessions_of
from modelcensus.counting.shapes import MARKS, PARTS
from modelcensus.engine import Tables
from modelcensus.vocabulary import AGENTS, PLACES, REQUESTS, RESTS, VISITS

_PLACE, _REST = PLACES.names[1:], RESTS.names[1:]
_TARGET = (*_PLACE, *_REST)
_AGENT = tuple(AGENT.split(", "))
_TYPES = {f.name: f.type for s in (PLACES, RESTS, AGENTS, REQUESTS) for f in s.arrow}
REQUEST_KEYS = ("day", *_TARGET, *_AGENT, "status", "part", "marked", "counter", "instant", "visitor", "session")
"""What requests that are counted together are alike in."""
ROWS = pa.schema(
    [("what", pa.string()), ("file", pa.int64()), ("text", pa.string())]
    + [(n, _TYPES[n]) for n in (*REQUEST_KEYS, "requests", "bytes")]
)
"""`what`: file (its FileRead in `text`), request, or visit (day, kind, repository; hashes of who it was that only tell apart
within one run in `visitor` and `session`)."""
REQUEST_ROWS = f"""
    select 'request' as what, day, {", ".join(f"t.{n}" for n in _TARGET)}, {", ".join(f"a.{n}" for n in _AGENT)}, status, part,
           marked, counter, instant, visitor, session, count(*) as requests, sum(bytes)::bigint as bytes
    from reduced r join canon t using (target) join agents_told a on a.number = r.agent group by all
"""
VISIT_ROWS = """
    select 'visit' as what, day, kind, repository, {visitor} as visitor, {session} as session
    from (
        select distinct day, t.kind, t.repository, r.address_key, r.session_key
        from reduced r join canon t using (target))
"""
KEYED = "cast('0x' || sha256('{secret}' || {key}::varchar)[1:15] as bigint)"
NUMBERED = """
    create temp table {table}_told as
    select cast(row_number() over (order by {columns}) as bigint) as {number}, {columns}
    from (select distinct {columns} from requests_told)
"""
TOLD = """
    select r.day, p.place, t.rest, a.agent, r.status, r.part, r.marked, r.counter, r.requests, r.bytes, r.instant, r.visitor,
           r.session
    from requests_told r join places_told p on {same_places} join rests_told t on {same_rests}
    join agents_of_batch a on {same_agents}
    order by 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13
"""


def file_rows(reduction: Reduction, number: int, read: FileRead, secret: bytes) -> pa.Table:
    """The rows of one file that a reduction has read; no hash in them can be led back without the secret of the run."""
    db = reduction.db
    numbers = pa.array(list(reduction.meanings.agents.values()), pa.int64())
    told = {n: [getattr(a, n) for a in reduction.meanings.agents] for n in _AGENT}
    agents = pa.table({"number": numbers, **{n: pa.array(v, _TYPES[n]) for n, v in told.items()}})
    reduction.engine.hold("agents_told", agents)
    _hold_requests(reduction)
    hashed = {
        n: KEYED.format(secret=secret.hex(), key=f"{k}_key")
        for n, k in (("visitor", "address"), ("session", "session"))
    }
    tables = [db.sql(REQUEST_ROWS).to_arrow_table(), db.sql(VISIT_ROWS.format(**hashed)).to_arrow_table()]
    tables.append(pa.table({"what": ["file"], "text": [json.dumps({**asdict(read), "parts": list(read.parts)})]}))
    reduction.engine.drop("agents_told", "reduced", "canon")
    return pa.concat_tables([_declared(t, number) for t in tables])


def _hold_requests(reduction: Reduction) -> None:
    """Tables `reduced` and `canon`: the requests, and what their targets are."""
    requests = reduction.gathered.all
    met, target = np.unique(requests.target, return_inverse=True)
    targets, answers = Targets.of(reduction, met), Answers.of(requests.answer)
    who = visitors_of(reduction, requests)
    nothing = pa.nulls(len(requests), pa.int64())
    columns = {
        "day": pa.array(requests.day).cast(pa.date32()), "target": target,
        "agent": requests.agent, "status": answers.status, "part": named(PARTS, answers.part),
        "marked": named(MARKS, answers.marked),
        "counter": pa.array(answers.counter == YES, mask=answers.counter == NOT_SAID),
        "bytes": pa.array(requests.bytes, mask=requests.bytes == NOTHING),
        "instant": pa.array(requests.instant) if who.known else nothing,
        "visitor": who.visitor.hashes() if who.known else nothing,
        "session": who.session.hashes() if who.known else nothing,
        "address_key": pa.array(requests.address, mask=requests.address == 0),
        "session_key": sessions_of(requests, prints_of(reduction)),
    }  # fmt: skip
    reduction.engine.hold("reduced", pa.table(columns))
    numbers = zip((targets.place, targets.rest), place_and_rest(met), strict=True)
    place, rest = (pa.array(n[own] - 1) for n, own in numbers)
    columns = {n: targets.places[n].take(place) for n in _PLACE} | {n: targets.rests[n].take(rest) for n in _REST}
    reduction.engine.hold("canon", pa.table({"target": np.arange(len(met)), **columns}))


def tables_of(requests: pa.Table, visits: pa.Table) -> dict[str, pa.Table]:
    """What the cluster brought together, as the tables of the ledger."""
    engine = Tables()
    engine.hold("requests_told", requests)
    engine.hold("visits_told", visits)
    db = engine.connection
    for schema, columns in ((PLACES, _PLACE), (RESTS, _REST)):
        number = schema.names[0]
        db.execute(NUMBERED.format(table=schema.name, number=number, columns=", ".join(columns)))
    listed = db.execute(f"select distinct {AGENT} from requests_told").fetchall()
    agents = agents_table(numbered_agents(Agent(*row) for row in listed))
    engine.hold("agents_of_batch", agents)
    alike = {
        f"same_{table}": " and ".join(f"r.{n} is not distinct from {side}.{n}" for n in names)
        for side, table, names in (("p", "places", _PLACE), ("t", "rests", _REST), ("a", "agents", _AGENT))
    }
    days = (
        "select day, place, nullif(addresses, 0) as addresses, sessions"
        " from visits_told join places_told using (kind, repository) order by 1, 2"
    )
    return {
        REQUESTS.name: as_declared(_columns(engine, TOLD.format(**alike)), REQUESTS.arrow),
        **{
            s.name: as_declared(_columns(engine, f"select * from {s.name}_told order by 1"), s.arrow)
            for s in (PLACES, RESTS)
        },
        AGENTS.name: agents,
        VISITS.name: as_declared(_columns(engine, days), VISITS.arrow),
    }


def _columns(engine: Tables, sql: str) -> dict[str, pa.ChunkedArray]:
    rows = engine.arrow(sql)
    return dict(zip(rows.column_names, rows.columns, strict=True))


def _declared(rows: pa.Table, number: int) -> pa.Table:
    """The columns of ROWS; null where they are not there."""
    count = rows.num_rows
    columns = {
        f.name: pa.array([number] * count, pa.int64())
        if f.name == "file"
        else rows[f.name].cast(f.type)
        if f.name in rows.column_names
        else pa.nulls(count, f.type)
        for f in ROWS
    }
    return pa.table(columns, schema=ROWS)
