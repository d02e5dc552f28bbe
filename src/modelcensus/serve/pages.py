"""The app's pages: the parts of the report's account pages, with links that lead into the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from modelcensus.claims import Account
from modelcensus.claims.statements import UNDATED
from modelcensus.measures import asked_text, period_text
from modelcensus.publish import account_words, drawn_curve, environment
from modelcensus.publish.fact_cells import row_text
from modelcensus.publish.flipped import flipped
from modelcensus.publish.linked_data import dataset, ld_json
from modelcensus.publish.packed import COLUMNS
from modelcensus.publish.pages import tools
from modelcensus.publish.tested import Tested
from modelcensus.publish.views import View
from modelcensus.publish.views import pages as view_pages
from modelcensus.publish.views.view import Choice
from modelcensus.publish.visible import visible
from modelcensus.serve.api_page import operations
from modelcensus.serve.check import Checked, Given
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import Request
from modelcensus.vocabulary.inert_text import straight

At = Callable[..., str]
"""Where a page stands: `at(suffix="", **picked)`, with what is picked of it."""
EXAMPLES = (
    "In February 2026 Qwen had more than twice the downloads of the next eight combined.",
    "Qwen was downloaded more than 100 million times in February 2026.",
    "Qwen had more than three times the downloads of Llama in February 2026.",
)
"""Sentences that the page offers where nothing was pasted yet."""
FIRST_VERDICTS = 8
"""Verdicts that another page shows of them."""
VERDICTS = ("depends", "fails", "holds", "undetermined", "untestable")
"""Verdicts in the order in which they are listed: what needs reading first."""
MOST_FACTS = 200
"""Rows of a table of facts on a page; all of them are in its files."""


LONG = 12
"""Rows from which on a table, whose rows are cards on a phone, is folded there."""


def stylesheet() -> str:
    """The report's sheet, and what forms need."""
    sheets = ("modelcensus.publish", "style.css"), ("modelcensus.serve", "app.css")
    return "\n".join((files(room) / "templates" / name).read_text() for room, name in sheets)


