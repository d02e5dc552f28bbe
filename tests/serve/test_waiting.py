"""An answer that takes long: its reader is told at once, and finds it by asking again; programs wait."""

from __future__ import annotations

import asyncio

from starlette.responses import HTMLResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

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
