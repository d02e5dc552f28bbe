"""Claim packs: read from YAML, refused with the line and the reason where they are wrong."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from modelcensus.claims.entries import Claim, Pack
from modelcensus.vocabulary import DocumentError, KnowledgeError, RequestError, nearest, yaml_document
from modelcensus.vocabulary.documents import LOADER

T = TypeVar("T", bound=BaseModel)
SCHEMA = "see docs/claims.md for the schema"


def read_yaml(kind: type[T], content: str, shown: str) -> T:
    """A document of that kind; KnowledgeError with file, line and reason where it is none.

    >>> read_yaml(Pack, "id: a\\nclaims: [{id: x}]", "my.yml")
    Traceback (most recent call last):
    modelcensus.vocabulary.errors.KnowledgeError: my.yml, line 1: version: Field required; ...
    """
    try:
        document = yaml_document(content)
    except DocumentError as error:
        where = error.where(shown)
        raise KnowledgeError(f"not YAML ({error})", where=where, remedy="mend the line named") from error
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = list(first["loc"])
        line, known = _line(yaml.compose(content, Loader=LOADER), path)
        message = first["msg"].removeprefix("Value error, ")
        raise KnowledgeError(
            f"{'.'.join(str(p) for p in known) or kind.__name__.lower()}: {message}",
            where=f"{shown}, line {line}",
            remedy=SCHEMA,
        ) from error


def _line(tree: yaml.Node | None, path: list[Any]) -> tuple[int, list[Any]]:
    """The line of the innermost node of a path that the document has, and the part of the path that names something."""
    line, known = 1, []
    for step in path:
        if isinstance(tree, yaml.MappingNode):
            pair = next(((k, v) for k, v in tree.value if k.value == str(step)), None)
            if pair is None:
                known.append(step) if isinstance(step, str) and step == path[-1] else None
                continue
            line, tree = pair[0].start_mark.line + 1, pair[1]
            known.append(step)
        elif isinstance(tree, yaml.SequenceNode) and isinstance(step, int) and step < len(tree.value):
            tree = inner = tree.value[step]
            line = inner.start_mark.line + 1
            known.append(step)
    return line, known


@cache
def bundled_packs() -> dict[str, Pack]:
    """The packs that come with the program, by id."""
    folder = Path(str(files("modelcensus.claims") / "packs"))
    return _by_id(read_pack(p) for p in sorted(folder.glob("*.yml")))


def read_pack(path: Path) -> Pack:
    """The pack of a file."""
    try:
        content = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise KnowledgeError(f"not YAML ({error})", where=str(path), remedy="mend the line named") from error
    return read_yaml(Pack, content, path.name)


def find_packs(names: Iterable[str] = (), folder: Path = Path("claims")) -> list[Pack]:
    """The packs of these names (ids of bundled ones, or of files in the folder `claims`) or paths; without any, all."""
    own = _by_id(read_pack(p) for p in sorted(folder.glob("*.yml"))) if folder.is_dir() else {}
    known = bundled_packs() | own
    wanted = list(names)
    return [_find(name, known) for name in wanted] if wanted else list(known.values())


def _find(name: str, known: dict[str, Pack]) -> Pack:
    if name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return read_pack(path)
    if name.endswith((".yml", ".yaml")) or "/" in name:
        raise KnowledgeError("no such file", where=name, remedy="check the path")
    raise RequestError(f"no claim pack {name!r}", where="claims", remedy=nearest(name, list(known)))


def find_claim(packs: Iterable[Pack], name: str) -> tuple[Pack, Claim]:
    """The claim of that id (`ID`, or `PACK/ID`)."""
    pack_id, _, claim_id = name.rpartition("/")
    found = [(p, c) for p in packs for c in p.claims if c.id == claim_id and pack_id in ("", p.id)]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(f"{p.id}/{c.id}" for p, c in found)
        raise RequestError(f"several claims {name!r}", where="claims", remedy=f"choose one: {choices}")
    raise RequestError(
        f"no claim {name!r}", where="claims", remedy=nearest(claim_id, [c.id for p in packs for c in p.claims])
    )


def _by_id(packs: Iterable[Pack]) -> dict[str, Pack]:
    known: dict[str, Pack] = {}
    for pack in packs:
        if pack.id in known:
            raise KnowledgeError(f"the pack {pack.id!r} stands twice", where="claims", remedy="rename one of them")
        known[pack.id] = pack
    return known
