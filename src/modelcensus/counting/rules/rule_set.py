"""One table of rules, compiled to one expression over columns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

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
_PART = {  # the part of a path that a field is; \z, because $ also stands before a last newline in Java
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

    def counts(self, path: ir.StringValue, library: ir.StringValue) -> ir.BooleanValue:
        """Whether a request of `path` (relative, percent-decoded) in a repository of `library` counts.

        Never null: a null library is one without a rule, a null path counts nowhere. One expression, the same on
        every engine; the many libraries that ask for single names become lookups in one set each.
        """
        known: Any = library.fill_null(ibis.literal(""))
        parts = _Parts(path.fill_null(ibis.literal("")))
        ruled = known.isin(sorted(self.libraries))
        found: list[Any] = [parts.holds(self.always), ~ruled & parts.holds(self.otherwise)]
        for field, keys in self._keys.items():
            found.append((known + _APART + parts[field]).isin(sorted(keys)))
        found += [(known == library) & parts.holds(condition) for library, condition in self._others]
        return path.notnull() & reduce(or_, found)

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
    """The fields of a path as expressions; Ibis types what operators give too widely for more than Any."""

    def __init__(self, path: Any) -> None:
        self.path = path

    def __getitem__(self, field: Field) -> Any:
        if field == "path":
            return self.path
        return self.path.re_extract(_PART[field], 1)

    def holds(self, condition: Condition) -> Any:
        match condition:
            case Equals(field, value):
                return self[field] == value
            case Like(field, pattern):
                return self[field].re_search(_like(pattern))
            case Matches(field, regexp):
                return self[field].re_search(rf"^(?:{regexp})\z")
            case Exists(field):
                return self[field] != ""
            case Both(conditions):
                return reduce(and_, [self.holds(c) for c in conditions], ibis.literal(True))
            case Either(conditions):
                return self._either(conditions)
            case Neither(conditions):
                return ~self._either(conditions)

    def _either(self, conditions: tuple[Condition, ...]) -> Any:
        return reduce(or_, [self.holds(c) for c in conditions], ibis.literal(False))


def _like(pattern: str) -> str:
    """The regular expression of a wildcard pattern.

    >>> _like("*.onnx")
    '^[\\\\s\\\\S]*\\\\.onnx\\\\z'
    """
    signs = {"*": r"[\s\S]*", "?": r"[\s\S]"}
    return "^" + "".join(signs.get(c, re.escape(c)) for c in pattern) + r"\z"
