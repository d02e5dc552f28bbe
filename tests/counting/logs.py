"""Logs for tests: lines of the formats from plain requests, and a counter in plain Python that shares no code with ours."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_to_bytes

DEFAULT_FILES = {"config.json", "config.yaml", "hyperparams.yaml", "params.json", "meta.yaml"}
DAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    """One request, as a log would say it."""

    target: str = "/acme/tiny-7b/resolve/main/config.json"
    method: str = "GET"
    status: int = 200
    agent: str = "curl/7.88.1"
    address: str = "192.0.2.7"
    seconds: int = 0
    zone: int = 0
    size: int = 57
    range: str = ""
    counter: str = ""

    @property
    def when(self) -> datetime:
        return DAY + timedelta(seconds=self.seconds)


def combined(request: Request) -> str:
    """As nginx and Apache write it; quotes and controls in values escaped as Apache does."""
    local = request.when + timedelta(minutes=request.zone)
    sign = "-" if request.zone < 0 else "+"
    zone = f"{sign}{abs(request.zone) // 60:02}{abs(request.zone) % 60:02}"
    stamp = local.strftime("%d/%b/%Y:%H:%M:%S ") + zone
    said = f"{request.method} {request.target} HTTP/1.1"
    return f'{request.address} - - [{stamp}] "{escaped(said)}" {request.status} {request.size} "-" "{escaped(request.agent)}"'


def escaped(text: str) -> str:
    """A value as Apache writes it."""
    text = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def nginx_json(request: Request) -> str:
    return json.dumps(
        {
            "time": request.when.isoformat(), "remote_addr": request.address, "method": request.method,
            "uri": request.target, "status": request.status, "bytes": request.size, "ua": request.agent,
            "range": request.range, "dlc": request.counter, "rt": 0.01,
        }
    )  # fmt: skip


def caddy(request: Request) -> str:
    headers = {"User-Agent": [request.agent], **({"Range": [request.range]} if request.range else {})}
    if request.counter:
        headers["X-Hf-Download-Counter"] = [request.counter]
    return json.dumps(
        {
            "level": "info", "ts": request.when.timestamp() + 0.25, "msg": "handled request",
            "request": {"remote_ip": request.address, "method": request.method, "uri": request.target, "headers": headers},
            "size": request.size, "status": request.status,
        }
    )  # fmt: skip


def artifactory(request: Request) -> str:
    stamp = request.when.strftime("%Y-%m-%dT%H:%M:%S.042Z")
    target = "/api/huggingfaceml/hf-remote" + request.target
    return (
        f"{stamp}|d5d75b3c41242768|{request.address}|anonymous|{request.method}|{target}|{request.status}|-1"
        f"|{request.size}|12|{request.agent}"
    )


def olah(request: Request) -> str:
    stamp = request.when.strftime("%Y-%m-%d %H:%M:%S")
    return f'{stamp} | INFO | stdout | INFO:     {request.address}:39666 - "{request.method} {request.target} HTTP/1.1" {request.status} OK'


WRITERS = {
    "nginx-combined": combined,
    "nginx-json": nginx_json,
    "caddy-json": caddy,
    "artifactory": artifactory,
    "olah": olah,
}


def write(path: Path, lines: Iterable[str]) -> Path:
    """A log file, compressed as its name says."""
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def recorded(path: Path) -> dict[str, list[Request]]:
    """Recorded requests by action ("" where a file records one)."""
    actions: dict[str, list[Request]] = {}
    action = ""
    for line in path.read_text().splitlines():
        said = json.loads(line)
        if said["method"] == "##":
            action = said["path"]
            continue
        headers: Mapping[str, str] = said["h"]
        actions.setdefault(action, []).append(
            Request(
                target=said["path"], method=said["method"], status=said["status"], agent=headers.get("user-agent", ""),
                seconds=int(said["t"] - DAY.timestamp()), range=headers.get("range", ""),
                counter=headers.get("x-hf-download-counter", ""),
            )
        )  # fmt: skip
    return actions


LINE = re.compile(
    r"(?P<address>\S+) \S+ .*? ?\[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<time>\d\d:\d\d:\d\d) "
    r'(?P<zone>[+-]\d{4})\] "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>-|\d+) "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"'
)


def plainly_counted(text: str, chain: str = "resolve") -> tuple[Counter, int]:
    """Downloads by (repository, day) of combined lines under the default rule, line by line; and lines of no such form."""
    found: Counter = Counter()
    odd = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        match = LINE.fullmatch(line.rstrip("\r"))
        if not match:
            odd += 1
            continue
        try:
            stamp = f"{match['day']}/{match['month']}/{match['year']}:{match['time']} {match['zone']}"
            when = datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
        except ValueError:
            odd += 1
            continue
        words = re.sub(r"\\(.)", r"\1", match["request"]).split(" ")
        if len(words) < 2 or words[0] not in ("GET", "HEAD"):
            continue
        steps = words[1].partition("?")[0].partition("#")[0].split("/")
        routes = [(1, 3)] if chain == "resolve" else [(1, 3), (4, 6)]
        for first, after in routes:
            if (
                first == 1
                and steps[3:4] == ["resolve"]
                and len(steps) > 5
                and steps[1] not in ("api", "datasets", "spaces")
            ):
                path = steps[5:]
            elif first == 4 and steps[1:4] == ["api", "resolve-cache", "models"] and len(steps) > 7:
                path = steps[7:]
            else:
                continue
            name = unquote_to_bytes("/".join(steps[first:after])).decode()
            file = unquote_to_bytes("/".join(path)).decode()
            counts = file in DEFAULT_FILES or file.endswith(".gguf")
            if counts and int(match["status"]) in (200, 206, 301, 302, 303, 307, 308):
                found[name, when.date()] += 1
    return found, odd
