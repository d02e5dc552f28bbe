"""Answers from the ledger's cache: kept under a key that holds everything that they depend on.

The key is a digest of the request (with its channel), the batches, the contents of every knowledge file, and the program:
its version, its own code, and the versions of what computes. So nothing has to be thrown away when a batch arrives or
knowledge changes: the key is another one, and the old answer is never asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Cache, Ledger
from modelcensus.measures.happened import Happened
from modelcensus.measures.inputs import Inputs
from modelcensus.measures.registry import Measure
from modelcensus.measures.result import Provenance, Result, Row
from modelcensus.vocabulary import Request, own_version

FORMAT = 1
PACKAGE = Path(__file__).parents[1]
RECENT = 32
"""Answers that an opened ledger holds in memory too: the last ones given."""
DAY = "$day"
"""Key of a mapping that stands for a day, which JSON lacks."""


class Answers:
    """The cached answers of one ledger and what a census computes with."""

    def __init__(self, ledger: Ledger, inputs: Inputs, recorded: Callable[[str], bool]) -> None:
        """`recorded` tells whether there is a record of an id."""
        self.inputs, self._recorded = inputs, recorded
        self.folder = Cache(ledger.root / "cache")
        self._recent: dict[str, Result] = {}

    def find(self, request: Request, measure: Measure) -> Result | None:
        """The answer to a request, as it was computed; nothing where it is not kept, or its record is not."""
        if not _own(measure):
            return None
        key = self.key(request)
        result = self._recent.get(key) or self._read(key, request)
        if result is None or not self._recorded(result.provenance.id):
            return None
        self._remember(key, result)
        return replace(result, request=request)

    def _read(self, key: str, request: Request) -> Result | None:
        try:
            found = self.folder.find(key)
            return None if found is None else _decode(found, request)
        except (KeyError, TypeError, ValueError):
            return None

    def _remember(self, key: str, result: Result) -> None:
        self._recent.pop(key, None)
        self._recent[key] = result
        while len(self._recent) > RECENT:
            del self._recent[next(iter(self._recent))]

    def keep(self, result: Result, measure: Measure) -> None:
        """Keep an answer where it has a record and comes back from the cache exactly as it is."""
        if not _own(measure) or result.unrecorded:
            return
        try:
            content = plain_result(result)
            if _decode(content, result.request) == result:
                self.folder.keep(self.key(result.request), content)
        except (OSError, TypeError):  # a ledger that cannot be written, a value that JSON cannot hold
            return

    def key(self, request: Request) -> str:
        """Everything that the answer to a request depends on, as a digest."""
        asked = json.dumps([request.canonical(), request.of])  # the first dimension is the one that peers have
        return hashlib.sha256(f"{self._inputs}\n{_program()}\n{asked}".encode()).hexdigest()

    @cached_property
    def _inputs(self) -> str:
        files = [(f.layer, f.name, f.content) for f in (*self.inputs.base, *self.inputs.given)]
        held = [FORMAT, sorted(m.id for m in self.inputs.manifests), files, self.inputs.note]
        return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def _program() -> str:
    return json.dumps([own_version(), _code(), DuckDBEngine.versions()])


@cache
def _code() -> str:
    """Digest of the program's own files: what is being worked on changes without its version."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _own(measure: Measure) -> bool:
    """Whether the measure is the program's own: of others the code is not known."""
    return measure.compute.__module__.partition(".")[0] == __name__.partition(".")[0]


def plain_result(result: Result, rows: slice = slice(None)) -> dict[str, Any]:
    """A result as plain values from which `result_from` makes it again; of its rows those asked for."""
    return json.loads(json.dumps(_encode(result, rows), default=_tagged))


def result_from(content: dict[str, Any], request: Request) -> Result:
    """The result that `plain_result` made plain; KeyError, TypeError or ValueError where it is none."""
    return _decode(content, request)


def _encode(result: Result, which: slice = slice(None)) -> dict[str, Any]:
    plain = {
        f.name: getattr(result, f.name) for f in fields(result) if f.name not in ("request", "rows", "provenance")
    }
    rows = [[getattr(r, f.name) for f in fields(Row)] for r in result.rows[which]]
    plain |= {"happened": [asdict(h) for h in result.happened]}
    return {**plain, "rows": rows, "provenance": asdict(result.provenance)}


def _decode(content: dict[str, Any], request: Request) -> Result:
    names = [f.name for f in fields(Row)]
    rows = []
    for values in content["rows"]:
        made = dict(zip(names, values, strict=True))
        made |= {
            "flags": tuple(made["flags"]),
            "dimensions": {n: _untagged(v) for n, v in made["dimensions"].items()},
        }
        rows.append(Row(**made))
    stated = content["provenance"]
    provenance = Provenance(**{**stated, "batches": tuple(stated["batches"]), "sources": tuple(stated["sources"])})
    rest = {n: v for n, v in content.items() if n not in ("rows", "provenance")}
    rest |= {n: tuple(rest.get(n, ())) for n in ("notes", "shared")}
    rest["happened"] = tuple(Happened(**h) for h in rest.get("happened", ()))
    return Result(**rest, request=request, rows=tuple(rows), provenance=provenance)


def _tagged(value: object) -> dict[str, str]:
    if type(value) is date:
        return {DAY: value.isoformat()}
    raise TypeError(f"no plain value: {value!r}")


def _untagged(value: Any) -> Any:
    return date.fromisoformat(value[DAY]) if isinstance(value, dict) and set(value) == {DAY} else value
