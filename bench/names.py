"""Ids of repositories as people choose them: those of the bundled sample, and variations of them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.sample import sample_ledger


def real_names() -> list[str]:
    """The ids of the bundled sample."""
    ledger = sample_ledger()
    files = [ledger.root / f.path for m in ledger.manifests() for f in m.files if f.table == "facts"]
    return sorted({n for f in files for n in pq.read_table(f, columns=["repository"])["repository"].to_pylist()})


def real_ids(repositories: int, random: np.random.Generator) -> tuple[pa.StringArray, pa.StringArray]:
    """Organizations and names of that many repositories: the sample's, in a random order, then the same with a number."""
    known = np.array([n for n in real_names() if "/" in n], dtype=object)
    random.shuffle(known)
    rounds = np.arange(repositories) // known.size
    parts = [n.partition("/") for n in known[np.arange(repositories) % known.size]]
    names = [
        name if not turn else f"{name}-v{turn}" for (_, _, name), turn in zip(parts, rounds.tolist(), strict=True)
    ]
    return pa.array([owner for owner, _, _ in parts]), pa.array(names)
