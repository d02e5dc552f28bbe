"""What files say, as rows of one kind that a cluster can group: a file, its requests, its visitors."""

import json
from dataclasses import asdict

import pyarrow as pa

from modelcensus.counting.agents import Agent
from modelcensus.counting.reading import FileRead
from modelcensus.counting.reduced import AGENT, DAY, MARK, PART, agents_table, as_declared, numbered_agents
from modelcensus.counting.reduction import Reduction
from modelcensus.counting.shapes import CANON
from modelcensus.counting.visitors import key_visitors
from modelcensus.engine import DuckDBEngine
from modelcensus.vocabulary import AGENTS, REQUESTS, TARGETS, VISITS

_TARGET = tuple(CANON.split(", "))
_AGENT = tuple(AGENT.split(", "))
_TYPES = {f.name: f.type for s in (TARGETS, AGENTS, REQUESTS) for f in s.arrow}
REQUEST_KEYS = ("day", *_TARGET, *_AGENT, "status", "part", "marked", "counter", "instant", "visitor", "session")
"""What requests that are counted together are alike in."""
ROWS = pa.schema(
    [("what", pa.string()), ("file", pa.int64()), ("text", pa.string())]
    + [(n, _TYPES[n]) for n in (*REQUEST_KEYS, "requests", "bytes")]
)
"""`what`: file (its FileRead in `text`), request, or visit (day, kind, repository; hashes of who it was that only tell apart
within one run in `visitor` and `session`)."""
REQUEST_ROWS = f"""
    select 'request' as what, {DAY} as day, {{target}}, {{agent}}, status, {PART} as part, {MARK} as marked, counter,
           {{own}}, count(*) as requests, sum(bytes)::bigint as bytes
    from reduced r join canon t using (target) join agents_told a on a.number = r.agent {{keyed}} group by all
"""
VISIT_ROWS = f"""
    select 'visit' as what, day, kind, repository, {{visitor}} as visitor, {{session}} as session
    from (
        select distinct {DAY} as day, t.kind, t.repository, r.address_key,
               coalesce(r.session_key, hash(r.address_key, {", ".join(f"a.{n}" for n in _AGENT)})) as session_key
        from reduced r join canon t using (target) join agents_told a on a.number = r.agent)
"""
KEYED = "cast('0x' || sha256('{secret}' || {key}::varchar)[1:15] as bigint)"
NUMBERED = f"""
    create temp table targets_told as
    select cast(row_number() over (order by kind, repository, route, path, method, pinned) as bigint) as target, {CANON}
    from (select distinct {CANON} from requests_told)
"""
TOLD = """
    select r.day, t.target, a.agent, r.status, r.part, r.marked, r.counter, r.requests, r.bytes, r.instant, r.visitor, r.session
    from requests_told r join targets_told t on {same_target} join agents_of_batch a on {same_agent}
    order by 1, 2, 3, 4, 5, 6, 7, 10, 11, 12
"""


def file_rows(reduction: Reduction, number: int, read: FileRead, secret: bytes) -> pa.Table:
    """The rows of one file that a reduction has read; no hash in them can be led back without the secret of the run."""
    db = reduction.db
    numbers = pa.array(list(reduction.meanings.agents.values()), pa.int64())
    told = {n: [getattr(a, n) for a in reduction.meanings.agents] for n in _AGENT}
    agents = pa.table({"number": numbers, **{n: pa.array(v, _TYPES[n]) for n, v in told.items()}})
    reduction.engine.register("agents_told", agents)
    visits = reduction.policies.keep == "visits"
    nothing = "null::bigint as instant, null::bigint as visitor, null::bigint as session"
    own, keyed = key_visitors(db, reduction.salts) if visits else (nothing, "")
    requests = REQUEST_ROWS.format(
        target=", ".join(f"t.{n}" for n in _TARGET), agent=", ".join(f"a.{n}" for n in _AGENT), own=own, keyed=keyed
    )
    hashed = {
        n: KEYED.format(secret=secret.hex(), key=f"{k}_key")
        for n, k in (("visitor", "address"), ("session", "session"))
    }
    tables = [db.sql(requests).to_arrow_table(), db.sql(VISIT_ROWS.format(**hashed)).to_arrow_table()]
    tables.append(pa.table({"what": ["file"], "text": [json.dumps(asdict(read))]}))
    reduction.engine.drop("agents_told")
    return pa.concat_tables([_declared(t, number) for t in tables])


def tables_of(requests: pa.Table, visits: pa.Table) -> dict[str, pa.Table]:
    """What the cluster brought together, as the tables of the ledger."""
    engine = DuckDBEngine()
    engine.register("requests_told", requests)
    engine.register("visits_told", visits)
    db = engine.connection
    db.execute(NUMBERED)
    listed = db.execute(f"select distinct {AGENT} from requests_told").fetchall()
    agents = agents_table(numbered_agents(Agent(*row) for row in listed))
    engine.register("agents_of_batch", agents)
    alike = {
        f"same_{side}": " and ".join(f"r.{n} is not distinct from {side[0]}.{n}" for n in names)
        for side, names in (("target", _TARGET), ("agent", _AGENT))
    }
    days = "select day, kind, repository, nullif(addresses, 0), sessions from visits_told order by 1, 2, 3"
    return {
        REQUESTS.name: as_declared(db.sql(TOLD.format(**alike)).to_arrow_table(), REQUESTS.arrow),
        TARGETS.name: as_declared(
            db.sql(f"select target, {CANON} from targets_told order by 1").to_arrow_table(), TARGETS.arrow
        ),
        AGENTS.name: agents,
        VISITS.name: as_declared(db.sql(days).to_arrow_table(), VISITS.arrow),
    }


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
