"""Checkable statements found in plain text, offline: what was understood, and what was not."""

from modelcensus.claims.statements.drafts import Draft, Found, Unread
from modelcensus.claims.statements.find import find_statements

__all__ = ["Draft", "Found", "Unread", "find_statements"]
