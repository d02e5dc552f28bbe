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
MOST_NAMES = 2_000
"""Names of one dimension that are asked about."""


@dataclass(frozen=True)
class Channel:
    """A way in which the ledger counts: the reading that asks for it, its months in order, and by scope the names of each
    dimension that have an answer there."""

    reading: str
    months: tuple[str, ...]
    scopes: dict[str, dict[str, tuple[str, ...]]]

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
        newest = periods[-1] if grain == "month" else ""
        scopes = {}
        for scope in SCOPES:
            names = {d: _column(address, d, by=d, reading=reading, period=newest, within=scope) for d in DIMENSIONS}
            known = {d: tuple(v for v in values if "," not in v) for d, values in names.items() if values}
            scopes |= {scope: known} if known else {}
        months = sorted({p[:7] for p in periods}) if grain == "day" else [p for p in periods if len(p) == 7]
        found.append(Channel(reading, tuple(months), scopes))
    return found


def _column(address: str, column: str, **asked: str) -> list[str]:
    """The values of a column of the downloads that are asked for; none where there is no answer."""
    query = urlencode({**{k: v for k, v in asked.items() if v}, "limit": 10_000})
    try:
        with urlopen(f"{address}/api/v1/measures/downloads?{query}", timeout=600) as answer:
            rows = json.load(answer)["rows"]
    except OSError:
        return []
    rows.sort(key=lambda r: (r["period"], -(r["value"] or 0)) if column == "period" else -(r["value"] or 0))
    return list(dict.fromkeys(str(r[column]) for r in rows if r[column] is not None))[:MOST_NAMES]


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
    dimension = draw.choice(list(names))
    some = draw.sample(names[dimension], min(len(names[dimension]), draw.choice((1, 1, 1, 2))))
    if form == "compare":
        dimension = draw.choice([d for d in ("organization", "family", "region") if d in names])
        some = draw.sample(names[dimension], min(len(names[dimension]), draw.randint(2, 4)))
        return f"/compare?{urlencode({'of': f'{dimension}=' + ','.join(some), 'shape': draw.choice(('lines', 'index', 'log'))})}"
    asked: dict[str, object] = {"reading": channel.reading} if channel.reading != "channel=hub" else {}
    first, last = sorted(draw.sample(range(len(channel.months)), 2))
    if draw.random() < 0.8:  # whom a name stands for may have come late: what is asked of one goes up to the newest
        asked["period"] = f"{channel.months[first]}..{channel.months[last if len(names[dimension]) < 100 else -1]}"
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
