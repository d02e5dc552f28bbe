"""What a site has in the place of what needs a server: links to prepared choices, the search, its index."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import PurePosixPath
from posixpath import relpath

from modelcensus.publish.linked_data import ld_json
from modelcensus.site.addresses import Address, Names
from modelcensus.site.gathered import Gathered, chosen_in
from modelcensus.site.markup import Field, Form
from modelcensus.vocabulary.inert_text import straight

POLICY = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'"
OWN = ("site.css", "site.js")
KINDS = {
    "families": "Families", "organizations": "Organizations", "regions": "Regions", "models": "Models",
    "claims": "Published claims", "launch": "Launches", "compare": "Comparisons", "explore": "Measures",
    "leaderboards": "Leaderboards",
}  # fmt: skip
"""How pages are called in the search, by the first part of their addresses; others are pages of the menu."""
APART = ("provenance", "search")
MENU = "Pages"


def _asset(name: str) -> Callable[[], bytes]:
    return lambda: (files("modelcensus.site") / "assets" / name).read_bytes()


CONTENT = {name: _asset(name) for name in OWN}
"""Files that every site has."""


def frame_head() -> str:
    """What is put into the head of a frame: its policy."""
    return f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'


def head(own: str, canonical: str) -> str:
    """What is put into the head of a page: its policy, its own style and script, where it stands."""
    root = relpath(".", str(PurePosixPath(own).parent))
    lines = [
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        f'<link rel="stylesheet" href="{root}/site.css">',
        f'<script src="{root}/site.js" defer></script>',
    ]
    if canonical:
        lines += [
            f'<link rel="canonical" href="{escape(canonical)}">',
            f'<meta property="og:url" content="{escape(canonical)}">',
        ]
    return "\n".join(lines) + "\n"


def prepared(address: Address, form: Form | None, found: Gathered, way: Callable[[Address], str]) -> str:
    """The choices of a page as links to those that were prepared; nothing where there are none."""
    if form is None:
        return ""
    rows = [row for one in form.fields if (row := _row(one, address, form, found, way))]
    if not rows:
        return ""
    note = "Other choices need the app: modelcensus serve."
    return (
        f'<nav class="prepared" aria-label="What is shown"><dl>{"".join(rows)}</dl><p class="remark">{note}</p></nav>'
    )


def _row(one: Field, address: Address, form: Form, found: Gathered, way: Callable[[Address], str]) -> str:
    """A control: the choice that is made, and links to the others."""
    words = {value: text for value, text in one.options if text}
    values = list(words) or _written_values(one, form, found)
    links = []
    for value in dict.fromkeys((*values, one.value)):
        to = chosen_in(form, **{one.id: value})
        to = found.same.get(to, to)
        said = escape(words.get(value, value))
        if value == one.value:
            links.append(f'<b aria-current="true">{said}</b>' if said else "")
        elif to in found.pages and to != address:
            links.append(f'<a href="{escape(way(to))}">{said or "none"}</a>')
    shown = [link for link in links if link]
    if not shown or (len(shown) == 1 and not one.value):
        return ""
    return f"<div><dt>{escape(one.label)}</dt><dd>{' '.join(shown)}</dd></div>"


def _written_values(one: Field, form: Form, found: Gathered) -> list[str]:
    """The values of a text that pages were written for, all else being as it is."""
    rest = tuple(kv for kv in chosen_in(form).query if kv[0] != one.name)
    bare = {
        tuple(kv for kv in same.query if kv[0] != one.name)
        for same, to in found.same.items()
        if to.path == form.action
    }
    fits = [
        a for a in found.pages
        if a.path == form.action and a.chosen and (
            (mine := tuple(kv for kv in a.query if kv[0] != one.name)) == rest or (not mine and rest in bare)
        )
    ]  # fmt: skip
    return list(dict.fromkeys(v for a in fits for k, v in a.query if k == one.name))


def entries(found: Gathered, names: Names) -> list[dict[str, str]]:
    """What can be found: every page but records, with its kind, its name and its question."""
    told = []
    for address in found.pages:
        first, _, name = address.path.strip("/").partition("/")
        if first in APART:
            continue
        kind = KINDS.get(first, MENU) if name or address.chosen else MENU
        words = " ".join(v for _, v in address.chosen) if address.chosen else name
        told.append(
            {
                "kind": kind,
                "name": straight(words),
                "question": straight(" ".join(found.headings[address].split())),
                "to": names.file(address),
            }
        )
    return told


def search_index(found: Gathered, names: Names) -> bytes:
    """The index as a script: a page that was opened from disk may load that, and no other file."""
    return f"window.censusIndex = {ld_json(entries(found, names))};\n".encode()


def found_list(found: Gathered, names: Names, own: str) -> str:
    """The search without scripts: a list of everything that has a page; with them, what fits what is typed."""
    root = relpath(".", str(PurePosixPath(own).parent))
    grouped: dict[str, list[dict[str, str]]] = {}
    for entry in entries(found, names):
        grouped.setdefault(entry["kind"], []).append(entry)
    lists = "".join(
        f'<h2>{escape(kind)}</h2><ul class="lines">'
        + "".join(
            f'<li><a href="{escape(names.way(own, a))}">{escape(e["question"])}</a> <span>{escape(e["name"])}</span></li>'
            for e, a in _with_address(some, found, names)
        )
        + "</ul>"
        for kind, some in sorted(grouped.items(), key=lambda kv: kv[0] != MENU)
    )
    return (
        '<p class="remark" id="hint">Words narrow the list; the arrow keys walk through it.</p>'
        '<p role="status" id="count" class="remark"></p><ul class="lines" id="found" hidden></ul>'
        f'<div id="everything">{lists}</div><script src="{root}/search-index.js"></script>'
    )


def _with_address(some: list[dict[str, str]], found: Gathered, names: Names) -> list[tuple[dict[str, str], Address]]:
    by_file = {names.file(a): a for a in found.pages}
    return [(e, by_file[e["to"]]) for e in some]


__all__ = ["CONTENT", "entries", "found_list", "frame_head", "head", "prepared", "search_index"]
