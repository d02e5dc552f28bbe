"""Batches that are not what they were committed as: found by digest, and moved out of the way, never deleted.

`aside/BATCH` holds what was moved, laid out as in the ledger, and `note.json`; moving it back undoes it. A batch that
is committed again takes its old place in the order of commits, so that the ledger is what it would be without damage.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from modelcensus.engine import file_digest, write_atomically
from modelcensus.engine.parquet import sync_folder
from modelcensus.ledger.manifest import FORMAT, Manifest, manifest_at, seal_of
from modelcensus.vocabulary import TABLES, LedgerError

FOLDER = "aside"
UNKNOWN = datetime.min.replace(tzinfo=UTC)
KEPT = {"source", "name", "channel", "committed_at", "first_day", "last_day", "options"}
_SAID = re.compile(rb'"(source|name|channel|committed_at|first_day|last_day)": ?"((?:[^"\\]|\\.)*)"')
"""What the beginning of a manifest that was cut off still says."""
_DAY = re.compile(r"observations/observed_on=(\d{4}-\d{2}-\d{2})/")


class Note(BaseModel):
    """Why a batch was set aside, and what of it is known. `moved`: paths inside the ledger, as they were; `lost`: files
    that were not there; `committed_at`: when it had been committed, where its manifest still says so; `beside`: the batches that
    were there with it (none: of a version that did not say)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    batch: str
    problems: list[str]
    source: str = ""
    name: str = ""
    channel: str = ""
    committed_at: datetime | None = None
    first_day: str | None = None
    last_day: str | None = None
    inputs: list[str] = []
    options: dict[str, str] = {}
    moved: list[str] = []
    lost: list[str] = []
    set_aside_at: datetime | None = None
    beside: list[str] | None = None


@dataclass(frozen=True)
class Broken:
    """A batch whose manifest or files are damaged. `problems`: path inside the ledger and what is wrong with it;
    `files`: what there is of it, its manifest first; `manifest`: where it can be read."""

    batch: str
    problems: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    note: Note
    manifest: Manifest | None


@dataclass(frozen=True)
class SetAside:
    """A batch in `folder` (inside the ledger); `back`: a batch of its id is committed (again)."""

    folder: str
    note: Note
    manifest: Manifest | None
    back: bool


def broken_batches(root: Path) -> list[Broken]:
    """Every committed batch that is not what its manifest says, and every manifest that is none; reads every byte.

    Raises LedgerError where a manifest is of a newer format: what it says cannot be judged here.
    """
    return [b for path in sorted((root / "manifests").glob("*.json")) if (b := _looked_at(root, path)) is not None]


def set_aside(root: Path) -> list[SetAside]:
    """Move what is broken to `aside/`; gives what this call moved. Its manifest goes first: from then on no reader sees
    the batch, and a call that is killed leaves no half of it."""
    done = []
    for broken in broken_batches(root):
        folder = _free(root / FOLDER, broken)
        beside = sorted({p.stem for p in (root / "manifests").glob("*.json")} - {broken.batch})
        moved = {"moved": list(broken.files), "set_aside_at": datetime.now(UTC), "beside": beside}
        note = broken.note.model_copy(update=moved)
        try:
            write_atomically(folder / "note.json", note.model_dump_json(indent=1).encode())
            for path in broken.files:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                (root / path).rename(target)
                sync_folder(target.parent)
                sync_folder((root / path).parent)
        except OSError as error:
            raise LedgerError(
                f"batch {broken.batch} is broken and cannot be set aside ({error.strerror})",
                where=str(root),
                remedy="run `modelcensus doctor --repair` as the owner of the ledger, where it can be written",
            ) from error
        done.append(SetAside(folder.relative_to(root).as_posix(), note, broken.manifest, False))
    return done


def all_aside(root: Path) -> list[SetAside]:
    """What lies in `aside/`, by batch; a note that cannot be read is a batch of which nothing is known."""
    found = []
    for folder in sorted(p for p in (root / FOLDER).glob("*") if p.is_dir()):
        stem = re.sub(r"\.\d+$", "", folder.name)
        try:
            note = Note.model_validate_json((folder / "note.json").read_bytes())
        except (OSError, ValidationError):
            note = Note(batch=stem, problems=["set aside by hand, without a note"])
        if not any(p.is_file() for p in folder.rglob("*") if p.name != "note.json"):
            continue  # moved back, or killed before it was moved
        manifest = None
        with suppress(LedgerError):
            manifest = manifest_at(folder / "manifests" / f"{note.batch}.json")
        back = (root / "manifests" / f"{note.batch}.json").exists()
        found.append(SetAside(folder.relative_to(root).as_posix(), note, manifest, back))
    return found


