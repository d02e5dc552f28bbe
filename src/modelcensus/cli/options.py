"""Options that commands share, and the ledger that they mean."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from modelcensus.sample import sample_ledger, sample_root

if TYPE_CHECKING:
    from modelcensus.ledger import Ledger
    from modelcensus.measures import Census

LedgerOption = Annotated[
    Path | None,
    Parameter(
        name="--ledger",
        help="folder of the ledger [default: $MODELCENSUS_LEDGER, ./ledger, else the bundled sample]",
    ),
]
KnowledgeOption = Annotated[
    list[Path] | None,
    Parameter(
        name="--knowledge",
        negative="",
        help="folder of YAML that adds to or overrides the bundled knowledge; can be repeated",
    ),
]

SAMPLE = "no ledger given: this is the bundled sample"
notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress and notes go; standard output carries results alone."""


class Terminal(Console):
    """A console for results: words are no markup, and characters of a name that would steer a terminal are shown as their
    codes."""

    def __init__(self) -> None:
        super().__init__(highlight=False, markup=False)

    def render_str(self, text: str, **settings: Any) -> Text:
        """The words as they are printed."""
        return super().render_str("\n".join(plain(line) for line in text.split("\n")), **settings)


def say(text: str) -> None:
    """A note on standard error; characters that would steer a terminal are shown as their codes."""
    notes.print(plain(text), markup=False)


def plain(text: str) -> str:
    """A text whose characters that would steer a terminal are shown as their codes."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def find_ledger(given: Path | None, quiet: bool = False) -> Ledger:
    """The ledger to read: given, from the environment, ./ledger, else the sample (and says so, unless `quiet`)."""
    from modelcensus.ledger import Ledger
    from modelcensus.vocabulary import LedgerError

    chosen = _chosen(given)
    if chosen is None:
        if not quiet:
            say(SAMPLE)
        return sample_ledger()
    if not (chosen / "manifests").is_dir():
        raise LedgerError(
            "no ledger here", where=str(chosen), remedy="import something into it first, or check --ledger"
        )
    return Ledger(chosen)


def ledger_root(given: Path | None) -> Path:
    """The folder of the ledger that `find_ledger` opens, whether it is there or not (and says so where it is the sample)."""
    chosen = _chosen(given)
    if chosen is None:
        say(SAMPLE)
    return chosen or sample_root()


def ledger_to_write(given: Path | None) -> Ledger:
    """The ledger to add to; a new one is made in ./ledger unless another place is given."""
    from modelcensus.ledger import Ledger

    return Ledger(given or _environment() or Path("ledger"))


def open_census(ledger: Path | None, knowledge: list[Path] | None, cache: bool = True, quiet: bool = False) -> Census:
    """The opened ledger that a command reads."""
    from modelcensus.measures import Census

    return Census(find_ledger(ledger, quiet), knowledge or (), cache=cache)


def emit(text: str) -> None:
    """Machine output on standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def emit_bytes(content: bytes) -> None:
    """Binary output on standard output."""
    sys.stdout.buffer.write(content)


def _chosen(given: Path | None) -> Path | None:
    return given or _environment() or (Path("ledger") if Path("ledger/manifests").is_dir() else None)


def _environment() -> Path | None:
    value = os.environ.get("MODELCENSUS_LEDGER")
    return Path(value) if value else None
