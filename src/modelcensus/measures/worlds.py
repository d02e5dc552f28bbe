"""The censuses between two editions: the older one's inputs, the newer one's put in their place one kind at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from modelcensus.ledger import Ledger, Manifest
from modelcensus.measures.census import Census
from modelcensus.measures.inputs import Inputs
from modelcensus.measures.withheld import Fall, Withheld
from modelcensus.vocabulary import KnowledgeError, Request, RequestError
from modelcensus.vocabulary.names import DIMENSIONS, REPORTED

KEYS = (*DIMENSIONS, "basis", "crossover", "state")
"""Columns of a row that say which number it is; others say something about it."""
FALLS = """
    select source, counter, repository, "to" as fell_on from events
    where kind = 'recount' and repository is not null
"""

Key = tuple[tuple[str, str], ...]
"""The dimensions of a row and its period, by which the same number is found again."""
Bounds = tuple[float | None, float | None, float | None]
"""Value, low, high."""
Answer = dict[Key, Bounds] | str
"""The rows of a request, or why there are none."""


@dataclass(frozen=True)
class Steps:
    """The answers to each request in each world of `splits.STEPS`, from the older inputs to the newer; `idle` are the
    places of steps at which nothing was substituted."""

    answers: tuple[dict[str, Answer], ...]
    idle: tuple[int, ...]
    falls: tuple[Fall, ...]


def number_key(columns: dict[str, object], period: str) -> Key:
    """The key of a row with these columns."""
    return (*((n, str(columns[n])) for n in columns if n in KEYS), ("period", period))


def walk(
    ledger: Ledger, then: Inputs, now: Inputs, requests: list[Request], opened: Iterable[Census] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Steps:  # fmt: skip
    """Compute every request in each world between `then` and `now`; each distinct one once, and one at a time.

    `opened` are censuses that may be used for inputs that they have.
    """
    done: dict[object, dict[str, Answer]] = {}
    fallen: dict[object, set[Fall]] = {}
    ready = {c.inputs.key: c for c in opened}
    observed = replace(then, manifests=_joined(_observed(now), _lists(then)))
    fresh, gone = _differing(then, observed)

    def compute(inputs: Inputs, what: str) -> dict[str, Answer]:
        if inputs.key not in done:
            progress(f"computing with {what}")
            census = ready.get(inputs.key) or Census(ledger, inputs=inputs)
            done[inputs.key] = answers(census, requests)
            fallen[inputs.key] = falls(census, {m.channel for m in (*fresh, *gone)})
        return done[inputs.key]

    before, after = compute(then, "the older inputs"), compute(observed, "the new observations")
    lost = Withheld(gone, _first(fallen[then.key] - fallen[observed.key]))
    found = Withheld(fresh, _first(fallen[observed.key] - fallen[then.key]))
    unfallen = (
        compute(replace(then, withheld=lost), "the older inputs but the recounts") if gone and lost.falls else before
    )
    without = compute(replace(observed, withheld=found), "all but the recounts") if fresh and found.falls else after
    catalog = compute(replace(observed, base=now.base, given=now.given), "the newer catalog")
    last = compute(now, "the newer lists")
    answered = (before, unfallen, without, after, catalog, last)
    idle = (i for i, (a, b) in enumerate(pairwise(answered), 1) if a is b)
    return Steps(answered, tuple(idle), (*(lost.falls if gone else ()), *found.falls))


def answers(census: Census, requests: list[Request]) -> dict[str, Answer]:
    """The rows of each request, by the request's canonical text."""
    found: dict[str, Answer] = {}
    for request in requests:
        try:
            rows = census.answer(request).rows
        except (RequestError, KnowledgeError) as error:
            found[request.canonical()] = str(error)
        else:
            found[request.canonical()] = {number_key(r.dimensions, r.period): (r.value, r.low, r.high) for r in rows}
    return found


def falls(census: Census, channels: set[str]) -> set[Fall]:
    """The recounts of these channels."""
    found: set[Fall] = set()
    for channel in sorted(channels & set(census.channels)):
        if not channel.startswith(REPORTED):
            census.prepare(channel)
            rows = census.engine.rows(FALLS)
            found |= {(r["source"], r["counter"], r["repository"], r["fell_on"]) for r in rows}
    return found


def is_list(manifest: Manifest) -> bool:
    """Whether the batch is a dated list and nothing else."""
    return set(manifest.rows) - {"set_aside"} == {"lists"}


def _differing(then: Inputs, now: Inputs) -> tuple[tuple[Manifest, ...], tuple[Manifest, ...]]:
    """The batches that only the newer inputs have, and those that only the older ones have."""
    before, after = {m.id for m in then.manifests}, {m.id for m in now.manifests}
    return tuple(m for m in now.manifests if m.id not in before), tuple(
        m for m in then.manifests if m.id not in after
    )


def _first(fallen: set[Fall]) -> tuple[Fall, ...]:
    """The first fall of each counter."""
    first = {fall[:3]: fall for fall in sorted(fallen, reverse=True)}
    return tuple(sorted(first.values()))


def _observed(inputs: Inputs) -> list[Manifest]:
    return [m for m in inputs.manifests if not is_list(m)]


def _lists(inputs: Inputs) -> list[Manifest]:
    return [m for m in inputs.manifests if is_list(m)]


def _joined(*parts: list[Manifest]) -> tuple[Manifest, ...]:
    return tuple(sorted((m for part in parts for m in part), key=lambda m: (m.committed_at, m.id)))
