"""Addresses that are pinned to an edition, and what pages tell machines: previews and structured data under the policy."""

import json
import re
from pathlib import Path

from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from ledgers import COMMITTED, batch_of, ledger_of, observation
from modelcensus.ledger import Ledger
from modelcensus.measures import Census
from modelcensus.publish.earlier import Earlier
from modelcensus.publish.editions import edition_of
from modelcensus.serve import tester as testers
from modelcensus.serve.app import create_app
from modelcensus.serve.past import PastEditions

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


OWN = """version: 2027-01-01
organizations:
  - {namespace: acme, name: Acme, country: FR, kind: company, citation: reviewed here}
"""
READ = "reading=counter%3Drolling_30d"
DOWNLOADS = f"/explore{{}}?measure=downloads&by=day&of=organization%3Dacme&{READ}{{}}"


def grown(root: Path, *values: int) -> Census:
    """A ledger of as many batches of one reading each, two of them a day."""
    ledger = Ledger(root)
    for i, value in list(enumerate(values))[len(ledger.manifests()) :]:
        one = batch_of(f"day {i}", "hub", observations=[observation("acme/a-7b", "rolling_30d", value, 40 + 30 * i)])
        ledger_of(root, one, committed_at=COMMITTED.replace(day=1 + i // 2, hour=i))
    census = Census(ledger)
    census.keep_knowledge()
    census.passing = True
    return census


def test_a_pinned_address_answers_as_the_ledger_was_whatever_came_since(tmp_path: Path) -> None:
    """Whole pages, data, pictures, feeds and the API; also where two batches came on one day."""
    told = {}
    ways = (
        DOWNLOADS.format(".csv", ""), DOWNLOADS.format(".json", ""), DOWNLOADS.format(".svg", ""), "/health.json",
        f"/api/v1/measures/downloads?by=day&{READ}", "/feeds/organizations/acme.atom", "/badges/downloads/organizations/acme.svg",
    )  # fmt: skip

    def at(address: str, edition: str) -> str:
        return f"{address}{'&' if '?' in address else '?'}edition={edition}"

    for values in ((100,), (100, 200), (100, 200, 400)):
        first = edition_of(grown(tmp_path, *values))
        with TestClient(
            create_app(lambda values=values: grown(tmp_path, *values)), base_url="http://127.0.0.1"
        ) as client:
            told[first] = [client.get(at(w, first)).content for w in ways]
    assert len(told) == 3
    with TestClient(create_app(lambda: grown(tmp_path, 100, 200, 400, 800)), base_url="http://127.0.0.1") as client:
        for edition, answers in told.items():
            for way, before in zip(ways, answers, strict=True):
                now = client.get(at(way, edition))
                assert (now.status_code, now.content) == (200, before), (edition, way)
        oldest = next(iter(told))
        page = client.get(DOWNLOADS.format("", f"&edition={oldest}"))
        assert f"As of edition {oldest} (1 December 2026); newer data exist" in page.text
        now = re.search(r'newer data exist: <a href="([^"]+)">', page.text)
        assert now and "edition" not in now[1] and "800" in client.get(now[1].replace("&amp;", "&")).text
        inside = re.findall(r'(?:src|srcset|data-live)="(/explore[^"]+)"', page.text)
        assert inside and all(f"edition={oldest}" in link for link in inside)
        assert "As of edition" not in client.get(DOWNLOADS.format("", "")).text
        (record,) = (r["provenance"]["id"] for r in client.get(at(ways[1], oldest)).json()["sections"][0]["results"])
        assert (tmp_path / "provenance" / f"{record}.json").exists()
        day = client.get(f"/api/v1/measures/downloads?by=day&{READ}&as_of=2026-12-05&edition={oldest}")
        assert [r["value"] for r in day.json()["rows"]] == [100]


def test_an_edition_is_found_with_the_knowledge_that_it_was_made_with(tmp_path: Path) -> None:
    held = edition_of(grown(tmp_path, 100))
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "organizations.yml").write_text(OWN)
    with TestClient(create_app(lambda: grown(tmp_path, 100))) as client:
        asked = "/api/v1/catalog/acme/a-7b"
        assert "reviewed here" in client.get(asked).text
        then = client.get(f"{asked}?edition={held}")
        assert then.status_code == 200 and "reviewed here" not in then.text
        page = client.get(f"/health?edition={held}").text
        assert "what is known of models has changed since" in page


def test_two_earlier_editions_stay_open_and_one_answers_at_a_time(tmp_path: Path) -> None:
    values = (100, 200, 400, 800)
    editions = [edition_of(grown(tmp_path, *values[: i + 1])) for i in range(4)]
    tester = testers.Tester(lambda: grown(tmp_path, *values), [])
    opened: list[str] = []

    def open_app(then: Earlier) -> ASGIApp:
        opened.append(then.id)
        return PlainTextResponse(then.id)

    app = PastEditions(PlainTextResponse("newest"), tester, open_app)
    client = TestClient(app)
    asked = [editions[i] for i in (0, 1, 0, 2, 0, 1)]
    assert [client.get(f"/?edition={e}").text for e in asked] == asked
    assert opened == [editions[i] for i in (0, 1, 2, 1)]
    assert client.get(f"/?edition={editions[3]}").text == client.get("/?edition=e0").text == "newest"
    assert client.get("/").text == "newest"
    with app._one:
        busy = client.get(f"/?edition={editions[0]}")
    assert busy.status_code == 503 and busy.headers["retry-after"] and client.get("/").text == "newest"


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
