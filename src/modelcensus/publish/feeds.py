"""What happened, as Atom and as JSON Feed: first places won and lost, and sources gone stale."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin
from xml.etree import ElementTree

from modelcensus.claims import Account
from modelcensus.measures import Result, period_text
from modelcensus.measures.health import NEEDS_ACTION, health
from modelcensus.publish.scene import Scene
from modelcensus.publish.verdict_words import verdict_as_worded
from modelcensus.publish.views.asking import Counting, countings
from modelcensus.vocabulary import CensusError
from modelcensus.vocabulary.inert_text import all_straight
from modelcensus.vocabulary.naming import opening

ATOM = "http://www.w3.org/2005/Atom"
TAG = "tag:modelcensus,2026:"
STALE = "stale:"
"""How ids of entries begin that tell what holds today."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `day` is the last of the period that shows it, `rests_on` the record behind it."""

    id: str
    day: str
    title: str
    text: str
    rests_on: str = ""
    page: str = ""
    """Where it is shown, if that is no record."""

    @property
    def link(self) -> str:
        """The address that shows it; nothing where there is none."""
        return self.page or (f"/provenance/{self.rests_on}" if self.rests_on else "")


@dataclass(frozen=True)
class Feed:
    """Entries about one subject, the newest first."""

    title: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> str:
        """The newest day; a feed without entries was never updated."""
        return max((e.day for e in self.entries), default="1970-01-01")


def feed_of(scene: Scene, dimension: str, name: str, called: str, today: date) -> Feed:
    """First places that the subject won and lost, under every way of counting, and sources that are stale today."""
    entries = [e for way in countings(scene, dimension) for e in _first_places(scene, way, dimension, name, called)]
    entries += _stale(scene, today)
    return Feed(f"{opening(called)} in open AI models", _newest_first(entries))


def claim_feed(now: Account, day: date, before: Account | None, day_before: date | None) -> Feed:
    """The verdict of a claim on its ledger's newest day, told as a flip where it was another one `before`."""
    said = f"{verdict_as_worded(now)} as worded; {now.verdict} over all readings."
    title, was = f"{now.verdict}: {now.claim.statement}", ""
    if before and day_before and (before.verdict, verdict_as_worded(before)) != (now.verdict, verdict_as_worded(now)):
        title = f"The verdict flipped: {now.claim.statement}"
        was = f" Before ({day_before}): {verdict_as_worded(before)} as worded; {before.verdict} over all readings."
    name = f"claim:{now.id}:{day}:{verdict_as_worded(now)}:{now.verdict}"
    entry = Entry(name, str(day), title, said[0].upper() + said[1:] + was, page=f"/claims/{now.id}")
    return Feed(now.claim.statement, (entry,))


def _newest_first(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda e: (e.day, e.id), reverse=True))


def _first_places(scene: Scene, way: Counting, dimension: str, name: str, called: str) -> Iterator[Entry]:
    try:
        result = scene.census.measure("downloads", by=[dimension, way.grain], reading=way.reading)
    except CensusError:
        return
    before = ""
    for day, period, leader, certain in _leaders(result, dimension):
        if before and leader != before and name in (leader, before):
            won = leader == name
            title = f"{opening(called)} {'took' if won else 'lost'} the first place in {period_text(period)}"
            sure = (
                "" if certain else " The intervals overlap: the order is the likely one, not the only possible one."
            )
            text = f"By downloads within {result.whole_text} ({result.counted_by}), {leader} followed {before}.{sure}"
            yield Entry(f"{dimension}:{name}:first:{way.said}:{day}", day, title, text, result.provenance.id)
        before = leader


def _leaders(result: Result, dimension: str) -> Iterator[tuple[str, str, str, bool]]:
    """Per period its last day, its name, who is first, and whether nobody else can be."""
    spans: dict[int, list] = {}
    for row in result.rows:
        if row.value is not None and row.dimensions[dimension] is not None:
            spans.setdefault(row.span, []).append(row)
    for _span, rows in sorted(spans.items()):
        first = max(rows, key=lambda r: r.value)
        low = first.value if first.low is None else first.low
        others = [r.value if r.high is None else r.high for r in rows if r is not first]
        yield first.end, first.period, str(first.dimensions[dimension]), all(low > o for o in others)


def _stale(scene: Scene, today: date) -> Iterator[Entry]:
    for source in health(scene.census, today)["sources"]:
        if source["status"] in NEEDS_ACTION:
            name, day = str(source["source"]), str(source["to"])
            text = f"{name} ({source['status']}) was last read on {day}, {source['days_since']} days before {today}."
            yield Entry(f"{STALE}{name}:{day}", day, f"{name} has gone stale", text)


def atom(feed: Feed, address: str) -> str:
    """The feed as Atom (RFC 4287); `address` is where it stands."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _child(root, "title", feed.title)
    _child(root, "id", f"{TAG}{feed.title}")
    _child(root, "updated", f"{feed.updated}T00:00:00Z")
    _child(root, "link", rel="self", href=address)
    author = ElementTree.SubElement(root, f"{{{ATOM}}}author")
    _child(author, "name", "modelcensus")
    for entry in feed.entries:
        node = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
        _child(node, "title", entry.title)
        _child(node, "id", f"{TAG}{entry.id}")
        _child(node, "updated", f"{entry.day}T00:00:00Z")
        _child(node, "summary", entry.text)
        if entry.link:
            _child(node, "link", rel="related", href=urljoin(address, entry.link))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def json_feed(feed: Feed, address: str) -> str:
    """The feed as JSON Feed 1.1."""
    items = [
        {
            "id": f"{TAG}{e.id}", "title": e.title, "content_text": e.text, "date_published": f"{e.day}T00:00:00Z",
            **({"url": urljoin(address, e.link)} if e.link else {}),
        }
        for e in feed.entries
    ]  # fmt: skip
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "feed_url": address,
        "items": items,
    }
    return json.dumps(all_straight(content), indent=1)  # readers show it as text


def _child(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = "".join(c for c in text if c >= " ") or None
