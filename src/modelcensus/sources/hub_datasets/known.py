"""The data sets of dumps that are known, as data."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from modelcensus.vocabulary import InputError, nearest


class Speed(BaseModel):
    """Bytes a second that a plan reckons with."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    network: int
    reading: int


class DumpDataset(BaseModel):
    """One data set: where its states are, and under which terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    repository: str
    history: Literal["commits", "folders", "months", "unknown"]
    folder: str = ""
    file: str
    since: date
    step: int
    days: int = 0
    license: str
    citation: str
    as_of: date
    bytes: int
    instead: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    note: str = ""


class _Known(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    datasets: list[DumpDataset]
    columns: dict[str, list[str]]
    optional: list[str]
    speed: Speed


@cache
def known() -> _Known:
    """All that is known of them."""
    text = files("modelcensus.sources.hub_datasets").joinpath("known.yml").read_text(encoding="utf-8")
    return _Known.model_validate(yaml.safe_load(text))


def dump_datasets() -> dict[str, DumpDataset]:
    """The data sets by name."""
    return {d.name: d for d in known().datasets}


def dump_dataset(name: str) -> DumpDataset:
    """One of them."""
    found = dump_datasets()
    if name not in found:
        raise InputError(f"unknown data set {name!r}", where="--dataset", remedy=nearest(name, list(found)))
    if found[name].history == "unknown":
        raise InputError(
            f"the layout of {name} is not documented",
            where="--dataset",
            remedy="fetch a file of it and import that with --source tables and a column map",
        )
    return found[name]
