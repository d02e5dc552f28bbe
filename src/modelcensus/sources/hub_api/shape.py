"""Which fields the listed repositories have, in which types: what has changed is said, and nothing is dropped for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from modelcensus.engine import write_atomically
from modelcensus.sources.hub_api.wire import wire


class Census(BaseModel):
    """Counts of what was seen: rows; per field, rows by type; per unknown field, rows; values of closed vocabularies."""

    model_config = ConfigDict(extra="forbid")
    rows: int = 0
    types: dict[str, dict[str, int]] = {}
    strangers: dict[str, int] = {}
    values: dict[str, dict[str, int]] = {}

    def __add__(self, other: "Census") -> "Census":
        return Census(
            rows=self.rows + other.rows,
            types=_added(self.types, other.types),
            strangers=dict(Counter(self.strangers) + Counter(other.strangers)),
            values=_added(self.values, other.values),
        )

    def keep(self, path: Path) -> None:
        """Write it to a file."""
        write_atomically(path, self.model_dump_json().encode())


@dataclass(frozen=True)
class Finding:
    """Something about a field that is not as described; `changed`: the source has changed its shape there."""

    field: str
    text: str
    changed: bool

    def __str__(self) -> str:
        return f"{self.field}: {self.text}"


def findings(seen: Census, asked: Iterable[str]) -> list[Finding]:
    """What differs from `wire.yml`, field by field; `asked` are the fields that were asked for."""
    known, found, n = wire(), [], seen.rows
    if not n:
        return []
    for name in ("_id", "id", *asked):
        said, types = known.fields[name], seen.types.get(name, {})
        there = sum(types.values())
        good = sum(types.get(t, 0) for t in said.types)
        if said.share is not None and there < n:
            changed = there < said.share * n
            found.append(Finding(name, f"missing or null in {n - there:,} of {n:,} repositories", changed))
        odd = {t: c for t, c in types.items() if t not in said.types}
        if odd:
            listed = ", ".join(f"{t} in {c:,}" for t, c in sorted(odd.items()))
            expected = " or ".join(said.types)
            changed = good < (said.share or 0.99) * there
            found.append(Finding(name, f"{listed} of {n:,} repositories, where {expected} was known", changed))
    for name, count in sorted(seen.strangers.items()):
        if count:
            found.append(
                Finding(name, f"a field that was not asked for (in {count:,} of the rows that were looked at)", False)
            )
    for name, vocabulary in (("baseModels.relation", known.relations), ("gated", known.gated)):
        for value, count in sorted(seen.values.get(name, {}).items()):
            if value not in vocabulary:
                found.append(
                    Finding(name, f"a new value {value[:40]!r} in {count:,} repositories; kept as it is", False)
                )
    return found


def _added(a: dict[str, dict[str, int]], b: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    return {k: dict(Counter(a.get(k, {})) + Counter(b.get(k, {}))) for k in {**a, **b}}
