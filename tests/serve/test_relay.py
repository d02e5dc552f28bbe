"""Desks in processes of their own: each answer is that of the app, an end is no end of the server, and nobody is left behind."""

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.measures import Census
from modelcensus.serve import Desk, Front, KeptAnswers, OpeningError, Relay
from modelcensus.serve.frames import LENGTHS, Frame
from modelcensus.serve.kept import Kept
from modelcensus.vocabulary import LedgerError

REPORTED = quote("channel=reported:modelpulse", safe="")
MEASURE = f"/api/v1/measures/share?of=organization%3DQwen&period=2026-02&reading={REPORTED}"
HERE = "http://127.0.0.1:8000"
PATIENCE = 60


@given(st.integers(0, 2**40), st.dictionaries(st.text(), st.text()), st.binary())
def test_a_frame_comes_out_as_it_went_in(number: int, head: dict[str, str], body: bytes) -> None:
    packed = Frame(number, head, body).packed()
    first, second = LENGTHS.unpack(packed[: LENGTHS.size])
    rest = packed[LENGTHS.size :]
    assert len(rest) == first + second
    assert Frame.read(rest[:first], rest[first:]) == Frame(number, head, body)


async def asked(app: Front | Relay, address: str) -> tuple[int, bytes, dict[str, str]]:
    """The status, content and headers of an answer."""
    path, _, query = address.partition("?")
    status, headers, parts = 0, dict[str, str](), list[bytes]()

    async def receive() -> dict:
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            headers.update({n.decode(): v.decode() for n, v in message["headers"]})
        parts.append(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
             "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1)}  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), PATIENCE)  # type: ignore[arg-type]
    return status, b"".join(parts), headers


def relayed(ledger: Path, desks: int, use: Callable[[Relay], Awaitable[None]], made: type[Desk] = Desk) -> None:
    """Use a relay over a ledger; all of its processes have ended afterwards."""

    async def run() -> None:
        relay = Relay([lambda: made(ledger, [], prepare=True, url=HERE)] * desks)
        relay.start()
        try:
            await use(relay)
        finally:
            await relay.end()
        for desk in relay._desks.values():
            assert desk._process and desk._process.returncode is not None

    with start_blocking_portal() as portal:
        portal.call(run)


def test_an_answer_is_that_of_the_app(sample: Census, client: TestClient) -> None:
    addresses = [MEASURE, "/api/v1/measures/shar", "/method.json", f"/explore?measure=share&by=organization&by=month&reading={REPORTED}",
                 "/nowhere", "/assets/htmx.min.js", "/families/Qwne"]  # fmt: skip
    truth = {a: client.get(a.removeprefix("")) for a in addresses}

    async def use(relay: Relay) -> None:
        found = await asyncio.gather(*(asked(relay, a) for a in addresses))
        for address, (status, content, headers) in zip(addresses, found, strict=True):
            assert (status, headers["content-type"]) == (
                truth[address].status_code,
                truth[address].headers["content-type"],
            )
            assert content == truth[address].content, address

    relayed(sample.ledger.root, 1, use)


class Busy(Desk):
    """A desk that never answers."""

    async def ask(self, head: dict, body: bytes) -> Frame:
        return await asyncio.Event().wait()  # type: ignore[return-value]


def test_what_no_desk_is_needed_for_waits_for_none(sample: Census) -> None:
    async def use(relay: Relay) -> None:
        working = [asyncio.create_task(asked(relay, MEASURE)) for _ in range(4)]
        told = {
            a: await asked(relay, a)
            for a in ("/nowhere", "/api/v1/nowhere", "/assets/app.js", "/assets/no", "/claims/?a=1")
        }
        assert [status for status, _, _ in told.values()] == [404, 404, 200, 404, 307]
        assert told["/nowhere"][2]["content-type"].startswith("text/html") and b"/search" in told["/nowhere"][1]
        assert told["/api/v1/nowhere"][2]["content-type"] == "application/problem+json"
        assert told["/claims/?a=1"][2]["location"] == "/claims?a=1"
        assert not any(task.done() for task in working)
        for task in working:
            task.cancel()

    relayed(sample.ledger.root, 1, use, Busy)


def test_a_desk_that_breaks_down_is_replaced(sample: Census) -> None:
    async def use(relay: Relay) -> None:
        assert (await asked(relay, MEASURE))[0] == 200
        broken = relay._desks[0]
        assert broken._process
        os.kill(broken._process.pid, signal.SIGKILL)
        status, _, headers = await asked(relay, f"{MEASURE}&within=hub")
        assert status == 503 and int(headers["retry-after"]) > 0
        assert (await asked(relay, f"{MEASURE}&within=hub"))[0] == 200
        assert relay._desks[0] is not broken

    relayed(sample.ledger.root, 1, use)


def test_where_no_desk_is_left_everybody_is_told_until_the_ledger_opens_again(sample: Census, tmp_path: Path) -> None:
    root = tmp_path / "ledger"
    shutil.copytree(sample.ledger.root, root)

    async def use(relay: Relay) -> None:
        assert (await asked(relay, MEASURE))[0] == 200
        broken = relay._desks[0]
        assert broken._process
        (root / "manifests").rename(root / "elsewhere")
        os.kill(broken._process.pid, signal.SIGKILL)
        waiting = await asyncio.gather(*(asked(relay, f"{MEASURE}&limit={n}") for n in range(1, 6)))
        assert {status for status, _, _ in waiting} == {503}
        assert (await asked(relay, MEASURE))[0] == 503
        (root / "elsewhere").rename(root / "manifests")
        for _ in range(PATIENCE):
            if (await asked(relay, MEASURE))[0] == 200:
                return
            await asyncio.sleep(1)
        pytest.fail("the desk was not started again")

    relayed(root, 1, use)


def test_what_is_kept_is_answered_while_the_ledger_is_opened(sample: Census) -> None:
    async def use(relay: Relay) -> None:
        kept = KeptAnswers()
        kept.keep("/a", Kept.of((("content-type", "text/plain"),), b"kept"))
        assert (await asked(Front(relay, kept), "/a"))[1] == b"kept"
        assert not relay.opened.done()
        assert (await asked(Front(relay, kept), "/method.json"))[0] == 200

    relayed(sample.ledger.root, 1, use)


def test_a_ledger_that_does_not_open_is_said(tmp_path: Path) -> None:
    async def use(relay: Relay) -> None:
        with pytest.raises(OpeningError) as found:
            await asyncio.wait_for(asyncio.shield(relay.opened), PATIENCE)
        assert isinstance(found.value.error, LedgerError) and str(tmp_path) in str(found.value.error)

    relayed(tmp_path, 1, use)
