"""Where the links of an edition's pages lead, and prose with its links in Markdown (in HTML: templates/said.html)."""

import re

from modelcensus.publish.prose import Code, Linked, Prose

RECORDS = "provenance.html"
"""The page with one anchor per provenance id, batch and published figure."""
PLACE = re.compile(r"\.(html|json|svg)(#|$)")
MARKS = re.compile(r"([\\|`*_\[\]])")


def href(to: str, root: str = "") -> str:
    """Where a link leads; `root` is the way from the page to the folder of the report.

    >>> href("p0123456789ab"), href("claims/a/b.html#readings", "../../")
    ('provenance.html#p0123456789ab', '../../claims/a/b.html#readings')
    """
    return f"{root}{to}" if PLACE.search(to) else f"{root}{RECORDS}#{to}"


def markdown_of(said: Prose, root: str = "") -> str:
    """The sentence with its links, in Markdown."""
    parts = [_part(p, root) for p in said.parts]
    return re.sub(r"\s+", " ", "".join(parts))


def _part(part: str | Linked, root: str) -> str:
    if isinstance(part, Linked):
        return f"[{plain_markdown(part.text)}]({href(part.to, root)})"
    return f"`{part}`" if isinstance(part, Code) else plain_markdown(part)


def plain_markdown(text: str) -> str:
    """A text without markup of its own: no columns, tags, emphasis or links.

    >>> print(plain_markdown("a_b | <c>"))
    a\\_b \\| &lt;c&gt;
    """
    return MARKS.sub(r"\\\1", text).replace("<", "&lt;").replace(">", "&gt;")
