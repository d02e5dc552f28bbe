"""`modelcensus serve`: the app on this machine."""

import errno
import ipaddress
import os
import socket
from typing import Annotated

from cyclopts import Parameter, validators

from modelcensus.cli.options import KnowledgeOption, LedgerOption, notes, open_census, say
from modelcensus.vocabulary import RequestError

PATIENCE = 3
"""Seconds that an answer under way has to finish when the app is ended."""


def serve(
    *,
    host: str = "127.0.0.1",
    port: Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))] = 8000,
    ledger: LedgerOption = None,
    knowledge: KnowledgeOption = None,
) -> None:
    """Serve the app: paste a headline or an article, and see which of its statements hold; Ctrl-C ends it.

    Parameters
    ----------
    host
        Address to listen on; any but this machine's own lets others in.
    port
        Port to listen on; 0: any that is free.
    """
    with _listening(host, port) as listening:
        import uvicorn  # the web server is loaded by this command alone

        from modelcensus.serve import ANY_HOST, LOOPBACK, create_app

        with notes.status("opening the ledger"):
            app = create_app(lambda: open_census(ledger, knowledge), LOOPBACK if _is_loopback(host) else ANY_HOST)
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{listening.getsockname()[1]}/ (Ctrl-C ends it)")
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=PATIENCE)
        try:
            uvicorn.Server(config).run(sockets=[listening])
        except KeyboardInterrupt:
            say("ended")


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; RequestError where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    where = f"--host {host} --port {port}"
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise RequestError(f"port {port} is in use", where=where, remedy="choose another --port") from error
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
        raise RequestError(f"cannot listen there ({why})", where=where, remedy="choose another one") from error


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
