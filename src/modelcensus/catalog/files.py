"""Knowledge as files, before anything is made of it: which there are, and the digest of them all."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from modelcensus.vocabulary import KnowledgeError, KnowledgeFile, Layer

Files = tuple[KnowledgeFile, ...]


@cache
def bundled_files() -> Files:
    """The files that come with the program."""
    return tuple(
        KnowledgeFile(f.layer, f.name, f.content)
        for f in folder_files(Path(str(files("modelcensus.catalog") / "knowledge")), "bundled")
    )


def folder_files(folder: Path, layer: Layer = "given") -> Files:
    """The YAML files of a folder, in the order of their names."""
    if not folder.is_dir():
        raise KnowledgeError("no such folder", where=str(folder), remedy="check --knowledge")
    found = []
    for path in sorted(folder.rglob("*.yml")):
        try:
            content = path.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise KnowledgeError(f"not YAML ({error})", where=str(path), remedy="mend the line named") from error
        found.append(KnowledgeFile(layer, path.relative_to(folder).as_posix(), content, str(folder)))
    return tuple(found)


def files_digest(read: Iterable[KnowledgeFile]) -> str:
    """SHA-256 of all contents, one after the other: the same knowledge has the same, wherever it lies."""
    digest = hashlib.sha256()
    for file in read:
        digest.update(file.content.encode())
    return digest.hexdigest()
