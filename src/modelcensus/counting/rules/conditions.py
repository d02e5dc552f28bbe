"""What a rule can ask of a file's path, as small immutable values."""

from dataclasses import dataclass
from typing import Literal

Field = Literal["path", "path_extension", "path_filename", "path_prefix"]
FIELDS: tuple[Field, ...] = ("path", "path_extension", "path_filename", "path_prefix")
"""`path` is relative to the repository's root: `prefix/file.extension`. `path_prefix` ends in a slash and is empty
at the root; the extension is what follows the last dot of the name, unless the name begins with it."""


@dataclass(frozen=True)
class Equals:
    """The field is exactly this text (upper and lower case differ)."""

    field: Field
    value: str


@dataclass(frozen=True)
class Like:
    """The whole field is like the pattern: `*` stands for any text, slashes too, `?` for one character."""

    field: Field
    pattern: str


@dataclass(frozen=True)
class Matches:
    """The whole field matches the regular expression."""

    field: Field
    regexp: str


@dataclass(frozen=True)
class Exists:
    """The field is there and not empty: for `path_prefix`, the file is in a folder."""

    field: Field


@dataclass(frozen=True)
class Both:
    """All of the conditions hold."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Either:
    """At least one of the conditions holds."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Neither:
    """None of the conditions holds."""

    conditions: tuple["Condition", ...]


Condition = Equals | Like | Matches | Exists | Both | Either | Neither


def alternatives(condition: Condition) -> tuple[Condition, ...]:
    """The conditions of which one is enough: those of an `Either`, else the condition itself."""
    if isinstance(condition, Either):
        return tuple(a for c in condition.conditions for a in alternatives(c))
    return (condition,)


def words(condition: Condition) -> str:
    """What a condition asks for, for a reader.

    >>> words(Either((Equals("path", "config.json"), Equals("path_extension", "gguf"))))
    'config.json at the root, or every .gguf'
    """
    match condition:
        case Equals("path", value):
            return value if "/" in value else f"{value} at the root"
        case Equals("path_extension", value):
            return f"every .{value}"
        case Equals("path_filename", value):
            return f"every file named {value}, whatever its extension"
        case Equals(_, value):
            return f"what lies in {value}"
        case Like(field, pattern):
            return f"what is like {pattern}" if field == "path" else f"{field} like {pattern}"
        case Matches(field, regexp):
            return f"what matches {regexp}" if field == "path" else f"{field} matching {regexp}"
        case Exists(_):
            return "what lies in a folder"
        case Both(conditions):
            return " and ".join(words(c) for c in conditions)
        case Either(conditions):
            return ", or ".join(words(c) for c in conditions)
        case Neither(conditions):
            return f"not ({', or '.join(words(c) for c in conditions)})"
