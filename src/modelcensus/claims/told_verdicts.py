"""Verdicts as they were told, edition by edition, kept with the ledger: what was said of a claim before, and what flipped."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from modelcensus.claims.account import Account
from modelcensus.claims.verdicts import UNTESTABLE
from modelcensus.engine import write_atomically

FOLDER = "verdicts"
"""Where they stand in a ledger."""


class ToldVerdict(BaseModel):
    """What was told of one claim: the verdict as worded and over all readings. `claim` is a digest of what it says, so
    that a claim that was written anew is not taken for one that flipped."""

    model_config = ConfigDict(frozen=True)
    claim: str
    worded: str
    overall: str

    @classmethod
    def of(cls, one: Account) -> ToldVerdict:
        """What an account tells."""
        said = hashlib.sha256(one.claim.model_dump_json().encode()).hexdigest()[:16]
        return cls(claim=said, worded=one.as_worded.verdict if one.as_worded else UNTESTABLE, overall=one.verdict)


class ToldEdition(BaseModel):
    """The verdicts of one edition, by PACK/CLAIM. `place` is the order in which editions were told of first, `newest`
    the day (UTC) on which their newest batch was committed."""

    model_config = ConfigDict(frozen=True)
    edition: str
    place: int
    newest: datetime.date
    claims: dict[str, ToldVerdict]


@dataclass(frozen=True)
class Flip:
    """A claim whose verdict is another one than it was when it was last told; `since` is that edition."""

    claim: str
    was: ToldVerdict
    now: ToldVerdict
    since: ToldEdition


@dataclass(frozen=True)
class Compared:
    """One edition's verdicts against those told before: `before` are the claims that had been told of, each with the
    last edition that did."""

    now: Mapping[str, ToldVerdict]
    before: Mapping[str, ToldEdition]

    @cached_property
    def flips(self) -> tuple[Flip, ...]:
        """The claims that flipped."""
        return tuple(
            Flip(name, was, self.now[name], since)
            for name, since in self.before.items()
            if (was := since.claims[name]) != self.now[name]
        )

    @property
    def since(self) -> ToldEdition | None:
        """The latest edition that is compared with, if there is one."""
        return max(self.before.values(), key=lambda told: told.place, default=None)


class ToldVerdicts:
    """The folder of them, `verdicts/EDITION.json`. What cannot be read is not there; what cannot be written is not kept."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def keep(self, edition: str, newest: datetime.date, verdicts: Mapping[str, ToldVerdict]) -> None:
        """Keep these verdicts (by PACK/CLAIM); what is kept already is not written again."""
        told = {tale.edition: tale for tale in self._read()}
        here = told.get(edition)
        claims = {**(here.claims if here else {}), **verdicts}
        if here and claims == here.claims:
            return
        place = here.place if here else 1 + max((t.place for t in told.values()), default=0)
        content = ToldEdition(edition=edition, place=place, newest=newest, claims=dict(sorted(claims.items())))
        try:
            write_atomically(self._folder / f"{edition}.json", content.model_dump_json(indent=1).encode())
        except OSError:
            return  # a ledger that may only be read remembers nothing

    def compared(self, edition: str) -> Compared:
        """The verdicts of an edition, and those that were told of the same claims before it."""
        every = sorted(self._read(), key=lambda told: (told.place, told.edition))
        here = next((t for t in every if t.edition == edition), None)
        if here is None:
            return Compared({}, {})
        before: dict[str, ToldEdition] = {}
        for told in every[: every.index(here)]:
            before |= {
                n: told for n, v in told.claims.items() if n in here.claims and v.claim == here.claims[n].claim
            }
        return Compared(here.claims, before)

    def history(self, here: ToldEdition, name: str) -> list[ToldEdition]:
        """The editions up to this one that told a verdict of the same claim, the earliest first; this one in any case."""
        before = [
            told
            for told in sorted(self._read(), key=lambda told: (told.place, told.edition))
            if told.edition != here.edition
            and told.newest <= here.newest
            and (was := told.claims.get(name))
            and was.claim == here.claims[name].claim
        ]
        return [*before, here]

    def _read(self) -> Iterator[ToldEdition]:
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield ToldEdition.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
