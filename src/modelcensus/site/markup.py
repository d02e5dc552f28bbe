"""Pages of the app as HTML: which links and choices they hold, and the same page with other links."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from modelcensus.publish.linked_data import ld_json

Attributes = list[tuple[str, str | None]]
VOID = {"meta", "link", "img", "source", "input", "br", "hr", "wbr"}
LINKS = {"a": "href", "link": "href", "img": "src", "source": "srcset", "script": "src"}
"""Where a tag says what it leads to or shows."""
NAMED = ("data-live", "data-live-phone", "data-vega", "data-interpreter")
"""Attributes that name files for scripts."""
SCRIPTED = ("hx-", "data-hx-")
"""Attributes that ask a server for parts of a page."""


@dataclass
class Field:
    """A control of a form: `options` are the values that can be chosen, with their words; none of a text."""

    id: str
    name: str
    label: str = ""
    value: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Form:
    """What a page lets its reader choose."""

    action: str
    fields: list[Field] = field(default_factory=list)


class Read(HTMLParser):
    """What a page holds: its heading, its links in their order, pictures for previews, and the form of its choices."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.previews: list[str] = []
        self.form: Form | None = None
        self.heading = self.told = ""
        self._form = self._in_heading = self._in_label = self._in_option = False
        self._labels: dict[str, str] = {}
        self._label = ""
        self.feed(page)
        self.close()
        for one in self.form.fields if self.form else ():
            one.label = self._labels.get(one.id, "").strip() or one.name

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {k: v or "" for k, v in attrs}
        if tag in LINKS and given.get(LINKS[tag]):
            self.links.append(given[LINKS[tag]])
        self.links += [given[name] for name in NAMED if given.get(name)]
        if tag == "meta" and given.get("property") == "og:image":
            self.previews.append(given.get("content", ""))
        if tag == "meta" and given.get("name") == "description":
            self.told = given.get("content", "")
        if tag == "form" and is_asked(given):
            self._form, self.form = True, Form(given["action"])
        elif tag == "h1":
            self._in_heading = True
        if not self._form or self.form is None:
            return
        if tag == "label":
            self._in_label, self._label = True, given.get("for", "")
        elif tag == "select" or (tag == "input" and given.get("name")):
            self.form.fields.append(Field(given.get("id", ""), given.get("name", ""), value=given.get("value", "")))
        elif tag == "option" and self.form.fields and "value" in given and not given.get("label"):
            self._in_option = True
            one = self.form.fields[-1]
            one.options.append((given["value"], ""))
            if "selected" in given:
                one.value = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = False
        elif tag == "h1":
            self._in_heading = False
        elif tag == "label":
            self._in_label = False
        elif tag in ("option", "select", "datalist"):
            self._in_option = False

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data
        if self._in_label:
            self._labels[self._label] = self._labels.get(self._label, "") + data
        if self._in_option and self.form:
            options = self.form.fields[-1].options
            options[-1] = (options[-1][0], options[-1][1] + data.strip())


def is_asked(attributes: dict[str, str]) -> bool:
    """Whether a form is that of a page's own choices: not the search, not one that sends a text."""
    return "asked" in attributes.get("class", "").split() and attributes.get("method", "get").lower() == "get"


def sends(attributes: dict[str, str]) -> bool:
    """Whether a form sends a text to be worked on."""
    return attributes.get("method", "get").lower() == "post"


@dataclass(frozen=True)
class Changes:
    """How a page is changed: `way` gives the new link of an old one, nothing where it leads nowhere now; `instead` the
    markup in the place of the form of choices; `preview` the address of a preview picture; `head` is put into the head;
    `search` is where the form of the search leads."""

    way: Callable[[str], str | None]
    instead: str
    preview: Callable[[str], str | None]
    head: str
    search: str


