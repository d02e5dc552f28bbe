"""Addresses that nobody asked for before: questions over everything that a served ledger has names for.

Names, months and channels are those that the app itself gives. Questions differ in what people change: whom they ask
about, within what, of when, by what, under which reading, and in which form they take the answer.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode
from urllib.request import urlopen

READINGS = ("channel=reported:modelpulse", "channel=hub", "counter=rolling_30d")
DIMENSIONS = ("organization", "family", "region", "size_class", "license_class", "library", "task")
SCOPES = ("", "hub", "mainline", "makers", "text-vision", "listed")
MOST_ROWS = 100_000
MOST_NAMES = 2_000
"""Names of one dimension that are asked about."""


@dataclass(frozen=True)
class Channel:
    """A way in which the ledger counts: the reading that asks for it, its months in order, and by scope and dimension the names
    that have an answer there, each with the months in which it has downloads: what has none is refused, which is no
    question for a measurement."""

    reading: str
    months: tuple[str, ...]
    scopes: dict[str, dict[str, dict[str, frozenset[str]]]]

    @property
    def grain(self) -> str:
        """What its numbers are by."""
        return "day" if self.reading.startswith("counter") else "month"


def channels(address: str, readings: tuple[str, ...] = READINGS) -> list[Channel]:
    """What the app at an address can be asked."""
    found = []
    for reading in readings:
        grain = "day" if reading.startswith("counter") else "month"
        periods = _column(address, "period", by=grain, reading=reading)
        if not periods:
            continue
        scopes = {}
        for scope in SCOPES:
            names = {d: _there(address, d, grain, reading, scope) for d in DIMENSIONS}
            known = {d: {n: months for n, months in v.items() if "," not in n} for d, v in names.items() if v}
            scopes |= {scope: known} if known else {}
        months = sorted({p[:7] for p in periods}) if grain == "day" else [p for p in periods if len(p) == 7]
        found.append(Channel(reading, tuple(months), scopes))
    return found


def _column(address: str, column: str, **asked: str) -> list[str]:
    """The values of a column of the downloads that are asked for, in order; none where there is no answer."""
    return sorted({str(r[column]) for r in _rows(address, **asked)})


def _there(address: str, dimension: str, grain: str, reading: str, scope: str) -> dict[str, frozenset[str]]:
    """The months in which the members of a dimension were downloaded; of the `MOST_NAMES` with most downloads."""
    found: dict[str, set[str]] = {}
    most: dict[str, float] = {}
    for row in _rows(address, by=[dimension, grain], reading=reading, within=scope):
        if row["value"]:
            name = str(row[dimension])
            found.setdefault(name, set()).add(row["period"].rpartition("..")[2][:7])
            most[name] = max(most.get(name, 0), row["value"])
    listed = sorted(found, key=lambda n: -most[n])[:MOST_NAMES]
    return {n: frozenset(found[n]) for n in listed if n != "None"}


def _rows(address: str, **asked: str | list[str]) -> list[dict]:
    """The rows of the downloads that are asked for, at most `MOST_ROWS`; none where there is no answer."""
    found: list[dict] = []
    query = {**{k: v for k, v in asked.items() if v}, "limit": 10_000}
    try:
        while True:
            told = urlencode({**query, "offset": len(found)}, doseq=True)
            with urlopen(f"{address}/api/v1/measures/downloads?{told}", timeout=600) as answer:
                page = json.load(answer)
            found += page["rows"]
            if not page["rows"] or len(found) >= min(page["total"], MOST_ROWS):
                return found
    except OSError:
        return []


def fresh(found: list[Channel], forms: tuple[str, ...], many: int, seed: int) -> list[str]:
    """Different addresses of these forms (`page`, `json`, `csv`, `api`, `compare`, `svg`)."""
    draw = random.Random(seed)
    made: Iterator[str] = iter(lambda: _address(draw, draw.choice(found), draw.choice(forms)), None)
    return list(dict.fromkeys(islice(made, 3 * many)))[:many]


def subjects(found: list[Channel]) -> list[str]:
    """The pages of families, organizations and regions, each once."""
    kinds = {"family": "families", "organization": "organizations", "region": "regions"}
    names = [(d, values) for c in found for scope in c.scopes.values() for d, values in scope.items() if d in kinds]
    return sorted({f"/{kinds[d]}/{quote(n)}" for d, values in names for n in values})


def _address(draw: random.Random, channel: Channel, form: str) -> str:
    scope = draw.choice(list(channel.scopes))
    names = channel.scopes[scope]
    if form == "compare":
        dimension = draw.choice([d for d in ("organization", "family", "region") if d in names])
        month = draw.choice(channel.months)
        some = _some(draw, names[dimension], {month}, draw.randint(2, 4))
        return f"/compare?{urlencode({'of': f'{dimension}=' + ','.join(some), 'shape': draw.choice(('lines', 'index', 'log'))})}"
    dimension = draw.choice(list(names))
    asked: dict[str, object] = {"reading": channel.reading} if channel.reading != "channel=hub" else {}
    months = set(channel.months)
    if draw.random() < 0.8:
        first, last = sorted(draw.sample(range(len(channel.months)), 2))
        months = set(channel.months[first : last + 1])
        asked["period"] = f"{channel.months[first]}..{channel.months[last]}"
    some = _some(draw, names[dimension], months, draw.choice((1, 1, 1, 2)))
    few = [d for d in names if len(names[d]) < 100]
    measure = draw.choice(("share", "share", "downloads", "rank", "mix"))
    by = [channel.grain] if channel.grain == "day" or draw.random() < 0.9 else []
    if measure == "rank":
        by, some = [dimension, *by], some if len(names[dimension]) >= 100 else []
    elif few and (measure == "mix" or draw.random() < 0.25):
        by = [draw.choice(few), *by]
        measure, some = ("share", some) if measure == "mix" and by[0] == dimension else (measure, some)
    elif measure == "mix":
        measure = "share"
    asked |= (
        {"by": by} | ({"of": f"{dimension}={','.join(some)}"} if some else {}) | ({"within": scope} if scope else {})
    )
    if form == "api":
        return f"/api/v1/measures/{measure}?{urlencode(asked, doseq=True)}"
    return f"/explore{'' if form == 'page' else f'.{form}'}?{urlencode({'measure': measure, **asked}, doseq=True)}"


def _some(draw: random.Random, names: dict[str, frozenset[str]], months: set[str], most: int) -> list[str]:
    """So many of the names, or fewer, that were downloaded in one of these months."""
    there = [n for n, known in names.items() if known & months] or list(names)
    return draw.sample(there, min(len(there), most))