def away(root: Path, batch: str) -> tuple[datetime | None, frozenset[str] | None]:
    """Of a batch that was set aside when it had been committed first, and which batches were there with it and have not been set
    aside since (none: nobody says); nothing of any other."""
    if not (root / FOLDER).is_dir():
        return None, None
    every = [a.note for a in all_aside(root)]
    own = [n for n in every if n.batch == batch]
    place = min((n.committed_at for n in own if n.committed_at), default=None)
    last = max((n for n in own if n.set_aside_at), key=lambda n: n.set_aside_at or UNKNOWN, default=None)
    if last is None or last.beside is None:
        return place, None
    since = {n.batch for n in every if (n.set_aside_at or UNKNOWN) >= (last.set_aside_at or UNKNOWN)}
    return place, frozenset(last.beside) - since


def lost_days(root: Path, batch: str, name: str, channel: str, place: datetime | None) -> frozenset[date]:
    """The days of batches of a series that were set aside and are not back, but for one of them and those that come after its place
    in the order of commits."""
    if not (root / FOLDER).is_dir():
        return frozenset()
    notes = (a.note for a in all_aside(root) if not a.back and a.note.batch != batch)
    of_series = [n for n in notes if (n.name, n.channel) in ((name, channel), ("", ""))]
    before = [n for n in of_series if not (place and n.committed_at and n.committed_at > place)]
    days = (_DAY.match(path) for n in before for path in (*n.moved, *n.lost))
    return frozenset(date.fromisoformat(d[1]) for d in days if d)


def _looked_at(root: Path, path: Path) -> Broken | None:
    inside = path.relative_to(root).as_posix()
    try:
        manifest = manifest_at(path)
    except LedgerError as error:
        said = _said(path)
        if said.pop("newer", False):
            raise
        of = said.pop("batch", path.stem)
        copy = of != path.stem  # then the files are those of the batch itself, as sound as its own manifest says
        files = (inside,) if copy else (inside, *_named_like(root, path.stem))
        note = Note.model_validate({"batch": of, "problems": [f"{inside}: {error.what}"], **said})
        return Broken(path.stem, ((inside, error.what),), files, note, None)
    problems = [(f.path, p) for f in manifest.files if (p := _problem(root / f.path, f.digest))]
    if manifest.seal and manifest.seal != seal_of(json.loads(path.read_bytes())):
        problems.insert(0, (inside, "changed since it was committed"))
    if not problems:
        return None
    there = tuple(f.path for f in manifest.files if os.path.lexists(root / f.path))
    note = Note(
        batch=manifest.id,
        problems=[f"{p}: {what}" for p, what in problems],
        inputs=[i.name for i in manifest.inputs],
        lost=[p for p, what in problems if what == "missing"],
        **manifest.model_dump(include=KEPT),
    )
    return Broken(manifest.id, tuple(problems), (inside, *there), note, manifest)


def _problem(path: Path, digest: str) -> str:
    try:
        return "" if file_digest(path) == digest else "digest differs"
    except FileNotFoundError:
        return "missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"


def _said(path: Path) -> dict[str, object]:
    """What a manifest that cannot be taken still says of its batch; `newer`: it is none of this program's;
    `batch`: it is that of another one, a copy under another name."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        told = json.loads(content)
        if isinstance(told.get("format"), int) and told["format"] > FORMAT:
            return {"newer": True}
        other = Manifest.model_validate(told)
        if other.id != path.stem:
            return {**other.model_dump(include=KEPT), "batch": other.id}
    said: dict[str, object] = {}
    for key, value in _SAID.findall(content):
        said.setdefault(key.decode(), value.decode("utf-8", "replace"))
    try:
        Note.model_validate({"batch": "", "problems": [], **said})
    except ValidationError:  # a time that was cut is none
        said.pop("committed_at", None)
    return said


def _named_like(root: Path, batch: str) -> Iterator[str]:
    """The data files of a batch, by their names."""
    for table in TABLES:
        for path in sorted((root / table).rglob("*.parquet")):
            if path.stem == batch:
                yield path.relative_to(root).as_posix()


def _free(aside: Path, broken: Broken) -> Path:
    """A folder in which nothing lies where something is to go."""
    number = 1
    while True:
        folder = aside / (broken.batch if number == 1 else f"{broken.batch}.{number}")
        if not any(os.path.lexists(folder / p) for p in broken.files):
            return folder
        number += 1
