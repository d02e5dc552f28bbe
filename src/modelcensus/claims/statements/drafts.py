"""What a text was read as: drafts of claims, and what was left."""

from __future__ import annotations

from dataclasses import dataclass

Subject = tuple[str, tuple[str, ...]]
"""A dimension and the values of it that are meant."""


@dataclass(frozen=True)
class Draft:
    """A checkable statement: what is measured of whom, how it is compared, when, and the words for within what.

    `against` are the others it is compared with, as mentions' dimension and values; `against_words` are words such as
    `next eight`. `carried` says what was taken from the sentence before. `upto`: by the period, not in it. `said` are
    words for a time that only a day of publication tells; `near` those that make the number a rough one. `edges`: the
    period is from one time to another, not all of what lies between. `among` is the region of a ranking's members, `whole`
    whose downloads a share is a part of.
    """

    text: str
    measure: str
    subject: Subject
    comparator: str
    number: float | None = None
    slack: float = 0.0
    period: str = ""
    since: bool = False
    against: tuple[Subject, ...] = ()
    against_words: str = ""
    scope: str = ""
    scope_words: str = ""
    carried: tuple[str, ...] = ()
    reading: tuple[tuple[str, str], ...] = ()
    upto: bool = False
    said: str = ""
    near: str = ""
    edges: bool = False
    among: str = ""
    whole: Subject | None = None
    unsaid: bool = False
    """Nothing says what is counted."""


@dataclass(frozen=True)
class Unread:
    """Something that looks like a statement and was not understood, with the reason and what would help."""

    text: str
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Found:
    """What a text holds: drafts of claims, what was left, and the names, numbers and times that were seen at all."""

    drafts: tuple[Draft, ...]
    unread: tuple[Unread, ...]
    seen: tuple[tuple[str, tuple[str, ...]], ...] = ()
