"""Desks in processes of their own: what is computed there keeps no kept answer waiting, and several cores work at once."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from modelcensus.serve.frames import FAILED, LENGTHS, READY, Frame, as_bytes, paired
from modelcensus.serve.known import ASSETS, Assets, Known
from modelcensus.serve.limits import tests
from modelcensus.serve.refusing import refuse

if TYPE_CHECKING:
    from modelcensus.vocabulary import CensusError

AT_ONCE = 2
"""Requests that a desk is given at the same time: one that it works on, and the next, so that it never waits."""
PATIENCE = 3
"""Seconds that a desk has to end."""
WAIT = 5
"""Seconds after which to ask again where a desk broke down."""


class GoneError(Exception):
    """The desk has ended before it answered."""


class OpeningError(Exception):
    """The ledger does not open; `error` is the CensusError that says why. What computes is loaded for it alone: answers
    that are kept are given while the desks are still loading it."""

    def __init__(self, told: dict[str, str]) -> None:
        super().__init__(told["what"])
        self._told = told

    @property
    def error(self) -> CensusError:
        """Why."""
        from modelcensus import vocabulary

        kind = getattr(vocabulary, self._told["kind"], vocabulary.CensusError)
        return kind(self._told["what"], where=self._told["where"], remedy=self._told["remedy"])


class Desk:
    """One process, and the requests that it was given."""

    def __init__(self, ledger: Path, knowledge: Iterable[Path], prepare: bool = False, url: str = "") -> None:
        """`prepare`: while nothing is asked, it makes sums that questions will choose from. `url`: see `create_app`."""
        told = {"ledger": str(ledger), "knowledge": [str(k) for k in knowledge], "prepare": prepare, "url": url}
        self._told = json.dumps(told)
        self._numbers, self._waiting = count(1), dict[int, asyncio.Future[Frame]]()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> dict[str, Any]:
        """Begin, and wait until the ledger is open: what the app's addresses are (see `Known`). OpeningError where it does
        not open."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "modelcensus.serve.desk", self._told,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout
        try:
            first = await _read(self._process.stdout)
        except asyncio.IncompleteReadError as error:
            await self.end()
            told = {"kind": "", "what": "the app ended while it was being loaded", "where": "", "remedy": "see above"}
            raise OpeningError(told) from error
        if FAILED in first.head:
            await self.end()
            raise OpeningError(first.head[FAILED])
        self._reading = asyncio.create_task(self._read_all(self._process.stdout))
        return first.head[READY]

    async def ask(self, head: dict[str, Any], body: bytes) -> Frame:
        """The answer to a request; GoneError where the process ends before."""
        if not self._process or not self._process.stdin or not self._reading or self._reading.done():
            raise GoneError
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._process.stdin.write(Frame(number, head, body).packed())
            await self._process.stdin.drain()
            return await answer
        except ConnectionError as error:
            raise GoneError from error
        finally:
            self._waiting.pop(number, None)

    async def end(self) -> None:
        """Close its input, and wait for its end."""
        if not self._process:
            return
        if self._process.stdin:
            self._process.stdin.close()
            with suppress(ConnectionError):
                await self._process.stdin.wait_closed()
        try:
            await asyncio.wait_for(self._process.wait(), PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _read_all(self, answers: asyncio.StreamReader) -> None:
        try:
            while True:
                answer = await _read(answers)
                waiting = self._waiting.get(answer.number)
                if waiting and not waiting.done():
                    waiting.set_result(answer)
        except asyncio.IncompleteReadError:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(GoneError())


class Relay:
    """An app whose answers are worked out by desks: who comes first has the next free one; tests of claims have the first
    desk, which keeps their accounts."""

    def __init__(self, desks: Sequence[Callable[[], Desk]]) -> None:
        """Made within a running loop; `desks` make the processes, again where one breaks down."""
        self._makes = list(desks)
        self._desks: dict[int, Desk] = {}
        self._free: asyncio.Queue[tuple[int, Desk | None]] = asyncio.Queue()
        """Desks that can take a request; none wakes those who wait where no desk is left."""
        self._starting: dict[int, asyncio.Task[None]] = {}
        self._known: Known | None = None
        self._assets = Assets()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the first desk is ready; its error where the ledger does not open."""

    def start(self) -> None:
        """Open the ledger at each desk, one after another: the first is there the sooner."""
        self._starting[0] = asyncio.create_task(self._start_all())

    async def _start_all(self) -> None:
        try:
            await self._start(0)
        except Exception as error:
            self.opened.set_exception(error)
            return
        self.opened.set_result(None)
        for place in range(1, len(self._makes)):
            with suppress(OpeningError):  # the others go on without it
                await self._start(place)

    async def _start(self, place: int, gone: Desk | None = None) -> None:
        if gone:
            await gone.end()
        desk = self._makes[place]()
        told = await desk.start()
        self._known = self._known or (Known(told) if told else None)
        self._desks[place] = desk
        for _ in range(AT_ONCE):
            self._free.put_nowait((place, desk))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(f"{ASSETS}/"):
            return await self._assets(scope, receive, send)
        body = await _body(receive) if scope["method"] == "POST" else b""
        head = {
            "method": scope["method"], "scheme": scope.get("scheme", "http"), "path": scope["path"],
            "raw_path": (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"),
            "query_string": scope.get("query_string", b"").decode("latin-1"), "headers": paired(scope["headers"]),
        }  # fmt: skip
        await asyncio.shield(self.opened)
        if self._known and (refused := self._known.refused(scope)):
            return await refused(scope, receive, send)
        try:
            answer = await (self._tested(head, body) if tests(scope) else self._worked_out(head, body))
        except GoneError:
            remedy = f"ask again in {WAIT} seconds"
            return await refuse(scope, receive, send, 503, "what works out answers broke down", remedy, WAIT)
        headers = as_bytes(answer.head["headers"])
        await send({"type": "http.response.start", "status": answer.head["status"], "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _tested(self, head: dict[str, Any], body: bytes) -> Frame:
        if not (desk := self._desks.get(0)):
            self._try_again(0)
            raise GoneError
        try:
            return await desk.ask(head, body)
        except GoneError:
            self._replace(0, desk)
            raise

    async def _worked_out(self, head: dict[str, Any], body: bytes) -> Frame:
        place, desk = await self._next()
        try:
            answer = await desk.ask(head, body)
        except GoneError:
            self._replace(place, desk)
            raise
        except BaseException:
            self._free.put_nowait((place, desk))
            raise
        self._free.put_nowait((place, desk))
        return answer

    async def _next(self) -> tuple[int, Desk]:
        """The next free desk; GoneError where none is left and none can be started, which is tried again."""
        if not self._desks and all(t.done() for t in self._starting.values()):
            self._try_again(0)
            raise GoneError
        while True:
            place, desk = await self._free.get()
            if desk is None and not self._desks:
                self._free.put_nowait((place, None))  # for the next who waits
                raise GoneError
            if desk is not None and self._desks.get(place) is desk:  # else it has ended
                return place, desk

    def _replace(self, place: int, gone: Desk) -> None:
        """Start another process in the place of one that ended."""
        if self._desks.get(place) is gone:
            del self._desks[place]
            self._starting[place] = asyncio.create_task(self._restart(place, gone))

    def _try_again(self, place: int) -> None:
        """Start a process where none stands and none is starting."""
        if self._starting[place].done():
            self._starting[place] = asyncio.create_task(self._restart(place))

    async def _restart(self, place: int, gone: Desk | None = None) -> None:
        try:
            await self._start(place, gone)
        except OpeningError:  # the ledger no longer opens: the others go on, and who waits for this one is told
            if not self._desks:
                self._free.put_nowait((place, None))

    async def end(self) -> None:
        """End all desks."""
        for starting in self._starting.values():
            starting.cancel()
        await asyncio.gather(*(d.end() for d in self._desks.values()))


async def _read(answers: asyncio.StreamReader) -> Frame:
    head, body = LENGTHS.unpack(await answers.readexactly(LENGTHS.size))
    return Frame.read(await answers.readexactly(head), await answers.readexactly(body))


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(parts)
