"""How right attribution is, against labels that somebody else wrote, and what it leaves unattributed."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc_csv

from modelcensus.catalog.columns import CATALOG
from modelcensus.engine import Engine
from modelcensus.vocabulary import InputError, nearest

NOTHING = ("unattributed", "unreviewed", "unknown", "none stated", "")
"""What the catalog says where it does not know; such a row is not found, and not wrong."""

SIZE_TOLERANCE = 0.05
"""How far parameters may lie from the label's to count as right."""

WEIGHTS = """
    select repository, max_by(value, (counter = 'rolling_30d', observed_on)) as downloads
    from observations where counter in ('rolling_30d', 'all_time') group by repository
"""


@dataclass(frozen=True)
class Score:
    """One field against its labels: how many were labelled, found and right, by count and by downloads.

    `precision` is right of found, `recall` right of labelled. `confused` lists (label, ours, count, downloads) of
    what is not right, heaviest first. A label `?` says that its writer could not tell, and is left out; `+NAME` names a
    line of its own: right is that name, or that no family is claimed.
    """

    field: str
    labelled: int
    found: int
    right: int
    labelled_downloads: int
    found_downloads: int
    right_downloads: int
    confused: tuple[tuple[str, str, int, int], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain values, with precision and recall; null where there is nothing to divide by."""
        return {
            "field": self.field,
            "labelled": self.labelled,
            "found": self.found,
            "right": self.right,
            "precision": _part(self.right, self.found),
            "recall": _part(self.right, self.labelled),
            "downloads": self.labelled_downloads,
            "precision_by_downloads": _part(self.right_downloads, self.found_downloads),
            "recall_by_downloads": _part(self.right_downloads, self.labelled_downloads),
            "confused": [dict(zip(("label", "ours", "count", "downloads"), c, strict=True)) for c in self.confused],
        }


def read_labels(path: Path) -> pa.Table:
    """A CSV with a column `repository` and, beside it, any columns of the catalog that are labelled."""
    try:
        content = path.read_bytes()
        read = pc_csv.ReadOptions(column_names=None)
        head = pc_csv.read_csv(pa.BufferReader(content), read_options=read).column_names
        every = pc_csv.ConvertOptions(column_types=dict.fromkeys(head, pa.string()), strings_can_be_null=True)
        labels = pc_csv.read_csv(pa.BufferReader(content), convert_options=every)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            f"no table of labels ({error})", where=str(path), remedy="give a CSV with a header line"
        ) from error
    if "repository" not in labels.column_names:
        raise InputError("no column 'repository'", where=f"{path}:1", remedy="name the repositories in such a column")
    if len(set(labels.column_names)) < len(labels.column_names):
        raise InputError("a column stands twice", where=f"{path}:1", remedy="keep one of each")
    counted = Counter(r for r in labels["repository"].to_pylist() if r)
    if counted.total() < labels.num_rows:
        raise InputError("a row names no repository", where=str(path), remedy="name one in each row")
    twice = next((r for r, n in counted.items() if n > 1), "")
    if twice:
        raise InputError(f"{twice!r} is labelled twice", where=str(path), remedy="keep one row for each repository")
    fields = [c for c in labels.column_names if c != "repository"]
    unknown = [c for c in fields if c not in CATALOG.names]
    if unknown or not fields:
        what = f"{unknown[0]!r} is no column of the catalog" if unknown else "no column beside 'repository'"
        raise InputError(what, where=f"{path}:1", remedy=nearest((unknown or [""])[0], CATALOG.names))
    return labels


def score_labels(engine: Engine, labels: pa.Table) -> list[Score]:
    """Every labelled field against the catalog (which must hold the labelled repositories)."""
    engine.register("labels", labels)
    engine.query("weights", WEIGHTS)
    return [_score(engine, c) for c in labels.column_names if c != "repository"]


def _score(engine: Engine, name: str) -> Score:
    kind = CATALOG.arrow.field(name).type
    ours, label, own = f"c.{name}", f"l.{name}", "false"
    if pa.types.is_floating(kind):
        number = f"try_cast({label} as double)"
        right = f"abs({ours} - {number}) <= {SIZE_TOLERANCE} * {number}"
    elif pa.types.is_list(kind):
        right = f"list_contains(list_transform({ours}, lambda v: lower(v)), lower({label}))"
        ours = f"array_to_string({ours}, ' ')"
    else:
        own = f"starts_with({label}, '+')"
        equal = f"lower(cast({ours} as varchar)) = lower(ltrim({label}, '+'))"
        right = f"({equal} or {own} and cast({ours} as varchar) in ('other', 'unattributed'))"
    listed = ", ".join(f"'{n}'" for n in NOTHING)
    engine.query("compared", f"""
        select l.{name} as label, coalesce(cast({ours} as varchar), '') as ours, coalesce({right}, false) as matched,
               {own} or coalesce(cast({ours} as varchar), '') not in ({listed}) as found, coalesce(w.downloads, 0) as downloads
        from labels l join catalog c on c.repository = l.repository
        left join weights w on w.repository = l.repository
        where l.{name} is not null and l.{name} not in ('', '?')""")  # fmt: skip
    confused = engine.rows("""
        select label, ours, count(*) as n, sum(downloads) as downloads from compared where not matched
        group by all order by downloads desc, n desc, label, ours""")  # fmt: skip

    sums = engine.rows("""
        select count(*) as n, count(*) filter (found) as found, count(*) filter (found and matched) as matched,
               coalesce(sum(downloads), 0) as weight, coalesce(sum(downloads) filter (found), 0) as found_weight,
               coalesce(sum(downloads) filter (found and matched), 0) as matched_weight from compared""")[0]  # fmt: skip
    return Score(
        name,
        int(sums["n"]),
        int(sums["found"]),
        int(sums["matched"]),
        int(sums["weight"]),
        int(sums["found_weight"]),
        int(sums["matched_weight"]),
        tuple((r["label"], r["ours"], r["n"], int(r["downloads"])) for r in confused),
    )


def attributed_parts(engine: Engine) -> list[dict[str, object]]:
    """How many repositories and downloads have a family, are `other`, or are unattributed, and what of the
    organizations is reviewed: columns what, repositories, downloads, part (of downloads)."""
    engine.query("weights", WEIGHTS)
    return engine.rows("""
        with weighed as (select c.*, coalesce(w.downloads, 0) as downloads from catalog c left join weights w using (repository)),
        parts as (
            select 1 as place, 'family: ' || case when family in ('other', 'unattributed') then family else 'named' end as what,
                   downloads from weighed
            union all
            select 2, 'organization: ' || case when kind = 'unreviewed' then 'unreviewed' else 'reviewed' end, downloads
            from weighed
            union all
            select 3, 'lineage: ' || lineage_rule, downloads from weighed)
        select what, count(*) as repositories, cast(sum(downloads) as bigint) as downloads,
               sum(downloads) / nullif(sum(sum(downloads)) over (partition by place), 0) as part
        from parts group by place, what order by place, downloads desc""")  # fmt: skip


def next_facts(engine: Engine, most: int = 20) -> list[dict[str, object]]:
    """What to add next, heaviest first: repositories without a family and namespaces that nobody has reviewed
    (columns missing, what, repositories, downloads)."""
    engine.query("weights", WEIGHTS)
    return engine.rows(f"""
        with weighed as (select c.*, coalesce(w.downloads, 0) as downloads from catalog c left join weights w using (repository))
        select * from (
            select 'family' as missing, repository as what, 1 as repositories, downloads from weighed
            where family = 'unattributed' order by downloads desc, repository limit {most})
        union all
        select * from (
            select 'organization', organization, count(*), cast(sum(downloads) as bigint) from weighed
            where kind = 'unreviewed' group by organization order by 4 desc, organization limit {most})""")  # fmt: skip


def lineage_problems(engine: Engine) -> list[dict[str, object]]:
    """What was left out of lineage, or leads out of the ledger: columns problem, edges, example."""
    return engine.rows("""
        select case when state = 'self' then 'own parent' when state = 'cycle' then 'cycle, broken at its youngest edge'
                    else 'parent not in the ledger' end as problem,
               count(*) as edges, min(child || ' <- ' || parent) as example
        from lineage where state <> 'kept' or how = 'missing' group by 1 order by 2 desc""")  # fmt: skip


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None
