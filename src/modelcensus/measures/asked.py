"""A request in words: what was asked, for those who read a record; its plain values are for programs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from modelcensus.measures.in_words import counter_text, period_text
from modelcensus.vocabulary import Reading, Request
from modelcensus.vocabulary.names import HUB, LOG, REPORTED
from modelcensus.vocabulary.naming import listed

USUAL = asdict(Reading())


def asked_text(request: Request, place: Callable[[str], str] = str) -> str:
    """What was asked, in words; `place` names a region. Choices of a reading that are the usual ones are not named.

    >>> asked_text(Request.build("share", {"family": "Qwen"}, by="day", reading=["channel=hub", "counter=rolling_30d"]))
    "share, of family Qwen, by day; the Hub's counters, 30-day counter as read"
    >>> asked_text(Request.build("rank", by=["organization", "month"], period="2026-02", within="makers", reading=["panel=fixed"]))
    'rank, by organization and month, within makers, in February 2026; panel fixed'
    """
    parts = [request.measure.replace("_", " ")]
    for dimension, values in request.of:
        names = [place(v) for v in values] if dimension.endswith("region") else list(values)
        parts.append(f"of {dimension.replace('_', ' ')} {listed(names)}")
    if request.by:
        parts.append(f"by {listed([b.replace('_', ' ') for b in request.by])}")
    if request.within:
        parts.append(f"within {request.within}")
    if request.periods:
        parts.append(f"in {listed([period_text(str(p)) for p in request.periods])}")
    if request.as_of:
        parts.append(f"as of {period_text(str(request.as_of))}")
    chosen = asdict(request.reading)
    said = [channel_text(chosen.pop("channel"))]
    if counter := chosen.pop("counter"):
        said.append(counter_text(counter))
    said += [f"{k.replace('_', ' ')} {v}" for k, v in chosen.items() if v != USUAL[k]]
    reading = ", ".join(filter(None, said))
    return f"{', '.join(parts)}{f'; {reading}' if reading else ''}"


def channel_text(channel: str) -> str:
    """A channel in words.

    >>> channel_text("hub"), channel_text("reported:modelpulse"), channel_text("log:mirror"), channel_text("ollama")
    ("the Hub's counters", 'reported by modelpulse', 'the log mirror', 'ollama')
    """
    if channel == HUB:
        return "the Hub's counters"
    kind, _, name = channel.partition(":")
    return {REPORTED: f"reported by {name}", LOG: f"the log {name}"}.get(f"{kind}:", channel)
