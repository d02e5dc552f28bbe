"""Checkable statements found in plain text, offline: what was understood as draft claims, and what was not."""

from modelcensus.claims.statements.composing import Composed, compose
from modelcensus.claims.statements.drafts import Draft, Found, Unread
from modelcensus.claims.statements.find import find_statements
from modelcensus.claims.statements.spans import UNDATED

__all__ = ["UNDATED", "Composed", "Draft", "Found", "Unread", "compose", "find_statements"]
