"""Every key that somebody can write into a file of theirs, and every variable that is read, stands in a page."""

import inspect
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from modelcensus.claims import entries
from modelcensus.counting import Policies
from modelcensus.counting.formats import LogFormat

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def code(*pages: str) -> set[str]:
    """The words in code style, in text and in blocks."""
    found: set[str] = set()
    for page in pages:
        text = (DOCS / page).read_text()
        parts = [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE)]
        found |= set(re.findall(r"[\w.<>=-]+", " ".join(parts)))
    return found


def keys(*kinds: type[BaseModel]) -> set[str]:
    return {field.alias or name for kind in kinds for name, field in kind.model_fields.items()}


def test_every_key_of_a_claim_pack_is_documented():
    kinds = [k for _, k in inspect.getmembers(entries, inspect.isclass) if issubclass(k, BaseModel)]
    assert len(kinds) > 5
    assert keys(*kinds) - code("claims.md") == set()


def test_every_key_of_a_log_format_and_every_policy_is_documented():
    assert keys(LogFormat, Policies) - code("counting.md") == set()


@pytest.mark.parametrize("name", ["MODELCENSUS_LEDGER", "MODELCENSUS_CACHE"])
def test_the_variables_are_read_where_the_pages_say(name):
    assert any(name in p.read_text() for p in (ROOT / "src").rglob("*.py"))
    assert name in code("operating.md")


def test_every_variable_that_is_read_is_documented():
    read = set()
    for path in (ROOT / "src").rglob("*.py"):
        read |= set(re.findall(r"environ(?:\.get|\.setdefault)?[\[(]\"([A-Z_]+)\"", path.read_text()))
        read |= set(re.findall(r"\"([A-Z_]+)\" (?:not )?in os\.environ", path.read_text()))
    assert {"MODELCENSUS_LEDGER", "HF_ENDPOINT"} <= read
    pages = [p.relative_to(DOCS).as_posix() for p in DOCS.rglob("*.md")]
    assert read - code(*pages) == set()
