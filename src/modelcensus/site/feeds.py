"""Feeds as files of a site: links that lead into it, and nothing that only holds on the day it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

from modelcensus.publish.feeds import ATOM, STALE, TAG

LINK, ENTRY, ID, UPDATED = (f"{{{ATOM}}}{name}" for name in ("link", "entry", "id", "updated"))
Way = Callable[[str], str | None]


def links_of(feed: bytes) -> Iterator[str]:
    """Where the entries of a feed lead, in either form."""
    if _is_json(feed):
        yield from (_within(item["url"]) for item in json.loads(feed)["items"] if "url" in item)
        return
    for entry in ElementTree.fromstring(feed).iter(ENTRY):
        yield from (_within(link.get("href", "")) for link in entry.iter(LINK))


def feed_file(feed: bytes, way: Way, edition: str) -> bytes:
    """The feed, Atom or JSON, with the links that `way` gives (none where it gives none); one without entries is of the
    time of its `edition`. Sources that are late on the day of writing are left out: a site is of its data, not of a day."""
    return _json_file(feed, way) if _is_json(feed) else _atom_file(feed, way, edition)


def _within(link: str) -> str:
    """A link of a feed without the address at which the app was asked: all lead into the app."""
    return urlunsplit(("", "", *urlsplit(link)[2:]))


def _is_json(feed: bytes) -> bool:
    return feed.startswith(b"{")


def _json_file(feed: bytes, way: Way) -> bytes:
    told = json.loads(feed)
    told["items"] = [item for item in told["items"] if not item["id"].startswith(f"{TAG}{STALE}")]
    for part, name in ((told, "feed_url"), (told, "home_page_url"), *((item, "url") for item in told["items"])):
        if (to := way(_within(part.pop(name, "")))) is not None:
            part[name] = to
    return json.dumps(told, indent=1).encode()


def _atom_file(feed: bytes, way: Way, edition: str) -> bytes:
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.fromstring(feed)
    for entry in root.findall(ENTRY):
        if (entry.findtext(ID) or "").startswith(f"{TAG}{STALE}"):
            root.remove(entry)
    days = [entry.findtext(UPDATED) or "" for entry in root.findall(ENTRY)]
    for updated in root.findall(UPDATED):
        updated.text = max(days, default=edition)
    for parent in (root, *root.findall(ENTRY)):
        for link in parent.findall(LINK):
            if (to := way(_within(link.get("href", "")))) is None:
                parent.remove(link)
            else:
                link.set("href", to)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="utf-8")
