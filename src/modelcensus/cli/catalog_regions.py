"""`modelcensus catalog regions`: somebody's region file as knowledge of the ledger."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from modelcensus.catalog import Knowledge, load_knowledge
from modelcensus.catalog.region_files import WRITTEN, RegionFile, grouping_file, read_regions
from modelcensus.cli.import_ import named_values
from modelcensus.cli.options import KnowledgeOption, LedgerOption, ledger_to_write, notes, say
from modelcensus.engine import write_atomically
from modelcensus.sources.web import fetch
from modelcensus.vocabulary import RequestError

SHOWN = 10
LARGEST = 50_000_000


def regions(
    place: str,
    /,
    *,
    name: str = "",
    map: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    use: Annotated[bool, Parameter(negative="")] = False,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Read a file of organizations and their regions into the ledger's knowledge, as a grouping of its own.

    Parameters
    ----------
    place
        An address (https://...) or a file: CSV, TSV, JSON, NDJSON, Parquet; plain, .gz or .zst.
    name
        Name of the grouping (default: the file's name).
    map
        organization=COLUMN, region=COLUMN (default: hf_org, namespace, organization, org or author; region).
    use
        Make it the grouping in use: every number by region follows it from then on.
    """
    columns = named_values(map, "--map")
    if wrong := [k for k in columns if k not in ("organization", "region")]:
        raise RequestError(
            f"{wrong[0]!r} cannot be mapped", where="--map", remedy="write organization=COLUMN or region=COLUMN"
        )
    target = ledger_to_write(ledger)
    file_name = Path(urlsplit(place).path if "://" in place else place).name
    name = name or file_name.split(".")[0]
    if not re.fullmatch(r"[A-Za-z0-9][\w-]{0,63}", name):
        raise RequestError(f"{name!r} is no name", where="--name", remedy="use letters, digits, '-' and '_'")
    with TemporaryDirectory() as folder:
        path = Path(place)
        if "://" in place:
            with notes.status(f"fetching {place}"):
                path = fetch(place, Path(folder) / (file_name or "regions.csv"), most=LARGEST)
        read = read_regions(path, columns)
    known = load_knowledge(knowledge or ())
    written = target.root / "knowledge" / f"regions-{name}.yml"
    before = written.read_text() if written.is_file() else ""
    same = f"sha256 {read.digest}" in before
    day = re.search(r"^version: (\d{4}-\d\d-\d\d)$", before, re.MULTILINE) if same else None
    text = grouping_file(
        name,
        read,
        known,
        place if "://" in place else file_name,
        date.fromisoformat(day[1]) if day else datetime.now(UTC).date(),
        use or f"\ndefault: {name}\n" in before,
    )
    if text != before:
        written.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(written, text.encode())
    if use:
        _put_out_of_use(written)
    for line in _told(read, known):
        say(line)
    say(f"{written} {'is as it was' if text == before else 'is written'}: grouping {name}")
    in_use = f"\ndefault: {name}\n" in text
    say(f"{'in use' if in_use else 'not in use: --use makes it so'}; numbers by region follow the grouping in use")


def _put_out_of_use(chosen: Path) -> None:
    """Of the groupings that this command wrote one is in use at most."""
    for other in sorted(chosen.parent.glob("regions-*.yml")):
        text = other.read_text()
        if other != chosen and text.startswith(WRITTEN) and "\ndefault: " in text:
            write_atomically(other, re.sub(r"^default: .*\n", "", text, flags=re.MULTILINE).encode())


def _told(read: RegionFile, known: Knowledge) -> Iterator[str]:
    for line, reason in read.aside[:SHOWN]:
        yield f"set aside line {line}: {reason}"
    if read.aside:
        yield f"{len(read.aside):,} rows set aside; the others were taken"
    counts = Counter(read.regions.values())
    yield f"{len(read.regions):,} organizations: {', '.join(f'{n:,} {region}' for region, n in counts.most_common())}"
    elsewhere = read.differs(known)
    for namespace, ours, theirs in elsewhere[:SHOWN]:
        yield f"  {namespace}: {theirs}, and {ours} in {known.grouping}"
    if len(elsewhere) > SHOWN:
        yield f"  and {len(elsewhere) - SHOWN:,} more"
    unlisted = read.unlisted(known)
    if unlisted:
        yield f"  not in the catalog, so that only their region is known: {', '.join(unlisted[:SHOWN])}{', ...' if len(unlisted) > SHOWN else ''}"
