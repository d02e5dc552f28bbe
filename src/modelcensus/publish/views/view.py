"""One page of the app and of the site: a question, what was chosen, and what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from modelcensus.measures import Result
from modelcensus.publish.scene import Scene
from modelcensus.publish.section import Facts, Figure, Section

Chosen = Mapping[str, tuple[str, ...]]
"""What the address says, name by name: the whole state of a page."""


@dataclass(frozen=True)
class Choice:
    """One value of a control."""

    value: str
    label: str


@dataclass(frozen=True)
class Control:
    """What a reader can choose: the name stands in the address. A `text` may take its value from `choices`."""

    name: str
    label: str
    kind: Literal["choice", "text"]
    value: str
    choices: tuple[Choice, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class Way:
    """A link to another page, with the words that say what is there."""

    to: str
    label: str


@dataclass(frozen=True)
class View:
    """A page. `wrong` says why what was asked for has no answer; then there are no sections. `later` are sections whose
    answer changes while a ledger stays as it is: the address of the page that has it, by the section's id."""

    name: str
    question: str
    sections: list[Section]
    controls: tuple[Control, ...] = ()
    ways: tuple[Way, ...] = ()
    remarks: tuple[str, ...] = ()
    wrong: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)

    def results(self) -> dict[str, Result]:
        """Everything that the page rests on, by the id of its record."""
        return {r.provenance.id: r for s in self.sections for r in s.all_results()}

    def tables(self) -> dict[str, Result | Facts]:
        """What can be taken as a table, by name; the first is meant where none is named."""
        named: dict[str, Result | Facts] = {}
        for section in self.sections:
            named |= {t.name: t.result for t in section.tables} | {f.name: f for f in section.facts}
        return named or dict(self.results())

    def figures(self) -> dict[str, Figure]:
        """The pictures, by name; the first is meant where none is named."""
        return {f.name: f for s in self.sections for f in s.figures}


Build = Callable[[Scene, Chosen], View]


@dataclass(frozen=True)
class Page:
    """A registered kind of page: its address, its place in the menu (none where empty), and how it is built.

    An address may end in `{name}`: what the page is about. `takes` are the choices that may follow it.
    """

    path: str
    takes: tuple[str, ...]
    menu: str
    text: str
    build: Build


_PAGES: dict[str, Page] = {}
MENU = ("/", "/explore", "/compare", "/leaderboards", "/launch", "/health", "/method")
"""The order in which pages stand in the menu."""


def page(path: str, *, text: str, menu: str = "", takes: tuple[str, ...] = ()) -> Callable[[Build], Build]:
    """Register what builds the pages of an address."""

    def register(build: Build) -> Build:
        _PAGES[path] = Page(path, takes, menu, text, build)
        return build

    return register


def pages() -> dict[str, Page]:
    """All registered pages by address, in the order of the menu; those that are not in it follow."""
    order = {path: place for place, path in enumerate(MENU)}
    return dict(sorted(_PAGES.items(), key=lambda p: order.get(p[0], len(order))))


def one(chosen: Chosen, name: str, default: str = "") -> str:
    """The single value of a choice."""
    values = [v for v in chosen.get(name, ()) if v]
    return values[-1] if values else default


def for_example(*terms: str) -> str:
    """What is said below a field: what could be written there, of what these data have.

    >>> for_example("family=Qwen", "", "region=china,us"), for_example("")
    ('for example family=Qwen, or region=china,us', '')
    """
    known = [t for t in terms if t]
    return f"for example {', or '.join(known)}" if known else ""


def members(scene: Scene, dimension: str, most: int) -> str:
    """A term of so many members of a dimension that these data have; nothing where they have fewer."""
    names = scene.examples(dimension, most)
    return f"{dimension}={','.join(names)}" if len(names) == most else ""


def several(chosen: Chosen, name: str) -> list[str]:
    """The values of a choice that may be made more than once, apart or with `;` between them; empty ones are none."""
    return [part for v in chosen.get(name, ()) for part in (p.strip() for p in v.split(";")) if part]
