"""What the Hub's model listing is known to give and to allow: `wire.yml` with its schema."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

JsonType = Literal["text", "a number", "a negative number", "true or false", "a list", "an object"]
"""What a JSON value can be, in words."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WireField(_Strict):
    """One field of a listed repository; without a `share`, a repository may lack it."""

    types: tuple[JsonType, ...]
    share: float | None = None
    counter: str = ""
    source: str


class Windows(_Strict):
    """Requests in a fixed window, where no answer has said otherwise yet."""

    seconds: int = Field(gt=0)
    anonymous: int = Field(gt=0)
    login: int = Field(gt=0)


class Listed(_Strict):
    """How many repositories the Hub lists, as somebody said on a day."""

    count: int
    as_of: date


class Wire(_Strict):
    """All of `wire.yml`."""

    fields: dict[str, WireField]
    relations: tuple[str, ...]
    gated: tuple[str, ...]
    windows: Windows
    pages: tuple[int, ...]
    repositories: Listed

    @property
    def expand(self) -> tuple[str, ...]:
        """The fields that are asked for; `_id` and `id` come by themselves."""
        return tuple(f for f in self.fields if f not in ("_id", "id"))


@cache
def wire() -> Wire:
    """The bundled description."""
    return Wire.model_validate(yaml.safe_load(files("modelcensus.sources.hub_api").joinpath("wire.yml").read_text()))
