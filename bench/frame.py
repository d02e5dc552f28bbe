"""Runs sides in alternation at three sizes, and tells what each costs beside the others, and how the cost grows."""

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from bench.sides import apart

PROGRAMS = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
"""Where programs are looked for; servers lie outside the path of most users."""


@dataclass(frozen=True)
class Side:
    """One way to do it: what it is called, its name in the module (the entry's, where it names none), and what it is given
    (`{input}`, and what else `make` says; `{out}`: an empty folder). `needs`: a program or a package; without it the side is
    left out, and named."""

    label: str
    side: str
    given: tuple[str, ...] = ("{input}",)
    needs: str = ""
    module: str = ""

    @property
    def installed(self) -> bool:
        """Whether it can run here."""
        return not self.needs or bool(find_spec(self.needs) or shutil.which(self.needs, path=PROGRAMS))


@dataclass(frozen=True)
class Entry:
    """Ours beside what one would do instead. `make` makes the input of a size; `same`: what the sides that tell it must agree
    on, two at least; `compared`: that in words, with what the sides do not have in common."""

    name: str
    what: str
    unit: str
    make: Callable[[int, Path], AbstractContextManager[dict[str, str]]]
    module: str
    ours: Side
    instead: tuple[Side, ...]
    quick: tuple[int, ...]
    full: tuple[int, ...]
    same: tuple[str, ...]
    compared: str


@dataclass
class Runs:
    """What one side took at one size: seconds of processor time and on the clock of every run, most memory (GB)."""

    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    peak: float = 0.0

    def add(self, found: dict) -> None:
        self.cpu.append(found["cpu"])
        self.seconds.append(found["seconds"])
        self.peak = max(self.peak, found["peak"])


@dataclass
class Measured:
    """An entry as it was measured: size -> label of a side -> its runs."""

    entry: Entry
    runs: dict[int, dict[str, Runs]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def largest(self) -> int:
        return max(self.runs)

    def ratios(self, label: str) -> list[float]:
        """Ours over the other side's processor time, of the pairs of runs that followed each other, at the largest size."""
        sides = self.runs[self.largest]
        return [a / b for a, b in zip(sides[self.entry.ours.label].cpu, sides[label].cpu, strict=True)]

    def slope(self, label: str) -> float | None:
        """By which power of the size the processor time grows (least squares in logarithms)."""
        points = [(math.log(n), math.log(median(r[label].cpu))) for n, r in self.runs.items() if label in r]
        if len(points) < 3:
            return None
        x, y = (sum(p[i] for p in points) / len(points) for i in (0, 1))
        return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def measure(entry: Entry, sizes: tuple[int, ...], repeats: int, say: Callable[[str], None]) -> Measured:
    """Run an entry, once less at all but the last size, and ours once before: what it compiles it keeps from then on.
    SystemExit where its sides do not agree on what they must."""
    sides = [s for s in (entry.ours, *entry.instead) if s.installed]
    measured = Measured(entry, left_out=[s.label for s in entry.instead if s not in sides])
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, entry.make(size, Path(folder)) as made:
            runs = measured.runs[size] = {s.label: Runs() for s in sides}
            told: dict[str, dict[str, object]] = {}
            if size == sizes[0]:
                _run(entry, entry.ours, made)
            for number in range(repeats if size == sizes[-1] else max(1, repeats - 1)):
                for side in _alternating(sides, number):
                    found = _run(entry, side, made)
                    runs[side.label].add(found)
                    for key in entry.same:
                        if key in found:
                            told.setdefault(key, {})[side.label] = found[key]
                            _agree(entry, key, told[key])
            if alone := [k for k in entry.same if len(told.get(k, ())) < min(2, len(sides))]:
                raise SystemExit(f"{entry.name}: {alone} is told by one side alone, so that nothing is compared")
            say(
                f"{entry.name}, {size:,} {entry.unit}: "
                + ", ".join(f"{k} {median(r.cpu):.2f} s" for k, r in runs.items())
            )
    return measured


def _agree(entry: Entry, key: str, told: dict[str, object]) -> None:
    first, said = next(iter(told.items()))
    for label, other in told.items():
        if other != said:
            raise SystemExit(f"{entry.name}: {label} says {key} = {other}, {first} says {said}")


def _alternating(sides: list[Side], number: int) -> Iterator[Side]:
    """The sides in turn, the other way round every second time: what warms up or drifts favours nobody."""
    yield from sides if number % 2 == 0 else reversed(sides)


def _run(entry: Entry, side: Side, made: dict[str, str]) -> dict:
    with tempfile.TemporaryDirectory() as out:
        return apart(side.module or entry.module, side.side, *(g.format(out=out, **made) for g in side.given))
