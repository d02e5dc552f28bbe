"""`modelcensus serve`: the app on this machine."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter, validators

from modelcensus.cli.options import KnowledgeOption, LedgerOption, find_ledger, ledger_root, say

if TYPE_CHECKING:
    import uvicorn

    from modelcensus.serve import Front, KeptAnswers, Rates, Relay

PATIENCE = 3
"""Seconds that an answer under way has to finish when the app is ended."""
ENDED = "ended"
AtLeastOne = Annotated[int, Parameter(validator=validators.Number(gte=1))]


def serve(
    *,
    host: str = "127.0.0.1",
    port: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))] = 8000,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
    answers_per_minute: AtLeastOne = 600,
    tests_per_minute: AtLeastOne = 60,
    desks: AtLeastOne = 2,
    no_prepare: Annotated[bool, Parameter(negative="")] = False,
    url: str = "",
    behind_proxy: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Serve the app: paste a headline or an article, and see which of its statements hold; Ctrl-C ends it.

    Parameters
    ----------
    host
        Address to listen on; any but this machine's own lets others in.
    port
        Port to listen on; 0: any that is free.
    answers_per_minute
        Answers that one client may have worked out in a minute; those given before are not counted.
    tests_per_minute
        Tests of claims that one client may ask for in a minute.
    desks
        Processes that work out answers, each with the ledger opened anew; those that were given before need none.
    no_prepare
        Do not work out the main pages, nor sums, before anybody asks for them, nor test claims while nobody does.
    url
        Where readers reach the app, such as https://census.example.org: previews and feeds say so, and it answers to that
        name; default: where it listens.
    behind_proxy
        Every request comes through a proxy: the last address of X-Forwarded-For is the client, whose requests are counted.
    """
    own = _named(url)
    root = ledger_root(ledger)
    with _listening(host, port) as listening:
        from modelcensus.serve import ANY_HOST, LOOPBACK, Rates

        if not (root / "manifests").is_dir():
            find_ledger(ledger, quiet=True)  # makes the sample, or says that there is no ledger
        rates = Rates(answers_per_minute, tests_per_minute)
        listed = ((*LOOPBACK, own) if own else LOOPBACK) if _is_loopback(host) else ANY_HOST
        shown = f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"
        served = _Served(root, knowledge or [], desks, listed, rates, url.rstrip("/") or shown, behind_proxy)
        say(f"{shown}/ (Ctrl-C ends it)")
        with suppress(KeyboardInterrupt):  # a second Ctrl-C
            asyncio.run(_run(served, listening, not no_prepare))
        say(ENDED)


@dataclass(frozen=True)
class _Served:
    """What is served, by how many, to whom."""

    root: Path
    knowledge: list[Path]
    desks: int
    hosts: tuple[str, ...]
    rates: Rates
    url: str
    behind_proxy: bool


async def _run(served: _Served, listening: socket.socket, prepare: bool) -> None:
    """Serve until it is ended, or until the ledger turns out not to open: then its error."""
    import uvicorn

    from modelcensus.serve import Desk, Front, OpeningError, Relay

    relay = Relay([lambda: Desk(served.root, served.knowledge, prepare, served.url)] * served.desks)
    kept = _kept(served.root, served.knowledge, served.url)
    front = Front(relay, kept, served.hosts, served.rates, served.behind_proxy)
    config = uvicorn.Config(
        front, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=PATIENCE,
        proxy_headers=False,  # it would believe anybody on this machine
    )  # fmt: skip
    server = uvicorn.Server(config)
    relay.start()
    preparing = asyncio.create_task(_prepare(relay, front if prepare else None, server))
    writing = asyncio.create_task(front.write_kept())
    try:
        await server.serve(sockets=[listening])
    finally:
        preparing.cancel()
        writing.cancel()
        with suppress(asyncio.CancelledError):  # of Ctrl-C, which has been heeded
            await asyncio.sleep(0)
        kept.write(PATIENCE)
        await relay.end()
    if relay.opened.done() and (error := relay.opened.exception()):
        raise error.error if isinstance(error, OpeningError) else error


async def _prepare(relay: Relay, front: Front | None, server: uvicorn.Server) -> None:
    try:
        await asyncio.shield(relay.opened)
    except Exception:  # told by the one who waits for the server
        server.should_exit = True
        return
    if front:
        from modelcensus.cli.report import first_packs

        await front.prepare()
        tested = [f"/claims/{pack.id}/{claim.id}" for pack in first_packs() for claim in pack.claims]
        await front.prepare_claims(tested)


def _kept(root: Path, folders: list[Path], url: str) -> KeptAnswers:
    """The answers kept with a ledger; those of this run alone where it cannot be written."""
    from modelcensus.serve import KeptAnswers, stamp

    folder = root / "cache" / "pages" if os.access(root, os.W_OK) else None
    return KeptAnswers(folder, stamp(root, folders, url), later=True)


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; RequestError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    where = f"--host {host} --port {port}"
    try:
        listening = socket.create_server((host, port), family=family)
        listening.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # else answers wait 40 ms for an acknowledgement
        return listening
    except OSError as error:
        from modelcensus.vocabulary import RequestError

        if error.errno == errno.EADDRINUSE:
            raise RequestError(f"port {port} is in use", where=where, remedy="choose another --port") from error
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
        raise RequestError(f"cannot listen there ({why})", where=where, remedy="choose another one") from error


def _named(url: str) -> str:
    """The host of the address at which readers reach the app, if one is given; RequestError where it is none."""
    from modelcensus.vocabulary import RequestError

    try:
        parts = urlsplit(url)
        host, whole = parts.hostname or "", parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        host, whole = "", False
    if url and not (host and whole and re.fullmatch(r"https?://[^/?#@\s]+/?", url)):
        remedy = "write for example https://census.example.org, without a path"
        raise RequestError(f"{url!r} is no address of a server", where="--url", remedy=remedy)
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
