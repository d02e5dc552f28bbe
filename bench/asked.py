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
    """A way in which the ledger counts: the reading that asks for it, its periods in order, and names by dimension."""

    reading: str
    periods: tuple[str, ...]
    names: dict[str, tuple[str, ...]]

    @property
    def grain(self) -> str:
        """What its numbers are by."""
        return "day" if self.reading.startswith("counter") else "month"


def channels(address: str) -> list[Channel]:
    """What the app at an address can be asked."""
    found = []
    for reading in READINGS:
        grain = "day" if reading.startswith("counter") else "month"
        periods = _column(address, "period", by=grain, reading=reading)
        if not periods:
            continue
        newest = periods[-1] if grain == "month" else ""
        names = {d: _column(address, d, by=d, reading=reading, period=newest) for d in DIMENSIONS}
        known = {d: tuple(v for v in values if "," not in v) for d, values in names.items() if values}
        found.append(
            Channel(reading, tuple(p for p in periods if len(p) == 7) or (periods[0][:7], periods[-1][:7]), known)
        )
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
    return sorted(
        {f"/{kinds[d]}/{quote(n)}" for c in found for d, names in c.names.items() if d in kinds for n in names}
    )


def _address(draw: random.Random, channel: Channel, form: str) -> str:
    first, last = sorted(draw.sample(range(len(channel.periods)), 2)) if len(channel.periods) > 2 else (0, 1)
    whole = draw.random() < 0.2
    asked: dict[str, object] = {"reading": channel.reading} if channel.reading != "channel=hub" else {}
    if form == "compare":
        dimension = draw.choice([d for d in ("organization", "family", "region") if d in channel.names])
        some = draw.sample(channel.names[dimension], min(len(channel.names[dimension]), draw.randint(2, 4)))
        shape = draw.choice(("lines", "index", "log"))
        return f"/compare?{urlencode({'of': f'{dimension}=' + ','.join(some), 'shape': shape})}"
    if not whole and channel.grain == "month":
        asked["period"] = f"{channel.periods[first]}..{channel.periods[last]}"
    dimension = draw.choice(list(channel.names))
    measure, shape = draw.choice(("share", "share", "downloads", "rank", "mix")), "lines"
    by, of = ([channel.grain] if channel.grain == "day" or draw.random() < 0.9 else []), ""
    if measure == "mix" or draw.random() < 0.25:
        by = [
            draw.choice(
                [d for d in channel.names if d != "organization" or len(channel.names[d]) < 100] or [dimension]
            ),
            *by,
        ]
    if measure == "rank" and dimension not in by:
        by = [dimension, *by] if len(channel.names[dimension]) < 100 else by
    if draw.random() < 0.75:
        names = channel.names[dimension]
        of = f"{dimension}={','.join(draw.sample(names, min(len(names), draw.choice((1, 1, 1, 2)))))}"
    within = draw.choice(SCOPES if channel.reading.startswith("channel=reported") else SCOPES[:4])
    asked |= {"by": by} | ({"of": of} if of else {}) | ({"within": within} if within else {})
    if form == "api":
        return f"/api/v1/measures/{measure}?{urlencode(asked, doseq=True)}"
    suffix = "" if form == "page" else f".{form}"
    return f"/explore{suffix}?{urlencode({'measure': measure, 'shape': shape, **asked}, doseq=True)}"
