"""What stands before the app: answers that are kept, what a client may ask for, and claims that keep nobody waiting."""

import asyncio
import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from modelcensus.measures import Census
from modelcensus.serve import Front, KeptAnswers, Rates, stamp
from modelcensus.serve.app import create_app
from modelcensus.serve.desks import MOST_WAITING, BusyError, Desks
from modelcensus.serve.kept import Kept

HERE = "http://127.0.0.1:8000"
LONG = "long " * 1_000


class Counting:
    """An app that counts what reaches it."""

    def __init__(self, wait: float = 0.0) -> None:
        self.asked: list[str] = []
        self.wait = wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await asyncio.sleep(self.wait)
        status = 404 if scope["path"] == "/missing" else 200
        await PlainTextResponse(f"{LONG}{scope['query_string'].decode()}", status)(scope, receive, send)


def client(app: ASGIApp, kept: KeptAnswers | None = None, rates: Rates | None = None) -> TestClient:
    return TestClient(Front(app, kept, rates=rates), base_url=HERE)


def test_an_answer_is_worked_out_once_and_found_again_by_the_next_run(tmp_path: Path) -> None:
    app = Counting()
    asked = client(app, KeptAnswers(tmp_path, "one"))
    first, again = asked.get("/a?b=1"), asked.get("/a?b=1")
    assert first.text == again.text == f"{LONG}b=1" and app.asked == ["/a"]
    assert asked.get("/a?b=2").text.endswith("b=2") and len(app.asked) == 2
    later = client(Counting(), KeptAnswers(tmp_path, "one"))
    found = later.get("/a?b=1")
    assert found.text == first.text and found.headers["content-encoding"] == "gzip"
    assert found.headers["content-security-policy"] == first.headers["content-security-policy"]
    plain = later.get("/a?b=1", headers={"accept-encoding": "identity"})
    assert plain.text == first.text and "content-encoding" not in plain.headers
    assert later.head("/a?b=1").content == b"" and later.head("/a?b=1").headers["content-length"]
    other = Counting()
    assert client(other, KeptAnswers(tmp_path, "two")).get("/a?b=1").status_code == 200 and other.asked == ["/a"]


def test_a_browser_that_has_the_answer_is_told_so() -> None:
    asked = client(Counting())
    asked.get("/a")
    tag = asked.get("/a").headers["etag"]
    same = asked.get("/a", headers={"if-none-match": tag})
    assert same.status_code == 304 and not same.content and same.headers["etag"] == tag
    assert asked.get("/a", headers={"if-none-match": '"other"'}).status_code == 200


def test_refusals_and_what_was_pasted_are_not_kept() -> None:
    app = Counting()
    asked = client(app)
    for address in ("/missing", "/check?text=a"):
        assert asked.get(address).status_code == asked.get(address).status_code
    assert app.asked == ["/missing"] * 2 + ["/check"] * 2


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"address": "/a", "packed": true, "size": 9, "headers": []}\nxx', b"\x00" * 99]
)
def test_a_damaged_file_is_no_answer(tmp_path: Path, content: bytes) -> None:
    kept = KeptAnswers(tmp_path, "one")
    kept.keep("/a", Kept.of((("content-type", "text/plain"),), LONG.encode()))
    (path,) = (tmp_path / "one").glob("*.answer")
    path.write_bytes(content)
    assert KeptAnswers(tmp_path, "one").find("/a") is None


def test_memory_and_folder_stay_within_their_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("IN_MEMORY", 50_000), ("ON_DISK", 40_000)):
        monkeypatch.setattr(f"modelcensus.serve.kept.{name}", value)
    kept = KeptAnswers(tmp_path, "one")
    for i in range(40):
        kept.keep(f"/{i}", Kept((("etag", "x"),), Random(i).randbytes(4_000)))
    assert sum(k.size for k in kept._memory.values()) <= 50_000
    assert sum(p.stat().st_size for p in (tmp_path / "one").glob("*")) <= 40_000
    assert kept.find("/39") is not None and kept.find("/0") is None


