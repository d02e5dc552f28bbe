"""Curated knowledge: YAML files with a schema, a version and citations; a user's folder adds to or overrides ours."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from modelcensus.catalog.entries import (
    Architecture,
    Descent,
    Fact,
    Family,
    Grouping,
    License,
    Organization,
    Pattern,
    Peers,
    Release,
    ScopeRule,
    Sign,
    Size,
)
from modelcensus.catalog.files import Files, bundled_files, files_digest, folder_files
from modelcensus.vocabulary import DocumentError, KnowledgeError, KnowledgeFile, yaml_document

LISTED: dict[str, tuple[type[Fact], str]] = {
    "organizations": (Organization, "namespace"),
    "architectures": (Architecture, "architecture"),
    "variants": (Pattern, "variant"),
    "formats": (Pattern, "format"),
    "relations": (Sign, "relation"),
    "licenses": (License, "license"),
    "sizes": (Size, "repository"),
    "releases": (Release, "repository"),
    "lineage": (Descent, "repository"),
}
"""Key of a file that holds a list of entries -> their type, and what an entry replaces another by."""

NAMED: dict[str, type[Fact]] = {"peers": Peers, "groupings": Grouping, "scopes": ScopeRule}
"""Key of a file that maps names to entries -> their type."""


class Knowledge(BaseModel):
    """All knowledge, validated; `version` is the newest file's, `digest` that of all contents."""

    model_config = ConfigDict(frozen=True)
    version: date
    digest: str
    organizations: dict[str, Organization]
    families: dict[str, Family]
    architectures: dict[str, Architecture]
    variants: dict[str, Pattern]
    formats: dict[str, Pattern]
    relations: dict[str, Sign]
    licenses: dict[str, License]
    sizes: dict[str, Size]
    releases: dict[str, Release]
    lineage: dict[str, Descent]
    peers: dict[str, Peers]
    groupings: dict[str, Grouping]
    grouping: str
    scopes: dict[str, ScopeRule]

    def place(self, region: str) -> str:
        """What a region is called."""
        return self.groupings[self.grouping].labels.get(region, region)

    def region(self, country: str) -> str:
        """The region of a country under the default grouping; `unknown` and `unreviewed` stay as they are."""
        if country in ("unknown", "unreviewed"):
            return country
        grouping = self.groupings[self.grouping]
        return next((r for r, countries in grouping.regions.items() if country in countries), grouping.rest)

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """Names (in lower case) that a family has and a listed organization is known by too: of these a sentence says
        which is meant."""
        listed = self.organizations.values()
        known = {w.lower() for o in listed for w in (o.namespace, o.name.split(" (")[0], *o.former, *o.aliases)}
        return frozenset(f.lower() for f in self.families if f.lower() in known)

    def placed(self) -> dict[str, str]:
        """The regions that the grouping in use states of namespaces (lower-cased) themselves."""
        stated = self.groupings[self.grouping].namespaces
        return {n.lower(): region for region, namespaces in stated.items() for n in namespaces}

    def regions(self) -> dict[str, str]:
        """The region of every listed organization, by its namespace."""
        placed = self.placed()
        return {
            o.namespace: placed.get(o.namespace.lower(), self.region(o.country)) for o in self.organizations.values()
        }


def load_knowledge(folders: Iterable[Path] = ()) -> Knowledge:
    """Our knowledge, then each folder's on top: an entry with the same key replaces ours."""
    return load_files((*bundled_files(), *(f for folder in folders for f in folder_files(folder))))


@lru_cache(maxsize=8)
def load_files(files: Files) -> Knowledge:
    """The knowledge that these files hold, later ones on top of earlier ones."""
    version = date.min
    merged: dict[str, Any] = {key: {} for key in ("families", *LISTED, *NAMED)} | {"grouping": ""}
    for file in files:
        content = _yaml(file)
        stated = content.pop("version", None)
        if type(stated) is not date:
            raise KnowledgeError(
                "no `version: YYYY-MM-DD`", where=file.shown, remedy="add the day of the last change"
            )
        version = max(version, stated)
        _merge(merged, file.shown, content, stated)
    _check(merged)
    # the entries are validated one by one, with their file; a second validation would forget the file
    return Knowledge.model_construct(version=version, digest=files_digest(files), **merged)


