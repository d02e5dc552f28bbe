"""One family of errors. Every message says what is wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

OPTION = re.compile(r"--([a-z][a-z-]*)")


class CensusError(Exception):
    """The input or the data do not allow what was asked; the command line exits with status 1.

    `where` names the file and line, the id, or the request; `remedy` says what to do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        parts = [f"{where}: {what}" if where else what]
        if remedy:
            parts.append(remedy)
        super().__init__(" ".join("; ".join(parts).splitlines()))

    @property
    def told(self) -> str:
        """The message as pages tell it, where nobody types options of a command line."""
        where = "" if self.where.startswith("--") else f"{self.where}: "
        return " ".join(
            without_options(f"{where}{self.what}{f'; {self.remedy}' if self.remedy else ''}").splitlines()
        )


def without_options(text: str) -> str:
    """A text with the names of options as plain words.

    >>> without_options("kept; --reading spikes=cap changes that")
    'kept; reading spikes=cap changes that'
    """
    return OPTION.sub(r"\1", text)


class InputError(CensusError):
    """A file, or a row of it, cannot be read as what it was said to be."""


class LedgerError(CensusError):
    """The store is missing, damaged, or of another format."""


class KnowledgeError(CensusError):
    """A knowledge file breaks its schema."""


class RequestError(CensusError):
    """A request makes no sense for the data: unknown measure, dimension, scope, or period."""


class UnknownError(RequestError):
    """Nothing bears the name that was asked for: `name`; `near` are names like it."""

    def __init__(self, what: str, *, name: str, near: Sequence[str] = (), where: str = "", remedy: str = "") -> None:
        self.name, self.near = name, tuple(near)
        super().__init__(what, where=where, remedy=remedy)


def nearest(word: str, choices: list[str], alike: Sequence[str] | None = None) -> str:
    """What to try instead of `word`: the closest valid choices (`alike`, where they are known already), and all of them
    where they are few.

    >>> nearest("regoin", ["region", "family"])
    "did you mean 'region'? valid: family, region"
    """
    known = list(dict.fromkeys(choices))
    close = near(word, known) if alike is None else alike
    hints = [did_you_mean(close)] if close else []
    if len(known) <= 40:
        hints.append(f"valid: {', '.join(sorted(known)) or 'none'}")
    return " ".join(hints) or f"there are {len(known):,} valid ones, none like it"


def near(word: str, choices: Iterable[str]) -> list[str]:
    """The choices that are written most like a word, the nearest first, however their letters are capitalized.

    >>> near("qwn", ["Llama", "Qwen"])
    ['Qwen']
    """
    import difflib

    known = {c.lower(): c for c in choices}
    return [known[c] for c in difflib.get_close_matches(word.lower(), list(known), n=3, cutoff=0.6)]


def did_you_mean(names: Sequence[str]) -> str:
    """A question that names what may have been meant."""
    return f"did you mean {' or '.join(repr(n) for n in names)}?"
