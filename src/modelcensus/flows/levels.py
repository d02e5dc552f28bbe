"""What is known of P at the days that a large ledger's counters were folded at, kept so that any span is a sum of few numbers.

Let `upto` and `since` be what P is at least and at most at a day (docs/method.md, section 2). Of nearly every repository the
bounds of a span are plain differences, so that those of many are differences of their sums. Apart stand, and are kept
by name: whoever waits at both ends for a reading (the same one, maybe), whoever has none any more, recounts, and `odd` ones,
whose levels fall from one day to the next. So the bounds are those that every repository's own readings give, and no
sums of months.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modelcensus.engine import Latest, kept_folder
from modelcensus.flows.bounds import Around
from modelcensus.flows.calendar import days
from modelcensus.flows.counters import Counters
from modelcensus.vocabulary import own_version

FORMAT = 1
MOST_BYTES = 64_000_000
"""Bytes that stay of who waits at both ends of spans; what was asked for longest ago gives way."""
Ints = NDArray[np.int64]
Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Level:
    """One day. `ids` are those whose levels moved since the day before among the kept ones, by so much (`since` counts as
    0 where nothing is known); `waiting` those whose two levels differ, with both (-1: none); `open_ids` those without a
    `since`, or where `mostly_open` those with one."""

    ids: Ids
    upto: Ints
    since: Ints
    likely: Ints
    waiting: Ids
    waiting_upto: Ints
    waiting_since: Ints
    open_ids: Ids
    mostly_open: bool

    def is_open(self, ids: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Which of these ordinals have no reading from the day on."""
        return found_in(self.open_ids, ids) != self.mostly_open


