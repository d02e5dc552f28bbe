"""Published claims, records and checks in the forms of other pages; what every file says of itself."""

import csv
import io
import re
from html import unescape

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from modelcensus.claims import Account, account, find_claim, find_packs
from modelcensus.measures import Census
from modelcensus.publish.editions import citation_of, edition_of

CLAIM = "qwen-2026/double-the-next-eight"
AT = f"/claims/{CLAIM}"
HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined."
SHARE = "measure=share&of=organization%3DQwen&by=month&reading=channel%3Dreported%3Amodelpulse"
REPORTED = {"channel": "reported:modelpulse"}


@pytest.fixture(scope="module")
def one(sample: Census) -> Account:
    return account(sample, *find_claim(find_packs(), CLAIM))


def links_of(answer) -> dict[str, str]:
    return {rel: to for to, rel in re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["link"])}


def test_a_claim_has_a_row_for_every_reading_in_every_form(client: TestClient, one: Account) -> None:
    told = client.get(f"{AT}.json").json()
    (section,) = told["sections"]
    rows = section["facts"]["readings"]
    assert len(rows) == len(one.outcomes) > len(one.tested)
    for row, outcome in zip(rows, one.tested, strict=False):
        assert (row["value"], row["low"], row["high"], row["verdict"], row["record"]) == (
            outcome.value, outcome.low, outcome.high, outcome.verdict, outcome.id
        )  # fmt: skip
        assert row["peers"] == outcome.specification.choice("peers") and row["unit"] == "times"
    assert [r["record"] for r in rows if r["as_worded"]] == [one.as_worded.id] if one.as_worded else False
    assert all(r["value"] is None and r["reason"] for r in rows if r["verdict"] == "untestable")
    taken = list(csv.DictReader(io.StringIO(client.get(f"{AT}.csv").text)))
    assert [r["record"] or None for r in taken] == [r["record"] for r in rows]
    columns = pq.read_table(io.BytesIO(client.get(f"{AT}.parquet").content))
    assert columns.to_pylist() == rows
    assert section["statements"][0]["provenance"] == told["provenance"]["records"]


def test_the_curve_of_a_claim_is_a_picture_a_frame_and_a_preview(client: TestClient) -> None:
    page = client.get(AT).text
    assert "What decides" in client.get(f"{AT}.json").json()["sections"][0]["remarks"][0]
    assert client.get(f"{AT}.svg").text.startswith("<svg") and "ringed: as worded" in client.get(f"{AT}.svg").text
    assert client.get(f"{AT}.png?size=phone").content.startswith(b"\x89PNG")
    assert client.get(f"{AT}.chart.js?size=phone").text.startswith("censusChart(")
    frame = client.get(f"{AT}.embed")
    assert f'src="{AT}.svg"' in frame.text and frame.text.count(f'href="{AT}"') == 1
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    preview = re.search(r'<meta property="og:image" content="([^"]+)"', page)
    assert preview and client.get(unescape(preview[1])).content.startswith(b"\x89PNG")
    offered = set(re.findall(rf'href="({AT}\.[a-z]+)"', page))
    assert offered == {f"{AT}.{form}" for form in ("json", "csv", "parquet", "svg", "png", "vega", "embed")}
    pinned = re.search(r'<a href="([^"]*edition=[^"]*)">pinned', page)
    assert pinned and client.get(pinned[1]).text == page
    assert client.get(f"{AT}.json?edition=e0").status_code == 422


def test_a_claim_that_nothing_tests_has_no_picture(client: TestClient) -> None:
    at = "/claims/qwen-2026/cloud-revenue"
    assert "og:image" not in client.get(at).text and client.get(f"{at}.svg").status_code == 422
    assert client.get(f"{at}.json").json()["sections"][0]["facts"] == {"readings": []}
    assert client.get("/claims/qwen-2026/nothing.json").status_code == 404


def test_the_list_of_claims_has_verdicts_of_those_that_were_tested(client: TestClient, one: Account) -> None:
    client.get(AT)
    answer = client.get("/claims.csv")
    rows = {f"{r['pack']}/{r['claim']}": r for r in csv.DictReader(io.StringIO(answer.text))}
    assert len(rows) == sum(len(p.claims) for p in find_packs())
    assert (rows[CLAIM]["tested"], rows[CLAIM]["verdict"]) == ("True", one.verdict)
    assert (rows["qwen-2026/cloud-revenue"]["verdict"], answer.headers["cache-control"]) == ("untestable", "no-store")
    untested = [r for r in rows.values() if r["tested"] == "False"]
    assert untested and all(r["verdict"] == r["as_worded"] == "" for r in untested)
    told = client.get("/claims.json").json()["sections"][0]
    assert told["remarks"][0].startswith(f"{len(untested):,} of {len(rows):,} claims are not tested")
    verdicts = client.get("/claims/flipped.json").json()["sections"][0]["facts"]["verdicts"]
    assert one.verdict in [r["verdict"] for r in verdicts if r["claim"] == one.claim.id]
    for path in ("/claims", "/claims/flipped"):
        page = client.get(path).text
        assert f'href="{path}.parquet"' in page and f'href="{path}?edition=' in page
        assert client.get(f"{path}.png").status_code == 422


