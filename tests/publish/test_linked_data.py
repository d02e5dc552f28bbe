"""Structured data: what it says is what the account says, and no name can end it."""

import json
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from modelcensus.publish.linked_data import ld_json

DATA = re.compile(r'<script type="application/ld\+json">([^<]*)</script>')


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_it_comes_back_whole_and_ends_nothing(content: object) -> None:
    told = ld_json({"content": content})
    assert json.loads(told) == {"content": content}
    assert told.isascii() and not set(told) & set("<>&")


def test_an_account_is_a_review_of_its_claim(edition: Path) -> None:
    seen = {}
    for path in (edition / "claims" / "small").glob("*.html"):
        account = json.loads(path.with_suffix(".json").read_text())
        found = DATA.findall(path.read_text())
        if not account["curve"]:
            assert not found, path.name
            continue
        review = json.loads(found[0])
        assert review["@type"] == "ClaimReview" and review["claimReviewed"] == account["statement"]
        rating = review["reviewRating"]
        verdict = account["as_worded"]["verdict"]
        assert rating["alternateName"] == f"{verdict} as worded"
        assert rating.get("ratingValue") == {"holds": 5, "fails": 1}.get(verdict)
        assert review["itemReviewed"]["appearance"]["author"]["name"] == account["source"]["publisher"]
        seen[verdict] = path.name
    assert set(seen) == {"holds", "fails"}
