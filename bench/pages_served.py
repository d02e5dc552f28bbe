"""Kept pages of the app beside the same bytes from a plain FastAPI app, and from a static file server.

Processor time and memory are those of the server's processes; the client, of 20 connections, is the same for all.
"""

import asyncio
import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sides import answer

CONNECTIONS = 20
PAGE = "/method"
NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{ access_log off; default_type text/html; sendfile on; keepalive_requests 1000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ root {pages}; }} }} }}
"""
PLAIN = """
import sys, uvicorn
from fastapi import FastAPI, Response
content, app = open(sys.argv[1], "rb").read(), FastAPI()
@app.get("/method")
async def page() -> Response:
    return Response(content, media_type="text/html")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
"""


@contextmanager
def kept_pages(size: int, folder: Path) -> Iterator[dict[str, str]]:
    """The page as the app gives it, for the others; `size` is how often it is asked for."""
    with _app(folder / "cache") as (_, port):
        head, body = asyncio.run(_once(port))
    assert b" 200 " in head[:20]
    (folder / "pages").mkdir()
    (folder / "pages" / PAGE.strip("/")).write_bytes(body)
    yield {"input": str(folder), "requests": str(size)}


@contextmanager
def _started(command: list[str], port: int, quiet: bool = True) -> Iterator[tuple[int, int]]:
    out = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _app(cache: Path) -> Iterator[tuple[int, int]]:
    """The app on the bundled sample, as people run it."""
    port, program = _free(), str(Path(sys.executable).with_name("modelcensus"))
    before = dict(os.environ)
    os.environ |= {"MODELCENSUS_CACHE": str(cache), "MODELCENSUS_LEDGER": ""}
    bounds = ["--answers-per-minute", "1000000", "--no-prepare"]
    try:
        with _started([program, "serve", "--port", str(port), *bounds], port) as server:
            yield server
    finally:
        os.environ.clear()
        os.environ |= before


def app(folder: str, requests: str) -> dict:
    """Ours, asked once before."""
    with _app(Path(folder) / "cache") as server:
        return _loaded(*server, int(requests))


def fastapi(folder: str, requests: str) -> dict:
    """FastAPI under uvicorn, with the page in memory."""
    port = _free()
    command = [sys.executable, "-c", PLAIN, f"{folder}/pages{PAGE}", str(port)]
    with _started(command, port) as server:
        return _loaded(*server, int(requests))


def nginx(folder: str, requests: str) -> dict:
    """The page as a file."""
    port, program = _free(), shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        pages = Path(temporary) / "pages"
        shutil.copytree(f"{folder}/pages", pages)
        configuration = Path(temporary) / "nginx.conf"
        configuration.write_text(NGINX.format(folder=temporary, port=port, pages=pages))
        with _started([program, "-c", str(configuration)], port) as server:
            return _loaded(*server, int(requests))


def _loaded(process: int, port: int, requests: int) -> dict:
    _, body = asyncio.run(_once(port))  # worked out, opened, loaded
    before, began = _spent(process), time.perf_counter()
    wrong = asyncio.run(_ask(port, requests, len(body)))
    seconds, cpu = time.perf_counter() - began, _spent(process) - before
    assert not wrong, f"{wrong} answers are not the page"
    digest = hashlib.sha256(body).hexdigest()
    return {"seconds": seconds, "cpu": cpu, "page": digest, "requests": requests, "peak": _memory(process)}


async def _once(port: int) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await _answer(reader, writer)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, bytes]:
    writer.write(f"GET {PAGE} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    return head, await reader.readexactly(int(length[1]) if length else 0)


async def _ask(port: int, requests: int, size: int) -> int:
    left, wrong = requests, 0

    async def connection() -> None:
        nonlocal left, wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while left > 0:
            left -= 1
            head, body = await _answer(reader, writer)
            wrong += b" 200 " not in head[:20] or len(body) != size
        writer.close()

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return wrong


def _family(process: int) -> list[int]:
    """The process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(p for c in children for p in _family(int(c)))]


def _spent(process: int) -> float:
    """Seconds of processor time."""
    ticks = 0
    for one in _family(process):
        stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    """GB that were resident at most."""
    return sum(
        int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{p}/status").read_text())[1]) for p in _family(process)  # type: ignore[index]
    ) / 1e6  # fmt: skip


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    answer({"app": app, "fastapi": fastapi, "nginx": nginx})
