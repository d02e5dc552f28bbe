"""The columns of a dump and their kinds, to tell when a source has changed its shape."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.sources.hub_datasets.known import DumpDataset, known
from modelcensus.vocabulary import InputError

PREFIX = "columns: "


def kinds_of(path: Path) -> dict[str, str]:
    """Column -> text, number, flag, time, list or struct."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            f"no whole Parquet file ({' '.join(str(error).split())[:120]})", where=str(path), remedy="fetch it again"
        ) from error
    return {f.name: _kind(f.type) for f in schema}


def written(kinds: Mapping[str, str]) -> str:
    """As a note that a batch keeps."""
    return PREFIX + ", ".join(f"{n} {k}" for n, k in kinds.items())


def read(took: list[str]) -> dict[str, str]:
    """From the notes of a batch; empty where it has none."""
    for note in took:
        if note.startswith(PREFIX):
            return dict(part.rsplit(" ", 1) for part in note.removeprefix(PREFIX).split(", "))  # type: ignore[misc]
    return {}


def changes(dataset: DumpDataset, kinds: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """What of the columns that are read is not as before, or, of the first, not as documented; field by field."""
    wanted = known().columns if not dataset.columns else {c: [] for c in dataset.columns.values()}
    found = []
    for name, usual in wanted.items():
        if name not in kinds:
            expected = name in before if before else name not in known().optional
            if expected:
                new = [n for n in kinds if n not in before and n not in wanted]
                found.append(f"{name} is missing" + (f" (new: {', '.join(new[:5])})" if new and before else ""))
        elif before.get(name, kinds[name]) != kinds[name]:
            found.append(f"{name} was {before[name]}, is {kinds[name]}")
        elif not before and usual and kinds[name] not in usual:
            found.append(f"{name} is {kinds[name]}, documented as {' or '.join(usual)}")
    return found


def _kind(type: pa.DataType) -> str:
    checks = {
        "text": lambda t: pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_string_view(t),
        "number": lambda t: pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t),
        "flag": pa.types.is_boolean,
        "time": pa.types.is_temporal,
        "list": lambda t: pa.types.is_list(t) or pa.types.is_large_list(t) or pa.types.is_list_view(t),
        "struct": lambda t: pa.types.is_struct(t) or pa.types.is_map(t),
    }
    return next((name for name, check in checks.items() if check(type)), "other")
