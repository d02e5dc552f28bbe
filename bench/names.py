"""Ids of repositories: made-up ones, and those of the bundled sample with variations of them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
        name if not turn else f"{name}-no{turn}" for (_, _, name), turn in zip(parts, rounds.tolist(), strict=True)
    ]
    owners = [owner for owner, _, _ in parts]
    assert len(set(zip(owners, names, strict=True))) == repositories, "an id of the sample ends as the variations do"
    return pa.array(owners), pa.array(names)


def made_ids(repositories: int, random: np.random.Generator) -> tuple[pa.StringArray, pa.StringArray]:
    """Organizations and names of that many repositories; a few organizations own most of them."""
    syllables = [a + b for a in [*"bdklmnrstvz", "ch"] for b in "aeiou"]
    wanted = max(20, repositories // 50)
    drawn = ("".join(random.choice(syllables, random.integers(2, 4))) for _ in range(2 * wanted))
    organizations = list(dict.fromkeys(n + str(random.choice(["", "", "-ai", "-lab", "ML"])) for n in drawn))[:wanted]
    words = ["lora", "base", "chat", "vision", "finetuned", "embedding", "instruct", "medical", "code", "speech"]
    sizes = ["0.5B", "1.5B", "3B", "7B", "8B-v2", "14B", "32B", "70B", "small", "large", "GGUF", "fp16", "AWQ-4bit"]
    shapes = [(random.choice(syllables, 2), random.choice(words, random.integers(1, 3))) for _ in range(5_000)]
    stems = ["-".join(["".join(name), *kinds, random.choice(sizes)]) for name, kinds in shapes]
    owner = (len(organizations) * random.random(repositories) ** 3).astype(np.int32)
    stem = (len(stems) * random.random(repositories) ** 2).astype(np.int32)
    numbers = pa.array(np.arange(repositories)).cast(pa.string())
    names = pc.binary_join_element_wise(pa.array(stems).take(pa.array(stem)), numbers, "-")
    return pa.array(organizations).take(pa.array(owner)), names
