"""Feeds as files of a site: links that lead into it, and nothing that only holds on the day it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from modelcensus.publish.feeds import ATOM, STALE, TAG

LINK, ENTRY, ID, UPDATED = (f"{{{ATOM}}}{name}" for name in ("link", "entry", "id", "updated"))
NEVER = "1970-01-01T00:00:00Z"


def links_of(feed: bytes) -> Iterator[str]:
    """Where the entries of an Atom feed lead."""
    for entry in ElementTree.fromstring(feed).iter(ENTRY):
        yield from (link.get("href", "") for link in entry.iter(LINK))


def feed_file(feed: bytes, way: Callable[[str], str | None]) -> bytes:
    """The Atom feed with the links that `way` gives (none where it gives none). Sources that are late on the day of
    writing are left out: a site is of its data, not of a day."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.fromstring(feed)
    for entry in root.findall(ENTRY):
        if (entry.findtext(ID) or "").startswith(f"{TAG}{STALE}"):
            root.remove(entry)
    days = [entry.findtext(UPDATED) or "" for entry in root.findall(ENTRY)]
    for updated in root.findall(UPDATED):
        updated.text = max(days, default=NEVER)
    for parent in (root, *root.findall(ENTRY)):
        for link in parent.findall(LINK):
            if (to := way(link.get("href", ""))) is None:
                parent.remove(link)
            else:
                link.set("href", to)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="utf-8")
