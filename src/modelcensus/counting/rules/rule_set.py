"""One table of rules, compiled to one SQL expression over columns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from modelcensus.counting.rules.conditions import (
    Both,
    Condition,
    Either,
    Equals,
    Exists,
    Field,
    Like,
    Matches,
    Neither,
    alternatives,
)

_APART = "\x1f"  # stands between the parts of a key; no library's name holds it
_PART = {  # the part of a path that a field is
    "path_extension": r"[^/]\.([^./]*)\z",
    "path_filename": r"(?:^|/)([^/]+?)(?:\.[^./]*)?\z",
    "path_prefix": r"^((?:[^/]*/)+)[^/]*\z",
}


@dataclass(frozen=True)
class RuleSet:
    """The rules of one version of the table, with what the documentation said at that time.

    `libraries` holds the libraries that have a rule of their own; all other repositories, and those without a
    library, are counted by `otherwise`; `always` counts in every repository. `published` is the first and the last
    day on which the version can have come out, `perhaps` are later versions that can have been in force as well.
    """

    version: str
    published: tuple[date, date]
    libraries: Mapping[str, Condition]
    otherwise: Condition
    always: Condition
    perhaps: tuple[str, ...] = ()

    @property
    def dated(self) -> date:
        """The day by which the version was certainly out."""
        return self.published[1]

    def condition(self, library: str | None) -> Condition:
        """What counts in a repository of the library."""
        own = self.libraries.get(library, self.otherwise) if library is not None else self.otherwise
        return Either((own, self.always))

    def counts(self, path: str, library: str) -> str:
        """SQL: whether a request of column `path` (relative, percent-decoded) in a repository of column `library` counts.

        Never null: a null library is one without a rule, a null path counts nowhere. The many libraries that ask for
        single names become lookups in one set each.
        """
        known = f"coalesce({library}, '')"
        parts = _Parts(f"coalesce({path}, '')")
        ruled = f"{known} in ({_listed(self.libraries)})" if self.libraries else "false"
        found = [parts.holds(self.always), f"(not {ruled} and {parts.holds(self.otherwise)})"]
        for field, keys in self._keys.items():
            found.append(f"{known} || {_text(_APART)} || {parts[field]} in ({_listed(keys)})")
        for own, condition in self._others:
            found.append(f"({known} = {_text(own)} and {parts.holds(condition)})")
        return f"({path} is not null and ({' or '.join(found)}))"

    @cached_property
    def _keys(self) -> dict[Field, set[str]]:
        keys: dict[Field, set[str]] = {}
        for library, condition in self.libraries.items():
            for one in alternatives(condition):
                if isinstance(one, Equals):
                    keys.setdefault(one.field, set()).add(library + _APART + one.value)
        return keys

    @cached_property
    def _others(self) -> list[tuple[str, Condition]]:
        """The alternatives that are more than one equality."""
        return [
            (library, one)
            for library, condition in self.libraries.items()
            for one in alternatives(condition)
            if not isinstance(one, Equals)
        ]


class _Parts:
    """The fields of a path as SQL."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __getitem__(self, field: Field) -> str:
        if field == "path":
            return self.path
        return f"regexp_extract({self.path}, {_text(_PART[field])}, 1)"

    def holds(self, condition: Condition) -> str:
        match condition:
            case Equals(field, value):
                return f"{self[field]} = {_text(value)}"
            case Like(field, pattern):
                return f"regexp_matches({self[field]}, {_text(_like(pattern))})"
            case Matches(field, regexp):
                whole = rf"^(?:{regexp})\z"
                return f"regexp_matches({self[field]}, {_text(whole)}, 's')"
            case Exists(field):
                return f"{self[field]} <> ''"
            case Both(conditions):
                return self._joined("and", conditions, "true")
            case Either(conditions):
                return self._joined("or", conditions, "false")
            case Neither(conditions):
                return f"(not {self._joined('or', conditions, 'false')})"

    def _joined(self, word: str, conditions: tuple[Condition, ...], otherwise: str) -> str:
        return f"({f' {word} '.join(map(self.holds, conditions)) or otherwise})"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(_text, sorted(values)))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _like(pattern: str) -> str:
    """The regular expression of a wildcard pattern.

    >>> _like("*.onnx")
    '^[\\\\s\\\\S]*\\\\.onnx\\\\z'
    """
    signs = {"*": r"[\s\S]*", "?": r"[\s\S]"}
    return "^" + "".join(signs.get(c, re.escape(c)) for c in pattern) + r"\z"
