"""What counts as a download: every choice of it a parameter, with the defaults stated."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from modelcensus.counting.moments import zone_of
from modelcensus.vocabulary import RequestError, nearest

_STATUS = re.compile(r"[1-5]([0-9]{2}|xx)")


class Policies(BaseModel):
    """The choices, in two groups: how lines are read (changing them needs the logs again), and what is counted of what
    was read (changing them needs the stored requests alone)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    timezone: str = Field("UTC", description="of times that state none (olah)")
    prefix: tuple[str, ...] = Field((), description="path in front of repositories, as the proxy adds it: /models")
    networks: str = Field("", description="file of published address ranges: CIDR,bot|ci|mirror a line")
    mirrors: tuple[str, ...] = Field(
        (), description="own mirrors, addresses or networks, whose requests are no users'"
    )
    keep: Literal["counts", "visits"] = Field(
        "counts", description="visits: keep times and keyed hashes of addresses too, as deduplication needs"
    )
    aside: Literal["text", "place"] = Field(
        "text",
        description="lines set aside are kept with the beginning of their text, without addresses; or by place alone",
    )
    last_line: Literal["wait", "take"] = Field(
        "wait", description="a last line of a plain file that has no newline: left for the next time, or taken"
    )

    chain: Literal["resolve", "any-hop", "final-hop"] = Field(
        "resolve",
        description="which request of a download counts: the one on /resolve/; it and the hops after it; or those that"
        " were answered here with content (2xx)",
    )
    methods: tuple[str, ...] = Field(("GET", "HEAD"), description="methods that count")
    head: Literal["on", "off"] = Field("on", description="whether HEAD counts")
    statuses: tuple[str, ...] = Field(
        ("200", "206", "301", "302", "303", "307", "308"),
        description="statuses that count; 2xx stands for all of them",
    )
    ranges: Literal["all", "first", "whole"] = Field(
        "all", description="parts of a file (Range): each counts; no continuation counts; none but whole files count"
    )
    shards: Literal["each", "once"] = Field(
        "each", description="files like model-00002-of-00004: each, or the first alone"
    )
    dedup: Literal["none", "tumbling", "first-hit", "session"] = Field(
        "none",
        description="one download per address, repository and window: fixed windows; windows from a first request; or"
        " one per session",
    )
    window: int = Field(300, ge=1, le=86_400, description="seconds of a window")
    bots: Literal["keep", "drop"] = Field("keep", description="requests of bots (clients.yml, networks)")
    ci: Literal["keep", "drop"] = Field("keep", description="requests of continuous integration")
    unknown: Literal["default", "drop"] = Field(
        "default", description="repositories whose library the ledger does not know: the default rule, or not counted"
    )

    @field_validator("prefix", "mirrors", "methods", "statuses", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("statuses")
    @classmethod
    def _statuses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or any(not _STATUS.fullmatch(v) for v in value):
            raise ValueError("write statuses as 200,206,3xx")
        return value

    @field_validator("methods")
    @classmethod
    def _methods(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or any(not re.fullmatch("[A-Z]+", v) for v in value):
            raise ValueError("write methods as GET,HEAD")
        return value

    @classmethod
    def parse(cls, choices: Iterable[str]) -> Self:
        """From `name=value` texts.

        >>> Policies.parse(["head=off", "statuses=2xx,307"]).statuses
        ('2xx', '307')
        """
        given: dict[str, str] = {}
        for choice in choices:
            name, separator, value = choice.partition("=")
            if not separator or not value:
                raise RequestError(
                    f"{choice!r} is not NAME=VALUE", where="--policy", remedy="write for example head=off"
                )
            if name not in cls.model_fields:
                raise RequestError(
                    "unknown policy", where=f"--policy {name}", remedy=nearest(name, list(cls.model_fields))
                )
            given[name] = value
        try:
            chosen = cls.model_validate(given)
        except ValidationError as error:
            detail = error.errors()[0]
            name = str(detail["loc"][0]) if detail["loc"] else ""
            raise RequestError(
                f"{given.get(name)!r}: {detail['msg'].removeprefix('Value error, ')}", where=f"--policy {name}",
                remedy="see docs/counting.md",
            ) from error  # fmt: skip
        zone_of(chosen.timezone)
        if chosen.dedup != "none" and "keep" not in given:
            chosen = chosen.model_copy(update={"keep": "visits"})
        if chosen.dedup != "none" and chosen.keep == "counts":
            raise RequestError(
                "deduplication needs times and keyed hashes of addresses", where="--policy keep=counts",
                remedy="leave it out, or choose dedup=none",
            )  # fmt: skip
        return chosen

    def with_read(self, options: Mapping[str, str]) -> Self:
        """The same, with lines read as the options of a batch say: what a recount cannot change."""
        stored = {n: options[n] for n in self.read if n in options}
        return type(self).model_validate({**{n: getattr(self, n) for n in COUNTED}, **stored})

    @property
    def counted(self) -> dict[str, str]:
        """The choices of what counts, as texts."""
        return {n: _shown(getattr(self, n)) for n in COUNTED}

    @property
    def read(self) -> dict[str, str]:
        """The choices of how lines are read, as texts."""
        return {n: _shown(getattr(self, n)) for n in type(self).model_fields if n not in COUNTED}

    def status_test(self, column: str) -> str:
        """SQL of whether a status counts."""
        tests = [f"{column} // 100 = {s[0]}" if s.endswith("xx") else f"{column} = {s}" for s in self.statuses]
        return f"({' or '.join(tests)})"


COUNTED = ("chain", "methods", "head", "statuses", "ranges", "shards", "dedup", "window", "bots", "ci", "unknown")
"""Choices that can be changed for what was counted before."""


def _shown(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
