"""Which colour a series has: the same in every picture, as far as eight colours reach."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from zlib import crc32

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from modelcensus.publish.theme import PALETTE


class Own(BaseModel):
    """Names that have a colour of the palette of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    colour: str
    names: tuple[str, ...]


@cache
def own_colours() -> dict[str, str]:
    """The colours that names keep, from colours.yml."""
    content = yaml.safe_load((files("modelcensus.publish") / "colours.yml").read_text(encoding="utf-8"))
    listed = TypeAdapter(tuple[Own, ...]).validate_python(content)
    return {name: one.colour for one in listed for name in one.names}


def colours_of(names: Sequence[str]) -> list[str]:
    """A colour for each series of one picture: its own where it has one that no series before it took, else one that is
    free, looked for from a place that its name decides; where none is free, colours come again.

    >>> colours_of(["Qwen", "Llama"]) == colours_of(["Llama", "Qwen"])[::-1]
    True
    """
    taken: dict[str, str] = {}
    for name in names:
        own = own_colours().get(name)
        if own and own not in taken.values():
            taken[name] = own
    for name in names:
        if name not in taken:
            start = crc32(name.encode()) % len(PALETTE)
            around = [*PALETTE[start:], *PALETTE[:start]]
            taken[name] = next((c for c in around if c not in taken.values()), around[0])
    return [taken[name] for name in names]