def _check(merged: dict[str, Any]) -> None:
    """Refuse what would count a repository twice, or match what nobody meant."""
    families, organizations = merged["families"].values(), merged["organizations"].values()
    current = {o.namespace for o in organizations}
    claims = {
        "namespace": [(o.namespace, o) for o in organizations]
        + [(f, o) for o in organizations for f in o.former if f not in current],
        "family word": [(w, f) for f in families for w in f.names],
        "architecture": [(a, f) for f in families for a in f.architectures],
        "license": [(v.license, v) for v in merged["licenses"].values()],
    }
    for what, listed in claims.items():
        seen: dict[str, Fact] = {}
        for word, entry in listed:
            other = seen.get(word.lower())
            seen[word.lower()] = entry
            if other is not None:
                raise KnowledgeError(
                    f"{what} {word!r} stands twice",
                    where=f"{entry.file} and {other.file}",
                    remedy="keep one of them; an entry with the same key, letter for letter, replaces ours",
                )
    for family in families:
        if any(not w or w != w.lower() for w in family.names):
            raise KnowledgeError(
                "family words are lower-case and not empty",
                where=family.file,
                remedy="names are compared in lower case",
            )
        if family.family in ("other", "unattributed", "several"):
            raise KnowledgeError(
                f"{family.family!r} cannot be a family", where=family.file, remedy="choose another name"
            )
    chosen_in = str(merged.pop("grouping_from", ""))
    if merged["grouping"] not in merged["groupings"]:
        raise KnowledgeError(
            f"no grouping {merged['grouping']!r}", where=chosen_in, remedy=f"choose {', '.join(merged['groupings'])}"
        )
    _check_patterns(merged)


def _check_patterns(merged: dict[str, Any]) -> None:
    """Try every pattern once, so that one that is none is an error with a file, and not a failed query."""
    entries = [g for f in merged["families"].values() for g in f.generations]
    listed = [(n, e) for e in (*entries, *merged["variants"].values(), *merged["formats"].values()) for n in e.names]
    listed += [(w, s) for s in merged["relations"].values() for w in s.words]
    db = duckdb.connect()
    every = "select count(*) from unnest(?) as t(p) where regexp_matches('', p)"
    try:
        db.execute(every, [[pattern for pattern, _ in listed]])
        if all(pattern for pattern, _ in listed):
            return
    except duckdb.Error:
        pass  # one of them is none: look which
    for pattern, entry in listed:
        try:
            if not pattern:
                raise duckdb.InvalidInputException("it is empty")
            db.execute("select regexp_matches('', ?)", [pattern])
        except duckdb.Error as error:
            raise KnowledgeError(
                f"{pattern!r} is no pattern ({str(error).splitlines()[0]})", where=entry.file, remedy="write RE2"
            ) from error


def _merge(merged: dict[str, Any], file: str, content: dict[str, Any], version: date) -> None:
    """Put one file's entries in place; what a file holds shows in its keys."""

    def valid(kind: type[Fact], entry: Any) -> Any:
        made = _valid(kind, entry, file)
        made.read_from(file, version)
        return made

    if "family" in content:
        family = valid(Family, content)
        merged["families"][family.family] = family
        return
    for key, value in content.items():
        if key in LISTED:
            kind, name = LISTED[key]
            made = [valid(kind, entry) for entry in _shaped(key, value, list, file)]
            merged[key] |= {getattr(entry, name): entry for entry in made}
        elif key in NAMED:
            merged[key] |= {n: valid(NAMED[key], entry) for n, entry in _shaped(key, value, dict, file).items()}
        elif key == "default":
            merged["grouping"], merged["grouping_from"] = _shaped(key, value, str, file), file
        else:
            raise KnowledgeError(f"unknown key {key!r}", where=file, remedy="see docs/catalog.md for the keys")


def _shaped(key: str, value: Any, shape: type, file: str) -> Any:
    if not isinstance(value, shape):
        expected = {str: "a name", dict: "a mapping of names to entries", list: "a list of entries"}[shape]
        raise KnowledgeError(f"{key} is not {expected}", where=file, remedy="see docs/catalog.md")
    return value


def _valid(kind: type[Fact], entry: Any, file: str) -> Fact:
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        name = next(iter(entry.values()), "") if isinstance(entry, dict) else entry
        raise KnowledgeError(
            f"{'.'.join(str(p) for p in first['loc']) or 'entry'}: {first['msg']}",
            where=f"{file} ({name})",
            remedy="see docs/catalog.md for the schema",
        ) from error


def _yaml(file: KnowledgeFile) -> dict[str, Any]:
    try:
        content = yaml_document(file.content)
    except DocumentError as error:
        shown = error.where(file.shown)
        raise KnowledgeError(f"not YAML ({error})", where=shown, remedy="mend the line named") from error
    if not isinstance(content, dict):
        raise KnowledgeError("not a mapping of keys", where=file.shown, remedy="see docs/catalog.md")
    return content
