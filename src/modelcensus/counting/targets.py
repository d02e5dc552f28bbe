"""What is asked for: addresses told apart by repository, route and path (forms: routes.yml), as SQL over a table."""

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from modelcensus.vocabulary import yaml_document

Route = Literal[
    "resolve", "cache", "info", "tree", "xet-token", "raw", "page", "manifest", "blob", "git", "repository"
]


class Form(BaseModel):
    """One form of an address."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    route: Route
    kind: Literal["model", "dataset", "space", "kernel"]
    form: str


class Routes(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: date
    citation: str
    reserved: tuple[str, ...]
    prefixes: tuple[str, ...]
    forms: tuple[Form, ...]


@cache
def routes() -> Routes:
    """The forms, validated."""
    return Routes.model_validate(yaml_document((files("modelcensus.counting") / "routes.yml").read_text()))


WITH_PATH = ("resolve", "cache", "raw")
"""Routes whose path is kept."""
ID = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_.-]{1,96})?"
"""What a repository's id looks like."""

SPLIT = r"""
    select asked_key, asked, method, string_split(address, '/') as s from (
        select asked_key, asked, method,
               case when contains(whole, '//') then regexp_replace(whole, '/+', '/', 'g') else whole end as address
        from (
            select asked_key, asked, method,
                   case when target[1:1] = '/' then target
                        when regexp_matches(target, '^[a-z]+://') then regexp_replace(target, '^[a-z]+://[^/]*', '')
                        else '/' || target end as whole
            from (
                select asked_key, asked, parts[1] as method, rtrim(split_part(split_part(
                           case when len(parts) between 2 and 3 then parts[2]
                                else regexp_replace(substr(asked, length(parts[1]) + 2), ' [^ ]*$', '') end,
                           '?', 1), '#', 1), '/') as target
                from (select asked_key, asked, string_split(asked, ' ') as parts from {table}))))
"""
READ = r"""
    with split as ({split}),
    bare as (select asked_key, asked, method, case {prefixes} else s end as s from split),
    steps as (select *, len(s) as n, {steps}, s[2] in {reserved} as reserved from bare),
    matched as (select *, case {forms} else 0 end as form from steps),
    taken as (
        select asked_key, asked, method, form,
               case {repositories} end as repository, case {revisions} end as revision, case {paths} end as path
        from matched),
    decoded as (
        select asked_key, asked, method, form, {repository} as repository, {revision} as revision, {path} as path from taken)
    select asked_key, method, {kind} as kind, {route} as route, repository,
           case when {route} in {with_path} then path end as path,
           coalesce(regexp_full_match(revision, '[0-9a-f]{{40}}'), false) as pinned,
           case when not regexp_full_match(method, '[A-Z][A-Z_-]{{0,19}}') then 'no request (no method)'
                when not contains(asked, ' ') then 'no request (no address)'
                when form = 0 then null
                when repository is null or revision is null or path is null then 'its percent-encoding is no text'
                when not regexp_full_match(repository, '{id}') then 'no repository id'
                when (path[1:1] in ('.', '/') or contains(path, '/.') or contains(path, '//')) and path <> ''
                     and regexp_matches(path, '(^|/)\.{{0,2}}(/|$)') then 'a path that leaves its repository'
                when regexp_matches(path, '[\x00-\x1f]') then 'control characters in the path'
           end as problem
    from decoded
"""
GIVEN = r"""
    select asked_key, split_part(asked, ' ', 1) as method, split_part(asked, ':', 2) as kind, 'repository' as route,
           substr(asked, length(split_part(asked, ':', 1)) + length(split_part(asked, ':', 2)) + 3) as repository,
           null::varchar as path, false as pinned,
           case when not regexp_full_match(split_part(asked, ' ', 1), '[A-Z]{{1,20}}') then 'no request (no method)'
                when not regexp_full_match(repository, '{id}') then 'no repository id'
                when kind not in ('model', 'dataset', 'space', 'kernel') then 'no kind of repository' end as problem
    from {table}
"""
"""Of logs that name the repository itself."""


def targets_sql(table: str, has_paths: bool, prefixes: tuple[str, ...] = ()) -> str:
    """SQL over a table with the columns `asked_key` and `asked`: asked_key, method, kind, route, repository, path, pinned, problem.

    `kind` and `route` are null where no repository is asked for; `pinned`: by commit; `problem`: why it is set aside.
    """
    if not has_paths:
        return GIVEN.format(table=table, id=ID)
    known = routes()
    read = [_Form(i, f) for i, f in enumerate(known.forms, 1)]
    drops = [_prefix(p) for p in (*prefixes, *known.prefixes)]
    return READ.format(
        split=SPLIT.format(table=table),
        prefixes=" ".join(drops),
        steps=", ".join(f"s[{i}] as s{i}" for i in range(2, 8)),
        reserved=known.reserved,
        forms=" ".join(f"when {f.test} then {f.number}" for f in read),
        repositories=_by_form({f.number: f.repository for f in read}, "''"),
        revisions=_by_form({f.number: f.revision for f in read}, "''"),
        paths=_by_form({f.number: f.path for f in read}, "''"),
        repository=_decoded("repository"),
        revision=_decoded("revision"),
        path=_decoded("path"),
        kind=_named({f.number: f.form.kind for f in read}),
        route=_named({f.number: f.form.route for f in read}),
        with_path=WITH_PATH,
        id=ID,
    )


class _Form:
    """A form as SQL over the segments `s` of an address; s[1] is what stands before the first slash: nothing."""

    def __init__(self, number: int, form: Form) -> None:
        self.number, self.form = number, form
        segments = form.form.strip("/").split("/")
        places = {m[1]: i for i, s in enumerate(segments, 2) if (m := re.fullmatch(r"\{(\w+)\}", s))}
        count = len(segments) + 1
        tests = [f"s{i} = '{s}'" for i, s in enumerate(segments, 2) if not s.startswith("{")]
        tests += [f"n {'>=' if 'path' in places else '='} {count}"]
        if segments[0].startswith("{"):
            tests.append("not reserved")
        self.test = " and ".join(tests)
        name = f"s[{places['name']}]"
        if form.route == "git":
            name = f"regexp_replace({name}, '[.]git$', '')"
        self.repository = f"s[{places['namespace']}] || '/' || {name}" if "namespace" in places else name
        self.revision = f"s[{places['revision']}]" if "revision" in places else "''"
        self.path = f"array_to_string(s[{places['path']}:], '/')" if "path" in places else "''"


def _prefix(prefix: str) -> str:
    segments = prefix.strip("/").split("/")
    tests = " and ".join(f"s[{i}] = '{_plain(s)}'" for i, s in enumerate(segments, 2) if not s.startswith("{"))
    return f"when {tests} then list_concat([''], s[{len(segments) + 2}:])"


def _by_form(expressions: dict[int, str], otherwise: str) -> str:
    alike: dict[str, list[int]] = {}
    for number, expression in expressions.items():
        alike.setdefault(expression, []).append(number)
    cases = [f"when form in ({', '.join(map(str, n))}) then {e}" for e, n in alike.items() if e != otherwise]
    return " ".join([*cases, f"else {otherwise}"])


def _named(names: dict[int, str]) -> str:
    return f"case {_by_form({i: repr(n) for i, n in names.items()}, 'null')} end"


def _decoded(column: str) -> str:
    return f"case when contains({column}, '%') then try(url_decode({column})) else {column} end"


def _plain(text: str) -> str:
    return text.replace("'", "''")
