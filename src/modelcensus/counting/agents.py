"""Who asks: user agents told apart by client, version and generation (patterns: clients.yml)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import takewhile
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from modelcensus.vocabulary import yaml_document

UNKNOWN = "unknown"
NONE = "none stated"
_PART = re.compile(r"(?:^|; ?)([A-Za-z_][\w.-]*)/([^;]*)")


class Library(BaseModel):
    """A name that a library gives itself in the agents of huggingface_hub."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    client: str
    token: str


class Pattern(BaseModel):
    """An agent of another kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    client: str
    pattern: re.Pattern[str]


class Generation(BaseModel):
    """A range of versions of huggingface_hub, by its first one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: str = Field(alias="from")
    name: str


class Automated(BaseModel):
    """A mark of a program that no user started."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str = Field(alias="is", pattern="^(bot|ci)$")
    pattern: re.Pattern[str]


class Clients(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: date
    citation: str
    hub: str
    asks_first: str
    libraries: tuple[Library, ...]
    patterns: tuple[Pattern, ...]
    generations: tuple[Generation, ...]
    automated: tuple[Automated, ...]
    containers: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Agent:
    """What an agent says: `version` of the client, `hub` that of huggingface_hub; `automated` is bot, ci or empty;
    `asks_first`: it resolves a revision before it asks for files."""

    client: str
    version: str = ""
    hub: str = ""
    generation: str = ""
    automated: str = ""
    container: bool = False
    asks_first: bool = False


@cache
def clients() -> Clients:
    """The patterns, validated."""
    text = (files("modelcensus.counting") / "clients.yml").read_text()
    return Clients.model_validate(yaml_document(text))


def told(agent: str | None, escapes: str = "none") -> Agent:
    """What a user agent says.

    >>> told("vllm/0.22.1; hf_hub/2.4.0; python/3.12.4; torch/2.8.0").generation
    'hf_hub 2.x'
    >>> told("unknown/None; hf_hub/2.4.0; python/3.11.7; transformers/5.23.0; file_type/config").client
    'transformers'
    """
    text = unescaped(agent or "", escapes)
    if text in ("", "-"):
        return Agent(NONE)
    known = clients()
    kind = next((a.kind for a in known.automated if a.pattern.search(text)), "")
    container = any(c.search(text) for c in known.containers)
    parts = dict(reversed(_PART.findall(text)))
    hub = parts.get(known.hub, "").strip()
    if not hub:
        for one in known.patterns:
            if match := one.pattern.search(text):
                return Agent(one.client, (match[1] or "")[:40] if match.lastindex else "", "", "", kind, container)
        return Agent(UNKNOWN, "", "", "", kind, container)
    library = next((one for one in known.libraries if one.token in parts), None)
    client, version = (library.client, parts[library.token]) if library else ("huggingface_hub", hub)
    number = _number(hub)
    generation = "" if not number else [g.name for g in known.generations if _number(g.first) <= number][-1]
    asks = bool(number) and number >= _number(known.asks_first)
    return Agent(client, version.strip()[:40], hub[:40], generation, kind, container, asks)


def unescaped(text: str, escapes: str) -> str:
    """A value as it was before the log's own escapes."""
    if escapes == "url":
        return unquote(unquote(text)) if "%" in text else text
    if escapes == "backslash" and "\\" in text:
        return re.sub(r"\\(x[0-9A-Fa-f]{2}|.)", _character, text)
    return text


def _character(match: re.Match[str]) -> str:
    what = match[1]
    if len(what) == 3:
        return chr(int(what[1:], 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(what, what)


def _number(version: str) -> tuple[int, ...]:
    """The numbers at the start of a version.

    >>> _number("1.26.0rc1"), _number("main")
    ((1, 26, 0), ())
    """
    steps = takewhile(bool, (re.match(r"\d{1,9}", step) for step in version.split(".")))
    return tuple(int(m[0]) for m in steps if m)