def rewritten(page: str, changes: Changes) -> str:
    """The page with its links changed; what leads nowhere is words, or left out where it names a file alone."""
    writer = _Writer(changes)
    writer.feed(page)
    writer.close()
    return "".join(writer.out)


class _Writer(HTMLParser):
    """Writes every tag as it reads it, but those that change."""

    def __init__(self, changes: Changes) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._changes = changes
        self._skipped, self._plain, self._nav, self._ways, self._data = "", False, False, False, False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._skipped:
            return
        given = {k: v or "" for k, v in attrs}
        text = self.get_starttag_text() or ""
        kept = [(k, v) for k, v in attrs if not k.startswith(SCRIPTED)]
        if any(name in given for name in NAMED):
            named = [(k, self._changes.way(v or "") if k in NAMED else v) for k, v in kept]
            kept = [(k, v) for k, v in named if v is not None or k not in NAMED]
        if tag == "form" and (is_asked(given) or sends(given)):
            self._skipped = tag
            self.out.append(self._changes.instead)
        elif tag == "form":
            self._put(tag, [(k, self._changes.search if k == "action" else v) for k, v in kept])
        elif tag == "meta" and given.get("name") == "htmx-config":
            pass
        elif tag == "meta" and given.get("property") == "og:image":
            if picture := self._changes.preview(given.get("content", "")):
                self._put(tag, [(k, picture if k == "content" else v) for k, v in kept])
        elif tag in LINKS and given.get(LINKS[tag], "").startswith("/"):
            self._link(tag, given, kept)
        else:
            self._nav = self._nav or tag == "nav"
            self._ways = self._ways or (tag == "p" and given.get("class") == "ways")
            self._data = tag == "script" and given.get("type") == "application/ld+json"
            if kept == attrs:
                self.out.append(text)
            else:
                self._put(tag, kept)

    def _link(self, tag: str, given: dict[str, str], kept: Attributes) -> None:
        name = LINKS[tag]
        to = self._changes.way(given[name])
        if to is not None:
            self._put(tag, [(k, to if k == name else v) for k, v in kept])
        elif tag == "a" and not (self._nav or self._ways or names_file(given[name])):
            self._plain = True
            self.out.append("<span>")
        elif tag not in VOID:
            self._skipped = tag

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            if tag == self._skipped:
                self._skipped = ""
            return
        if tag == "a" and self._plain:
            self._plain, tag = False, "span"
        if tag == "head":
            self.out.append(self._changes.head)
        if tag == "nav":
            self._nav = False
        if tag == "p":
            self._ways = False
        self._data = False
        self.out.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self._text(data)

    def handle_entityref(self, name: str) -> None:
        self._text(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._text(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        pass

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def _text(self, text: str) -> None:
        if self._skipped or (self._ways and text.strip() == "·"):  # a style keeps ways apart: some are left out
            return
        self.out.append(ld_json(_led(json.loads(text), self._changes.way)) if self._data else text)

    def _put(self, tag: str, attributes: Attributes) -> None:
        told = "".join(f" {k}" if v is None else f' {k}="{escape(v)}"' for k, v in attributes)
        self.out.append(f"<{tag}{told}>")


def _led(value: object, way: Callable[[str], str | None]) -> object:
    """Structured data with their links changed; what leads nowhere is left out."""
    if isinstance(value, str):
        return way(value) if value.startswith("/") else value
    if isinstance(value, list):
        return [one for v in value if (one := _led(v, way)) is not None]
    if isinstance(value, dict):
        told = {k: _led(v, way) for k, v in value.items()}
        return None if "contentUrl" in told and told["contentUrl"] is None else told
    return value


def names_file(link: str) -> bool:
    """Whether a link is one to a file, whose words alone would say nothing."""
    path = link.partition("?")[0].rpartition("/")[2]
    return "." in path and path.rpartition(".")[2] in (
        "json", "csv", "parquet", "svg", "png", "vega", "embed", "atom"
    )  # fmt: skip
