"""Folders of derived files that tell whether they are still what was written.

A sealed folder holds a record of its files: size and checksum. Sums over gigabytes at every opening would cost more than
what is kept saves, so they are made when a file was written to since (its times or its size have moved), when the machine
has started anew, and once a day; in between, and always first, sizes and times are compared.
"""

import hashlib
import json
import time
import zlib
from pathlib import Path

RECORD, LOOKED_AT = "sealed.json", "looked-at.json"
EVERY = 86_400.0
"""Seconds after which the sums are made again, whatever the times say: a disk can rot."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
BLOCK = 8 * 1024 * 1024


def seal(folder: Path) -> None:
    """Record the size and the checksum of every file of the folder."""
    files = {
        p.relative_to(folder).as_posix(): [p.stat().st_size, _checksum(p)]
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in (RECORD, LOOKED_AT)
    }
    (folder / RECORD).write_text(json.dumps({"files": files, "sum": _sum(files)}))
    _look(folder, files)


def sound(folder: Path) -> bool:
    """Whether the folder holds what was written, as far as the module's text says that it is looked at."""
    files = _recorded(folder)
    if files is None:
        return False
    try:
        seen = json.loads((folder / LOOKED_AT).read_text())
        if seen["seen"] == _seen(folder, files) and 0 <= time.time() - seen["at"] < EVERY:
            return True
    except (OSError, ValueError, LookupError, TypeError):
        pass
    if damage(folder):
        return False
    _look(folder, files)
    return True


def damage(folder: Path) -> list[str]:
    """What is wrong with a sealed folder, each file read to its end; empty where it is whole."""
    files = _recorded(folder)
    if files is None:
        return [f"{RECORD}: cannot be read"]
    found = []
    for name, (size, checksum) in files.items():
        path = folder / name
        try:
            if path.stat().st_size != size:
                found.append(f"{name}: {path.stat().st_size:,} bytes instead of {size:,}")
            elif _checksum(path) != checksum:
                found.append(f"{name}: not what was written")
        except FileNotFoundError:
            found.append(f"{name}: missing")
    return found


def sealed_folders(root: Path) -> list[Path]:
    """The sealed folders below a folder."""
    found = (p.parent for p in root.rglob(RECORD))
    return sorted(f for f in found if not any(part.startswith(".") for part in f.relative_to(root).parts))


def _recorded(folder: Path) -> dict[str, list[int]] | None:
    try:
        content = json.loads((folder / RECORD).read_text())
        return content["files"] if content["sum"] == _sum(content["files"]) else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _look(folder: Path, files: dict[str, list[int]]) -> None:
    """Remember that the files were sound as they are now; where that cannot be kept, they are read again next time."""
    temporary = folder / f".{LOOKED_AT}-{time.time_ns()}"
    try:
        temporary.write_text(json.dumps({"at": time.time(), "seen": _seen(folder, files)}))
        temporary.replace(folder / LOOKED_AT)
    except OSError:
        temporary.unlink(missing_ok=True)


def _seen(folder: Path, files: dict[str, list[int]]) -> str:
    """A digest of the sizes and times of the files, and of the start of the machine; LookupError where one has another
    size."""
    told: list[object] = [BOOT.read_text() if BOOT.exists() else ""]
    for name, (size, _) in files.items():
        status = (folder / name).stat()
        if status.st_size != size:
            raise LookupError(name)
        told.append([name, size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino])
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _sum(files: dict[str, list[int]]) -> str:
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _checksum(path: Path) -> int:
    """The CRC-32 of a file: several gigabytes a second, and made to find what happens to files by accident."""
    found = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found = zlib.crc32(block, found)
    return found
