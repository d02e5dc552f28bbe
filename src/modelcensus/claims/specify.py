"""Every reading of a claim as a request: the product of its degrees of freedom, without what nobody means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

from modelcensus.claims.entries import Choice, Claim, Excluded, Freedom
from modelcensus.claims.freedoms import COUNTED, EVIDENCE, default_readings
from modelcensus.measures import Census
from modelcensus.vocabulary import Period, Request, RequestError

MOST = 20_000
"""Readings of one claim that are too many to tell anything."""
ABSENT = ""
"""What stands for a choice that the evidence does not leave open."""


@dataclass(frozen=True)
class Specification:
    """One reading: its choices by degree of freedom, the request that computes it, and which row answers. `alone`: the
    choices that stand for themselves, because the evidence leaves no other one."""

    choices: tuple[tuple[str, str], ...]
    request: Request
    row: tuple[tuple[str, str], ...]
    alone: tuple[tuple[str, str], ...] = ()

    def choice(self, freedom: str) -> str:
        """The choice of a degree of freedom; empty where the evidence leaves none."""
        return dict(self.choices).get(freedom, ABSENT)

    @property
    def label(self) -> str:
        """The choices in one line."""
        return ", ".join(f"{n}={c}" for n, c in self.choices if c)


def specifications(claim: Claim, census: Census, open_: Mapping[str, Freedom]) -> list[Specification]:
    """All readings of a claim on this ledger, in the order of the choices."""
    found = []
    excluded = (*default_readings().exclude, *claim.exclude)
    for channel in open_[EVIDENCE].choices:
        applies = "observed" if channel == COUNTED else "reported"
        left = {
            n: {c: choice for c, choice in f.choices.items() if choice.applies in ("both", applies)}
            for n, f in open_.items()
            if f.applies in ("both", applies)
        } | {EVIDENCE: {channel: open_[EVIDENCE].choices[channel]}}
        if not all(left.values()):
            continue  # the evidence can be read in none of the ways of some degree of freedom
        _few(claim, left)
        for chosen in _combinations(left):
            names = {n: _named(n, c, left, open_) for n, c in chosen.items()}
            if _is_excluded(names, excluded) or _contradict(chosen, left):
                continue
            choices = {n: left[n][c] for n, c in chosen.items()}
            made = _specification(claim, census, names, choices)
            if not _too_long(made.request, choices.values()):
                alone = tuple((n, c) for n, c in chosen.items() if names[n] == ABSENT)
                found.append(replace(made, alone=alone))
    return found


def _combinations(left: Mapping[str, Mapping[str, Choice]]) -> Iterator[dict[str, str]]:
    for chosen in product(*left.values()):
        yield dict(zip(left, chosen, strict=True))


def _named(name: str, chosen: str, left: Mapping[str, Mapping[str, Choice]], open_: Mapping[str, Freedom]) -> str:
    """The choice, or nothing where the evidence leaves one alone of several."""
    return ABSENT if name != EVIDENCE and len(left[name]) == 1 < len(open_[name].choices) else chosen


def _is_excluded(names: Mapping[str, str], excluded: Iterable[Excluded]) -> bool:
    return any(all(names.get(n, ABSENT) in choices for n, choices in e.when.items()) for e in excluded)


def _contradict(chosen: Mapping[str, str], left: Mapping[str, Mapping[str, Choice]]) -> bool:
    """Whether two choices want the same reading otherwise."""
    seen: dict[str, str] = {}
    for name, choice in chosen.items():
        changed = {f"reading {k}": v for k, v in left[name][choice].reading.items()}
        changed |= {"within": w} if (w := left[name][choice].within) is not None else {}
        if any(seen.setdefault(k, v) != v for k, v in changed.items()):
            return True
    return False


def _too_long(request: Request, choices: Iterable[Choice]) -> bool:
    """Whether a choice tells nothing of so long a time as is asked about."""
    longest = min((c.longest for c in choices if c.longest is not None), default=None)
    return longest is not None and any((p.end - p.start).days > longest for p in request.periods)


def _specification(
    claim: Claim, census: Census, names: Mapping[str, str], choices: Mapping[str, Choice]
) -> Specification:
    measure, of, within, period, by = claim.measure, claim.of, claim.within, claim.period, claim.by
    reading, row, since = dict(claim.reading), dict(claim.row), ""
    for choice in choices.values():
        measure = choice.measure or measure
        of = choice.of if choice.of is not None else of
        within = choice.within if choice.within is not None else within
        period = choice.period or period
        by = choice.by if choice.by is not None else by
        since = choice.since or since
        reading |= choice.reading
        row |= choice.row
    if since:
        period = _since(census, reading["channel"], since, period)
    request = Request.build(measure, of=of, within=within, by=by, period=period, reading=reading)
    return Specification(tuple(names.items()), request, tuple(row.items()))


def _since(census: Census, channel: str, since: str, period: str) -> str:
    """The period from there to the end of the one stated, or to that of the data."""
    extent = census.extent(channel)
    starts = {"first": extent.first, "first_exact": extent.first_exact}
    start = starts.get(since) or Period.parse(since).start
    end = Period.parse(period).end if period else extent.end
    return f"{start}..{end - timedelta(days=1)}" if start < end else period


def _few(claim: Claim, left: Mapping[str, Mapping[str, Choice]]) -> None:
    size = 1
    for choices in left.values():
        size *= max(1, len(choices))
    if size > MOST:
        raise RequestError(
            f"{size:,} readings are more than {MOST:,}",
            where=f"claim {claim.id}",
            remedy="leave out a degree of freedom (readings: {NAME: false}), or name fewer choices",
        )
