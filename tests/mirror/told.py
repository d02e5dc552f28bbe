"""What clients are told to do at the mirror, and how often that asks for a query file by name.

The numbers are those of the recordings for each client (docs/counting.md), at a server that answers with the file itself:
where the Hub redirects a HEAD, and the client then asks for the target, the mirror is asked HEAD and GET under one name.
"""

from collections.abc import Iterator
from dataclasses import dataclass

HUBS = ("0.36.2", "1.29.0", "2.4.0")
TRANSFORMERS = {"4.57.6": "0.36.2", "5.23.0": "2.4.0"}
"""Releases, and the huggingface_hub of the environment."""
HFJS = "@huggingface/hub@2.17.5"


@dataclass(frozen=True)
class Told:
    """One thing that one client does with a repository of its own; `head`, `get`, `parts`: requests of query files, of a
    part of one with GET."""

    client: str
    what: str
    head: int = 0
    get: int = 0
    parts: int = 0

    @property
    def repository(self) -> str:
        """Of the tests; the client and what it does make the name."""
        return f"{self.client.partition(' ')[0].lower().replace('@', '').replace('/', '-')}/{self.name}"

    @property
    def name(self) -> str:
        return f"{self.client.partition(' ')[2] or 'any'}-{self.what}"

    @property
    def everything(self) -> int:
        return self.head + self.get + self.parts


BY_HUB = (
    ("file", 1, 1),
    ("file-again", 2, 1),
    ("commit", 1, 1),
    ("commit-again", 1, 1),
    ("snapshot", 1, 1),
    ("snapshot-again", 1, 1),
    ("snapshot-gguf", 2, 2),
    ("weights", 0, 0),
    ("nested", 0, 0),
    ("missing", 0, 0),
    ("info", 0, 0),
    ("tree", 0, 0),
)
"""With huggingface_hub of every generation: what, HEAD, GET. A GGUF file counts beside the config."""
BY_TRANSFORMERS = {"4.57.6": ("config-again", 2, 1), "5.23.0": ("config-again", 1, 1)}
"""Twice, in two processes: from a warm cache the newer one asks for no file."""
BY_TOOL = (
    Told("curl", "file", get=3),
    Told("curl", "head", head=2),
    Told("curl", "part", parts=1),
    Told("wget", "file", get=2),
    Told("wget", "file-gguf", get=1),
    Told("git", "clone"),
    Told("node", "file", get=1, parts=1),
)


def told() -> Iterator[Told]:
    """Everything that is done, in its order."""
    for version in HUBS:
        yield from (Told(f"hub {version}", what, head, get) for what, head, get in BY_HUB)
    for version, (what, head, get) in BY_TRANSFORMERS.items():
        yield Told(f"transformers {version}", what, head, get)
    yield from BY_TOOL
