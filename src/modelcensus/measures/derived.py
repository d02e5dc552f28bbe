"""Derivatives of a launch: how many were published by an age, and what is known of their downloads."""

from collections import defaultdict
from dataclasses import dataclass

from modelcensus.measures.frame import Frame
from modelcensus.measures.since_release import Ages, downloads_at

TREE = """
    with recursive subject as (
        select repository, released from catalog where {subject}),
    tree(subject, child, depth) as (
        select l.parent, l.child, 1 from lineage l join subject s on s.repository = l.parent where l.state = 'kept'
        union
        select t.subject, l.child, t.depth + 1 from tree t join lineage l on l.parent = t.child
        where l.state = 'kept' and t.child not in (select repository from subject))
    select s.repository as subject, s.released as zero_on, t.child,
           case when c.released_rule in ('curated', 'created') then date_diff('day', s.released, c.released) end as days,
           case when c.relation = 'quantized' and c.first_party then 'first_party_quantized'
                when c.relation = 'quantized' then 'community_quantized' else 'other_derivatives' end as kind
    from tree t join subject s on s.repository = t.subject join catalog c on c.repository = t.child
    where t.child not in (select repository from subject)
    qualify row_number() over (partition by t.child order by t.depth, t.subject) = 1
"""
KINDS = ("first_party_quantized", "community_quantized", "other_derivatives")


@dataclass(frozen=True)
class Derived:
    """Counts and downloads by the row's dimensions and span."""

    counts: dict[tuple, dict[str, int]]
    downloads: dict[tuple, dict[str, int | None]]

    def by(self, key: tuple) -> dict[str, object]:
        """The columns of a row; no derivative seen is a count of 0, and downloads that nobody knows are null."""
        return {**dict.fromkeys(KINDS, 0), **self.counts.get(key, {}), **self.downloads.get(key, {})}


def derived_from(frame: Frame, subject: str, own: Frame, keys: tuple[str, ...], ages: Ages) -> Derived:
    """The whole tree below the subject's repositories, each derivative once, with the nearest of them above it."""
    engine = frame.engine
    frame.evidence.append(engine.query("launch_tree", TREE.format(subject=subject)))
    undated = engine.rows("select count(*) as n from launch_tree where days is null")[0]["n"]
    if undated:
        frame.notes.append(f"{undated:,} derivatives have no date of their own and are not counted")
    frame.notes.append("derivatives are those that the ledger has seen, each with its nearest ancestor in the launch")
    places = engine.fetch(own.subject().select(*dict.fromkeys((*keys, "unit"))).distinct()).to_pylist()
    groups: dict[str, list[tuple]] = defaultdict(list)
    for p in places:
        groups[p["unit"]].append(tuple(p[k] for k in keys))
    counts: dict[tuple, dict[str, int]] = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    kinds = engine.rows("select subject, child, kind, days from launch_tree where days is not null")
    for row in kinds:
        for key in groups.get(row["subject"], []):
            for span, age in enumerate(ages.days):
                counts[(*key, span)][row["kind"]] += row["days"] <= age
    zero = "select child as repository, zero_on from launch_tree where days is not null"
    listed = "repository in (select child from launch_tree where days is not null)"
    downloads: dict[tuple, dict[str, int | None]] = {}
    if kinds:
        downloads_at(frame, ages, listed, "launch_derived", zero)
        rows = engine.rows(
            """select t.subject, d.span, d.low, d.estimate, d.high from launch_derived d join launch_tree t
               on t.child = d.unit where t.days <= d.days order by t.subject, d.span"""
        )
        for row in rows:
            for key in groups.get(row["subject"], []):
                _add(downloads.setdefault((*key, row["span"]), {}), row)
    return Derived(dict(counts), downloads)


def _add(sums: dict[str, int | None], row: dict) -> None:
    """One more in the sums of low, estimate and high; one unknown makes the sum unknown."""
    for column, value in (
        ("derivative_low", row["low"]), ("derivative_downloads", row["estimate"]), ("derivative_high", row["high"]),
    ):  # fmt: skip
        before = sums.get(column, 0)
        sums[column] = None if value is None or before is None else before + value
