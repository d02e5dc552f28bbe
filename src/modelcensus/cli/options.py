"""Options that commands share, and the ledger that they mean."""

import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.sample import sample_ledger
from modelcensus.vocabulary import LedgerError

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

notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""Where progress and notes go; standard output carries results alone."""


def say(text: str) -> None:
    """A note on standard error; characters that would steer a terminal are shown as their codes."""
    notes.print(plain(text), markup=False)


def plain(text: str) -> str:
    """A text whose characters that would steer a terminal are shown as their codes."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def find_ledger(given: Path | None) -> Ledger:
    """The ledger to read: given, from the environment, ./ledger, else the sample (and says so)."""
    chosen = given or _environment() or (Path("ledger") if Path("ledger/manifests").is_dir() else None)
    if chosen is None:
        say("no ledger given: this is the bundled sample")
        return sample_ledger()
    if not (chosen / "manifests").is_dir():
        raise LedgerError(
            "no ledger here", where=str(chosen), remedy="import something into it first, or check --ledger"
        )
    return Ledger(chosen)


def ledger_to_write(given: Path | None) -> Ledger:
    """The ledger to add to; a new one is made in ./ledger unless another place is given."""
    return Ledger(given or _environment() or Path("ledger"))


def open_census(ledger: Path | None, knowledge: list[Path] | None, cache: bool = True) -> Census:
    """The opened ledger that a command reads."""
    return Census(find_ledger(ledger), knowledge or (), cache=cache)


def emit(text: str) -> None:
    """Machine output on standard output."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def emit_bytes(content: bytes) -> None:
    """Binary output on standard output."""
    sys.stdout.buffer.write(content)


def _environment() -> Path | None:
    value = os.environ.get("MODELCENSUS_LEDGER")
    return Path(value) if value else None
