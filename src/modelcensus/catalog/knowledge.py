"""Curated knowledge: YAML files with a schema, a version and citations; a user's folder adds to or overrides ours."""

import hashlib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from modelcensus.vocabulary import KnowledgeError

Kind = Literal["company", "startup", "university", "non-profit", "government", "community", "individual"]
LicenseClass = Literal["permissive", "copyleft", "community", "non-commercial", "custom", "none"]


class Fact(BaseModel):
    """What every entry has: where it is known from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    citation: str = "uncited"
    note: str = ""


class Organization(Fact):
    """A releasing namespace: its country (ISO 3166, or `unknown`), kind, and whether it makes or republishes."""

    namespace: str
    name: str
    parent: str = ""
    country: str = Field(pattern=r"^([A-Z]{2}|unknown)$")
    kind: Kind
    role: Literal["maker", "republisher"] = "maker"
    former: tuple[str, ...] = ()


class Generation(Fact):
    """One generation of a family: patterns on the lower-cased name after the slash; the first match wins."""

    generation: str
    names: tuple[str, ...]
    released: date | None = None


class Family(Fact):
    """A family of models: its first-party namespaces, the words that name it, its generations."""

    family: str
    type: str
    organizations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    generations: tuple[Generation, ...] = ()


class Pattern(Fact):
    """A variant or a format, and the names or tasks that show it."""

    variant: str = ""
    format: str = ""
    names: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


class License(Fact):
    """A license id and its class."""

    license: str
    class_: LicenseClass = Field(alias="class")


class Size(Fact):
    """Curated parameters of a repository, in billions."""

    repository: str
    total_b: float
    active_b: float | None = None


class Release(Fact):
    """Curated release date of a repository."""

    repository: str
    released: date
    created: date | None = None


class Peers(Fact):
    """A named list that a comparison is made with; `use` says where the report shows it: as a denominator
    (`ladder`), or as what the leader is compared with (`ratio`)."""

    text: str
    use: Literal["", "ladder", "ratio"] = ""
    dimension: str
    members: tuple[str, ...]


class Grouping(Fact):
    """Regions as named groupings of countries; countries not named fall under `rest`; `labels` are for readers."""

    text: str
    labels: dict[str, str] = Field(default_factory=dict)
    regions: dict[str, tuple[str, ...]]
    rest: str


class ScopeRule(Fact):
    """A scope as an expression over catalog columns; `published` names a publisher's own total of it."""

    text: str
    short: str
    where: str
    published: str = ""


class Knowledge(BaseModel):
    """All knowledge, validated; `version` is the newest file's, `digest` that of all contents."""

    model_config = ConfigDict(frozen=True)
    version: date
    digest: str
    organizations: dict[str, Organization]
    families: dict[str, Family]
    variants: list[Pattern]
    formats: list[Pattern]
    licenses: dict[str, License]
    sizes: dict[str, Size]
    releases: dict[str, Release]
    peers: dict[str, Peers]
    groupings: dict[str, Grouping]
    grouping: str
    scopes: dict[str, ScopeRule]

    def region(self, country: str) -> str:
        """The region of a country under the default grouping; `unknown` and `unreviewed` stay as they are."""
        if country in ("unknown", "unreviewed"):
            return country
        grouping = self.groupings[self.grouping]
        return next((r for r, countries in grouping.regions.items() if country in countries), grouping.rest)


def load_knowledge(folders: Iterable[Path] = ()) -> Knowledge:
    """Our knowledge, then each folder's on top: an entry with the same key replaces ours."""
    return _load(tuple(str(f) for f in folders))


@cache
def _load(folders: tuple[str, ...]) -> Knowledge:
    paths: list[Path] = []
    for folder in (Path(str(files("modelcensus.catalog") / "knowledge")), *map(Path, folders)):
        if not folder.is_dir():
            raise KnowledgeError("no such folder", where=str(folder), remedy="check --knowledge")
        paths += sorted(folder.rglob("*.yml"))
    digest = hashlib.sha256()
    merged: dict[str, Any] = {
        key: {} for key in ("organizations", "families", "variants", "formats", "licenses", "sizes", "releases")
    }
    merged |= {"peers": {}, "groupings": {}, "scopes": {}, "grouping": ""}
    version = date.min
    for path in paths:
        digest.update(path.read_bytes())
        content = _yaml(path)
        stated = content.pop("version", None)
        if not isinstance(stated, date):
            raise KnowledgeError("no `version: YYYY-MM-DD`", where=str(path), remedy="add the day of the last change")
        version = max(version, stated)
        _merge(merged, path, content)
    merged["variants"], merged["formats"] = (
        list(merged["variants"].values()),
        list(merged["formats"].values()),
    )
    return Knowledge(version=version, digest=digest.hexdigest(), **merged)


T = TypeVar("T", bound=Fact)


def _merge(merged: dict[str, Any], path: Path, content: dict[str, Any]) -> None:
    """Put one file's entries in place; what a file holds shows in its keys."""
    if "family" in content:
        merged["families"][content["family"]] = _valid(Family, content, path)
        return
    for key, value in content.items():
        shape = {"default": str, "peers": dict, "groupings": dict, "scopes": dict}.get(key, list)
        if key in merged | {"models": {}, "default": ""} and not isinstance(value, shape):
            expected = {str: "a name", dict: "a mapping of names to entries", list: "a list of entries"}[shape]
            raise KnowledgeError(f"{key} is not {expected}", where=str(path), remedy="see docs/catalog.md")
        if key == "organizations":
            merged[key] |= {o.namespace: o for o in _each(Organization, value, path)}
        elif key == "variants":
            merged[key] |= {v.variant: v for v in _each(Pattern, value, path)}
        elif key == "formats":
            merged[key] |= {v.format: v for v in _each(Pattern, value, path)}
        elif key == "licenses":
            merged[key] |= {v.license: v for v in _each(License, value, path)}
        elif key == "models":
            for entry in value:
                if isinstance(entry, dict) and "released" in entry:
                    release = _valid(Release, entry, path)
                    merged["releases"][release.repository] = release
                else:
                    size = _valid(Size, entry, path)
                    merged["sizes"][size.repository] = size
        elif key == "peers":
            merged[key] |= {n: _valid(Peers, p, path) for n, p in value.items()}
        elif key == "groupings":
            merged[key] |= {n: _valid(Grouping, g, path) for n, g in value.items()}
        elif key == "scopes":
            merged[key] |= {n: _valid(ScopeRule, s, path) for n, s in value.items()}
        elif key == "default":
            merged["grouping"] = value
        else:
            raise KnowledgeError(f"unknown key {key!r}", where=str(path), remedy="see docs/catalog.md for the keys")


def _each(kind: type[T], entries: list[Any], path: Path) -> list[T]:
    return [_valid(kind, e, path) for e in entries]


def _valid(kind: type[T], entry: Any, path: Path) -> T:
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        name = next(iter(entry.values()), "") if isinstance(entry, dict) else entry
        raise KnowledgeError(
            f"{'.'.join(str(p) for p in first['loc']) or 'entry'}: {first['msg']}",
            where=f"{path} ({name})",
            remedy="see docs/catalog.md for the schema",
        ) from error


def _yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"not YAML ({error})", where=str(path), remedy="mend the line named") from error
    if not isinstance(content, dict):
        raise KnowledgeError("not a mapping of keys", where=str(path), remedy="see docs/catalog.md")
    return content
