"""Editions read again: the inputs that one was made from, and the numbers that it published."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

from modelcensus.claims.verdicts import UNTESTABLE
from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures import Bounds, Census, Inputs, Key, Side, kept_files, number_key
from modelcensus.measures.cite import one_line
from modelcensus.publish.packed import COLUMNS
from modelcensus.vocabulary import InputError, LedgerError, Request, RequestError, own_version

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
"""What is read as a day; a folder of such a name is named with a `./` before it."""


def edition_id(manifests: Iterable[Manifest], knowledge: str) -> str:
    """The id of an edition: the same for the same batches and knowledge (its digest), and for no others. The software is
    told beside it."""
    told = json.dumps([sorted(m.id for m in manifests), knowledge])
    return f"e{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def edition_of(census: Census) -> str:
    """The id of the edition that an opened ledger would publish now."""
    return edition_id(census.manifests, census.inputs.digest)


def citation_of(census: Census) -> str:
    """How to cite what was read from an opened ledger, and is no result of a measure."""
    newest = max((m.committed_at for m in census.manifests), default=None)
    of = f", data of {newest.astimezone(UTC).date()}" if newest else ""
    sources = "; ".join(dict.fromkeys(m.cited.rstrip(".") for m in census.manifests))
    return one_line(
        f"modelcensus {own_version()}{of}, edition {edition_of(census)}. Sources: {sources or 'none stated'}."
    )


def read_side(name: str, ledger: Ledger, folders: Iterable[Path] = ()) -> Side:
    """What an edition is: a folder that `report` wrote, its edition.json, or a day (what the ledger held then).

    `folders` are knowledge given with the request: on top of the day's; of an edition those that it was made with.
    """
    if not DAY.fullmatch(name):
        return _edition(Path(name), ledger, tuple(folders))
    try:
        day = date.fromisoformat(name)
    except ValueError as error:
        raise InputError(f"{name!r} is no day", where="edition", remedy="use YYYY-MM-DD, or name a folder") from error
    side = Side(f"as of {day}", Inputs.of(ledger, folders, day))
    if not side.inputs.manifests:
        raise LedgerError(f"no batch committed by {day}", where=str(ledger.root), remedy="name a later day")
    return side


def verdicts_of(name: str) -> tuple[str, dict[str, tuple[str, str]]] | None:
    """The name of a published edition, and the verdicts that it tells: as worded and over all readings, by PACK/CLAIM;
    nothing of a day. Its folder, or its edition.json, is one that `read_side` could read."""
    if not name or DAY.fullmatch(name):
        return None
    file = Path(name) / "edition.json" if Path(name).is_dir() else Path(name)
    content = json.loads(file.read_text())
    told = content.get("claims") or {}
    return str(content["edition"]), {
        claim: (one.get("as_worded") or UNTESTABLE, one["verdict"]) for claim, one in told.items()
    }


def day_before_the_newest(ledger: Ledger) -> date | None:
    """The day before the newest batch was committed (UTC); nothing where the ledger held no batch then."""
    day = ledger.manifests()[-1].committed_at.astimezone(UTC).date() - timedelta(days=1)
    return day if ledger.manifests(day) else None


def _edition(path: Path, ledger: Ledger, folders: tuple[Path, ...]) -> Side:
    file = path / "edition.json" if path.is_dir() else path
    if not file.is_file():
        raise InputError(
            "no edition", where=str(path), remedy="name the folder of a report, its edition.json, or a day YYYY-MM-DD"
        )
    try:
        content = json.loads(file.read_text())
        batches = [i["batch"] for i in content["inputs"]]
        digest, version = content["knowledge"]["digest"], content["knowledge"]["version"]
        compared = content.get("compared", list(content["provenance"]))  # readings of claims have `claims check`
        records: list[dict[str, Any]] = [content["provenance"][i] for i in compared]
        side = Side(f"edition {content['edition']}", _inputs(batches, ledger, str(path)))
        requests, published, unread = _records(records)
        software = dict(content["software"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("no edition", where=str(file), remedy="name the folder of a published report") from error
    inputs = _with_knowledge(side.inputs, ledger, folders, digest, f"version {version}, {digest[:12]}", str(path))
    return replace(side, inputs=inputs, requests=requests, published=published, software=software, unread=unread)


def _inputs(batches: list[str], ledger: Ledger, where: str) -> Inputs:
    held = {m.id: m for m in ledger.manifests()}
    missing = [b for b in batches if b not in held]
    if missing:
        raise LedgerError(
            f"made from {len(missing)} batches that are not in the ledger {ledger.root}: {', '.join(missing[:5])}",
            where=where,
            remedy="give the --ledger that it was made from, or put their manifests back",
        )
    chosen = sorted((held[b] for b in batches), key=lambda m: (m.committed_at, m.id))
    return Inputs(tuple(chosen), ())


def _with_knowledge(
    inputs: Inputs, ledger: Ledger, folders: tuple[Path, ...], digest: str, what: str, where: str
) -> Inputs:
    """The inputs with the knowledge of that digest: today's, with or without the folders given, or one that was kept."""
    for today in (Inputs.of(ledger), Inputs.of(ledger, folders)):
        if today.digest == digest:
            return replace(inputs, base=today.base, given=today.given)
    if not ledger.vintages.has(digest):
        raise LedgerError(
            f"its knowledge ({what}) was not kept by the ledger {ledger.root}",
            where=where,
            remedy="give the --knowledge folders that it was made with, or the --ledger that it was made from",
        )
    return replace(inputs, base=kept_files(ledger, digest))


def _records(
    records: list[dict[str, Any]],
) -> tuple[tuple[Request, ...], dict[str, dict[Key, Bounds]], tuple[tuple[str, str], ...]]:
    requests, published, unread = [], {}, []
    for record in records:
        try:
            request = replace(Request.from_dict(record["request"]), as_of=None)
        except RequestError as error:
            unread.append((json.dumps(record["request"], sort_keys=True), str(error)))
            continue
        requests.append(request)
        if len(record["rows"]) == record["row_count"]:
            published[request.canonical()] = {
                number_key({k: v for k, v in row.items() if k not in COLUMNS}, row["period"]): (
                    row["value"],
                    row["low"],
                    row["high"],
                )
                for row in record["rows"]
            }
    return tuple(requests), published, tuple(unread)
