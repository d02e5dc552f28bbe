"""Feeds as Atom and as JSON Feed: what happened, under ids that stay."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from xml.etree import ElementTree

from modelcensus.vocabulary.inert_text import all_straight

ATOM = "http://www.w3.org/2005/Atom"
TAG = "tag:modelcensus,2026:"
STALE = "stale:"
"""How ids of entries begin that tell what holds today."""
IN_TAGS = "/:@!$&'()*+,;="
"""What may stand in a tag as it is (RFC 4151), besides letters, digits and `-._~`."""


def tag(name: str) -> str:
    """The name as an IRI (RFC 4151).

    >>> tag("family:GPT OSS")
    'tag:modelcensus,2026:family:GPT%20OSS'
    """
    return TAG + quote(name, safe=IN_TAGS)


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
    """Entries about one subject, the newest first. `id` and the ids of entries stay from edition to edition; `edition` is
    when this one's newest batch was committed, `page` shows the subject."""

    id: str
    title: str
    edition: datetime
    entries: tuple[Entry, ...]
    page: str = "/"

    @property
    def updated(self) -> str:
        """The newest day; of a feed without entries the time of its edition."""
        return max((f"{e.day}T00:00:00Z" for e in self.entries), default=f"{self.edition:%Y-%m-%dT%H:%M:%SZ}")


def atom(feed: Feed, address: str, base: str) -> str:
    """The feed as Atom (RFC 4287); `address` is where it stands, after `base`, with which all addresses begin."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _child(root, "title", feed.title)
    _child(root, "id", tag(feed.id))
    _child(root, "updated", feed.updated)
    _child(root, "link", rel="self", href=_whole(base, address))
    _child(root, "link", rel="alternate", href=_whole(base, feed.page))
    author = ElementTree.SubElement(root, f"{{{ATOM}}}author")
    _child(author, "name", "modelcensus")
    for entry in feed.entries:
        node = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
        _child(node, "title", entry.title)
        _child(node, "id", tag(entry.id))
        _child(node, "updated", f"{entry.day}T00:00:00Z")
        _child(node, "summary", entry.text)
        if entry.link:
            _child(node, "link", rel="related", href=_whole(base, entry.link))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def json_feed(feed: Feed, address: str, base: str) -> str:
    """The feed as JSON Feed 1.1; `address` is where it stands, after `base`, with which all addresses begin."""
    items = [
        {
            "id": tag(e.id), "title": e.title, "content_text": e.text, "date_published": f"{e.day}T00:00:00Z",
            **({"url": _whole(base, e.link)} if e.link else {}),
        }
        for e in feed.entries
    ]  # fmt: skip
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": _whole(base, feed.page),
        "feed_url": _whole(base, address),
        "items": items,
    }
    return json.dumps(all_straight(content), indent=1)  # readers show it as text


def _whole(base: str, address: str) -> str:
    return base.rstrip("/") + address


def _child(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> None:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = "".join(c for c in text if c >= " ") or None
