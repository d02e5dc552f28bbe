"""The Check page: statements found in a text, each as a draft that can be changed and tested again."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelcensus.claims import Account, Claim, Pack
from modelcensus.claims.entries import Source
from modelcensus.claims.statements import Composed, Found, Unread
from modelcensus.claims.statements.composing import PASTED
from modelcensus.claims.statements.pasted import Pasted, day_of, statements_dict
from modelcensus.claims.telling import as_dict
from modelcensus.claims.wording import nearest_truths
from modelcensus.claims.writing import claim_yaml
from modelcensus.publish.section import Facts
from modelcensus.publish.verdict_words import verdict_as_worded
from modelcensus.serve.drafts import MOST as MOST_OF_DRAFT
from modelcensus.serve.drafts import read_draft, stated
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import CensusError, RequestError

MOST_TEXT = 200_000
"""Characters of a text."""
MOST_TESTED = 40
"""Claims of one text that are tested in one request; the rest are shown as drafts."""


class TooLongError(RequestError):
    """More than one request may carry."""


@dataclass(frozen=True)
class Given:
    """What the form holds."""

    text: str = ""
    date: str = ""
    title: str = ""
    publisher: str = ""

    def pasted(self) -> Pasted:
        """The text with where it comes from; RequestError where it is empty or its day is none, TooLongError."""
        if not self.text.strip():
            raise RequestError("the text is empty", where="the text", remedy="paste a headline or an article")
        if len(self.text) > MOST_TEXT:
            raise TooLongError(
                f"{len(self.text):,} characters are more than {MOST_TEXT:,}",
                where="the text",
                remedy="check a part of it",
            )
        return Pasted(self.text, self.title.strip(), self.publisher.strip(), self.day)

    @property
    def day(self) -> datetime.date | None:
        """The day of publication, if any."""
        return day_of(self.date, "the day of publication")


@dataclass(frozen=True)
class Shown:
    """A draft on the page: its account where it was tested, what is wrong with it where it could not be."""

    place: int
    draft: str
    statement: str
    account: Account | None = None
    wrong: str = ""
    again: bool = False


@dataclass(frozen=True)
class Checked:
    """What the page shows below its form. `seen` is what was recognized at all, where no statement was."""

    shown: tuple[Shown, ...]
    unread: tuple[Unread, ...] = ()
    seen: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def untested(self) -> int:
        """Drafts that nobody asked to test, or that are beyond the bound."""
        return sum(s.account is None and not s.wrong for s in self.shown)

    @property
    def again(self) -> int:
        """The place of the draft that was tested again; 0 where the text was."""
        return next((s.place for s in self.shown if s.again), 0)

    @property
    def wrong(self) -> bool:
        """Whether a draft that was to be tested again is refused."""
        return any(s.wrong and s.again for s in self.shown)


def check_text(tester: Tester, given: Given) -> Checked:
    """Find the statements of a text, and test them."""
    found, composed = given.pasted().read(tester.knowledge)
    pack = composed.pack
    if pack is None:
        return Checked((), composed.unread, found.seen)
    shown = []
    for place, claim in enumerate(pack.claims, 1):
        one, wrong = _tested(tester, pack, claim) if place <= MOST_TESTED else (None, "")
        shown.append(Shown(place, claim_yaml(claim), claim.statement, one, wrong))
    return Checked(tuple(shown), composed.unread)


def check_draft(tester: Tester, given: Given, drafts: Sequence[str], again: int) -> Checked:
    """Test one of the drafts as it was changed; the others stay as they are."""
    drafts = [d.replace("\r\n", "\n") for d in drafts]
    if not 1 <= again <= len(drafts):
        raise RequestError(f"no draft {again}", where="the drafts", remedy=f"there are {len(drafts)}")
    for place, draft in enumerate(drafts, 1):
        if (size := len(draft.encode(errors="replace"))) > MOST_OF_DRAFT:
            raise TooLongError(
                f"{size:,} bytes are more than {MOST_OF_DRAFT:,}",
                where=f"draft {place}",
                remedy="shorten it, or check it as a file: modelcensus claims check FILE",
            )
    return Checked(tuple(_shown(tester, given, d, place, place == again) for place, d in enumerate(drafts, 1)))


HEADER = (
    "statement", "as_worded", "unit", "value", "low", "high", "verdict", "readings", "hold", "fail", "undetermined", "decided_by",
    "nearest", "record", "wrong",
)  # fmt: skip


def as_table(checked: Checked) -> Facts:
    """A row for each statement: its number as worded, both verdicts with the readings behind them, what decides, the record; no
    verdict where it was not tested."""
    rows = tuple(_row(one) for one in checked.shown)
    return Facts("statements", "the statements that were found, and their verdicts", HEADER, rows)


def _row(one: Shown) -> tuple[object, ...]:
    if one.account is None:
        return (one.statement, *(None for _ in HEADER[2:]), one.wrong or None)
    told = as_dict(one.account)
    worded: Any = told["as_worded"] or {}
    counted: Any = told["readings"]
    return (
        one.statement, verdict_as_worded(one.account), told["unit"], *(worded.get(n) for n in ("value", "low", "high")),
        told["verdict"], *(counted[n] for n in ("total", "hold", "fail", "undetermined")), "; ".join(one.account.decided_by) or None,
        "; ".join(text for _, text in nearest_truths(one.account)) or None, worded.get("provenance"), None,
    )  # fmt: skip


def as_json(checked: Checked) -> dict[str, object]:
    """What the page shows as plain values: each statement with its draft and its account, what was not understood."""
    return {
        "statements": [
            {
                "text": s.statement, "draft": s.draft, "account": as_dict(s.account) if s.account else None,
                "wrong": s.wrong or None,
            }
            for s in checked.shown
        ],
        "not_understood": [{"text": u.text, "reason": u.reason, "remedy": u.remedy or None} for u in checked.unread],
        "seen": {kind: list(names) for kind, names in checked.seen},
    }  # fmt: skip


def answer(tester: Tester, given: Given) -> dict[str, object]:
    """What `claims check --text --format json` gives; `not_tested` are the statements beyond the bound."""
    found, composed = given.pasted().read(tester.knowledge)
    return _values(tester, found, composed)


def _values(tester: Tester, found: Found, composed: Composed) -> dict[str, object]:
    left: list[str] = []
    if composed.pack:
        tested, rest = composed.pack.claims[:MOST_TESTED], composed.pack.claims[MOST_TESTED:]
        left = [c.statement for c in rest]
        composed = Composed(composed.pack.model_copy(update={"claims": tested}), composed.unread)
    pack = composed.pack
    accounts = [tester.test(pack, c) for c in pack.claims] if pack else []
    return {**statements_dict(accounts, composed, found), "not_tested": left}


def _shown(tester: Tester, given: Given, draft: str, place: int, again: bool) -> Shown:
    """A draft that came with the form; tested where it is the one asked for."""
    try:
        claim = read_draft(draft)
    except CensusError as error:
        return Shown(place, draft, stated(draft) or f"Draft {place}", wrong=error.told if again else "", again=again)
    one, wrong = _tested(tester, _pack(given, claim), claim) if again else (None, "")
    return Shown(place, draft, claim.statement, one, wrong, again)


def _pack(given: Given, claim: Claim) -> Pack:
    title, publisher = given.title.strip() or PASTED, given.publisher.strip() or PASTED
    source = Source(title=title, publisher=publisher, date=given.day)
    return Pack(id="draft", version=given.day or datetime.date.today(), title=title, source=source, claims=(claim,))


def _tested(tester: Tester, pack: Pack, claim: Claim) -> tuple[Account | None, str]:
    try:
        return tester.test(pack, claim), ""
    except CensusError as error:
        return None, error.told
