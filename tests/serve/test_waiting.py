"""An answer that takes long: its reader is told at once, and finds it by asking again; programs wait."""

from __future__ import annotations

import asyncio

from anyio.from_thread import start_blocking_portal
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from modelcensus.serve.waiting import Waiting

READER = {"accept": "text/html,*/*;q=0.8"}


class Slow:
    """Takes a while over each answer, and counts them."""

    def __init__(self, status: int) -> None:
        self.count, self.status = 0, status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # so that one loop serves all requests of a test
            for _ in range(2):
                await send({"type": f"{(await receive())['type']}.complete"})
            return
        self.count += 1
        await asyncio.sleep(0.3)
        await HTMLResponse(f"answer {self.count}", self.status)(scope, receive, send)


def test_a_reader_is_told_and_the_answer_is_worked_out_once() -> None:
    app = Slow(422)
    with TestClient(Waiting(app, patience=0.05)) as client:
        first = client.get("/explore?a=b", headers=READER)
        assert first.status_code == 202 and first.headers["refresh"] and "being worked out" in first.text
        while (later := client.get("/explore?a=b", headers=READER)).status_code == 202:
            pass
        assert (later.status_code, later.text, app.count) == (422, "answer 1", 1)


def test_a_reader_of_a_claim_is_told_and_programs_wait_for_its_forms() -> None:
    with TestClient(Waiting(Slow(200), patience=0.05)) as client:
        assert client.get("/claims/a/b", headers=READER).status_code == 202
        for form in (".json", ".csv", ".svg"):
            assert client.get(f"/claims/a/b{form}", headers=READER).status_code == 200


def test_programs_and_forms_wait() -> None:
    app = Slow(200)
    with TestClient(Waiting(app, patience=0.05)) as client:
        for path, headers in (("/explore", {}), ("/explore.csv", READER), ("/api/v1/measures", READER)):
            assert client.get(path, headers=headers).status_code == 200
        assert client.get("/explore", headers=READER | {"hx-request": "true"}).status_code == 200


def test_a_quick_answer_is_given_as_it_is() -> None:
    with TestClient(Waiting(Slow(200), patience=5)) as client:
        assert client.get("/explore", headers=READER).text == "answer 1"
        assert client.get("/explore", headers=READER).text == "answer 2"


class ByHeaders:
    """Says to each reader what it was asked with, after a while."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.2)
        told = dict(scope["headers"])
        status = 304 if b"if-none-match" in told else 200
        await HTMLResponse(told.get(b"accept-encoding", b"").decode(), status)(scope, receive, send)


def test_nobody_is_given_the_answer_to_another_reader() -> None:
    async def both() -> list[list[Message]]:
        app, found = Waiting(ByHeaders(), patience=5), ([], [], [])

        async def ask(given: list[Message], **headers: str) -> None:
            async def send(message: Message) -> None:
                given.append(message)

            async def receive() -> Message:
                return {"type": "http.disconnect"}

            told = {"accept": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
            raw = [(k.encode(), v.encode()) for k, v in told.items()]
            await app({"type": "http", "method": "GET", "path": "/explore", "headers": raw}, receive, send)

        asked = ({"if_none_match": "x"}, {"accept_encoding": "gzip"}, {"accept_encoding": "identity"})
        await asyncio.gather(*(ask(given, **headers) for given, headers in zip(found, asked, strict=True)))
        return list(found)

    with start_blocking_portal() as portal:  # a browser of another test may have the loop of this thread
        known, packed, plain = portal.call(both)
    assert known[0]["status"] == 304 and packed[0]["status"] == plain[0]["status"] == 200
    assert packed[1]["body"] == b"gzip" and plain[1]["body"] == b"identity"
