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

PLACES = """
    select p.batch, p.place, lower(p.repository) as key, p.repository, coalesce(l.library, '') as library
    from counted_places p left join libraries l on l.key = lower(p.repository) where p.kind = 'model' and {known}
"""
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
    select batch, agent, asks_first, hash(client, version, hub, generation, automated, container) as print
    from counted_agents a where {automated}
"""
COUNTED = """
    select q.batch, q.place, q.day, q.requests, q.instant, q.visitor, a.asks_first and h.pinned as told_before,
           {session} as session
    from counted_requests q join who a using (batch, agent) join asked_places p using (batch, place)
    join hits h on h.batch = q.batch and h.rest = q.rest and h.library = p.library
    where {statuses} {final} {parts} and {marked}
"""
SESSION = "coalesce(q.session::hugeint, case when q.visitor is not null then hash(q.visitor, a.print)::hugeint end)"
"""The session that a request states, else that of its address and agent."""
SUMMED = """
    select p.key, p.repository, c.day, c.requests, c.told_before from (
        select batch, place, day, told_before, sum(requests) as requests from counted_numbers group by all) c
    join asked_places p using (batch, place)
"""
NAMED = """
    select p.key, p.repository, c.* exclude (batch, place)
    from counted_numbers c join asked_places p using (batch, place)
"""
"""What counts, a row each where requests are deduplicated, else those of a day together."""
ASKED_FIRST = """
    select lower(p.repository) as key, p.repository, q.day, q.requests
    from counted_requests q join counted_agents a using (batch, agent) join counted_places p using (batch, place)
    semi join (select batch, rest from counted_rests where route = 'info' and method = 'GET') using (batch, rest)
    where p.kind = 'model' and q.status between 200 and 399 and {automated} and {marked}
      and coalesce(q.counter, a.asks_first and a.client <> 'huggingface_hub')
"""
"""Requests that resolve a revision for a load: with the header that says so, or by a library that does."""


def build_downloads(engine: Tables, policies: Policies, rules: CountingRules) -> None:
    """Register `downloads` and `loads`: key (lower-case id), repository (as asked for), day, value.

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
    known = "l.key is not null" if policies.unknown == "drop" else "true"
    engine.make("asked_places", PLACES.format(known=known))
    engine.make("asked_rests", RESTS.format(methods=_listed(methods), routes=_listed(ROUTES[policies.chain])))
    engine.make("rules_say", RULES.format(counts=rules.counts("path", "nullif(library, '')")))
    engine.make("hits", HITS.format(shards=shards if policies.shards == "once" else ""))
    engine.make("who", WHO.format(automated=automated))
    engine.make(
        "counted_numbers",
        COUNTED.format(
            statuses=policies.status_test("q.status"),
            final="and q.status // 100 = 2" if policies.chain == "final-hop" else "",
            parts=parts[policies.ranges],
            marked=marked,
            session=SESSION if policies.dedup == "session" else "null",
        ),
    )
    engine.make("counted", SUMMED if policies.dedup == "none" else NAMED)
    engine.make("own_downloads", _downloads_sql(engine, policies))
    asked = ASKED_FIRST.format(automated=automated, marked=marked)
    engine.make(
        "own_loads",
        f"""select key, min(repository) as repository, day, cast(sum(requests) as bigint) as value
            from (select key, repository, day, requests from counted where not told_before union all by name {asked})
            group by key, day""",
    )
    for name, other in (("downloads", "loads"), ("loads", "downloads")):  # a repository of one has a count of both
        engine.make(
            name,
            f"""select * from own_{name} union all by name
                select key, repository, day, 0 as value from own_{other} anti join own_{name} using (key, day)""",
        )


def _downloads_sql(engine: Tables, policies: Policies) -> str:
    grouped = "select key, min(repository) as repository, day, cast({value} as bigint) as value from {rows} group by key, day"
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
