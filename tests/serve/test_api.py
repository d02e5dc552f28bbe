"""The JSON API: the same numbers as the library, pages of rows, tags, and errors that say what to do."""

import pytest
from fastapi.testclient import TestClient

from modelcensus.measures import measures

REPORTED = {"reading": "channel=reported:modelpulse"}
SHARES = {"by": ["organization", "month"], **REPORTED}


def test_every_measure_is_listed(client: TestClient) -> None:
    listed = client.get("/api/v1/measures").json()
    assert {m["name"] for m in listed} == set(measures())
    assert all(m["definition"] and m["unit"] and m["citation"] for m in listed)


def test_rows_come_in_pages_that_add_up(client: TestClient, sample) -> None:
    truth = sample.measure("share", by=["organization", "month"], reading=["channel=reported:modelpulse"])
    rows, offset, told = [], 0, {"total": 1}
    while len(rows) < told["total"]:
        told = client.get("/api/v1/measures/share", params={**SHARES, "offset": offset, "limit": 100}).json()
        assert len(told["rows"]) <= 100 and told["offset"] == offset
        rows += told["rows"]
        offset += 100
    assert rows == [r.as_dict() for r in truth.rows]
    assert told["provenance"]["id"] == truth.provenance.id and told["sentence"] == truth.sentence()
    assert client.get(f"/api/v1/provenance/{truth.provenance.id}").json()["id"] == truth.provenance.id


def test_what_the_client_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/measures/share", params=SHARES)
    tag = first.headers["etag"]
    again = client.get("/api/v1/measures/share", params=SHARES, headers={"if-none-match": tag})
    assert again.status_code == 304 and not again.content and again.headers["etag"] == tag
    other = client.get("/api/v1/measures/share", params={**SHARES, "limit": 5}, headers={"if-none-match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("measures/shar", 404, "did you mean 'share'"),
        ("measures/share?of=family%3DQwenn", 404, "/api/v1/search?q=Qwe"),
        ("measures/share?of=family%3DQwen&within=mainlin", 422, "did you mean 'mainline'"),
        ("measures/share?of=famly%3DQwen", 422, "unknown dimension"),
        ("measures/share?by=month&by=day", 422, "choose month, week or day"),
        ("measures/share?limit=0", 422, "limit"),
        ("measures/share?within=" + "x" * 501, 422, "within"),
        ("provenance/pnone", 404, "no record"),
        ("catalog/no/such", 404, "no model 'no/such'"),
        ("claims/qwen-2026/none", 404, "none"),
        ("nothing", 404, ""),
        ("search?q=", 422, "q"),
    ],
)
def test_an_error_is_a_problem_that_says_what_to_do(client: TestClient, address: str, status: int, says: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["title"]
    assert says in f"{told['title']} {told['detail']} {told['remedy']} {told['search']}"


def test_catalog_search_health_and_claims(client: TestClient) -> None:
    fields = {e["field"]: e["value"] for e in client.get("/api/v1/catalog/qwen/qwen3-8b").json()}
    assert fields["family"] == "Qwen"
    assert client.get("/api/v1/search", params={"q": "llama"}).json()["families"]
    assert client.get("/api/v1/health").json()["sources"]
    listed = client.get("/api/v1/claims").json()
    assert {"qwen-2026", "open-us-china"} <= {c["pack"] for c in listed}


def test_every_operation_is_described(client: TestClient) -> None:
    schema = client.get("/api/v1/openapi.json").json()
    assert all(p.startswith("/api/v1/") for p in schema["paths"])
    for operations in schema["paths"].values():
        for operation in operations.values():
            assert operation["summary"] and operation["description"]
            assert "application/problem+json" in operation["responses"]["422"]["content"]
