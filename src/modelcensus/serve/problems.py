"""Errors as RFC 9457 describes them: what is wrong, where, and what to do."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from modelcensus.publish.views.search import LONGEST
from modelcensus.vocabulary import CensusError, UnknownError

MEDIA = "application/problem+json"


class PlainJSON(JSONResponse):
    """JSON in ASCII: a character that would steer a terminal, or turn the direction of a text, stands as its code."""

    def render(self, content: object) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":"), default=str).encode("ascii")


class Problem(BaseModel):
    """Why a request has no answer."""

    type: str = Field("about:blank", description="a kind of problem; `about:blank`: what the status says")
    title: str = Field(description="what is wrong, in a few words")
    status: int
    detail: str = Field("", description="the whole error: where, what, what to do")
    where: str = Field("", description="the parameter, file or id that is wrong")
    remedy: str = Field("", description="what to do about it, with the nearest valid choice")
    search: str = Field("", description="the address of a search for a name that nothing bears")


def problem(
    status: int, title: str, detail: str = "", where: str = "", remedy: str = "", search: str = ""
) -> PlainJSON:
    """The answer to a request that cannot be answered."""
    content = Problem(
        type="about:blank", title=title, status=status, detail=detail, where=where, remedy=remedy, search=search
    )
    return PlainJSON(content.model_dump(), status, media_type=MEDIA)


def problem_of(error: CensusError, status: int, search: str = "") -> PlainJSON:
    """The same, from one of our own errors; `search` is the address of a search for what was meant."""
    return problem(status, error.what, str(error), error.where, error.remedy, search)


def searched(error: UnknownError, search: str) -> str:
    """The address of a search for what a name begins with, without the namespace: a slip is seldom in its first letters."""
    words = error.name.rpartition("/")[2][:LONGEST]
    return f"{search}?{urlencode({'q': words[: max(3, len(words) // 2)]})}"


def documented(*statuses: int) -> dict[int | str, dict[str, object]]:
    """What an operation's schema says of its errors."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": "problem", "model": Problem, "content": content} for s in statuses}
