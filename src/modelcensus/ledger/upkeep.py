"""What lies in a ledger's folder beside its batches: leftovers of killed writers, damaged records, damaged derived files."""

import json
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from modelcensus.engine import damage, sealed_folders
from modelcensus.ledger.store import Ledger
from modelcensus.vocabulary import TABLES, LedgerError

TEMPORARY = ".writing-*"
"""Files under this name are being written, or were when their writer was killed (engine/parquet.py)."""
ABANDONED = 3600.0
"""Seconds after which a file that is still being written is taken for a killed writer's."""


@dataclass(frozen=True)
class Leftover:
    """Something beside the batches: kind `temporary`, `record`, `derived` or `unnamed`. `path` is inside the ledger; `remove`:
    `repair` takes it away; `state` says what was done, or why nothing is."""

    kind: str
    path: str
    bytes: int
    what: str
    remove: bool
    state: str


def leftovers(ledger: Ledger) -> list[Leftover]:
    """Temporary files, provenance records that cannot be read, derived files that are not what was written, and data files
    that no manifest names."""
    return [*_temporary(ledger.root), *_damaged_records(ledger), *_damaged_derived(ledger), *_unnamed(ledger)]


def repair(ledger: Ledger) -> list[Leftover]:
    """Remove what can be made anew or was never whole; returns everything found, with what was done.

    Never touched: manifests and the files of batches (see aside.py), what was set aside, and data files that no manifest
    names (the batch may be under way, or its manifest moved away for a while).
    """
    done = []
    for found in leftovers(ledger):
        if found.remove:
            path = ledger.root / found.path
            try:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise LedgerError(
                    f"cannot be removed ({error.strerror})",
                    where=str(path),
                    remedy="run doctor --repair as the owner of the ledger",
                ) from error
            found = replace(found, state="removed", remove=False)
        done.append(found)
    return done


def _temporary(root: Path) -> list[Leftover]:
    found = []
    now = time.time()
    for path in sorted(root.rglob(TEMPORARY)):
        try:
            status = path.lstat()
        except FileNotFoundError:  # its writer has just given it its name
            continue
        files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
        old = now - status.st_mtime >= ABANDONED
        state = "--repair removes it" if old else "kept: younger than an hour, it may be an import under way"
        size = sum(p.lstat().st_size for p in files)
        found.append(
            Leftover("temporary", _inside(root, path), size, "unfinished, of a writer that was killed", old, state)
        )
    return found


def _damaged_records(ledger: Ledger) -> list[Leftover]:
    found = []
    for path in sorted((ledger.root / "provenance").glob("*.json")):
        try:
            damaged = not isinstance(json.loads(path.read_bytes()), dict)
        except (ValueError, RecursionError):
            damaged = True
        if damaged:
            what = f"damaged provenance record: `explain {path.stem}` fails until the number is computed again"
            size = path.stat().st_size
            found.append(Leftover("record", _inside(ledger.root, path), size, what, True, "--repair removes it"))
    return found


def _damaged_derived(ledger: Ledger) -> list[Leftover]:
    """Folders of folds, flows by month and the like, each of whose files is read to its end."""
    found = []
    for folder in sealed_folders(ledger.root / "derived"):
        if wrong := damage(folder):
            size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
            what = f"damaged derived files ({'; '.join(wrong[:3])}): worked out again when they are needed"
            found.append(Leftover("derived", _inside(ledger.root, folder), size, what, True, "--repair removes it"))
    return found


def _unnamed(ledger: Ledger) -> list[Leftover]:
    """Data files that no manifest names, together by batch."""
    try:
        named = {f.path for m in ledger.manifests() for f in m.files}
    except LedgerError:  # a damaged manifest may name them
        return []
    by_batch: dict[str, list[Path]] = {}
    for path in sorted(p for table in TABLES for p in (ledger.root / table).rglob("*.parquet")):
        if _inside(ledger.root, path) not in named:
            by_batch.setdefault(path.stem, []).append(path)
    return [
        Leftover(
            "unnamed",
            f"**/{stem}.parquet",
            sum(p.stat().st_size for p in paths),
            f"{len(paths)} data files that no manifest names",
            False,
            "kept: the same import completes the batch, and a manifest that was moved away can come back",
        )
        for stem, paths in by_batch.items()
    ]


def _inside(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
