"""A crawl's answers as one batch: each repository once, what became of those that are gone, what has changed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from modelcensus.engine import write_parquet
from modelcensus.sources.hub_api.convert import Part
from modelcensus.sources.hub_api.crawl import Crawl, Missing
from modelcensus.sources.hub_api.known import Known, paths
from modelcensus.sources.hub_api.listing import database
from modelcensus.sources.hub_api.mirrors import refuse_the_ignorant
from modelcensus.sources.hub_api.shape import Census, Finding, findings
from modelcensus.vocabulary import (
    FACTS,
    OBSERVATIONS,
    SET_ASIDE,
    STATUSES,
    Batch,
    InputError,
    InputFile,
    Rows,
    Schema,
    Terms,
)

WHOLE = 0.97
"""Share of the repositories of the last whole listing that a listing has to have to be a whole one (docs/method.md:
partial snapshots lacked 3.4 % and more)."""
TERMS = Terms(
    license="Hugging Face's terms of service; what repositories state of themselves is their publishers'",
    citation="Hugging Face Hub, model listing (api/models)",
    cadence="weekly as a whole, a selection as often as wanted",
)
TWICE = """
    with keys as (select *, coalesce(hub_id, repository) as key from read_parquet([{keys}])),
    doubled as (
        select * from keys
        where hash(key) in (select hash(key) from keys group by 1 having count(*) > 1)
           or hash(repository) in (select hash(repository) from keys group by 1 having count(*) > 1)),
    newest as (select * from doubled qualify row_number() over (partition by key order by seq desc) = 1
                                         and row_number() over (partition by repository order by seq desc) = 1)
    select seq, repository from doubled where seq not in (select seq from newest)
