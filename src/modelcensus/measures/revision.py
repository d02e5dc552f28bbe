"""Revision: what changed between two editions, or two days, and by which cause, adding up exactly.

Definition: docs/method.md, section 3; the idea of vintages is that of FRED and ALFRED, its archive (Federal Reserve
Bank of St. Louis). A number is computed again and again: with the older inputs, then with the newer observations in
the place of the older, then the newer catalog, then the newer scope lists. Each step's difference is its cause's part.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures.census import Census
from modelcensus.measures.inputs import Inputs
from modelcensus.measures.registry import measures
from modelcensus.measures.splits import CATALOG, LISTS, OBSERVATIONS, RECOUNTS, SOFTWARE, Split, split
from modelcensus.measures.worlds import Answer, Bounds, Key, Steps, is_list, walk
from modelcensus.vocabulary import Request

SHOWN = 5
"""Batches or counters that a cause names."""


@dataclass(frozen=True)
class Side:
    """One of the two: an edition with what it published, or a day (then nothing is `published`).

    `published` holds the rows of each request that it keeps all rows of; `unread` the requests that this program
    does not understand, with the reason.
    """

    name: str
    inputs: Inputs
    requests: tuple[Request, ...] = ()
    published: Mapping[str, dict[Key, Bounds]] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Revised:
    """One number: `dimensions` (with those that the request fixes) and `period` say which."""

    request: Request
    unit: str
    dimensions: dict[str, str]
    period: str
    value: Split
    low: Split
    high: Split

    @property
    def same(self) -> tuple[object, ...]:
        """Equal for the same number, whether it was asked for alone or among others."""
        asked = (self.request.measure, self.request.within, self.request.reading, self.period)
        splits = [(s.then, s.now, *s.parts.values()) for s in (self.value, self.low, self.high)]
        return (*asked, tuple(sorted(self.dimensions.items())), *splits)

    @property
    def changed(self) -> bool:
        """Whether the value or its bounds changed."""
        return self.value.changed or self.low.changed or self.high.changed

    @property
    def kind(self) -> str:
        """revised, new, gone, bounds (the value is as it was), or unchanged."""
        if not self.changed:
            return "unchanged"
        if self.value.change is not None:
            return "revised" if any(self.value.parts.values()) or self.value.flags else "bounds"
        return "new" if self.value.now is not None else "gone" if self.value.then is not None else "bounds"


@dataclass(frozen=True)
class Revision:
    """Every number of both sides; `causes` says in words what differs, `uncompared` which requests have no answer."""

    then: Side
    now: Side
    causes: dict[str, str]
    numbers: tuple[Revised, ...]
    uncompared: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    @property
    def changed(self) -> list[Revised]:
        """The numbers that changed: revised ones first, the largest change relative to the number first."""
        order = ("revised", "bounds", "gone", "new")
        return sorted(
            (n for n in self.numbers if n.changed), key=lambda n: (order.index(n.kind), -_relative(n.value))
        )

    def touched(self, cause: str) -> int:
        """How many numbers a cause has a part in."""
        return sum(
            any(s.parts[cause] or any(cause in f for f in s.flags) for s in (n.value, n.low, n.high))
            for n in self.numbers
        )


def revise(
    ledger: Ledger,
    then: Side,
    now: Side,
    requests: Iterable[Request] = (),
    opened: Iterable[Census] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Revision:
    """Split every number of the requests of both sides, and of `requests`.

    Of a request that a side did not publish the number is computed again from its inputs, by the present program.
    """
    asked = {r.canonical(): r for r in (replace(r, as_of=None) for r in (*then.requests, *now.requests, *requests))}
    steps = walk(ledger, then.inputs, now.inputs, list(asked.values()), opened, progress)
    unsure = (CATALOG,) if then.inputs.note or now.inputs.note else ()
    numbers: dict[tuple[object, ...], Revised] = {}
    uncompared = list(dict.fromkeys((*then.unread, *now.unread)))
    for text, request in asked.items():
        found = list(_numbers(request, text, then, now, steps, unsure))
        for revised in found:
            numbers.setdefault(revised.same, revised)
        if not found:
            reasons = (a[text] for a in (steps.answers[0], steps.answers[-1]))
            uncompared.append((text, next((r for r in reasons if isinstance(r, str)), "no rows")))
    causes = _causes(then, now, steps)
    return Revision(then, now, causes, tuple(numbers.values()), tuple(uncompared), _notes(then, now))


def _numbers(
    request: Request, text: str, then: Side, now: Side, steps: Steps, unsure: tuple[str, ...]
) -> Iterable[Revised]:
    given = [_rows(a[text]) for a in steps.answers]
    held = [side.published.get(text) for side in (then, now)]
    series = [held[0] if held[0] is not None else given[0], *given, held[1] if held[1] is not None else given[-1]]
    idle = (*steps.idle, *([0] if held[0] is None else []), *([len(series) - 2] if held[1] is None else []))
    known = measures().get(request.measure)
    fixed = {d: values[0] for d, values in request.of if len(values) == 1}
    for key in dict.fromkeys((*series[0], *series[-1])):
        at = [rows.get(key, (None, None, None)) for rows in series]
        value, low, high = (split([bounds[i] for bounds in at], idle, unsure) for i in range(3))
        *dimensions, (_, period) = key
        yield Revised(request, known.unit if known else "", {**fixed, **dict(dimensions)}, period, value, low, high)


def _rows(answer: Answer) -> dict[Key, Bounds]:
    return {} if isinstance(answer, str) else answer


def _relative(split: Split) -> float:
    largest = max(abs(split.then or 0), abs(split.now or 0))
    return float(abs(split.change) / largest) if split.change is not None and largest else 0.0


def _causes(then: Side, now: Side, steps: Steps) -> dict[str, str]:
    before, after = then.inputs.knowledge, now.inputs.knowledge
    contents = [{(f.layer, f.name): f.content for f in (*s.inputs.base, *s.inputs.given)} for s in (then, now)]
    files = [name for _, name in sorted({k for k, _ in contents[0].items() ^ contents[1].items()})]
    catalog = (
        f"version {before.version} ({before.digest[:12]}) to {after.version} ({after.digest[:12]}):"
        f" {_first_of(files)}"
    )
    versions = [
        f"{name} {then.software.get(name, 'none')} to {now.software.get(name, 'none')}"
        for name in dict.fromkeys((*then.software, *now.software))
        if then.software.get(name) != now.software.get(name)
    ]
    fallen = [f"{repository} in {series} ({counter}) on {day}" for series, counter, repository, day in steps.falls]
    return {
        OBSERVATIONS: _exchanged(then, now, lists=False),
        RECOUNTS: _first_of(fallen) or "none",
        CATALOG: "the same" if before.digest == after.digest else catalog,
        LISTS: _exchanged(then, now, lists=True),
        SOFTWARE: _first_of(versions) if then.software and now.software and versions else "the same versions",
    }


def _exchanged(then: Side, now: Side, lists: bool) -> str:
    def only(side: Side, other: Side) -> list[Manifest]:
        known = {m.id for m in other.inputs.manifests}
        return [m for m in side.inputs.manifests if m.id not in known and is_list(m) == lists]

    added, removed = only(now, then), only(then, now)
    said = [f"{m.name} ({m.id})" for m in added], [f"without {m.name} ({m.id})" for m in removed]
    return "; ".join(filter(None, map(_first_of, said))) or "none"


def _first_of(listed: list[str]) -> str:
    more = f" and {len(listed) - SHOWN:,} more" if len(listed) > SHOWN else ""
    return f"{', '.join(listed[:SHOWN])}{more}"


def _notes(then: Side, now: Side) -> tuple[str, ...]:
    notes = list(dict.fromkeys(side.inputs.note for side in (then, now) if side.inputs.note))
    if notes:
        notes.append("what the catalog changed cannot be told: its part is unknown, and not in the other parts")
    for side, other in ((then, now), (now, then)):
        lacking = [r for r in other.requests if side.requests and r.canonical() not in side.published]
        if lacking:
            notes.append(f"{side.name} does not hold {len(lacking)} of the requests: computed again from its inputs")
    return tuple(notes)
