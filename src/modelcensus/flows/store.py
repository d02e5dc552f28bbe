"""Folds kept on disk, so that adding a day folds that day and nothing else.

A kept fold is only a shortcut: it is used where the snapshots that it stands on are exactly those that the ledger holds
now, and gives what folding everything anew gives, bit for bit; it can be deleted at any time. Arrays and JSON only.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from modelcensus.engine import seal, sound
from modelcensus.flows.calendar import Counted, Snapshot
from modelcensus.flows.edges import Edge, Edges
from modelcensus.flows.fold import Fold
from modelcensus.flows.incidents import Break, Freeze, Listing, SnapshotEvent, Spike
from modelcensus.flows.spikes import Rise
from modelcensus.flows.state import ARRAYS
from modelcensus.vocabulary import own_version

FORMAT = 2
LISTS = ("shares", "rises", "falling", "stalled", "unpaid")
SCALARS = ("good", "looked", "good_day", "dirty", "prepaid", "falling_since", "stalled_since", "ahead")
PARTS = ("low", "high", "likely", "before", "waiting")


@dataclass(frozen=True)
class Kept:
    """A fold as it stood after `number` snapshots of its source; `repositories` had an ordinal then."""

    fold: Fold
    number: int
    repositories: int


class Store:
    """A folder of kept folds of one channel."""

    def __init__(self, root: Path, channel: str) -> None:
        self.root = root / hashlib.sha256(channel.encode()).hexdigest()[:12]

    def counted(self) -> Counted:
        """Rows of the batches that were counted before."""
        try:
            told, _, content = (self.root / "counted.json").read_text().partition("\n")
            kept = json.loads(content) if told == hashlib.sha256(content.encode()).hexdigest() else {}
            return {b: [(c, f, o, t, int(n)) for c, f, o, t, n in rows] for b, rows in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def count(self, counted: Counted) -> None:
        """Keep what was counted."""
        self.root.mkdir(parents=True, exist_ok=True)
        made = self.root / f".counted-{uuid.uuid4().hex}"
        content = json.dumps(counted)
        made.write_text(f"{hashlib.sha256(content.encode()).hexdigest()}\n{content}")
        made.replace(self.root / "counted.json")

    def keep(
        self, source: tuple[str, str], fold: Fold, calendar: list[Snapshot], number: int, names: pa.Array,
        said: dict[str, np.ndarray],
    ) -> None:  # fmt: skip
        """Keep a fold that has nothing in suspense, after snapshot `number` of its source; the last two stay."""
        folder = self._folder(source)
        made = folder / f".writing-{uuid.uuid4().hex}"
        made.mkdir(parents=True)
        _write(made, fold)
        _save(made / "overlap", said)
        pq.write_table(
            pa.table({"repository": names}), made / "names.parquet", compression="zstd", compression_level=1
        )
        about = {
            "format": FORMAT, "software": own_version(), "number": number, "repositories": len(names),
            "edges": _edges(fold).days, "stands_on": _digest(calendar, source, number),
        }  # fmt: skip
        (made / "about.json").write_text(json.dumps(about))
        seal(made)
        target = folder / f"{number:06d}"
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
        for old in sorted(folder.glob("[0-9]*"))[:-2]:
            shutil.rmtree(old, ignore_errors=True)

    def newest(self, source: tuple[str, str], calendar: list[Snapshot], edges: list[int]) -> Path | None:
        """The newest kept fold that stands on what the ledger holds and has passed no edge otherwise; damaged ones go."""
        for folder in sorted(self._folder(source).glob("[0-9]*"), reverse=True):
            try:
                about = json.loads((folder / "about.json").read_text())
                same = about["format"] == FORMAT and about["software"] == own_version()
                last = _last_day(calendar, source, about["number"])
                passed, wanted = [d for d in about["edges"] if d <= last], [d for d in edges if d <= last]
                if same and passed == wanted and about["stands_on"] == _digest(calendar, source, about["number"]):
                    if sound(folder):
                        return folder
                    shutil.rmtree(folder, ignore_errors=True)
            except (OSError, ValueError, LookupError, TypeError):
                continue
        return None

    def load(self, folder: Path, edges: list[int]) -> Kept | None:
        """A kept fold, going on to `edges`; nothing where it is damaged."""
        try:
            about = json.loads((folder / "about.json").read_text())
            return Kept(_read(folder, edges), about["number"], about["repositories"])
        except (OSError, EOFError, ValueError, LookupError, TypeError):
            shutil.rmtree(folder, ignore_errors=True)
            return None

    def names(self, folder: Path) -> pa.Array:
        """The ids by ordinal at that time."""
        return pq.read_table(folder / "names.parquet")["repository"].combine_chunks()

    def said(self, folder: Path) -> dict[str, np.ndarray]:
        """What the source had said where counters overlap."""
        return _load(folder / "overlap")

    def _folder(self, source: tuple[str, str]) -> Path:
        return self.root / hashlib.sha256(json.dumps(source).encode()).hexdigest()[:12]


def _last_day(calendar: list[Snapshot], source: tuple[str, str], number: int) -> int:
    return max((s.day for s in calendar if s.source == source and s.number <= number), default=-1)


def _digest(calendar: list[Snapshot], source: tuple[str, str], number: int) -> str:
    """Of every snapshot of the channel up to the last one of the source that was folded: ordinals depend on all."""
    end = next((i for i, s in enumerate(calendar) if s.source == source and s.number == number), -1)
    stood = [[*s.source, s.day_from, s.day, s.batch, s.since, s.rows, s.batch_id] for s in calendar[: end + 1]]
    return hashlib.sha256(json.dumps(stood).encode()).hexdigest()


def _edges(fold: Fold) -> Edges:
    """Those of a fold that is kept: the calendar's, for days of repositories' own change with what is known of them."""
    assert isinstance(fold.edges, Edges)
    return fold.edges


def _write(folder: Path, fold: Fold) -> None:
    state = fold.state
    arrays = {n: getattr(state, n) for n in ARRAYS}
    arrays |= {f"activity_{n}": getattr(state.activity, n) for n in ("rates", "moved", "hit", "since")}
    _save(folder / "state", {"early": fold.judge.early, **arrays})
    for edge in _edges(fold).passed:
        _save(folder / f"edge{edge.day}", {"fresh": np.array([edge.fresh]), **{p: getattr(edge, p) for p in PARTS}})
    facts = {n: getattr(state, n) for n in (*LISTS, *SCALARS)}
    facts |= {
        "windows": fold.windows, "step": fold.judge.step, "prior": fold.judge.prior, "frozen": fold.judge.frozen,
        "pushed": state.activity.pushed, "forced": list(fold.forced.items()), "verdicts": list(state.verdicts.items()),
        "breaks": [list(vars(b).values()) for b in state.breaks],
        "freezes": [list(vars(f).values()) for f in state.freezes],
        "rising": [[i, *vars(r).values()] for i, r in state.spikes.rises.items()],
        "spikes": [list(vars(p).values()) for p in state.spikes.found],
        "listings": [list(vars(x).values()) for x in state.listings],
        "events": [_plain(e) for e in state.events],
        "passed": [e.day for e in _edges(fold).passed],
    }  # fmt: skip
    (folder / "fold.json").write_text(json.dumps(facts))


def _read(folder: Path, edges: list[int]) -> Fold:
    facts = json.loads((folder / "fold.json").read_text())
    passed = Edges(edges)
    fold = Fold(facts["windows"], facts["step"], passed)
    fold.resume()
    state = fold.state
    arrays = _load(folder / "state")
    for name in ARRAYS:
        setattr(state, name, arrays[name])
    for name in ("rates", "moved", "hit", "since"):
        setattr(state.activity, name, arrays[f"activity_{name}"])
    fold.judge.early = arrays["early"]
    fold.judge.prior, fold.judge.frozen = facts["prior"], facts["frozen"]
    state.activity.pushed = facts["pushed"]
    for name in (*LISTS, *SCALARS):
        setattr(state, name, facts[name])
    state.unpaid = [(a, b, c) for a, b, c in state.unpaid]
    state.listings = [Listing(*x) for x in facts["listings"]]
    state.ahead = (state.ahead[0], state.ahead[1], state.ahead[2]) if state.ahead else None
    fold.forced, state.verdicts = dict(facts["forced"]), dict(facts["verdicts"])
    state.breaks = [Break(*b) for b in facts["breaks"]]
    state.freezes = [Freeze(*f) for f in facts["freezes"]]
    state.spikes.rises = {i: Rise(*r) for i, *r in facts["rising"]}
    state.spikes.found = [Spike(*p) for p in facts["spikes"]]
    state.events = [_event(e) for e in facts["events"]]
    for day in facts["passed"]:
        parts = _load(folder / f"edge{day}")
        passed.passed.append(Edge.stored(day, bool(parts["fresh"][0]), *(parts[p] for p in PARTS)))
    return fold


def _save(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)


def _load(folder: Path) -> dict[str, np.ndarray]:
    """Arrays whose pages are read when they are needed, and changed in memory alone."""
    paths = sorted(folder.glob("*.npy"))
    return {p.stem: _array(p) for p in paths}


def _array(path: Path) -> np.ndarray:
    empty = path.stat().st_size <= 128 and not np.load(path, allow_pickle=False).size  # nothing that could be mapped
    return np.load(path, mmap_mode=None if empty else "c", allow_pickle=False)


def _plain(event: SnapshotEvent) -> dict[str, object]:
    plain = asdict(event)
    for name in ("resting", "counting"):
        plain[name] = None if plain[name] is None else plain[name].tolist()
    return plain


def _event(plain: dict) -> SnapshotEvent:
    for name in ("resting", "counting"):
        plain[name] = None if plain[name] is None else np.array(plain[name], np.int64)
    return SnapshotEvent(**plain)
