"""Reduced requests as the ledger keeps them: numbered by what they are, not by when they were met.

The same lines give the same tables, whatever their order and wherever they were read.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyarrow as pa

from modelcensus.counting.agents import Agent
from modelcensus.counting.shapes import CANON, MARKS, PARTS, text_sql
from modelcensus.counting.visitors import key_visitors
from modelcensus.engine import DuckDBEngine
from modelcensus.vocabulary import AGENTS, REQUESTS, TARGETS, VISITS

if TYPE_CHECKING:
    from modelcensus.counting.reduction import Reduction

AGENT = ", ".join(Agent.__dataclass_fields__)
PART = f"[{', '.join(map(text_sql, PARTS))}][part + 1]"
MARK = f"[{', '.join(map(text_sql, MARKS))}][marked + 1]"
DAY = "date '1970-01-01' + cast(r.instant // 86400 as integer)"
NUMBERED_TARGETS = f"""
    select target as met, cast(row_number() over (order by kind, repository, route, path, method, pinned) as integer) as target,
           cast(dense_rank() over (order by kind, repository) as integer) as place, {CANON}
    from canon semi join (select distinct target from reduced) using (target)
"""
HEARD = """
    select instant // 86400 as day, place, address_key, coalesce(session_key, hash(address_key, agent)) as session
    from reduced r join numbered_targets t on t.met = r.target
"""
COUNTED_VISITS = f"""
    with heard as ({HEARD}),
    counted as (
        select day, place, count(distinct address_key) as addresses, count(distinct session) as sessions
        from heard group by all),
    named as (select distinct place, kind, repository from numbered_targets)
    select date '1970-01-01' + cast(day as integer), kind, repository, nullif(addresses, 0), sessions
    from counted join named using (place) order by 1, 2, 3
"""


def reduced_tables(reduction: "Reduction") -> dict[str, pa.Table]:
    """The requests that a reduction read so far, as the tables of the ledger."""
    db, visits = reduction.db, reduction.policies.keep == "visits"
    db.execute(f"create or replace temp table numbered_targets as {NUMBERED_TARGETS}")
    met = {n for (n,) in db.execute("select distinct agent from reduced").fetchall()}
    agents = numbered_agents(a for a, n in reduction.meanings.agents.items() if n in met)
    numbers = {reduction.meanings.agents[a]: n for a, n in agents.items()}
    register_agents(reduction.engine, numbers)
    own, keyed = key_visitors(db, reduction.salts) if visits else ("null::bigint, null::bigint, null::bigint", "")
    requests = db.sql(
        f"""select {DAY}, t.target, a.agent, status, {PART}, {MARK}, counter, count(*), sum(bytes)::bigint, {own}
            from reduced r join numbered_targets t on t.met = r.target join numbered_agents a on a.met = r.agent {keyed}
            group by all order by 1, 2, 3, 4, 5, 6, 7, 10, 11, 12"""
    )
    days = db.sql(COUNTED_VISITS)
    targets = db.sql(f"select target, {CANON} from numbered_targets order by target")
    return {
        REQUESTS.name: as_declared(requests.to_arrow_table(), REQUESTS.arrow),
        TARGETS.name: as_declared(targets.to_arrow_table(), TARGETS.arrow),
        AGENTS.name: agents_table(agents),
        VISITS.name: as_declared(days.to_arrow_table(), VISITS.arrow),
    }


def numbered_agents(agents: Iterable[Agent]) -> dict[Agent, int]:
    """Agents by number, from 1."""
    return {a: n for n, a in enumerate(sorted(agents, key=lambda a: tuple(vars(a).values())), 1)}


def agents_table(agents: dict[Agent, int]) -> pa.Table:
    """Numbered agents as the ledger keeps them."""
    rows = [(n, *vars(a).values()) for a, n in agents.items()]
    return pa.table(list(zip(*rows, strict=True)) or [[]] * len(AGENTS.names), schema=AGENTS.arrow)


def register_agents(engine: DuckDBEngine, numbers: dict[int, int]) -> None:
    """Table `numbered_agents`: `met` (the number of a reduction) and `agent`."""
    rows = {"met": pa.array(list(numbers), pa.int32()), "agent": pa.array(list(numbers.values()), pa.int32())}
    engine.register("agents_numbered", pa.table(rows))
    engine.connection.execute("create or replace temp table numbered_agents as select * from agents_numbered")
    engine.drop("agents_numbered")


def as_declared(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns in the order, with the names and types of a schema."""
    return rows.rename_columns(schema.names).cast(schema)
