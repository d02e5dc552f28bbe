"""A text that somebody gives, with where it comes from: what is found in it, and what came of that as plain values."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from modelcensus.catalog import Knowledge
from modelcensus.claims.account import Account
from modelcensus.claims.statements.composing import Composed, compose
from modelcensus.claims.statements.drafts import Found
from modelcensus.claims.statements.find import find_statements
from modelcensus.claims.telling import as_dict
from modelcensus.claims.writing import pack_yaml
from modelcensus.vocabulary import RequestError


@dataclass(frozen=True)
class Pasted:
    """A text with where it comes from."""

    text: str
    title: str = ""
    publisher: str = ""
    published: datetime.date | None = None

    def read(self, knowledge: Knowledge) -> tuple[Found, Composed]:
        """What was found in the text, and the claims made from it."""
        found = find_statements(self.text, knowledge, self.published)
        return found, compose(found, knowledge, self.title, self.publisher, self.published)


def day_of(text: str | None, where: str) -> datetime.date | None:
    """The day that a text names, if any; RequestError where it names none."""
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise RequestError(f"{text!r} is no day", where=where, remedy="use YYYY-MM-DD") from error


def statements_dict(accounts: Sequence[Account], composed: Composed, found: Found) -> dict[str, Any]:
    """Statements with their draft claims and accounts, and what was not understood, as plain values."""
    drafts = yaml.safe_load(pack_yaml(composed.pack))["claims"] if composed.pack else []
    return {
        "statements": [
            {"text": one.claim.statement, "draft": draft, "account": as_dict(one)}
            for one, draft in zip(accounts, drafts, strict=True)
        ],
        "not_understood": [{"text": u.text, "reason": u.reason, "remedy": u.remedy or None} for u in composed.unread],
        "seen": {kind: list(seen) for kind, seen in found.seen},
    }
