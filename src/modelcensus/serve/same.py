"""Whether a client holds an answer already."""

from __future__ import annotations


def holds(asked: str, tag: str) -> bool:
    """Whether an `If-None-Match` header names an entity tag: by weak comparison, or as `*` (RFC 9110, 13.1.2).

    >>> holds('"b", W/"a"', '"a"'), holds("*", '"a"'), holds('"b"', '"a"')
    (True, True, False)
    """
    if not asked:
        return False
    opaque = tag.removeprefix("W/")
    return asked.strip() == "*" or any(one.strip().removeprefix("W/") == opaque for one in asked.split(","))
