"""The vendored rules of every version, and the one in force at a date.

`hub_rules.json` (written by scripts/hub_rules.py) holds the table of the npm package `@huggingface/tasks` by version;
`hub_documented.yml` what the Hub's documentation says beside it. When a version came out is known to an interval:
not before the newest model that its own text names was created, not after the registry showed it or a later one.
"""

import json
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from modelcensus.counting.rules.published import parse_rule
from modelcensus.counting.rules.rule_set import RuleSet
from modelcensus.vocabulary import InputError, nearest, yaml_document

PublishedRule = str | dict[str, Any]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedVersion(_Strict):
    """One version of the table, and between which days it came out; `names` is the model that the first rests on."""

    version: str
    not_before: date
    not_after: date
    names: str = ""


class LibraryRule(_Strict):
    """What a library's rule was from a version on: none of its own (null), or not listed at all."""

    since: str
    rule: PublishedRule | None = None
    listed: bool = True


class PublishedRules(_Strict):
    """The table of libraries by version (`hub_rules.json`)."""

    package: str
    license: str
    field: str
    versions: list[PublishedVersion]
    libraries: dict[str, list[LibraryRule]]

    def order(self) -> dict[str, int]:
        """The place of each version."""
        return {v.version: n for n, v in enumerate(self.versions)}

    def at(self, version: str) -> dict[str, PublishedRule]:
        """The libraries that have a rule of their own in a version."""
        order = self.order()
        found = {}
        for library, history in self.libraries.items():
            past = [h for h in history if order[h.since] <= order[version]]
            if past and past[-1].rule is not None:
                found[library] = past[-1].rule
        return found


class DocumentedRule(_Strict):
    """What the documentation said from a day on."""

    since: date
    rule: PublishedRule
    cites: str


class DocumentedRules(_Strict):
    """What the documentation says beside the table (`hub_documented.yml`)."""

    source: str
    without_rule: list[DocumentedRule]
    every_repository: list[DocumentedRule]
    libraries: dict[str, list[DocumentedRule]]


def rule_dates(published: PublishedRules | None = None) -> list[PublishedVersion]:
    """The versions whose rules differ from those of the version before, oldest first."""
    return list((published or vendored()).versions)


def rule_set(when: date | str | None = None, published: PublishedRules | None = None) -> RuleSet:
    """The rules in force at a day, or those of a version (`0.21.54`); the newest without either.

    At a day the newest version is meant that was certainly out by then; where none was, the newest that may have
    been. Others that may have been in force are named in `perhaps`. An error before the first known version.
    """
    table = published or vendored()
    versions = table.versions
    if isinstance(when, str):
        try:
            when = date.fromisoformat(when)
        except ValueError:
            place = table.order().get(when)
            if place is None:
                raise InputError(
                    f"no rules of {when!r}",
                    where="--rules",
                    remedy=f"a day, or a version: {nearest(when, [v.version for v in versions])}",
                ) from None
            return _rule_set(table, place, versions[place].not_after, ())
    if when is None:
        return _rule_set(table, len(versions) - 1, versions[-1].not_after, ())
    out = [n for n, v in enumerate(versions) if v.not_after <= when]
    maybe = [n for n, v in enumerate(versions) if v.not_before <= when]
    if not maybe:
        raise InputError(
            f"no rules are known for {when}",
            where="--rules",
            remedy=f"the first known version, {versions[0].version}, came out between {versions[0].not_before} and "
            f"{versions[0].not_after}",
        )
    place = out[-1] if out else maybe[-1]
    return _rule_set(table, place, when, tuple(versions[n].version for n in maybe if n > place))


def read_rules(path: Path) -> PublishedRules:
    """A table of rules by version, in the form that scripts/hub_rules.py writes."""
    try:
        return PublishedRules.model_validate_json(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("cannot be read", where=str(path), remedy="check the path") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}",
            where=str(path),
            remedy="write it with scripts/hub_rules.py",
        ) from error


@cache
def vendored() -> PublishedRules:
    """The rules that come with the program."""
    text = files("modelcensus.counting.rules").joinpath("hub_rules.json").read_text(encoding="utf-8")
    return PublishedRules.model_validate(json.loads(text))


@cache
def documented() -> DocumentedRules:
    """What the documentation says beside the table."""
    text = files("modelcensus.counting.rules").joinpath("hub_documented.yml").read_text(encoding="utf-8")
    return DocumentedRules.model_validate(yaml_document(text))


def _rule_set(table: PublishedRules, place: int, day: date, perhaps: tuple[str, ...]) -> RuleSet:
    version = table.versions[place]
    said = documented()
    of_libraries = {
        **table.at(version.version),
        **{library: _said(history, day) for library, history in said.libraries.items()},
    }
    return RuleSet(
        version=version.version,
        published=(version.not_before, version.not_after),
        libraries={name: parse_rule(rule, f"rule of {name}") for name, rule in sorted(of_libraries.items())},
        otherwise=parse_rule(_said(said.without_rule, day), "repositories without a rule"),
        always=parse_rule(_said(said.every_repository, day), "every repository"),
        perhaps=perhaps,
    )


def _said(history: list[DocumentedRule], day: date) -> PublishedRule:
    past = [h for h in history if h.since <= day]
    return (past[-1] if past else history[0]).rule
