"""Which claims flipped: told from the verdicts that were told before, on the first page and on a page of its own."""

from datetime import date

from fastapi.testclient import TestClient

from modelcensus.claims import ToldVerdict, ToldVerdicts, find_claim, find_packs
from modelcensus.claims.told_verdicts import FOLDER
from modelcensus.measures import Census

CLAIM = "qwen-2026/double-the-next-eight"


def test_claims_are_told_once_tested_and_as_flipped_where_they_were_told_otherwise(
    sample: Census, client: TestClient
) -> None:
    folder = sample.ledger.root / FOLDER
    for file in folder.glob("*.json"):
        file.unlink()
    assert "No published claim was tested" in client.get("/claims/flipped").text
    kept = ToldVerdicts(sample.ledger.root)
    first = ToldVerdict(claim="another text", worded="fails", overall="fails")
    kept.keep("e0earlier", date(2026, 10, 1), {CLAIM: first})
    assert client.get(f"/claims/{CLAIM}").status_code == 200
    assert "None can have flipped yet: 1 claim tested" in client.get("/claims/flipped").text
    told = next(v for e in kept._read() for v in e.claims.values() if e.edition != "e0earlier")
    kept.keep(
        "e0earlier", date(2026, 10, 1), {CLAIM: told.model_copy(update={"worded": "fails", "overall": "fails"})}
    )
    page = client.get("/claims/flipped")
    assert page.headers["cache-control"] == "no-store"
    assert (
        "1 of 1 claim that had been tested before flipped since edition e0earlier (newest batch of 1 October 2026)"
        in page.text
    )
    statement = find_claim(find_packs(), CLAIM)[1].statement
    assert page.text.count(statement) == 2 and f"/claims/{CLAIM}" in page.text
    kept.keep("e0earlier", date(2026, 10, 1), {CLAIM: told})
    assert "None of 1 claim that had been tested before flipped" in client.get("/claims/flipped").text


def test_the_first_page_asks_for_it(client: TestClient) -> None:
    page = client.get("/").text
    assert 'hx-get="/claims/flipped"' in page and 'hx-get="/health"' in page
    assert '<div class="told">' in client.get("/health").text