"""
"""By hashes first: the names of millions need not be held for the few that stand twice."""


@dataclass(frozen=True)
class Collected:
    """What a crawl gave: the batch, what is odd in it, and why the source has gone stale, if it has."""

    batch: Batch
    findings: tuple[Finding, ...]
    stale: str
    partial: str

    @property
    def problems(self) -> list[str]:
        """Why the run does not end with exit status 0."""
        changed = [f"the Hub has changed its shape in {f}" for f in self.findings if f.changed]
        stale = [f"the Hub has gone stale: {self.stale}"] if self.stale else []
        return [*changed, *stale, *([f"the listing is partial: {self.partial}"] if self.partial else [])]


class Finish:
    """Makes the batch of a crawl; its tables lie in the crawl's folder until the ledger has them."""

    def __init__(self, crawl: Crawl, known: Known) -> None:
        self.crawl, self.known = crawl, known
        self.folder = crawl.spool.folder / "final"
        self.folder.mkdir(exist_ok=True)
        self.db = database(self.folder)

    def missing(self, parts: Sequence[Part], limit: int) -> Missing:
        """Who was there and is not listed; `limit` of them, drawn by the hash of their names, are asked for."""
        keys = paths([p.path("keys") for p in parts])
        gone = self.db.execute(
            f"""with standing as ({self.known.standing_sql()}), listed as (select * from read_parquet([{keys}]))
                select repository, hub_id from standing s
                where not exists (select 1 from listed l where l.hub_id = s.hub_id)
                  and not exists (select 1 from listed l where l.repository = s.repository and s.hub_id is null)
                order by hash(repository), repository"""
        ).fetchall()
        return Missing(gone[:limit], gone[limit:])

    def _without_repositories(self, parts: Sequence[Part]) -> list[str]:
        """Those of the namespaces that were asked for of which nothing is listed, whatever their case."""
        asked = self.crawl.asked.values if self.crawl.asked.kind == "author" else ()
        there: set[str] = set()
        if asked and parts:
            keys = paths([p.path("keys") for p in parts])
            query = f"select distinct lower(split_part(repository, '/', 1)) from read_parquet([{keys}])"
            there = {name for (name,) in self.db.execute(query).fetchall()}
        return [name for name in asked if name.lower() not in there]

    def batch(self, parts: Sequence[Part], unlisted: Sequence[tuple[str, str | None]], partial: str) -> Collected:
        """The batch of these parts; `unlisted` are those that were not asked for, `partial` says what is not whole."""
        crawl, asked = self.crawl, self.crawl.asked
        dropped = self._dropped(parts)
        statuses = self._statuses(parts, unlisted)
        tables: dict[str, Rows] = {
            "observations": self._table(parts, OBSERVATIONS, dropped),
            "facts": self._table(parts, FACTS, dropped),
            "set_aside": self._table(parts, SET_ASIDE, {}),
            "statuses": statuses,
        }
        census = sum((p.census for p in parts), Census())
        found = findings(census, crawl.expand)
        found += [Finding(f, "the Hub no longer knows it", True) for f in crawl.refused]
        observed = [p.path("observations") for p in parts]
        refuse_the_ignorant(crawl.client.endpoint, census, observed, statuses, self.db)
        counters = sum(_rows(p) for p in observed)
        nobody = self._without_repositories(parts)
        if nobody and not census.rows and not statuses.num_rows:
            raise InputError(
                f"the Hub lists no repository of {', '.join(nobody)}",
                where="--author",
                remedy="write the namespace as it stands before the slash of an id",
            )
        if not counters and not statuses.num_rows:
            lost = "; ".join(str(f) for f in found) or "nothing was listed"
            raise InputError(
                f"no counter in what the Hub answered ({lost})",
                where=asked.text,
                remedy=f"look for a newer modelcensus; the answers are kept in {crawl.spool.folder}",
            )
        twice = sum(len(v) for v in dropped.values())
        listed = census.rows - twice
        stale = "" if partial else self.known.standstill(self.db, observed)
        pages = crawl.spool.pages
        took = [
            f"{asked.text}: {listed:,} repositories in {len(pages):,} answers, begun {crawl.started[:16].replace('T', ' ')} UTC",
            *([f"partial: {partial}"] if partial else []),
            *(f"the Hub lists no repository of {name}" for name in nobody),
            *([f"{twice:,} listed again, or beyond what was asked for: taken once, as read last"] if twice else []),
            *(str(f) for f in found),
            *([f"stale: {stale}"] if stale else []),
            *self._told(statuses),
            *sorted({n for p in parts for n in p.notes})[:20],
        ]
        digest = hashlib.sha256("".join(p.digest for p in pages).encode()).hexdigest()
        batch = Batch(
            source="hub_api",
            name=asked.name,
            channel="hub",
            tables=tables,
            inputs=(InputFile(f"{crawl.client.endpoint}/api/models", sum(p.bytes for p in pages), digest),),
            options={
                "asked": asked.text,
                "begun": crawl.started,
                "listed": str(listed),
                "coverage": f"partial: {partial}" if partial else "whole",
            },
            took=tuple(took),
            terms=TERMS,
            complete=asked.kind == "all" and not partial and len({p.day for p in pages}) == 1,
        )
        self.db.close()  # its memory is wanted for the commit
        return Collected(batch, tuple(found), stale, partial)

    def coverage(self, listed: int, ended: bool) -> str:
        """What is not whole in a listing of so many repositories; nothing where it is."""
        asked, known = self.crawl.asked, self.known.listed if self.crawl.asked.kind == "all" else None
        share = f", {listed / known:.1%} of the {known:,} of the last whole listing" if known else ""
        if not ended:
            oldest = self._oldest() if asked.kind == "all" else ""
            return f"{listed:,} repositories were read{oldest}{share}; the rest was not asked for"
        if known and listed < WHOLE * known:
            return f"the Hub listed {listed:,} repositories{share}"
        return ""

    def _oldest(self) -> str:
        facts = [p.path("facts") for p in self.crawl.parts()]
        if not facts:
            return ""
        ((day,),) = self.db.execute(f"select min(created_at) from read_parquet([{paths(facts)}])").fetchall()
        return f" (all that were created after {day})" if day else ""

    def _dropped(self, parts: Sequence[Part]) -> dict[str, list[str]]:
        """Repositories by part that another row stands for: listed again later, or beyond the top that was asked for."""
        if not parts:
            return {}
        keys = paths([p.path("keys") for p in parts])
        rows = self.db.execute(TWICE.format(keys=keys)).fetchall()
        if self.crawl.asked.top:
            gone = ", ".join(str(seq) for seq, _ in rows) or "-1"
            rows += self.db.execute(
                f"select seq, repository from read_parquet([{keys}]) where seq not in ({gone})"
                f" order by seq offset {self.crawl.asked.top}"
            ).fetchall()
        spans = [(int(p.name[:9]), int(p.name[10:]), p.name) for p in parts]
        dropped: dict[str, list[str]] = {}
        for seq, repository in rows:
            name = next(n for first, last, n in spans if first < seq <= last)
            dropped.setdefault(name, []).append(repository)
        return dropped

    def _table(self, parts: Sequence[Part], schema: Schema, dropped: dict[str, list[str]]) -> Rows:
        files = []
        for part in parts:
            path = part.path(schema.name)
            if gone := dropped.get(part.name):
                kept = pads.dataset(path).scanner(filter=~pc.field("repository").isin(gone))
                path = self.folder / path.name
                write_parquet(path, kept.to_reader())
            files.append(str(path))
        return pads.dataset(files, schema=schema.arrow, format="parquet") if files else schema.arrow.empty_table()

    def _statuses(self, parts: Sequence[Part], unlisted: Sequence[tuple[str, str | None]]) -> pa.Table:
        said = [{**vars(s), "observed_on": p.read_on} for p, s in self.crawl.standings()]
        listings = [p for p in self.crawl.spool.pages if not p.single]
        if listings and parts and self.crawl.asked.kind == "all":
            day = listings[-1].read_on
            known = {s["repository"] for s in said}
            said += [
                {"repository": old, "hub_id": hub_id, "observed_on": day, "status": "renamed", "target": new,
                 "target_hub_id": hub_id, "evidence": "listed under another id"}
                for old, new, hub_id in self._renamed(parts) if old not in known
            ]  # fmt: skip
            said += [
                {"repository": r, "hub_id": h, "observed_on": day, "status": "unlisted", "evidence": "not in a whole listing"}
                for r, h in unlisted
            ]  # fmt: skip
        return pa.Table.from_pylist(said, schema=STATUSES.arrow)

    def _renamed(self, parts: Sequence[Part]) -> list[tuple[str, str, str]]:
        keys = paths([p.path("keys") for p in parts])
        return self.db.execute(
            f"""with standing as ({self.known.standing_sql()})
                select s.repository, max_by(l.repository, l.seq) as now, s.hub_id from standing s
                join read_parquet([{keys}]) l using (hub_id)
                group by s.repository, s.hub_id having now <> s.repository order by 1"""
        ).fetchall()

    @staticmethod
    def _told(statuses: pa.Table) -> list[str]:
        counts = Counter(statuses["status"].to_pylist())
        return [f"{status}: {n:,} repositories (table statuses)" for status, n in sorted(counts.items())]


def _rows(path: Path) -> int:
    """Rows of a Parquet file."""
    return pads.dataset(path).count_rows()
