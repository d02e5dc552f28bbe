"""What HTTP asks of every answer: who is believed, what is refused and how, which answer a client holds already."""

import json
import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from starlette.types import ASGIApp

from modelcensus.measures import Census
from modelcensus.serve import Front, KeptAnswers, Rates
from modelcensus.serve.app import create_app
from serving import serving

HERE, UNBOUND = "http://127.0.0.1:8000", Rates(10**6, 10**6)
PLACE = "https://census.example.org"
EVIL = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
POLICY = "content-security-policy"


@pytest.mark.parametrize(
    ("method", "address", "headers", "status"),
    [
        ("GET", "/api/v1/measures", {"host": "evil.example"}, 400),
        ("GET", "/api/v1/measures", {"host": "127.0.0.1@evil.example"}, 400),
        ("POST", "/api/v1/check", {"origin": "http://evil.example"}, 403),
        ("POST", "/api/v1/check", {"content-length": "9" * 9}, 413),
        ("POST", "/api/v1/check", {"content-length": "x"}, 411),
        ("POST", "/api/v1/check", {"transfer-encoding": "chunked"}, 411),
        ("OPTIONS", "/api/v1/measures", {}, 405),
        ("DELETE", "/api/v1/measures/share", {}, 405),
        ("GET", "/api/v1/check", {}, 405),
        ("GET", f"/api/v1/measures/share?within={'x' * 40_000}", {}, 414),
        ("GET", "/api/v1/measures/share?limit=0", {}, 422),
        ("GET", "/api/v1/measures/share?by=moth", {}, 422),
        ("GET", "/api/v1/claims/qwen-2026/none", {}, 404),
        ("GET", "/api/v1/provenance/pnone", {}, 404),
        ("GET", "/api/v1/nothing", {}, 404),
        ("GET", "/api/v1/measures", {"x-long": "x" * 200_000}, 431),
        ("GET", "/api/v1/measures", {f"x-{i}": "" for i in range(500)}, 431),
    ],
    ids=lambda v: v[:40] if isinstance(v, str) else next(iter(v), "") if isinstance(v, dict) else str(v),
)
def test_every_refusal_of_the_api_is_a_whole_problem(
    client: TestClient, method: str, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, address, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert told["status"] == status and told["type"] == "about:blank"
    assert told["title"] and told["detail"] and told["remedy"]
    assert POLICY in answer.headers and answer.headers["x-content-type-options"] == "nosniff"
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("address", ["/api/v1/measures", "/method", "/style.css", "/api/v1/nothing"])
def test_head_is_get_without_the_body(client: TestClient, address: str) -> None:
    """Also of what nobody asked for before, so that nothing is kept of it."""
    plain = {"accept-encoding": "identity"}
    head, get = client.head(address, headers=plain), client.get(address, headers=plain)
    assert head.status_code == get.status_code and not head.content and get.content
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == str(len(get.content))


def test_a_page_elsewhere_is_refused_with_the_headers_of_every_answer(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400 and answer.headers["content-type"].startswith("text/plain")
    assert POLICY in answer.headers


def test_the_schema_says_what_may_be_refused(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    always = {"400", "404", "405", "414", "422", "429", "431", "500", "503"}
    for operations in paths.values():
        for method, operation in operations.items():
            assert always <= set(operation["responses"])
            assert method == "get" or {"403", "411", "413"} <= set(operation["responses"])


@pytest.mark.parametrize(
    "address", ["/api/v1/measures?bogus=1", "/api/v1/measures/share?perod=2026", "/api/v1/health?q=a"]
)
def test_what_an_operation_does_not_take_is_refused(client: TestClient, address: str) -> None:
    answer = client.get(address)
    name = address.partition("?")[2].partition("=")[0]
    assert answer.status_code == 422 and f"no choice {name!r}" in answer.json()["title"]
    if name == "perod":
        assert "period" in answer.json()["remedy"]


@pytest.mark.parametrize("form", ["svg", "embed"])
@pytest.mark.parametrize("page", ["health", "method", "search"])
def test_a_page_without_a_picture_has_no_frame(client: TestClient, page: str, form: str) -> None:
    answer = client.get(f"/{page}.{form}")
    assert answer.status_code == 422 and "no picture" in answer.text


@pytest.mark.parametrize("address", ["/api/v1/health", "/api/v1/search?q=llama", "/api/v1/catalog/qwen/qwen3-8b", "/method",
                                     "/api/v1/measures/coverage?by=month"])  # fmt: skip
@pytest.mark.parametrize("times", [1, 2], ids=["worked out", "kept"])
def test_a_client_that_holds_the_answer_is_told_so(sample: Census, address: str, times: int) -> None:
    client, again = (TestClient(Front(create_app(lambda: sample), rates=UNBOUND), base_url=HERE) for _ in range(2))
    tag = client.get(address).headers["etag"]
    if times == 2:
        assert again.get(address).headers["etag"] == tag
    opaque = tag.removeprefix("W/")
    for held in (opaque, f"W/{opaque}", "*", f'"other", W/{opaque}'):
        answer = again.get(address, headers={"if-none-match": held})
        assert (answer.status_code, answer.headers["etag"], answer.content) == (304, tag, b"")
    assert again.get(address, headers={"if-none-match": '"other"'}).status_code == 200


def whole_addresses(page: str) -> set[str]:
    return set(re.findall(r"https?://[^/\"<\s]+", page)) - {
        "https://schema.org",
        "http://www.w3.org",
        "https://jsonfeed.org",
    }


@pytest.fixture(scope="module")
def placed(sample: Census) -> ASGIApp:
    return create_app(lambda: sample, PLACE)


@pytest.mark.parametrize("prepared", [True, False], ids=["prepared", "asked"])
def test_nobody_else_gets_the_host_that_a_request_names(
    placed: ASGIApp, prepared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelcensus.serve.front.MOST_PREPARED", 1)  # the page, not what it leads to
    pages = ["/", "/feeds/families/Qwen.atom", "/feeds/families/Qwen.json"]
    front = Front(placed, KeptAnswers(), ("*",), UNBOUND)
    if prepared:
        with start_blocking_portal() as portal:
            portal.call(front.prepare, pages[:1])
    client = TestClient(front, base_url="http://127.0.0.1:8000")
    for address in pages:
        client.get(address, headers=EVIL)
        assert whole_addresses(client.get(address).text) == {PLACE}, address
    assert f'<meta property="og:image" content="{PLACE}/overview.png?' in client.get("/").text
    data = re.search(r'application/ld\+json">(.*?)</script>', client.get("/").text)
    assert data and all(f["contentUrl"].startswith(f"{PLACE}/") for f in json.loads(data[1])["distribution"])


def statuses(address: str, headers: list[dict[str, str]]) -> Iterator[int]:
    for place, given in enumerate(headers):
        try:
            yield urlopen(Request(f"{address}nowhere/{place}", headers=given), timeout=60).status
        except HTTPError as error:
            yield error.code


@pytest.mark.parametrize("options", [[], ["--behind-proxy"]], ids=["alone", "behind a proxy"])
def test_who_asks_is_who_connects_unless_a_proxy_says_otherwise(sample: Census, options: list[str]) -> None:
    others = [{"x-forwarded-for": f"10.0.0.{i}"} for i in range(4)]
    same = [{"x-forwarded-for": f"10.1.0.{i}, 10.2.0.1"} for i in range(4)]
    with serving("--answers-per-minute", "2", "--desks", "1", "--url", PLACE, *options) as address:
        told = list(statuses(address, others))
        assert (429 in told) is not bool(options) and told[0] == 404
        assert 429 in list(statuses(address, same))
        assert next(statuses(address, [{"host": "census.example.org"}])) in (404, 429)
        assert next(statuses(address, [{"host": "evil.example"}])) == 400
        page = urlopen(f"{address}method", timeout=60) if options else None
        assert page is None or page.status == 200


@pytest.mark.parametrize(
    "url", ["census.example.org", "ftp://a", "https://a/b", "https://a?b", "https://u@a", "https://a:x"]
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    from modelcensus.cli.serve import serve
    from modelcensus.vocabulary import RequestError

    with pytest.raises(RequestError, match="no address of a server"):
        serve(url=url)