class Levels:
    """The levels that a folder keeps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        about = json.loads((folder / "about.json").read_text())
        self.days: list[int] = about["days"]
        self._mostly_open: list[bool] = about["mostly_open"]
        self._arrays: dict[str, NDArray] = {}
        self._waiting: Latest[tuple[int, int], tuple[NDArray, Ints]] = Latest(
            MOST_BYTES, lambda found: found[0].nbytes + found[1].nbytes
        )

    @cached_property
    def told(self) -> Ids:
        """Ordinals of whoever has flows, in their order."""
        return self._array("told")

    @cached_property
    def breaks(self) -> Ints:
        """A row per recount: ordinal, the days between which it happened, and the counter after it."""
        return self._array("breaks")

    @cached_property
    def odd(self) -> Ids:
        """Ordinals of the odd ones."""
        return self._array("odd")

    def odd_levels(self, place: int) -> Around:
        """The levels of the odd ones at a day."""
        upto, since, likely = self._array("odd_levels")[place]
        return Around(upto, since, likely)

    def level(self, place: int) -> Level:
        """What there is of a day; of the odd ones nothing."""

        def part(name: str) -> NDArray:
            return self._array(f"{place:03d}-{name}")

        return Level(
            part("ids"), part("upto"), part("since"), part("likely"), part("waiting"), part("waiting_upto"),
            part("waiting_since"), part("open_ids"), self._mostly_open[place],
        )  # fmt: skip

    def waiting_at_both(self, before: int, after: int) -> tuple[NDArray, Ints]:
        """Who has no reading between two of the days, and what is to be added to the differences of their levels for the least
        that they were downloaded: of whom that is nothing, they are left out."""
        return self._waiting.of((before, after), lambda: _waiting_at_both(self.level(before), self.level(after)))

    def upto(self, place: int) -> Ints:
        """By ordinal: the last reading up to a day (0 where there is none)."""
        return self._array(f"{place:03d}-all")

    def _array(self, name: str) -> NDArray:
        if name not in self._arrays:
            path = self._folder / f"{name}.npy"
            empty = path.stat().st_size <= 128 and not np.load(path).size  # nothing that could be mapped
            self._arrays[name] = np.load(path, mmap_mode=None if empty else "r")
        return self._arrays[name]


def _waiting_at_both(before: Level, after: Level) -> tuple[NDArray, Ints]:
    if len(before.waiting) > len(after.waiting):
        there = np.flatnonzero(found_in(before.waiting, after.waiting))
        upto, ids = after.waiting_upto[there], after.waiting[there]
        since = before.waiting_since[np.searchsorted(before.waiting, ids)]
    else:
        there = np.flatnonzero(found_in(after.waiting, before.waiting))
        since, ids = before.waiting_since[there], before.waiting[there]
        upto = after.waiting_upto[np.searchsorted(after.waiting, ids)]
    plain = upto - np.where(since < 0, 0, since)
    more = np.where(since < 0, 0, np.maximum(plain, 0)) - plain
    some = np.flatnonzero(more)
    return ids[some], more[some]


def keep_levels(counters: Counters, at: Sequence[date], folder: Path, known: Sequence[str]) -> Levels:
    """The levels at these days, which are written if they are not there; `known` are the batches that there are. Counters
    that are `certain` only."""
    content = json.dumps([FORMAT, own_version(), counters.channel, sorted(known), [str(d) for d in at]])
    key = hashlib.sha256(content.encode()).hexdigest()[:16]

    def write(made: Path) -> None:
        all_time, finished = counters.all_time(at, raw=False)
        edges = {e.day: e for e in finished.edges}

        def around() -> Iterable[Around]:
            for day in at:
                yield all_time.known(edges[days(day)])
                all_time.forget(edges[days(day)])

        write_levels(made, [days(d) for d in at], all_time.told, around, all_time.falls(), counters.ordinals.count)

    return Levels(kept_folder(folder / "levels", key, write))


def write_levels(
    folder: Path,
    on: Sequence[int],
    told: Ints,
    around: Callable[[], Iterable[Around]],
    breaks: Ints,
    count: int,
) -> None:
    """Write the levels at these days: `around` gives, each time that it is called, what is known at one after the other of
    the repositories `told` (ordinals, ascending) of `count`."""
    odd = _odd(around())
    plain = np.flatnonzero(~odd)
    ids = told[plain].astype(np.int32)
    before = [np.zeros(len(plain), np.int64)] * 3
    mostly_open, odd_levels = [], []
    for place, found in enumerate(around()):
        odd_levels.append([a[odd] for a in (found.upto, found.since, found.likely)])
        upto, since, likely = (a[plain] for a in (found.upto, found.since, found.likely))
        is_open, waiting = since < 0, np.flatnonzero(since != upto)
        now = [upto, np.where(is_open, 0, since), likely]
        moved = np.flatnonzero(np.any([a != b for a, b in zip(now, before, strict=True)], axis=0))
        mostly_open.append(bool(2 * is_open.sum() > len(is_open)))
        everybody = np.zeros(count, np.int64)
        everybody[ids] = upto
        parts = {
            "ids": ids[moved], "upto": (now[0] - before[0])[moved], "since": (now[1] - before[1])[moved],
            "likely": (now[2] - before[2])[moved], "waiting": ids[waiting], "waiting_upto": upto[waiting],
            "waiting_since": since[waiting], "open_ids": ids[is_open != mostly_open[-1]], "all": everybody,
        }  # fmt: skip
        for name, array in parts.items():
            np.save(folder / f"{place:03d}-{name}.npy", array, allow_pickle=False)
        before = now
    rest = {"told": told.astype(np.int32), "breaks": breaks, "odd": told[odd].astype(np.int32)}
    rest["odd_levels"] = np.array(odd_levels, np.int64).reshape(len(on), 3, int(odd.sum()))
    for name, array in rest.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "about.json").write_text(json.dumps({"days": list(on), "mostly_open": mostly_open}))


def _odd(around: Iterable[Around]) -> NDArray[np.bool_]:
    """Whose levels do not rise from day to day, or do not stand one above the other: what sums rely on."""
    odd = np.zeros(0, bool)
    last: Around | None = None
    for found in around:
        is_open = found.since < 0
        wrong = (found.upto < 0) | (~is_open & (found.since < found.upto))
        if last is None:
            odd = wrong
        else:
            odd |= wrong | (found.upto < last.upto) | (~is_open & ((last.since < 0) | (found.since < last.since)))
        last = found
    return odd


def found_in(ordered: NDArray, asked: NDArray) -> NDArray[np.bool_]:
    """Which of those asked for are among others, which are in order.

    >>> found_in(np.array([2, 5]), np.array([1, 2, 5, 7])).tolist()
    [False, True, True, False]
    """
    if not len(ordered):
        return np.zeros(len(asked), bool)
    place = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
    return ordered[place] == asked
