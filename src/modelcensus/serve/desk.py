"""`python -m modelcensus.serve.desk`: a process that opens a ledger and answers the requests that come on its standard input.

The server starts it (`relay.py`) and ends it by closing that input; nothing else is meant to.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from starlette.types import ASGIApp, Message

from modelcensus.serve.frames import FAILED, LENGTHS, READY, Frame, as_bytes, paired
from modelcensus.serve.front import PAUSE
from modelcensus.serve.refusing import FAULT, SAID, refusal

if TYPE_CHECKING:
    from fastapi import FastAPI

SELDOM = 20_000
"""Objects that come to be, more than go, before the desk looks for rings among them: an answer leaves next to none, and looking
after every few answers took a seventh of them all."""
BEHIND = 10
"""By how much a desk gives way to the process that listens: what is kept is answered at once, whatever is worked out."""


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the input
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not be taken for an answer
    told = json.loads(sys.argv[1])
    with suppress(AttributeError, OSError):  # not every system knows it
        os.nice(BEHIND)
    try:
        app = _load(Path(told["ledger"]), [Path(p) for p in told["knowledge"]], told["url"])
    except Exception as error:
        _say(answers, Frame(0, {FAILED: _error(error)}))
        return
    gc.collect()
    gc.freeze()  # what was loaded stays: it is not looked through again and again
    gc.set_threshold(SELDOM)
    _say(answers, Frame(0, {READY: app.state.addresses}))
    make = app.state.make_sums if told["prepare"] else bool
    asyncio.run(_answer_all(app, sys.stdin.buffer, answers, Path(told["ledger"]), make))


def _load(ledger: Path, knowledge: list[Path], url: str) -> FastAPI:
    from modelcensus.ledger import Ledger
    from modelcensus.measures import Census
    from modelcensus.serve.app import create_app

    def opened() -> Census:
        census = Census(Ledger(ledger), knowledge)
        census.passing = True
        return census

    return create_app(opened, url)


def _error(error: Exception) -> dict[str, str]:
    """What is to be told of it; where it is a fault of the program, where that was."""
    from modelcensus.vocabulary import CensusError

    if isinstance(error, CensusError):
        return {"kind": type(error).__name__, "what": error.what, "where": error.where, "remedy": error.remedy}
    traceback.print_exc()
    return {
        "kind": "",
        "what": f"the app could not be loaded ({type(error).__name__}: {error})",
        "where": "",
        "remedy": "",
    }


async def _answer_all(
    app: ASGIApp, requests: BinaryIO, answers: BinaryIO, ledger: Path, make: Callable[[], bool]
) -> None:
    """`make` makes some of what is not asked for yet; whether there was any."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    under_way: set[asyncio.Task[None]] = set()

    def begin(asked: Frame) -> None:
        task = asyncio.create_task(_answer(app, asked, answers))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    def read() -> None:
        while (asked := _read(requests)) is not None:
            loop.call_soon_threadsafe(begin, asked)
        loop.call_soon_threadsafe(ended.set)

    Thread(target=read, name="requests", daemon=True).start()
    preparing = asyncio.create_task(_prepare(make, under_way))
    await ended.wait()
    preparing.cancel()
    from modelcensus.ledger import Ledger

    with suppress(OSError):
        Ledger(ledger).passing.write()
    os._exit(
        0
    )  # what is under way cannot be broken off, and nobody waits for it: what it writes is whole or not at all


async def _prepare(make: Callable[[], bool], under_way: Collection[object]) -> None:
    """Make one part after another while nothing is asked: none takes much longer than a second, but for the first, which loads
    what the first question would."""
    try:
        while True:
            await asyncio.sleep(PAUSE)
            if not under_way and not make():
                return
    except Exception as error:
        _error(error)  # whoever asks for it is told


def _read(requests: BinaryIO) -> Frame | None:
    lengths = requests.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    return Frame.read(requests.read(head), requests.read(body))


def _say(answers: BinaryIO, frame: Frame) -> None:
    answers.write(frame.packed())
    answers.flush()


async def _answer(app: ASGIApp, asked: Frame, answers: BinaryIO) -> None:
    head: dict[str, Any] = {}
    parts: list[bytes] = []
    given = [asked.body]

    async def receive() -> Message:
        if given:
            return {"type": "http.request", "body": given.pop(), "more_body": False}
        await asyncio.Event().wait()  # nobody goes away while an answer is worked out: whoever waits is in the server
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            head.update(status=message["status"], headers=paired(message["headers"]))
        else:
            parts.append(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "root_path": "", "server": None,
        "client": None,
        **asked.head, "raw_path": asked.head["raw_path"].encode("latin-1"),
        "query_string": asked.head["query_string"].encode("latin-1"), "headers": as_bytes(asked.head["headers"]),
    }  # fmt: skip
    try:
        await app(scope, receive, send)
    except Exception:  # the app has said what it could: a page of its own, or nothing
        traceback.print_exc()
    if not head:
        failed = refusal(asked.head["path"], 500, FAULT, SAID)
        head.update(status=failed.status_code, headers=paired(failed.raw_headers))
        parts[:] = [bytes(failed.body)]
    _say(answers, Frame(asked.number, head, b"".join(parts)))


if __name__ == "__main__":
    main()
