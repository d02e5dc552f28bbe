"""An independent count of a log: a few lines of Python, a line at a time, that share nothing with the program."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

COMBINED = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\S+) "[^"]*" "([^"]*)"')
OLAH = re.compile(r'INFO: +\S+ - "(\S+) (\S+) HTTP/[\d.]+" (\d+)')
QUERY_FILES = {"config.json", "config.yaml", "hyperparams.yaml", "meta.yaml", "params.json"}


@dataclass(frozen=True)
class Line:
    method: str
    target: str
    status: int
    agent: str = ""
    part: bool = False

    @property
    def file(self) -> tuple[str, str] | None:
        """Repository and path of a file that is asked for by its name."""
        found = re.match(r"/([^/]+/[^/]+)/resolve/[^/]+/([^?]+)", self.target)
        return (found[1], unquote(found[2])) if found else None

    @property
    def counts(self) -> bool:
        """A GET or HEAD of a query file of a repository without a rule of its library's, that was answered."""
        path = self.file[1] if self.file else ""
        return (
            self.method in ("GET", "HEAD")
            and (path in QUERY_FILES or path.endswith(".gguf"))
            and self.status in (200, 206)
        )


def combined(path: Path) -> Iterator[Line]:
    for found in map(COMBINED.fullmatch, path.read_text().splitlines()):
        assert found
        yield Line(found[3], found[4], int(found[5]), found[7], found[5] == "206")


def named(path: Path) -> Iterator[Line]:
    for row in map(json.loads, path.read_text().splitlines()):
        yield Line(row["method"], row["uri"], row["status"], row["ua"], bool(row["range"]))


def olah(path: Path) -> Iterator[Line]:
    for found in map(OLAH.search, path.read_text().splitlines()):
        if found:
            yield Line(found[1], found[2], int(found[3]))


def counted(lines: Iterator[Line], of: Callable[[Line], bool] = lambda line: True) -> Counter[str]:
    """Downloads by repository."""
    return Counter(line.file[0] for line in lines if line.counts and line.file and of(line))
