"""Addresses that are pinned to an edition, and what pages tell machines: previews and structured data under the policy."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ledgers import COMMITTED, batch_of, ledger_of, observation
from modelcensus.measures import Census
from modelcensus.publish.editions import edition_of, must_be_edition
from modelcensus.serve.app import create_app
from modelcensus.vocabulary import RequestError

DATA = re.compile(r'<script type="application/ld\+json">([^<]*)</script>')
SHARE = "measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"


def test_a_pinned_address_answers_with_its_edition_and_no_other(client: TestClient, sample: Census) -> None:
    held = edition_of(sample)
    page = client.get(f"/explore?{SHARE}")
    pinned = re.search(r'<a href="([^"]*edition=[^"]*)">pinned', page.text)
    assert pinned and f"edition={held}" in pinned[1]
    same = client.get(pinned[1].replace("&amp;", "&"))
    assert same.status_code == 200 and same.text == page.text
    for address in (
        f"/explore?{SHARE}&edition=e0", f"/explore?{SHARE}&%65dition=e0", "/method.json?edition=e0", "/claims?edition=e0",
        "/?edition=e0",
    ):  # fmt: skip
        refused = client.get(address)
        assert refused.status_code == 422 and held in refused.text and "pinned to the edition e0" in refused.text
    problem = client.get("/api/v1/measures/downloads?edition=e0")
    assert problem.status_code == 422 and problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["where"] == "edition"
    assert client.get(f"/api/v1/measures?edition={held}").status_code == 200


def test_the_records_of_an_app_pass_and_those_of_a_pinned_page_stay(tmp_path: Path) -> None:
    ledger = ledger_of(
        tmp_path, batch_of("a", "hub", observations=[observation("acme/a-7b", "rolling_30d", 100, 40)])
    )

    def opened() -> Census:
        census = Census(ledger)
        census.passing = True
        return census

    with TestClient(create_app(opened)) as client:
        asked = "/explore.json?measure=downloads&by=day&reading=counter%3Drolling_30d"
        first = client.get(asked)
        (record,) = (r["provenance"]["id"] for r in first.json()["sections"][0]["results"])
        kept = tmp_path / "provenance" / f"{record}.json"
        assert client.get(f"/provenance/{record}").status_code == 200 and not kept.exists()
        assert client.get(f"{asked}&edition={edition_of(opened())}").text == first.text
        assert kept.exists() and json.loads(kept.read_text())["id"] == record
        missing = client.get("/provenance/p000000000000")
        assert missing.status_code == 404 and "pinned" in missing.text
    other = client.get(asked.replace("downloads", "share")).json()["sections"][0]["results"][0]["provenance"]["id"]
    assert not (tmp_path / "provenance" / f"{other}.json").exists()
    answer = Census(ledger).measure("share", by="day", reading={"counter": "rolling_30d"})  # a command's: for good
    assert answer.provenance.id == other and (tmp_path / "provenance" / f"{other}.json").exists()


def test_an_earlier_edition_of_the_same_ledger_is_found_by_its_day(tmp_path: Path) -> None:
    def batch(on: int):
        return batch_of(f"day {on}", "hub", observations=[observation("acme/a-7b", "rolling_30d", 100 + on, on)])

    earlier = Census(ledger_of(tmp_path, batch(40)))
    earlier.keep_knowledge()
    before = edition_of(earlier)
    later = Census(ledger_of(tmp_path, batch(70), committed_at=COMMITTED.replace(month=12, day=20)))
    assert edition_of(later) != before
    must_be_edition(later, edition_of(later))
    with pytest.raises(RequestError, match=f"the ledger held it on {date(2026, 12, 1)}"):
        must_be_edition(later, before)
    with pytest.raises(RequestError, match="open the ledger that it was made from"):
        must_be_edition(later, "e123456789012")


def test_a_page_of_numbers_is_a_dataset_with_its_files(client: TestClient) -> None:
    page = client.get(f"/explore?{SHARE}").text
    found = DATA.findall(page)
    assert len(found) == 1
    told = json.loads(found[0])
    assert told["@type"] == "Dataset" and told["variableMeasured"][0] == {
        "@type": "PropertyValue", "name": "share", "unitText": "share"
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\d/\d{4}-\d\d-\d\d", told["temporalCoverage"])
    for file in told["distribution"]:
        answer = client.get(file["contentUrl"])
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(file["encodingFormat"])
    assert told["identifier"] == [
        client.get(f"/explore.json?{SHARE}").json()["sections"][0]["results"][0]["provenance"]["id"]
    ]


def test_a_preview_is_a_picture_of_the_page(client: TestClient) -> None:
    answer = client.get(f"/explore?{SHARE}")
    picture = re.search(r'<meta property="og:image" content="([^"]+)"', answer.text)
    assert picture and picture[1].startswith("http://127.0.0.1:8000/explore.png?")
    assert client.get(picture[1].replace("&amp;", "&")).content.startswith(b"\x89PNG")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "og:image" not in client.get("/method").text
