"""Scopes: named rules that say which repositories count, each with a text and a digest of what it resolved to."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from modelcensus.catalog.columns import CATALOG
from modelcensus.catalog.entries import ScopeRule
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.engine import Engine, write_atomically
from modelcensus.vocabulary import KnowledgeError, RequestError, nearest

COLUMNS = tuple(CATALOG.names)
EXPRESSION = "where:"
"""What a scope's name begins with that is an expression itself."""
RESOLVED = """
    select count(*) as size, sha256(coalesce(string_agg(repository, chr(10) order by repository), '')) as digest
    from catalog where {where}
"""
"""How many repositories a scope has, and the digest of their ids, one a line, in order."""


@dataclass(frozen=True)
class Scope:
    """A scope resolved: `where` over catalog columns, `short` for a subtitle, `digest` of its repositories."""

    id: str
    text: str
    short: str
    where: str
    size: int
    digest: str


def resolve_scope(engine: Engine, knowledge: Knowledge, name: str, kept: Path | None = None) -> Scope:
    """The scope of that name: one of the knowledge, `LIST@DATE` (or `LIST`, its newest) of the ledger, or an
    expression of one's own after `where:`. `kept`: the folder of a kept catalog, in which sizes and digests stay."""
    rule = knowledge.scopes.get(name) or _list_scope(engine, name)
    if name.startswith(EXPRESSION):
        where = name.removeprefix(EXPRESSION).strip()
        rule = ScopeRule(text=f"repositories where {where}", short=f"repositories where {where}", where=where)
    if rule is None:
        raise RequestError(
            f"unknown scope {name!r}",
            where="--within",
            remedy=nearest(name, [*knowledge.scopes, *lists(engine)]),
        )
    kind = RequestError if name.startswith(EXPRESSION) else KnowledgeError  # whose expression it is
    try:
        check_expression(rule.where, name)
        size, digest = _resolved(engine, rule.where, kept)
    except KnowledgeError as error:
        raise kind(error.what, where=error.where, remedy=error.remedy) from error
    except duckdb.Error as error:
        first = str(error).strip().splitlines()[0]
        raise kind(
            f"not true or false of a repository ({first})", where=f"scope {name}", remedy="see docs/catalog.md"
        ) from error
    return Scope(name, rule.text, rule.short, rule.where, size, digest)


def _resolved(engine: Engine, where: str, kept: Path | None) -> tuple[int, str]:
    """Size and digest of a scope; ordering millions of ids is dear, so of a kept catalog they are worked out once."""
    file = kept / f"scope-{hashlib.sha256(where.encode()).hexdigest()[:16]}.json" if kept else None
    if file:
        with suppress(OSError, ValueError, TypeError):
            size, digest = json.loads(file.read_text())
            return int(size), str(digest)
    found = engine.rows(RESOLVED.format(where=where))[0]
    resolved = int(found["size"]), str(found["digest"][:16])
    if file:
        with suppress(OSError):
            write_atomically(file, json.dumps(resolved).encode())
    return resolved


def lists(engine: Engine) -> list[str]:
    """The dated lists of the ledger, as scope names."""
    rows = engine.fetch(
        engine.query("list_names", "select distinct list || '@' || listed_on as name from lists order by 1")
    )
    return [str(n) for n in rows["name"].to_pylist()]


def check_expression(where: str, name: str) -> None:
    """Refuse what is no plain expression over catalog columns."""
    import sqlglot  # takes half a second, and most commands check no expression
    from sqlglot import expressions as sge
    from sqlglot.errors import SqlglotError

    allowed = (
        sge.And, sge.Or, sge.ArrayOverlaps, sge.ArrayContains, sge.RegexpLike, sge.RegexpFullMatch,
        sge.Lower, sge.Coalesce, sge.Cast, sge.TryCast, sge.StartsWith, sge.Array, sge.Case, sge.If,
    )  # fmt: skip
    try:
        trees = sqlglot.parse(where, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise KnowledgeError(
            f"not an expression ({str(error).splitlines()[0]})",
            where=f"scope {name}",
            remedy="see docs/catalog.md",
        ) from error
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, sge.Condition) or any(node.comments for node in tree.walk()):
        raise KnowledgeError(
            "not one expression that is true or false, without comments",
            where=f"scope {name}",
            remedy="see docs/catalog.md",
        )
    functions = [f for f in tree.find_all(sge.Func) if not isinstance(f, allowed)]
    if functions or tree.find(sge.Query, sge.Command, sge.DDL):
        raise KnowledgeError(
            "only operators and plain functions of columns are allowed",
            where=f"scope {name}",
            remedy="see docs/catalog.md",
        )
    if tree.find(sge.Star) or any(c.table for c in tree.find_all(sge.Column)):
        raise KnowledgeError("columns are named alone", where=f"scope {name}", remedy="see docs/catalog.md")
    for column in tree.find_all(sge.Column):
        if column.name not in COLUMNS:
            raise KnowledgeError(
                f"unknown column {column.name!r}",
                where=f"scope {name}",
                remedy=nearest(column.name, list(COLUMNS)),
            )


def _list_scope(engine: Engine, name: str) -> ScopeRule | None:
    known = lists(engine)
    full = name if name in known else max((k for k in known if k.split("@")[0] == name), default=None)
    if full is None:
        return None
    list_name, _, day = full.partition("@")
    quoted = list_name.replace("'", "''")
    ids = [
        r["repository"]
        for r in engine.rows(
            f"select distinct repository from lists where list = '{quoted}' and listed_on = date '{day}' order by 1"
        )
    ]
    joined = ", ".join("'" + i.replace("'", "''") + "'" for i in ids)
    return ScopeRule(
        text=f"the {len(ids):,} repositories of the list {list_name!r} of {day}",
        short=f"the {len(ids):,} listed repositories ({full})",
        where=f"repository in ({joined})",
    )
