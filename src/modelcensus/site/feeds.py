"""Feeds as files of a site: links that lead into it, and nothing that only holds on the day it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

from modelcensus.publish.feeds import ATOM, STALE, TAG

LINK, ENTRY, ID, UPDATED = (f"{{{ATOM}}}{name}" for name in ("link", "entry", "id", "updated"))
NEVER = "1970-01-01T00:00:00Z"
Way = Callable[[str], str | None]


def links_of(feed: bytes) -> Iterator[str]:
    """Where the entries of a feed lead, in either form."""
    if _is_json(feed):
        yield from (item["url"] for item in json.loads(feed)["items"] if "url" in item)
        return
    for entry in ElementTree.fromstring(feed).iter(ENTRY):
        yield from (link.get("href", "") for link in entry.iter(LINK))


def feed_file(feed: bytes, way: Way) -> bytes:
    """The feed, Atom or JSON, with the links that `way` gives (none where it gives none). Sources that are late on the day
    of writing are left out: a site is of its data, not of a day."""
    return _json_file(feed, way) if _is_json(feed) else _atom_file(feed, way)


def _is_json(feed: bytes) -> bool:
    return feed.startswith(b"{")


def _json_file(feed: bytes, way: Way) -> bytes:
    told = json.loads(feed)
    told["items"] = [item for item in told["items"] if not item["id"].startswith(f"{TAG}{STALE}")]
    for part, name in ((told, "feed_url"), *((item, "url") for item in told["items"])):
        if (to := way(part.pop(name, ""))) is not None:
            part[name] = to
    return json.dumps(told, indent=1).encode()


def _atom_file(feed: bytes, way: Way) -> bytes:
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