def test_a_record_is_there_as_json(client: TestClient, one: Account) -> None:
    client.get(AT)
    assert one.as_worded
    record = f"/provenance/{one.as_worded.id}"
    assert client.get(f"{record}.json").json() == client.get(f"/api/v1{record}").json()
    assert f'href="{record}.json"' in client.get(record).text and client.get(f"{record}.csv").status_code == 422
    (batch, *_) = client.get(f"{record}.json").json()["provenance"]["batches"]
    assert client.get(f"/provenance/{batch}.json").json()["id"] == batch
    assert client.get("/provenance/p000000000000.json").status_code == 404


def test_what_came_of_a_text_is_there_as_data(client: TestClient, one: Account) -> None:
    said = {"text": f"{HEADLINE} Qwen rules the world with 5 downloads."}
    page = client.post("/check", data=said).text
    assert 'formaction="/check.json"' in page and 'formaction="/check.csv"' in page
    told = client.post("/check.json", data=said).json()
    whole = client.post("/api/v1/check", json=said).json()
    assert [s["account"] for s in told["statements"]] == [s["account"] for s in whole["statements"]]
    assert told["not_understood"] == whole["not_understood"]
    assert one.as_worded and told["provenance"]["records"] == [one.as_worded.id] and "Sources: " in told["citation"]
    answer = client.post("/check.csv", data=said)
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["as_worded"], row["verdict"], row["record"]) == ("holds", "depends", answer.headers["x-provenance"])
    draft = told["statements"][0]["draft"].replace("2 times", "4 times")
    changed = client.post("/check.json", data={**said, "draft": draft, "again": "1"}).json()
    assert [s["account"]["verdict"] for s in changed["statements"]] == ["fails"]
    assert client.post("/check.png", data=said).status_code == 422 and client.get("/check.json").status_code == 405


@pytest.mark.parametrize("path", ["/method", "/health", "/search", "/claims"])
def test_facts_say_of_which_edition_they_are(client: TestClient, sample: Census, path: str) -> None:
    asked = "?q=llama" if path == "/search" else ""
    edition, cited = edition_of(sample), citation_of(sample)
    told = client.get(f"{path}.json{asked}").json()
    assert told["provenance"]["edition"] == edition and told["citation"].endswith(cited) and edition in cited
    table = client.get(f"{path}.csv{asked}")
    pinned = f"{path}{asked}{'&' if asked else '?'}edition={edition}"
    assert table.headers["x-provenance"] == edition
    assert links_of(table) == {"cite-as": pinned, "describedby": f"{path}.json{asked}"}
    assert client.get(pinned).status_code == client.get(links_of(table)["describedby"]).status_code == 200
    metadata = pq.read_schema(io.BytesIO(client.get(f"{path}.parquet{asked}").content)).metadata
    assert metadata[b"provenance"].decode() == edition and metadata[b"citation"].decode() == told["citation"]


def test_numbers_say_their_record_unit_and_citation(client: TestClient, sample: Census) -> None:
    truth = sample.measure("share", of={"organization": "Qwen"}, by="month", reading=REPORTED)
    told = client.get(f"/explore.json?{SHARE}").json()
    assert told["provenance"] == {"edition": edition_of(sample), "records": [truth.provenance.id]}
    metadata = pq.read_schema(io.BytesIO(client.get(f"/explore.parquet?{SHARE}").content)).metadata
    stated = {k.decode(): metadata[k].decode() for k in (b"provenance", b"unit", b"citation")}
    assert stated == {"provenance": truth.provenance.id, "unit": "share", "citation": truth.cite()}
    for form in (".csv", ".svg", ".png"):
        answer = client.get(f"/explore{form}?{SHARE}")
        assert answer.headers["x-provenance"] == truth.provenance.id
        links = links_of(answer)
        assert client.get(links["describedby"]).json()["id"] == truth.provenance.id
        assert client.get(links["cite-as"]).status_code == 200 and "edition=" in links["cite-as"]
    table = client.get(f"/explore.csv?{SHARE}").text
    assert table.startswith("period,") and "modelcensus" not in table  # plain: programs read it as it is


def test_a_frame_holds_the_picture_that_it_was_asked_for(client: TestClient) -> None:
    page = client.get("/families/Qwen").text
    frames = [unescape(f) for f in re.findall(r'href="([^"]*\.embed[^"]*)"', page)]
    assert len(set(frames)) > 1
    for frame in frames:
        figure = re.search(r"figure=([^&]+)", frame)
        assert figure and f"figure={figure[1]}" in client.get(frame).text.partition("<img")[2]
    assert client.get("/method.embed").status_code == 422
