"""Pages and files gathered from the app: from the first pages on, from link to link, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest

from modelcensus.claims import Pack
from modelcensus.publish.scene import Scene
from modelcensus.publish.views.view import MENU
from modelcensus.site.addresses import PICKED, Address
from modelcensus.site.feeds import links_of
from modelcensus.site.markup import Form, Read
from modelcensus.site.plan import FORMS, Bounds, first_pages
from modelcensus.site.visits import BASE, Visits

LAUNCH, SUBJECT = "/launch", "subject"
RECORDS, BADGES, FEEDS, ASSETS = "/provenance/", "/badges/", "/feeds/", ("/assets/", "/style.css")
SERVED_ONLY = "htmx"
"""Scripts of this name ask a server for parts of pages."""
PATIENCE = 3
"""Choices that are tried for every one that may be prepared: some have no answer."""


@dataclass
class Gathered:
    """Pages as the app gave them, files, and the form of each page that has one.

    `same` are addresses that ask what a page without choices shows, and the address without them; `left_out` counts files above the bound.
    """

    pages: dict[Address, str] = field(default_factory=dict)
    files: dict[Address, bytes] = field(default_factory=dict)
    forms: dict[Address, Form] = field(default_factory=dict)
    headings: dict[Address, str] = field(default_factory=dict)
    told: dict[Address, str] = field(default_factory=dict)
    """What each page says of itself in one sentence."""
    same: dict[Address, Address] = field(default_factory=dict)
    left_out: int = 0

    @property
    def all(self) -> dict[Address, None]:
        """Every address that becomes a file, pages first."""
        return dict.fromkeys(chain(self.pages, self.files))


def gather(
    visits: Visits, scene: Scene, packs: list[Pack], bounds: Bounds, progress: Callable[[str], None]
) -> Gathered:
    """Ask for every page of the plan, the choices that are prepared, and what these pages rest on."""
    return _Walk(visits, bounds, progress).through(first_pages(scene, bounds, packs))


class _Walk:
    """One walk through the app."""

    def __init__(self, visits: Visits, bounds: Bounds, progress: Callable[[str], None]) -> None:
        self._visits, self._bounds, self._progress = visits, bounds, progress
        self.found = Gathered()
        self._asked: set[Address] = set()
        self._launches: list[Address] = []
        self._later: dict[Address, None] = {}

    def through(self, first: Iterable[Address]) -> Gathered:
        """First the pages of the plan, then variants of the menu's, launches, and records last: all lead to them."""
        for address in list(first):
            self._visit(address)
        for path in MENU:
            self._variants(Address(path))
        for address in self._launches:
            if sum(a.path == LAUNCH and bool(a.chosen) for a in self.found.pages) < self._bounds.subjects:
                self._visit(address)
        while self._later:
            later, self._later = self._later, {}
            for address in later:
                self._visit(address)
        return self.found

    def _visit(self, address: Address) -> bool:
        """Ask for a page, and for the files that stand beside it; false where there is none."""
        if address in self._asked:
            return address in self.found.pages
        self._asked.add(address)
        self._progress(f"{len(self.found.pages)} pages: {address.url}")
        reply = self._visits.get(address)
        if not reply.is_page:
            return False
        page = reply.body.decode()
        read = Read(page)
        self.found.pages[address] = page
        self.found.headings[address] = read.heading
        self.found.told[address] = read.told
        if read.form:
            self.found.forms[address] = read.form
            if not address.chosen:
                self.found.same[chosen_in(read.form)] = address
        for link in (*read.links, *read.previews):
            to = Address.parse(link.removeprefix(BASE).partition("#")[0])
            if to is not None:
                self._follow(address, to, preview=link in read.previews)
        return True

    def _follow(self, page: Address, to: Address, preview: bool) -> None:
        if to.suffix:
            if to.page.path == page.path and to.chosen and not page.chosen:
                to = self.found.same.setdefault(to, Address(to.path, tuple(kv for kv in to.query if kv[0] in PICKED)))
            asset = to.path.startswith(ASSETS) and SERVED_ONLY not in to.path
            if to.path.startswith(FEEDS):
                self._feed(to)
            elif asset or preview or to.path.startswith(BADGES) or (to.page.path == page.path and to.suffix in FORMS):
                self._file(to)
        elif to.path.startswith(RECORDS):
            self._later[to] = None
        elif to.path == LAUNCH and to.chosen and to not in self._launches:
            self._launches.append(to)

    def _feed(self, address: Address) -> None:
        """A feed, and the pages that it leads to."""
        self._file(address)
        if address in self.found.files:
            for link in links_of(self.found.files[address]):
                if to := Address.parse(link):
                    self._follow(address, to, preview=False)

    def _file(self, address: Address) -> None:
        if address in self._asked:
            return
        self._asked.add(address)
        reply = self._visits.get(address)
        if reply.status == 200 and len(reply.body) <= self._bounds.file_bytes:
            self.found.files[address] = reply.body
        elif reply.status == 200:
            self.found.left_out += 1

    def _variants(self, page: Address) -> None:
        """Prepare choices of a page, the nearest to what it shows first, each control in turn."""
        form = self.found.forms.get(page)
        queue = deque(choices(form) if form else ())
        prepared = tried = 0
        while queue and prepared < self._bounds.variants and tried < PATIENCE * self._bounds.variants:
            address = queue.popleft()
            if address in self._asked or address in self.found.same:
                continue
            tried += 1
            if self._visit(address):
                prepared += 1
                queue.extend(choices(self.found.forms[address]) if address in self.found.forms else ())


def chosen_in(form: Form, **changed: str) -> Address:
    """The address that a form asks for as it stands, or with a field changed (by its id)."""
    return Address.of(form.action, [(f.name, changed.get(f.id, f.value)) for f in form.fields])


def choices(form: Form) -> Iterator[Address]:
    """What can be chosen by one change, the controls in turn."""
    each = [
        [chosen_in(form, **{f.id: value}) for value, words in f.options if words and value != f.value]
        for f in form.fields
    ]
    for turn in zip_longest(*each):
        yield from (address for address in turn if address is not None)
