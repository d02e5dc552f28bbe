"""Regenerates the parts of docs/ that come from the program itself: `python scripts/docs_tables.py`.

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`; NAME is a key of PARTS.
With `--check` nothing is written, and the exit status is 1 where a page is not current.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Literal, cast, get_args, get_origin

import pyarrow as pa
import yaml
from cyclopts import App
from fastapi import FastAPI

from modelcensus.catalog import CATALOG, load_knowledge
from modelcensus.claims import bundled_packs
from modelcensus.cli.main import app
from modelcensus.counting import Policies, formats
from modelcensus.counting.policies import COUNTED
from modelcensus.flows import load_series_breaks
from modelcensus.measures import VIEWS, measures
from modelcensus.sample import SAMPLE_FOLDER
from modelcensus.serve.api import router
from modelcensus.serve.api_page import operations
from modelcensus.serve.refusing import API
from modelcensus.serve.tester import Tester
from modelcensus.sources import sources
from modelcensus.sources.hub_api import TERMS as HUB_API
from modelcensus.sources.hub_datasets import dump_datasets
from modelcensus.sources.tables import TARGETS
from modelcensus.vocabulary import TABLES, Reading, Schema
from modelcensus.vocabulary.names import AGES, DIMENSIONS, ORGANIZATION_DIMENSIONS, SIZE_CLASSES, TIME_DIMENSIONS
from modelcensus.vocabulary.schema import COUNTED as LOG_TABLES

DOCS = Path(__file__).resolve().parent.parent / "docs"
COMMAND = "python scripts/docs_tables.py"
MARKED = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

READING_TEXTS = {
    "channel": "which channel: `hub`, `reported:NAME`, or a name given with `--channel`",
    "counter": "ask for the counter itself at the times it was read, not for flows",
    "repair": "`conservative` leaves out what the events took away; `none` counts every row as read",
    "spikes": "`cap` counts a spike at the repository's usual rate; `drop` leaves the repository out of the periods that "
    "its spike touches",
    "panel": "`fixed` keeps only the repositories that were read at every edge of the request",
    "origin": "where a cumulative sum starts: `first`, `first_exact`, or a month such as `2025-03`",
    "peers": "what the subject is compared with: a named list, values (`google,openai`), "
    "`DIMENSION:a,b`, or `ranks:2..9`",
    "against": "`growth`: against the period before, the same a year before, or compound since the first",
    "index": "`concentration`: Herfindahl-Hirschman, effective number, Gini, entropy, or the share of the `top`",
    "top": "how many are the top",
    "relations": "which relations count as derivatives: `finetune,adapter,quantized,merge`",
    "tree": "derivatives of derivatives too (`whole`), or direct children only",
    "minimum": "only derivatives with more downloads than that count",
    "first_party": "a family's own conversions: left out of its derivatives (`apart`), or among them (`with`)",
    "baseline": "`ram`: the median of the ten most downloaded of a size class, or the tenth, non-decreasing",
    "cohort": "`ram`: the scope that the baseline is taken from",
    "frozen": "`ram`: the day up to which the baseline's releases count",
    "level": "`projection`: the level to be reached",
    "score": "`quality`: which index",
    "base": "`channels`: the month that is 100",
}
READING_DEFAULTS = {
    "channel": "`hub`, else the only one",
    "counter": "none: flows",
    "peers": "none",
    "against": "`previous`",
    "index": "`hhi`",
    "top": "`10`",
    "relations": "all",
    "tree": "`whole`",
    "minimum": "none",
    "first_party": "`apart`",
    "baseline": "`median10`",
    "cohort": "the scope of the request",
    "frozen": "none",
    "level": "none",
    "score": "the main one of its source",
    "base": "the first month that all have",
}


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    names = list(head)
    lines = [names, ["---"] * len(names), *([str(c).replace("|", "\\|") for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measures_table() -> str:
    rows = [
        (f"`{m.name}`", m.text, m.unit, ", ".join(f"`{p}`" for p in m.parameters), m.citation)
        for m in sorted(measures().values(), key=lambda m: m.name)
    ]
    return table(("measure", "definition", "unit of `value`", "readings that change it", "defined in"), rows)


def readings_table() -> str:
    rows = []
    for field in fields(Reading):
        default = READING_DEFAULTS.get(field.name) or f"`{field.default}`"
        choices = ", ".join(f"`{c}`" for c in Reading.ALLOWED.get(field.name, ()) if c) or "free"
        rows.append((f"`{field.name}`", choices, default, READING_TEXTS[field.name]))
    return table(("reading", "choices", "default", "meaning"), rows)


def dimensions_table() -> str:
    rows = [(f"`{d}`", "yes", "yes", "yes" if d in ORGANIZATION_DIMENSIONS else "no: refused") for d in DIMENSIONS]
    rows += [(f"`{d}`", "no", "yes", "yes" if d == "month" else "no: refused") for d in TIME_DIMENSIONS]
    return table(("dimension", "`--of`", "`--by`", "on a reported series"), rows)


def dump_datasets_table() -> str:
    """The data sets of dumps, from their knowledge file."""
    rows = [
        (f"`{d.name}`", d.repository, d.history, d.since, d.license, f"{d.bytes / 1e9:.1f} GB ({d.as_of})" if d.bytes else "not known",
         f"`{d.instead}`" if d.instead else "", d.note.strip())
        for d in dump_datasets().values()
    ]  # fmt: skip
    return table(("`--dataset`", "on the Hub", "states", "since", "license", "a file", "`instead`", "note"), rows)


def sources_table() -> str:
    rows = [(s.name, s.text, s.terms) for s in sources().values()]
    rows += [("hub_api", "The Hub's model listing, live ([collecting.md](collecting.md))", HUB_API)]
    told = [
        (f"`{name}`", text, terms.unit, terms.cadence, terms.license)
        for name, text, terms in sorted(rows, key=lambda r: r[0])
    ]
    return table(("source", "reads", "unit", "cadence", "license, where no import states another"), told)


def targets_list() -> str:
    return ", ".join(f"`{t}`" for t in TARGETS)


def sample_table() -> str:
    rows = []
    for path in sorted(SAMPLE_FOLDER.glob("*.yml")):
        recipe = yaml.safe_load(path.read_text())
        channel = f"reported:{recipe['name']}" if recipe["source"] == "reported" else "hub"
        terms = recipe["terms"]
        rows.append(
            (
                f"`{path.name}`",
                f"`{recipe['source']}`",
                f"`{channel}`",
                terms["unit"],
                terms["citation"],
                terms["license"],
            )
        )
    return table(("recipe", "source", "channel", "unit", "citation", "license"), rows)


def sample_dates_table() -> str:
    recipe = yaml.safe_load((SAMPLE_FOLDER / "hub-rolling.yml").read_text())
    return table(("release", "read at"), [(k, v) for k, v in recipe["dates"].items()])


def series_breaks_table() -> str:
    rows = [
        (
            b.when, b.by or "the Hub", f"{b.what} {b.effect}", ", ".join(f"`{c}`" for c in b.channels),
            ", ".join(f"`{c}`" for c in b.counters), b.direction, f"{b.certainty}: {b.source}",
        )
        for b in load_series_breaks()
    ]  # fmt: skip
    head = ("when", "who", "what changed, and what follows", "channels", "counters", "counts go", "known from")
    return table(head, rows)


def scopes_table() -> str:
    scopes = load_knowledge().scopes
    return table(("scope", "what counts"), [(f"`{n}`", s.text) for n, s in scopes.items()])


def groupings_table() -> str:
    knowledge = load_knowledge()
    rows = [
        (f"`{n}`" + (" (default)" if n == knowledge.grouping else ""), g.text, ", ".join(f"`{r}`" for r in g.regions), f"`{g.rest}`")
        for n, g in knowledge.groupings.items()
    ]  # fmt: skip
    return table(("grouping", "what it groups", "regions", "rest"), rows)


def peers_table() -> str:
    rows = [(f"`{n}`", p.text, ", ".join(p.members)) for n, p in load_knowledge().peers.items()]
    return table(("list", "what it is", "members"), rows)


def packs_table() -> str:
    rows = []
    for pack in bundled_packs().values():
        source = f"{pack.source.publisher}: {pack.source.title}"
        apart = sum(bool(c.untestable) for c in pack.claims)
        rows.append((f"`{pack.id}`", source, pack.source.date or "no date stated", len(pack.claims), apart))
    return table(("pack", "what it tests", "date", "claims", "that no measure can test"), rows)


def log_formats_table() -> str:
    rows = [(f"`{f.name}`", f.text, ", ".join(sorted(f.has)), f.citation) for f in formats().values()]
    return table(("format", "what it is", "fields that are read", "described in"), rows)


def log_policies_table() -> str:
    rows = []
    for name, field in Policies.model_fields.items():
        choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
        kinds = {int: "a number"}.get(field.annotation, "text")  # type: ignore[arg-type]
        values = ", ".join(f"`{c}`" for c in choices) or ("a list" if isinstance(field.default, tuple) else kinds)
        default = ",".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        group = "counting" if name in COUNTED else "reading"
        rows.append((group, f"`{name}`", values, f"`{default}`" if default else "none", field.description))
    return table(("group", "policy", "values", "default", "meaning"), rows)


def sizes_list() -> str:
    return ", ".join(f"`{s}`" for s in SIZE_CLASSES)


def ages_list() -> str:
    return ", ".join(f"`{a}`" for a in AGES)


def ledger_tables() -> str:
    return _schemas(s for s in TABLES.values() if s not in LOG_TABLES)


def log_tables() -> str:
    return _schemas(LOG_TABLES)


def _schemas(schemas: Iterable[Schema]) -> str:
    parts = []
    for schema in schemas:
        rows = [(f"`{c.name}`", _arrow(c.type), c.unit, c.text) for c in schema.columns]
        parts.append(f"### `{schema.name}`\n\n{schema.text}\n\n{table(('column', 'type', 'unit', 'meaning'), rows)}")
    return "\n\n".join(parts)


def views_table() -> str:
    rows = [
        (f"`{s.name}`", s.text, ", ".join(f"`{c.name}`" for c in s.columns))
        for s in VIEWS.values()
        if s.name not in ("catalog", "flows_by_month")
    ]
    rows += [
        (f"`{n}`", VIEWS[n].text, c)
        for n, c in (("catalog", "see there"), ("flows_by_month", "of `flows` and `catalog`"))
    ]
    return table(("view", "what it is", "columns"), rows)


def computed_views() -> str:
    """The columns of views that are no stored tables, with type, unit and meaning."""
    parts = []
    for name in ("batches", "lineage", "events", "readings", "flows"):
        rows = [(f"`{c.name}`", _arrow(c.type), c.unit, c.text) for c in VIEWS[name].columns]
        parts.append(f"### `{name}`\n\n{VIEWS[name].text}\n\n{table(('column', 'type', 'unit', 'meaning'), rows)}")
    return "\n\n".join(parts)


def catalog_columns() -> str:
    rows = [(f"`{c.name}`", _arrow(c.type), c.unit, c.text) for c in CATALOG.columns]
    return table(("column", "type", "unit", "meaning"), rows)


SHARED = ("--ledger", "--knowledge")
"""Options of most commands, which are explained once."""


def commands(group: str = "") -> str:
    """One section per command: what it says of itself, its usage, and its options; those with one meaning in one row.

    With a group its commands alone, else all that have no page of their own.
    """
    told: dict[str, tuple[str, ...]] = {}
    parts = []
    for name, command in _commands(app):
        if next((g for g in APART if f"{name} ".startswith(f"{g} ")), "") != group:
            continue
        arguments = command.assemble_argument_collection(parse_docstring=True)
        positional = [a for a in arguments if not a.names[0].startswith("-")]
        usage = " ".join([*(a.names[0] if a.required else f"[{a.names[0]}...]" for a in positional), "[OPTIONS]"])
        rows = [(_names(a), _values(a), _default(a), (a.parameter.help or "").strip()) for a in arguments]
        shared = [a.names[0] for a in arguments if a.names[0] in SHARED]
        told |= {n: r for n in shared for r in rows if r[0] == f"`{n}`"}
        rows = [(", ".join(n for n, *_ in same), *key) for key, same in groupby(rows, lambda r: r[1:])]
        rows = [r for r in rows if r[0].strip("`") not in shared]
        also = f", with {' and '.join(f'`{n}`' for n in shared)}" if shared else ""
        parts.append(
            f"## `modelcensus {name}`\n{command.help.strip().splitlines()[0]} `modelcensus {name} {usage}`{also}"
            + (f"\n\n{table(OPTION, rows)}" if rows else "")
        )
    return "\n\n".join([*([] if group else [table(OPTION, (told[n] for n in SHARED))]), *parts])


OPTION = ("option", "value", "default", "meaning")
APART = {
    "collect": "collecting.md", "catalog regions": "regions.md", "report": "report.md", "site": "site.md",
    "serve": "serve.md", "mcp": "serve.md",
}  # fmt: skip
"""Commands, and groups of them, that are explained on a page of their own."""


def _commands(parent: App, before: str = "") -> Iterator[tuple[str, App]]:
    """Every command that does something, with the words that call it."""
    for name in parent:
        if not name.startswith("-"):
            inner = list(_commands(parent[name], f"{before}{name} "))
            yield from inner or [(f"{before}{name}", parent[name])]


def _names(argument) -> str:
    negatives = set(argument.negatives)
    return ", ".join(f"`{n}`" for n in argument.names if n not in negatives)


KINDS = {"Path": "path", "bool": "none", "date": "day"}
"""What the type of an option is called."""


def _values(argument) -> str:
    choices = argument.get_choices()
    if choices:
        return ", ".join(f"`{c}`" for c in choices)
    hint = str(argument.hint)
    word = next((w for kind, w in KINDS.items() if kind in hint), "text")
    return f"{word}, repeated" if "list[" in hint else word


def _default(argument) -> str:
    if argument.required:
        return "required"
    default = argument.field_info.default
    return f"`{default}`" if default else ""


def _arrow(kind: pa.DataType) -> str:
    return {"date32[day]": "date", "bool": "boolean"}.get(str(kind), str(kind))


def api_table() -> str:
    """The operations of the JSON API, as its own schema has them."""
    api = FastAPI()
    api.include_router(router(cast(Tester, None)), prefix=API)
    rows = []
    for operation in operations(api.openapi()):
        takes = "; ".join(f"`{t.name}` ({t.kind}{', required' if t.required else ''})" for t in operation.takes)
        rows.append((f"`{operation.method} {operation.path}`", operation.text, takes))
    return table(("operation", "what it gives", "what it takes"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "measures": measures_table,
    "readings": readings_table,
    "dimensions": dimensions_table,
    "sources": sources_table,
    "dump-datasets": dump_datasets_table,
    "targets": targets_list,
    "sample": sample_table,
    "sample-dates": sample_dates_table,
    "series-breaks": series_breaks_table,
    "scopes": scopes_table,
    "groupings": groupings_table,
    "peers": peers_table,
    "packs": packs_table,
    "log-formats": log_formats_table,
    "log-policies": log_policies_table,
    "sizes": sizes_list,
    "ages": ages_list,
    "ledger-tables": ledger_tables,
    "log-tables": log_tables,
    "views": views_table,
    "computed-views": computed_views,
    "catalog-columns": catalog_columns,
    "commands": commands,
    "serve-commands": lambda: commands("serve").replace("## `", "### `"),
    "mcp-commands": lambda: commands("mcp").replace("## `", "### `"),
    "collect-commands": lambda: commands("collect").replace("## `", "### `"),
    "regions-command": lambda: commands("catalog regions"),
    "report-command": lambda: commands("report"),
    "api": api_table,
    "site-command": lambda: commands("site"),
}


def render(text: str) -> str:
    """A page with its generated parts made anew."""
    return MARKED.sub(lambda m: f"{m[1]}\n{PARTS[m[2]]()}\n\n{m[3]}", text)


def main() -> int:
    """Write, or with `--check` only compare; returns the exit status."""
    stale = [p for p in sorted(DOCS.rglob("*.md")) if render(p.read_text()) != p.read_text()]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"docs/{path.name} is not current; run: {COMMAND}", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        path.write_text(render(path.read_text()))
        print(f"docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
