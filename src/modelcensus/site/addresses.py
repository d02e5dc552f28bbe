"""Addresses of the app, and the files of the site that they become."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import relpath
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

PICKED = ("table", "figure", "size", "theme")
"""What an address says of the form of an answer, not of its content."""
FILES = (".chart.js", ".json", ".csv", ".svg", ".png", ".parquet", ".vega", ".embed", ".atom", ".js", ".css")
"""Ends of addresses that are no pages."""
FRAME = ".embed"
"""A page that holds a picture alone, for frames on pages elsewhere."""
EDITION = "edition"
"""What pins an address to an edition: a site is one."""
LONGEST = 60
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
"""Names that Windows keeps for itself."""


@dataclass(frozen=True)
class Address:
    """A path of the app and what is asked of it; two that ask the same are equal.

    >>> Address.parse("/explore?by=month&measure=share") == Address.parse("/explore?measure=share&by=month&of=")
    True
    """

    path: str
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Address | None:
        """The address of a link; nothing where it leads out of the app, or to a place on its own page."""
        if not url.startswith("/") or url.startswith("//"):
            return None
        parts = urlsplit(url)
        return cls.of(unquote(parts.path), parse_qsl(parts.query))

    @classmethod
    def of(cls, path: str, query: list[tuple[str, str]]) -> Address:
        """An address from its parts; choices that are not made are left out, and what pins it to an edition."""
        return cls(path, tuple(sorted(((k, v) for k, v in query if v and k != EDITION), key=lambda kv: kv[0])))

    @property
    def url(self) -> str:
        """As it is asked for."""
        return quote(self.path) + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def suffix(self) -> str:
        """The end of a path that names a file; nothing for a page."""
        return next((s for s in FILES if self.path.endswith(s)), "")

    @property
    def chosen(self) -> tuple[tuple[str, str], ...]:
        """The choices that make the content."""
        return tuple((k, v) for k, v in self.query if k not in PICKED)

    @property
    def page(self) -> Address:
        """The page that a file belongs to."""
        path = self.path.removesuffix(self.suffix)
        return Address("/" if path == "/overview" else path, self.chosen)


class Names:
    """The file of every address: safe on every file system, no two the same even where cases are not told apart."""

    def __init__(self) -> None:
        self._file: dict[Address, str] = {}
        self._taken: dict[str, Address] = {}

    def file(self, address: Address) -> str:
        """The path of the file in the site's folder."""
        if address not in self._file:
            name = _file(address)
            if self._taken.setdefault(name.lower(), address) != address:
                whole = PurePosixPath(name)
                name = str(whole.with_name(f"{whole.stem}-{_digest(address.url)}{whole.suffix}"))
                self._taken[name.lower()] = address
            self._file[address] = name
        return self._file[address]

    def way(self, start: str, to: Address) -> str:
        """The link from one file of the site to the file of an address."""
        return quote(relpath(self.file(to), str(PurePosixPath(start).parent)))


def _file(address: Address) -> str:
    if address.suffix in (".js", ".css"):
        return "/".join(slug(p) for p in address.path.split("/") if p)
    path = address.path.removesuffix(address.suffix)
    name = "/".join(slug(p) for p in path.split("/") if p) or "index"
    if address.chosen:
        said = UNSAFE.sub("-", " ".join(v for _, v in address.chosen)).strip("-.")[:LONGEST].strip("-.")
        name += f"/{said}-{_digest(repr(address.chosen))}"
    picked = [slug(v) for name in PICKED for k, v in address.query if k == name]
    end = f"{FRAME}.html" if address.suffix == FRAME else address.suffix or ".html"  # a frame is a page of its own
    return ".".join([name, *picked]) + end


def slug(text: str) -> str:
    """A text as a name of a file: what is changed in it is told apart by a digest.

    >>> slug("Qwen3-8B"), slug("../x"), slug("con.txt")
    ('Qwen3-8B', 'x-d6b96a97', 'con.txt-d3bde286')
    """
    safe = UNSAFE.sub("-", text).strip("-.")[:LONGEST]
    return safe if safe == text and not RESERVED.match(safe) else f"{safe or 'page'}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
