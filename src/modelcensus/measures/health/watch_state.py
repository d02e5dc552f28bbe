"""Watches as they stood after some snapshots, kept in a folder, so that a day more is looked at for that day alone."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from modelcensus.flows.calendar import Snapshot
from modelcensus.measures.health.watch import MonthSeen, OpenEdge, Tally, Waiting, Watch
from modelcensus.vocabulary import Period

Source = tuple[str, str]
LEVELS = ("first", "last", "level", "read_on")
SCALARS = ("sound_day", "listed_last", "spoiled", "brought")


def save(folder: Path, watches: Mapping[Source, Watch], passed: list[Snapshot]) -> None:
    """Keep watches that have seen the snapshots `passed`."""
    folder.mkdir()
    about = {"passed": len(passed), "stands_on": _digest(watches, passed), "sources": []}
    for number, (source, watch) in enumerate(sorted(watches.items())):
        if any(s.source == source for s in passed):
            about["sources"].append([number, *source])
            _save(folder / f"{number}", watch)
    (folder / "about.json").write_text(json.dumps(about))


def restore(folder: Path, watches: Mapping[Source, Watch], calendar: list[Snapshot]) -> int:
    """Go on from watches that were kept, where they stand on what is known now; gives how many snapshots they have seen."""
    about = json.loads((folder / "about.json").read_text())
    passed = calendar[: about["passed"]]
    if len(passed) < about["passed"] or about["stands_on"] != _digest(watches, passed):
        return 0
    restored = [(watches[series, counter], folder / f"{n}") for n, series, counter in about["sources"]]
    for watch, kept in restored:
        own = [s for s in passed if s.source == watch.source]
        if not watch.shown.resume(own, _wide(np.load(kept / "now.npy"), watch.count)):
            return 0
    for watch, kept in restored:
        _restore(kept, watch, max(s.day for s in passed if s.source == watch.source))
    return len(passed)


def _digest(watches: Mapping[Source, Watch], passed: list[Snapshot]) -> str:
    """Of the snapshots seen, and of all that is known of them and was looked at with them."""
    told = [[*s.source, s.number, s.day_from, s.day, s.batch, s.since, s.rows, s.batch_id] for s in passed]
    found = hashlib.sha256(json.dumps(told).encode())
    for source, watch in sorted(watches.items()):
        own = [s for s in passed if s.source == source]
        if not own:
            continue
        numbers, day = {s.number for s in own}, own[-1].day
        verdicts = sorted((n, kind) for n, kind in watch.verdicts.items() if n in numbers)
        found.update(json.dumps([source, verdicts, sorted(d for d in watch.partial if d <= day)]).encode())
        frozen = watch.frozen[watch.frozen[:, 1] < day].copy()
        frozen[:, 2] = np.minimum(frozen[:, 2], day)
        found.update(frozen[np.lexsort(frozen.T)].tobytes())
        for on, ids in sorted(watch.conflicts.items()):
            if on <= day:
                found.update(json.dumps([on, sorted(ids.tolist())]).encode())
    return found.hexdigest()


def _save(folder: Path, watch: Watch) -> None:
    folder.mkdir()
    tally = watch.tally
    arrays = {name: getattr(watch, name) for name in LEVELS} | {"now": watch.shown.now}
    arrays |= {f"month{i}": m.read for i, m in enumerate(watch.months)}
    masks = {"end": watch.end}
    if tally is not None:
        masks |= {"tally_listed": tally.listed, "tally_read": tally.read, "tally_end": tally.end}
    arrays |= {name: np.packbits(mask) for name, mask in masks.items() if mask is not None}
    for i, edge in enumerate(watch.waiting):
        arrays |= {f"edge{i}_{name}": getattr(edge, name) for name in ("ids", "value", "read_on")}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    waiting = ("day", "since", "between", "downloads", "repositories")
    told = {
        **{name: getattr(watch, name) for name in SCALARS}, "count": watch.count,
        "months": [{**vars(m), "month": str(m.month), "read": None} for m in watch.months],
        "open_edges": [asdict(e) for e in watch.open_edges],
        "waiting": [{name: getattr(e, name) for name in waiting} for e in watch.waiting],
        "tally": tally and [str(tally.month), tally.snapshots, tally.sound, tally.rows, dict(tally.aside)],
    }  # fmt: skip
    (folder / "watch.json").write_text(json.dumps(told))


def _restore(folder: Path, watch: Watch, day: int) -> None:
    told, count = json.loads((folder / "watch.json").read_text()), watch.count

    def mask(name: str) -> np.ndarray | None:
        path = folder / f"{name}.npy"
        if not path.exists():
            return None
        return _wide(np.unpackbits(np.load(path), count=told["count"]).astype(bool), count)

    for name in LEVELS:
        setattr(watch, name, _wide(np.load(folder / f"{name}.npy"), count))
    watch.sound_day, watch.listed_last = told["sound_day"], told["listed_last"]
    watch.spoiled = [(on, kind) for on, kind in told["spoiled"]]
    watch.brought = [(a, b, c) for a, b, c in told["brought"]]
    watch.months = [
        MonthSeen(**{**m, "month": Period.parse(m["month"]), "read": np.load(folder / f"month{i}.npy")})
        for i, m in enumerate(told["months"])
    ]
    watch.open_edges = [OpenEdge(**e) for e in told["open_edges"]]
    parts = ("ids", "value", "read_on")
    watch.waiting = [
        Waiting(**e, **{p: np.load(folder / f"edge{i}_{p}.npy") for p in parts})
        for i, e in enumerate(told["waiting"])
    ]
    watch.edges = [e for e in watch.edges if e >= day]
    watch.end = mask("end")
    if told["tally"]:
        month, snapshots, sound, rows, aside = told["tally"]
        listed, read = mask("tally_listed"), mask("tally_read")
        assert listed is not None and read is not None
        watch.tally = Tally(
            Period.parse(month), listed, read, snapshots, sound, rows, Counter(aside), mask("tally_end")
        )


def _wide(array: np.ndarray, count: int) -> np.ndarray:
    """With those that were read for the first time since."""
    absent = False if array.dtype == bool else -1
    return np.concatenate([array, np.full(count - len(array), absent, array.dtype)])


def last_settled(calendar: list[Snapshot], back: int) -> int:
    """How many snapshots lie so many days before the last one.

    >>> last_settled([Snapshot("a", "b", n, n, n, "", None, 1, "") for n in range(100)], 60)
    39
    """
    return sum(s.day < calendar[-1].day - back for s in calendar) if calendar else 0
