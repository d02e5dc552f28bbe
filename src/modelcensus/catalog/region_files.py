"""Region files: tables of organizations and regions that somebody maintains, as a grouping of one's own knowledge."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import yaml

from modelcensus.catalog.entries import Grouping
from modelcensus.catalog.knowledge import Knowledge
from modelcensus.sources.reader import RawFile
from modelcensus.vocabulary import InputError

ORGANIZATION = ("hf_org", "namespace", "organization", "org", "author")
REGION = ("region",)
"""Names of columns that are taken where no map names another."""
UNTOLD = ("", "unknown", "unreviewed")
"""Regions that say nothing: the organization's country decides."""

WRITTEN = "# Written by `modelcensus catalog regions`"
"""How a file of ours begins."""


@dataclass(frozen=True)
class RegionFile:
    """What a file says: regions of namespaces; rows that cannot be taken, as (line, reason); and the file's SHA-256."""

    regions: dict[str, str]
    aside: tuple[tuple[int, str], ...]
    digest: str

    def differs(self, knowledge: Knowledge) -> list[tuple[str, str, str]]:
        """Listed organizations that stand elsewhere in the grouping in use: (namespace, there, in the file)."""
        ours = {n.lower(): (n, region) for n, region in knowledge.regions().items()}
        both = [(*ours[n.lower()], region) for n, region in self.regions.items() if n.lower() in ours]
        return sorted(row for row in both if row[1] != row[2])

    def unlisted(self, knowledge: Knowledge) -> list[str]:
        """Namespaces that the knowledge does not list: their region alone is known then."""
        ours = {n.lower() for o in knowledge.organizations.values() for n in (o.namespace, *o.former, *o.aliases)}
        return sorted(n for n in self.regions if n.lower() not in ours)


def read_regions(path: Path, columns: Mapping[str, str]) -> RegionFile:
    """Regions from a table (CSV, TSV, JSON, NDJSON, Parquet); `columns` names those of `organization` and `region`.

    Raises:
        InputError: no such file or column, or no usable row.
    """
    raw = RawFile(path)
    names = {}
    for target, guesses in (("organization", ORGANIZATION), ("region", REGION)):
        names[target] = columns.get(target) or next((g for g in guesses if g in raw.columns), "")
        if names[target] not in raw.columns:
            raise InputError(
                f"no column {names[target] or 'of ' + target + 's'!r}",
                where=f"{path}:1",
                remedy=f"name it with --map {target}=COLUMN; columns here: {', '.join(raw.columns)}",
            )
    taken = ", ".join(f"trim(cast({raw.column(names[t])} as varchar))" for t in ("organization", "region"))
    found: dict[str, tuple[str, str]] = {}
    aside: list[tuple[int, str]] = [(line, reason) for line, reason, _ in raw.rejects.rows]
    try:
        rows = raw.db.execute(f"select _row, {taken} from raw order by _row").fetchall()
    except duckdb.Error as error:  # a Parquet file that is damaged inside
        raise InputError(
            f"cannot be read ({str(error).strip().splitlines()[0][:200]})", where=str(path), remedy="fetch it again"
        ) from error
    for line, namespace, region in rows:
        if not namespace or "/" in namespace:
            aside.append((line, f"{namespace or '(empty)'} is no namespace"))
        elif namespace.lower() in found and (region or "") not in UNTOLD and found[namespace.lower()][1] != region:
            aside.append((line, f"{namespace} again, in another region"))
        elif (region or "") in UNTOLD:
            aside.append((line, f"no region of {namespace}: its country decides"))
        else:
            found.setdefault(namespace.lower(), (namespace, region))
    if not found:
        raise InputError("no usable row", where=str(path), remedy="check the columns, or name them with --map")
    return RegionFile(dict(found.values()), tuple(aside), raw.input.digest)


def grouping_file(name: str, read: RegionFile, knowledge: Knowledge, origin: str, day: date, use: bool) -> str:
    """The knowledge file of a grouping: the file's organizations as it says, all others by country as in the one in use."""
    base = knowledge.groupings[knowledge.grouping]
    regions = sorted(set(read.regions.values()))
    grouping = Grouping(
        text=f"{len(read.regions):,} organizations as {origin} states them, the others by country as in {knowledge.grouping}",
        citation=f"{origin}, {day}, sha256 {read.digest}",
        labels={**{r: r for r in regions}, **base.labels},
        regions=base.regions,
        rest=base.rest,
        namespaces={r: tuple(sorted(n for n, said in read.regions.items() if said == r)) for r in regions},
    )
    content = {"version": day, "groupings": {name: grouping.model_dump(mode="json", exclude_defaults=True)}}
    head = f"{WRITTEN}; written anew when that is run again with --name {name}.\n"
    return head + yaml.safe_dump(
        content | ({"default": name} if use else {}), sort_keys=False, allow_unicode=True, width=110
    )
