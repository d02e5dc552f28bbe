"""Every field that an operation of the JSON API answers with stands in docs/api.md."""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
MAPS = {"dimensions", "of", "reading", "choices", "variance", "freedoms", "untested", "software", "options", "values"}
"""Fields whose own keys are names of something else: dimensions, choices, libraries."""
CLAIM = "qwen-2026/double-the-next-eight"
REPORTED = "reading=channel=reported:modelpulse"


@pytest.fixture(scope="module")
def client(sample) -> TestClient:
    app = Front(create_app(lambda: sample), rates=Rates(10**6, 10**6))
    return TestClient(app, base_url="http://127.0.0.1:8000")


def fields(value: object) -> set[str]:
    """The keys of an answer, and of what lies in it."""
    if isinstance(value, list):
        return {name for item in value for name in fields(item)}
    if isinstance(value, dict):
        within = [fields(v) for k, v in value.items() if k not in MAPS]
        return set(value).union(*within)
    return set()


def answers(client: TestClient) -> dict[str, object]:
    """An answer of every operation, by its path."""
    share = f"share?by=organization&by=month&limit=3&{REPORTED}"
    asked = {
        "/measures": "measures", "/measures/{name}": f"measures/{share}", "/results/{name}": f"results/{share}",
        "/catalog/{repository}": "catalog/Qwen/Qwen3-8B", "/claims": "claims", "/claims/{pack}/{claim}": f"claims/{CLAIM}",
        "/search": "search?q=qwen", "/health": "health",
    }  # fmt: skip
    told = {path: client.get(f"/api/v1/{address}") for path, address in asked.items()}
    record = told["/measures/{name}"].json()["provenance"]["id"]
    told["/provenance/{id}"] = client.get(f"/api/v1/provenance/{record}")
    told["/check"] = client.post("/api/v1/check", json={"text": "Qwen doubled. It leads the pack by 3 downloads."})
    told["an error"] = client.get("/api/v1/measures/shares")
    assert {a.status_code for p, a in told.items() if p != "an error"} == {200}, told
    return {path: answer.json() for path, answer in told.items()}


def test_every_operation_is_asked_and_every_field_is_documented(client):
    found = answers(client)
    operations = {p.removeprefix("/api/v1") for p in client.get("/api/v1/openapi.json").json()["paths"]}
    assert operations == set(found) - {"an error"}
    code = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", PAGE.read_text()))))
    missing = {path: sorted(fields(answer) - code) for path, answer in found.items() if fields(answer) - code}
    assert not missing, "\n".join(f"{path}: {', '.join(names)}" for path, names in missing.items())
