"""The scores on docs/headlines.md, computed anew."""

import re
from pathlib import Path

import pytest
import yaml

from claims.scoring import differences, score, statements
from modelcensus.catalog import load_knowledge
from modelcensus.claims.statements import find_statements

PAGE = (Path(__file__).parents[2] / "docs" / "headlines.md").read_text()
ARTICLE = "articles/000_ff4d7b68dba380b7.txt"
FIFTEEN = yaml.safe_load((Path(__file__).parent / "article.yml").read_text())


def on_the_page(row: str) -> list[int]:
    line = re.search(rf"^\| {re.escape(row)} \|(.*)\|$", PAGE, re.MULTILINE)
    assert line, f"docs/headlines.md has no row {row!r}"
    return [int(n) for n in line[1].split("|")]


@pytest.mark.parametrize(
    ("row", "half"), [("first half, used for tuning", slice(50)), ("second half, held out", slice(50, None))]
)
def test_the_texts(row, half):
    found = score(statements()[half], load_knowledge())
    counts = [len(found.found), len(found.misread), len(found.missed), len(found.invented)]
    assert [sum(counts[:3]), *counts] == on_the_page(row)


def test_the_article(real_data):
    read = find_statements(real_data(ARTICLE).read_text(), load_knowledge())
    wanted = [w for w in FIFTEEN if "measure" in w]
    right = [w for w in wanted if any(not differences(w, d) for d in read.drafts)]
    near = [w for w in wanted if w not in right and any(d.measure == w["measure"] for d in read.drafts)]
    beside = [d for d in read.drafts if not any(d.measure == w["measure"] and not differences(w, d) for w in wanted)]
    beside = {(d.measure, d.subject, d.comparator, d.number, d.period) for d in beside}
    counts = [len(FIFTEEN), len(right), len(near), len(FIFTEEN) - len(right) - len(near), len(beside)]
    assert counts == on_the_page("article")
