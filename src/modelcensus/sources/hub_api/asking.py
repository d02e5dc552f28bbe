"""What one run asks the Hub for: the whole listing, its top, single publishers, or single repositories."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from modelcensus.sources.hub_api.wire import wire
from modelcensus.vocabulary import InputError

Kind = Literal["all", "top", "author", "ids"]
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """One listing to follow page by page, or one repository that is asked for by its name (`single`)."""

    path: str
    parameters: Pairs = ()
    single: str = ""
    hub_id: str = ""
    """The `_id` that stood behind the name when it was last read."""


@dataclass(frozen=True)
class Asked:
    """`name` is the series that the readings go to: a small run is a series of its own, because what a series does not
    list has left it."""

    kind: Kind
    values: tuple[str, ...] = ()
    top: int = 0
    label: str = ""

    @property
    def name(self) -> str:
        if self.kind == "all":
            return "hub"
        if self.kind == "author":
            return f"hub-author-{'+'.join(self.values)}"
        return f"hub-{self.kind}-{self.label or self.top}"

    @property
    def text(self) -> str:
        """In words."""
        return {
            "all": "every model repository that the Hub lists",
            "top": f"the {self.top:,} repositories with the most downloads in 30 days",
            "author": f"the repositories of {', '.join(self.values)}",
            "ids": f"{len(self.values):,} repositories, one by one ({self.label})",
        }[self.kind]

    def steps(self, page: int | None, expand: Sequence[str]) -> Iterator[Step]:
        """In the order in which they are asked. A whole listing is sorted by creation: a key that never moves."""
        asked = tuple(("expand", f) for f in expand)
        size: Pairs = (("limit", str(min(page, self.top) if self.top else page)),) if page else ()
        if self.kind == "all":
            yield Step("/api/models", (("sort", "createdAt"), *size, *asked))
        elif self.kind == "top":
            yield Step("/api/models", (("sort", "downloads"), *size, *asked))
        elif self.kind == "author":
            for author in self.values:
                yield Step("/api/models", (("author", author), ("sort", "createdAt"), *size, *asked))
        else:
            for repository in self.values:
                yield single(repository, expand)

    def as_dict(self) -> dict[str, object]:
        """For the checkpoint."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict) -> "Asked":
        """What `as_dict` described."""
        return cls(**{**content, "values": tuple(content["values"])})


def single(repository: str, expand: Sequence[str], hub_id: str = "") -> Step:
    """The question for one repository."""
    asked = tuple(("expand", f) for f in expand)
    return Step(f"/api/models/{quote(repository, safe='/')}", asked, single=repository, hub_id=hub_id)


def asked_for(top: int = 0, authors: Sequence[str] = (), ids: Path | None = None) -> Asked:
    """From the options of the command, of which at most one can be given."""
    given = [name for name, value in (("--top", top), ("--author", authors), ("--ids", ids)) if value]
    if len(given) > 1:
        raise InputError(
            f"{' and '.join(given)} exclude each other", where="collect hub", remedy="make a run for each"
        )
    if top < 0:
        raise InputError(f"{top} is no number of repositories", where="--top", remedy="give a number above 0")
    if ids is not None:
        return Asked("ids", read_ids(ids), label=ids.name.split(".")[0])
    if authors:
        for author in authors:
            if not author or "/" in author or author != author.strip():
                raise InputError(
                    f"{author!r} is no namespace",
                    where="--author",
                    remedy="give what stands before the slash of an id",
                )
        return Asked("author", tuple(dict.fromkeys(authors)))
    return Asked("top", top=top) if top else Asked("all")


def read_ids(path: Path) -> tuple[str, ...]:
    """The ids of a text file: one a line, blank lines and those that begin with # left out."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise InputError(f"cannot be read ({what})", where=str(path), remedy="give a text file of ids") from error
    found: dict[str, None] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = text.split("/")
        if len(parts) > 2 or not all(parts) or any(c.isspace() or c in "?&#%\\" for c in text) or ".." in text:
            raise InputError(
                f"{text[:60]!r} is no repository id", where=f"{path}:{number}", remedy="write namespace/name"
            )
        found[text] = None
    if not found:
        raise InputError("no ids in it", where=str(path), remedy="write one id a line")
    return tuple(found)


def page_sizes() -> tuple[int, ...]:
    """Rows per page, in the order in which they are tried."""
    return wire().pages