class Pages:
    """Pages on what one census holds."""

    def __init__(self, tester: Tester, url: str = "") -> None:
        """`url`: where the app is reached, for those who show a preview of a page."""
        self._tester, self._url = tester, url
        self._templates: Environment = environment(html=True, room="modelcensus.serve")
        days = [m.last_day for m in tester.manifests if m.last_day]
        self._menus = [p for p in view_pages().values() if p.menu]
        self._newest = str(max(days, default=""))
        self._data = f"{len(tester.manifests)} batches" + (f", up to {max(days)}" if days else "")

    def check(self, given: Given, checked: Checked | None = None, wrong: str = "") -> str:
        """The form, and below it what came of the text."""
        told = {s.place: self._draft_account(s.account, f"claim-{s.place}") for s in checked.shown if s.account} if (
            checked
        ) else {}  # fmt: skip
        undated = checked and not given.date and any(u.remedy == UNDATED for u in checked.unread)
        newest = self._newest if undated else ""  # offered, never assumed
        return self._page(
            "check.html", "/check", given=given, checked=checked, told=told, wrong=wrong, examples=EXAMPLES,
            newest=newest,
        )  # fmt: skip

    def view(self, view: View, path: str, at: At, now: str, alts: Mapping[str, str]) -> str:
        """A page of the views: `at` gives its address with a suffix, `now` is that of the newest edition, `alts` what its
        pictures show, in words."""
        said = [s.text for section in view.sections for s in section.statements]
        results, finding = view.results().values(), said[0] if said else view.wrong or view.question
        series = (
            dataset(view.question, finding, results, lambda f: self._url + at(f), (".csv", ".json", ".parquet"))
            if results
            else None
        )
        return self._page(
            "view.html", path, view=view, path=path, at=at, alts=alts, MOST=MOST_FACTS, LONG=LONG,
            finding=finding, base=self._url, preview=next(iter(alts), ""), series=series and Markup(ld_json(series)),
            edition=self._tester.edition, now=now, options=_options, values=_values, **tools(),
        )  # fmt: skip

    def embedded(self, view: View, at: At, figure: str, alt: str) -> str:
        """One picture of a view, for a frame on another page."""
        return visible(self._templates.get_template("embed.html").render(view=view, at=at, figure=figure, alt=alt))

    def packs(self, at: At) -> str:
        """All packs and their claims, with the verdicts of those that were tested on these data; `at` gives the addresses of
        its forms."""
        packs = self._tester.packs
        return self._page(
            "packs.html", "/claims", packs=packs, now=self._tester.told().now, every=sum(len(p.claims) for p in packs),
            at=at, edition=self._tester.edition,
        )  # fmt: skip

    def flipped(self, at: At) -> str:
        """Which claims of the packs have another verdict than they had, and the verdicts now."""
        compared = self._tester.told()
        statements = {f"{p.id}/{c.id}": c.statement for p in self._tester.packs for c in p.claims}
        untested = sum(name not in compared.now for name in statements)
        now = [(name, told) for name, told in compared.now.items() if name in statements]
        now.sort(key=lambda pair: (VERDICTS.index(pair[1].overall), VERDICTS.index(pair[1].worded)))
        return self._page(
            "flipped.html", "/claims", compared=compared, now=now, finding=flipped(compared), statements=statements,
            untested=untested, newest=max(self._tester.packs, key=lambda p: str(p.source.date or ""), default=None), FIRST=FIRST_VERDICTS,
            at=at, edition=self._tester.edition,
        )  # fmt: skip

    def api(self, schema: Mapping[str, Any]) -> str:
        """The operations of the JSON API."""
        return self._page("api.html", "", schema=schema, operations=operations(schema))

    def claim(self, one: Account, at: At) -> str:
        """The account of a claim of a pack; `at` as for a view."""
        words = account_words(one, Tested((one,))) | {"href": _href}
        return self._page(
            "claim.html",
            "/claims",
            curve=drawn_curve(one),
            alone=False,
            root="",
            live=(at(".chart.js"), at(".chart.js", size="phone")),
            at_page=at,
            base=self._url,
            edition=self._tester.edition,
            **words,
        )

    def record(self, record_id: str, record: Mapping[str, object]) -> str:
        """What a number rests on."""
        asked = asked_text(Request.from_dict(record["request"]))  # type: ignore[arg-type]
        return self._page("record.html", "", id=record_id, record=record, asked=asked, told=_told, row_text=row_text)

    def source(self, source_id: str, what: str, entries: Mapping[str, object]) -> str:
        """A batch, or a figure that others published."""
        return self._page("source.html", "", id=source_id, what=what, entries=entries)

    def refused(self, title: str, reason: str, near: Mapping[str, str] | None = None, search: str = "") -> str:
        """Why there is no such page; `near` are the addresses of what may have been meant, by name, `search` leads to
        more."""
        return self._page("refused.html", "", heading=title, reason=reason, near=near or {}, search=search)

    def _draft_account(self, one: Account, at: str) -> Markup:
        """The account of a draft, as part of a page."""

        def href(to: str, root: str = "") -> str:
            path, _, place = to.partition("#")
            return f"#{at}-{place}" if place else f"#{at}" if path.startswith("claims/") else _href(to, root)

        words = account_words(one, Tested((one,)), level=3, at=f"{at}-") | {"href": href}
        template = self._templates.get_template("account_short.html")
        return Markup(template.render(curve=drawn_curve(one, named=False), alone=False, root="", **words))

    def _page(self, name: str, menu: str, **content: object) -> str:
        template = self._templates.get_template(name)
        about = {
            "menu": menu,
            "menus": self._menus,
            "data": self._data,
            "past": self._tester.past,
            "now": menu or "/",
        }
        return visible(template.render(about | content, period_text=period_text))


@lru_cache(maxsize=512)
def _options(choices: tuple[Choice, ...], chosen: str) -> Markup:
    """What can be chosen, as options of a list: of most pages the same."""
    one = Markup('<option value="{}"{}>{}</option>')
    return Markup("\n").join(
        one.format(straight(c.value), Markup(" selected") if c.value == chosen else "", straight(c.label))
        for c in choices
    )


@lru_cache(maxsize=64)
def _values(choices: tuple[Choice, ...]) -> Markup:
    """What can be typed, as options of a list."""
    one, named = Markup('<option value="{}">'), Markup('<option value="{}" label="{}">')
    return Markup("").join(
        one.format(straight(c.value)) if c.label == c.value else named.format(straight(c.value), straight(c.label))
        for c in choices
    )


def _told(rows: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Rows of a record as they are read: what each is about, then its period and its value; without what none of them has.

    >>> _told([{"coverage": None, "flags": [], "organization": "a", "period": "2026-02", "value": 0.0}])
    [{'organization': 'a', 'period': '2026-02', 'value': 0.0}]
    """
    had = dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "", [], ()))
    names = [*(n for n in had if n not in COLUMNS), *(n for n in COLUMNS if n in had)]
    return [{name: row.get(name) for name in names} for row in rows]


def _href(to: str, root: str = "") -> str:
    """Where a link of an account leads in the app.

    >>> _href("p0123456789ab"), _href("claims/a/b.html#readings")
    ('/provenance/p0123456789ab', '/claims/a/b#readings')
    """
    if to.startswith("claims/"):
        path, _, place = to.partition("#")
        return f"/{path.removesuffix('.html')}" + (f"#{place}" if place else "")
    return f"/provenance/{to}"
