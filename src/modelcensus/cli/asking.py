"""Values from options and, on a terminal, from answers: both are checked by the same function."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rich.prompt import InvalidResponse, PromptBase
from rich.text import Text

from modelcensus.claims.comparing import option
from modelcensus.cli.options import notes, plain, say
from modelcensus.vocabulary import CensusError, RequestError

T = TypeVar("T")
Given = Mapping[str, str | list[str] | None]
EMPTY = "an answer is needed"


class _Question(PromptBase[str]):
    """A question that is asked again until the check accepts its answer."""

    check: Callable[[str], object] = str

    def process_response(self, value: str) -> str:
        try:
            text = _line(value)
            self.check(text)
        except CensusError as error:
            said = f"{error.what}; {error.remedy}" if error.remedy else error.what
            raise InvalidResponse(Text(f"  {plain(said)}")) from error
        return text


@dataclass(frozen=True)
class Asking:
    """The values that options gave, by the option's name, and whether there is a terminal to ask for the others."""

    given: Given
    command: str
    terminal: bool

    @classmethod
    def of(cls, given: Given, command: str) -> Asking:
        """Questions are asked where both standard input and standard error are terminals."""
        return cls(given, command, sys.stdin.isatty() and sys.stderr.isatty())

    def has(self, name: str) -> bool:
        """Whether an option gave this value."""
        return bool(self.given.get(name))

    def one(
        self,
        name: str,
        question: str,
        check: Callable[[str], T],
        default: str | None = None,
        about: Iterable[str] = (),
    ) -> T:
        """The value of an option of one text, or of the answer. With a default it need not be given; an empty one
        leaves the value out. `about` are lines shown above the question."""
        text = self.given.get(name)
        if isinstance(text, str):
            return _needed(check, default is None, option(name))(_line(text))
        if not self.terminal:
            if default is None:
                raise self.missing([name])
            return check(default)
        return self.ask(question, check, default, about)

    def several(self, name: str, check: Callable[[list[str]], T]) -> T:
        """The value of an option that can be repeated; nothing where it was not given."""
        texts = self.given.get(name)
        return check([_line(t) for t in texts] if isinstance(texts, list) else [])

    def ask(
        self, question: str, check: Callable[[str], T], default: str | None = None, about: Iterable[str] = ()
    ) -> T:
        """The checked answer; RequestError where the input ends."""
        for line in about:
            say(f"  {line}")
        asked = _Question(Text(question), console=notes, show_default=bool(default))
        asked.check = _needed(check, default is None, "")
        try:
            return check(_line(asked() if default is None else asked(default=default)))
        except KeyboardInterrupt:
            notes.print()
            raise
        except EOFError as error:
            notes.print()
            raise RequestError(
                "the input ended before all was answered", where=self.command, remedy="nothing was written"
            ) from error

    def missing(self, names: Iterable[str]) -> RequestError:
        """The error of values that nothing gave and nobody can be asked for."""
        return RequestError(
            f"{', '.join(map(option, names))} missing", where=self.command,
            remedy="give what is missing as options, or run the command on a terminal, where it asks",
        )  # fmt: skip


def _needed(check: Callable[[str], T], needed: bool, where: str) -> Callable[[str], T]:
    def checked(text: str) -> T:
        if needed and not text:
            raise RequestError(
                EMPTY if not where else "is empty", where=where, remedy="" if not where else "write something"
            )
        return check(text)

    return checked


def _line(text: str) -> str:
    """A text on one line; RequestError where it is none."""
    text = " ".join(text.split())
    odd = next((c for c in text if unicodedata.category(c) in ("Cc", "Cs")), None)
    if odd is not None:
        raise RequestError(f"the character {odd!a} is no text", where=plain(text)[:60], remedy="leave it out")
    return text