def test_the_stamp_changes_with_the_ledger_and_its_knowledge(tmp_path: Path) -> None:
    given = tmp_path / "given"
    (tmp_path / "manifests").mkdir()
    given.mkdir()
    before = stamp(tmp_path, [given])
    assert stamp(tmp_path, [given]) == before
    (tmp_path / "manifests" / "b1.json").write_text("{}")
    with_batch = stamp(tmp_path, [given])
    (given / "families.yml").write_text("a: 1")
    assert len({before, with_batch, stamp(tmp_path, [given])}) == 3


def test_several_who_ask_the_same_wait_for_one_answer() -> None:
    async def ask() -> list[str]:
        app = Counting(0.2)
        front = Front(app)
        bodies: list[bytes] = []

        async def send(message: dict) -> None:
            bodies.append(message.get("body", b""))

        async def receive() -> dict:
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": "/a", "raw_path": b"/a", "query_string": b"",
                 "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1)}  # fmt: skip
        await asyncio.gather(*(front(dict(scope), receive, send) for _ in range(20)))  # type: ignore[arg-type]
        assert [b for b in bodies if b] == [LONG.encode()] * 20
        return app.asked

    with start_blocking_portal() as portal:  # a loop of its own: browser tests of the same process have one running
        assert portal.call(ask) == ["/a"]


def test_who_asks_too_much_is_told_when_to_come_again() -> None:
    asked = client(Counting(), rates=Rates(answers=3, tests=1))
    assert [asked.get(f"/a?{i}").status_code for i in range(5)] == [200, 200, 200, 429, 429]
    refused = asked.get("/api/v1/measures/x")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert refused.headers["content-type"] == "application/problem+json" and refused.json()["status"] == 429
    assert asked.get("/a?0").status_code == 200  # what was given before costs nothing
    tested = [asked.post("/check", data={"text": "a"}).status_code for _ in range(2)]
    assert tested == [200, 429]


def test_pages_do_not_wait_for_claims_and_few_wait_for_the_desk_of_claims(sample: Census) -> None:
    given = iter([sample, Census(sample.ledger), sample])
    desks = Desks(lambda: next(given))
    entered, leave = threading.Event(), threading.Event()

    def test() -> None:
        with desks.claims():
            entered.set()
            leave.wait(20)

    with ThreadPoolExecutor(MOST_WAITING + 1) as pool:
        running = [pool.submit(test) for _ in range(MOST_WAITING + 1)]
        assert entered.wait(20)
        with desks.page() as scene:  # though a claim is being tested
            assert scene.census is sample
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with desks.claims():
                    pytest.fail("the desk of claims was free")
            except BusyError:
                break
        leave.set()
        assert [r.result(20) for r in running] == [None] * (MOST_WAITING + 1)


def test_too_many_claims_are_refused_for_now(sample: Census, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcensus.serve.desks.MOST_WAITING", -1)
    asked = client(create_app(lambda: sample))
    refused = asked.get("/api/v1/claims/qwen-2026/" + _first_claim(asked))
    assert refused.status_code == 503 and refused.headers["retry-after"] == "30"
    assert refused.headers["content-type"] == "application/problem+json"


def _first_claim(asked: TestClient) -> str:
    return next(c["id"] for c in asked.get("/api/v1/claims").json() if c["pack"] == "qwen-2026")


def test_pages_that_links_lead_to_are_prepared_after_the_main_ones() -> None:
    pages = {
        "/": '<img src="/a.svg"><a href="/families/Q%20n?x=1&amp;y=2">Q</a><a href="/explore.csv?by=month">data</a>',
        "/families/Q n": '<a href="/models/a/b">b</a><a href="/provenance/p1">source</a><img src="/b.svg">',
    }
    seen: list[tuple[str, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["path"], scope["query_string"].decode()))
        await PlainTextResponse(pages.get(scope["path"], ""))(scope, receive, send)

    kept = KeptAnswers()
    with start_blocking_portal() as portal:
        portal.call(Front(app, kept).prepare, ["/", "/method"])
    assert seen == [("/", ""), ("/method", ""), ("/a.svg", ""), ("/families/Q n", "x=1&y=2"), ("/models/a/b", "")]
    assert kept.find("/families/Q%20n?x=1&y=2") is not None


def test_packed_content_is_the_content() -> None:
    kept = Kept.of((), LONG.encode())
    assert gzip.decompress(kept.packed) == kept.body and Kept.of((), b"short").packed == b""
