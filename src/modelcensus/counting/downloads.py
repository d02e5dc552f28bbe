"""What of the requests counts: downloads by repository and day under policies and rules, and loads beside them.

A request counts if its route, method, status, part and client do under the policies, and its path is a query file of its
repository's library under the rules. Models alone are counted into the ledger's counters.
"""

from typing import Protocol

from modelcensus.counting.policies import Policies
from modelcensus.counting.windows import downloads_from_first_hits
from modelcensus.engine import Tables


class CountingRules(Protocol):
    """Which files count, as it was published by a day."""

    def counts(self, path: str, library: str) -> str:
        """SQL: whether a request of a path in a repository of a library counts; a null library: the default rule."""
        ...


ROUTES = {"resolve": ("resolve",), "any-hop": ("resolve", "cache"), "final-hop": ("resolve", "cache")}
SHARD = r"-\d{5}-of-\d{5}\."

ASKED_IDS = """
    select cast(row_number() over () as integer) as id, key
    from (select distinct lower(repository) as key from counted_places where kind = 'model')
"""
MODELS = """
    select p.batch, p.place, i.id, p.repository, coalesce(l.library, '') as library, l.key is not null as known
    from counted_places p join asked_ids i on i.key = lower(p.repository) left join libraries l on l.key = i.key
    where p.kind = 'model'
"""
"""Models that were asked for; those with one id, whatever its letters, have one number."""
RESTS = """
    select batch, rest, library, route, path, pinned from counted_rests join (
        select distinct q.batch, q.rest, p.library
        from counted_requests q join asked_places p using (batch, place)) using (batch, rest)
    where method in ({methods}) and route in ('repository', {routes})
"""
RULES = """
    select path, library, {counts} as counts from (select distinct path, library from asked_rests where path is not null)
"""
HITS = """
    select batch, rest, library, pinned from asked_rests left join rules_say using (path, library)
    where route = 'repository' or (counts {shards})
"""
WHO = """
    select batch, agent, asks_first, md5_number(row(client, version, hub, generation, automated, container)::varchar) as print
    from counted_agents a where {automated}
"""
COUNTED = """
    select p.id, q.batch, q.place, q.day, q.requests, q.instant, q.visitor, a.asks_first and h.pinned as told_before,
           {session} as session
    from counted_requests q join who a using (batch, agent) join asked_places p using (batch, place)
    join hits h on h.batch = q.batch and h.rest = q.rest and h.library = p.library
    where {statuses} {final} {parts} and {marked}
"""
SESSION = "coalesce(q.session::hugeint, case when q.visitor is not null then hash(q.visitor, a.print)::hugeint end)"
"""The session that a request states, else that of its address and agent."""
ASKED_FIRST = """
    select m.id, q.batch, q.place, q.day, q.requests
    from counted_requests q join counted_agents a using (batch, agent) join models m using (batch, place)
    semi join (select batch, rest from counted_rests where route = 'info' and method = 'GET') using (batch, rest)
    where q.status between 200 and 399 and {automated} and {marked}
      and coalesce(q.counter, a.asks_first and a.client <> 'huggingface_hub')
"""
"""Requests that resolve a revision for a load: with the header that says so, or by a library that does."""
LOADS = """
    select id, day, cast(sum(requests) as bigint) as value from (
        select id, day, requests from counted where not told_before union all by name
        select id, day, requests from asked_first)
    group by id, day
"""
NAMES = """
    select id, key, min(repository) as repository from models join asked_ids using (id)
    semi join (select batch, place from counted union all select batch, place from asked_first) using (batch, place)
    group by id, key
"""
"""What models are called: as they were asked for where it counts."""


def build_downloads(engine: Tables, policies: Policies, rules: CountingRules) -> None:
    """Register `downloads` and `loads` (id, day, value), and `names` of those in either: id, key (lower-case id), repository
    (as asked for).

    Needs `counted_requests`, `counted_places`, `counted_rests`, `counted_agents` (as the ledger keeps them, with `batch`, a number) and
    `libraries` (key: lower-case id, library).
    """
    methods = [m for m in policies.methods if m != "HEAD" or policies.head == "on"]
    shards = f"and not (regexp_matches(path, '{SHARD}') and not contains(path, '-00001-of-'))"
    dropped = [k for k in ("bot", "ci") if getattr(policies, f"{k}s" if k == "bot" else k) == "drop"]
    automated = f"a.automated not in ({_listed(dropped)})" if dropped else "true"
    marked = f"q.marked not in ({_listed([*dropped, 'mirror'])})"
    parts = {
        "all": "",
        "first": "and q.part <> 'continuation'",
        "whole": "and q.part in ('whole', 'start')",
    }
    engine.make("asked_ids", ASKED_IDS)
    engine.make("models", MODELS)
    known = "where known" if policies.unknown == "drop" else ""
    engine.make("asked_places", f"select * from models {known}", keep=False)
    engine.make("asked_rests", RESTS.format(methods=_listed(methods), routes=_listed(ROUTES[policies.chain])))
    engine.make("rules_say", RULES.format(counts=rules.counts("path", "nullif(library, '')")))
    engine.make("hits", HITS.format(shards=shards if policies.shards == "once" else ""))
    engine.make("who", WHO.format(automated=automated))
    engine.make(
        "counted",
        COUNTED.format(
            statuses=policies.status_test("q.status"),
            final="and q.status // 100 = 2" if policies.chain == "final-hop" else "",
            parts=parts[policies.ranges],
            marked=marked,
            session=SESSION if policies.dedup == "session" else "null",
        ),
    )
    engine.make("asked_first", ASKED_FIRST.format(automated=automated, marked=marked))
    engine.make("downloads", _downloads_sql(engine, policies))
    engine.make("loads", LOADS)
    engine.make("names", NAMES)


def _downloads_sql(engine: Tables, policies: Policies) -> str:
    grouped = "select id, day, cast({value} as bigint) as value from {rows} group by id, day"
    if policies.dedup == "none":
        return grouped.format(value="sum(requests)", rows="counted")
    alone = "coalesce(sum(requests) filter (where visitor is null), 0)"
    """Where the log has no address nothing tells two visitors apart: every request counts."""
    if policies.dedup == "session":
        nobody = "coalesce(sum(requests) filter (where session is null), 0)"
        return grouped.format(value=f"count(distinct session) + {nobody}", rows="counted")
    if policies.dedup == "tumbling":
        window = f"count(distinct (visitor, instant // {policies.window})) filter (where visitor is not null)"
        return grouped.format(value=f"{window} + {alone}", rows="counted")
    downloads_from_first_hits(engine, policies.window)
    return grouped.format(
        value="sum(case when visitor is null then requests else windows end)", rows="counted_by_visitor"
    )


def _listed(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{v}'" for v in values) or "null"
