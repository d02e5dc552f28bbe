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

RULES = """
    select path, library, {counts} as counts from (
        select distinct t.path, l.library from counted_targets t left join libraries l on l.key = lower(t.repository)
        where t.kind = 'model' and t.path is not null)
"""
HITS = """
    select t.batch_id, t.target, lower(t.repository) as key, t.repository, t.pinned
    from counted_targets t left join libraries l on l.key = lower(t.repository)
    left join rules_say r on r.path = t.path and r.library is not distinct from l.library
    where t.kind = 'model' and t.method in ({methods}) and ({known})
      and (t.route = 'repository' or (t.route in ({routes}) and r.counts {shards}))
"""
WHO = """
    select batch_id, agent, asks_first, hash(client, version, hub, generation, automated, container) as print
    from counted_agents a where {automated}
"""
COUNTED = """
    select q.batch_id, q.target, q.day, q.requests, q.instant, q.visitor, a.asks_first, {session} as session
    from counted_requests q join who a using (batch_id, agent) semi join hits using (batch_id, target)
    where {statuses} {final} {parts} and {marked}
"""
SESSION = "coalesce(q.session::hugeint, case when q.visitor is not null then hash(q.visitor, a.print)::hugeint end)"
"""The session that a request states, else that of its address and agent."""
SUMMED = """
    select h.key, h.repository, c.day, c.requests, c.asks_first and h.pinned as told_before
    from (select batch_id, target, day, asks_first, sum(requests) as requests from counted_numbers group by all) c
    join hits h using (batch_id, target)
"""
NAMED = """
    select h.key, h.repository, c.* exclude (batch_id, target), c.asks_first and h.pinned as told_before
    from counted_numbers c join hits h using (batch_id, target)
"""
"""What counts, a row each where requests are deduplicated, else those of a day together."""
ASKED_FIRST = """
    select lower(t.repository) as key, t.repository, q.day, q.requests
    from counted_requests q join counted_agents a using (batch_id, agent) join (
        select batch_id, target, repository from counted_targets where kind = 'model' and route = 'info' and method = 'GET'
    ) t using (batch_id, target)
    where q.status between 200 and 399 and {automated} and {marked}
      and coalesce(q.counter, a.asks_first and a.client <> 'huggingface_hub')
"""
"""Requests that resolve a revision for a load: with the header that says so, or by a library that does."""


def build_downloads(engine: Tables, policies: Policies, rules: CountingRules) -> None:
    """Register `downloads` and `loads`: key (lower-case id), repository (as asked for), day, value.

    Needs `counted_requests`, `counted_targets`, `counted_agents` (as the ledger keeps them, with `batch_id`) and
    `libraries` (key: lower-case id, library).
    """
    engine.make("rules_say", RULES.format(counts=rules.counts("path", "library")))
    methods = [m for m in policies.methods if m != "HEAD" or policies.head == "on"]
    shards = f"and not (regexp_matches(t.path, '{SHARD}') and not contains(t.path, '-00001-of-'))"
    dropped = [k for k in ("bot", "ci") if getattr(policies, f"{k}s" if k == "bot" else k) == "drop"]
    automated = f"a.automated not in ({_listed(dropped)})" if dropped else "true"
    marked = f"q.marked not in ({_listed([*dropped, 'mirror'])})"
    parts = {
        "all": "",
        "first": "and q.part <> 'continuation'",
        "whole": "and q.part in ('whole', 'start')",
    }
    engine.make(
        "hits",
        HITS.format(
            methods=_listed(methods),
            routes=_listed(ROUTES[policies.chain]),
            known="l.key is not null" if policies.unknown == "drop" else "true",
            shards=shards if policies.shards == "once" else "",
        ),
    )
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
