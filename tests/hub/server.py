"""The test Hub's server: listings by keyset cursor, single repositories, rate limits, and faults on demand."""

import base64
import gzip
import json
import math
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from hub.faults import Cut, Drip, Drop, Fault, Garbage, Plan, Slow, Status
from hub.rows import SORTS, VALID, World

RATE_LIMITED = (
    "We had to rate limit your IP (127.0.0.1). To continue using our service, create a HF account or login to your"
    " existing account, and make sure you pass a HF_TOKEN if you're using the API."
)
TOKEN = "hf_loopbackonly"
"""The one login that the test Hub accepts."""


@dataclass(frozen=True)
class Limits:
    """Requests in a fixed window (seconds): without and with a login."""

    anonymous: int = 1_000_000
    login: int = 1_000_000
    window: int = 300
    stated: bool = True


@dataclass(frozen=True)
class Seen:
    """One request, as the recordings write it down."""

    t: float
    method: str
    path: str
    status: int
    headers: dict

    @property
    def plain(self) -> tuple[str, str]:
        """Method and path with its query."""
        return self.method, self.path


@dataclass
class Hub:
    """A running Hub; a context. `page` is the most rows that a page has, whatever was asked for."""

    world: World
    limits: Limits = field(default_factory=Limits)
    page: int = 1000
    refuse_above: int = 0
    valid: Sequence[str] = VALID
    faults: Plan | None = None
    clock: datetime | None = None
    """What `Date` says; nothing: the true time."""
    link_host: str = ""
    """Host that the Link header names; nothing: this one."""
    no_link: bool = False
    port: int = 0
    gzip: bool = False

    def __post_init__(self) -> None:
        self.seen: list[Seen] = []
        self.refused = 0
        self.most_in_window = 0
        self._used: Counter = Counter()
        self._lock = threading.Lock()
        hub = self

        class Handler(_Handler):
            def __init__(self, *arguments) -> None:
                self.hub = hub
                super().__init__(*arguments)

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Hub":
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def serve_forever(self) -> None:
        self._server.serve_forever()

    @property
    def questions(self) -> list[Seen]:
        """What was asked of models."""
        return [s for s in self.seen if s.path.startswith("/api/models")]

    def count(self, identity: str) -> tuple[int, int, bool]:
        """Count a request: how many are left, seconds until the window ends, and whether it is refused."""
        with self._lock:
            now = time.time()
            window = math.floor(now / self.limits.window)
            quota = self.limits.login if identity else self.limits.anonymous
            used = self._used[identity, window]
            seconds = math.ceil((window + 1) * self.limits.window - now)
            if used >= quota:
                self.refused += 1
                return 0, seconds, True
            self._used[identity, window] += 1
            self.most_in_window = max(self.most_in_window, used + 1)
            return quota - used - 1, seconds, False

    def answer(self, path: str, query: list[tuple[str, str]], login: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers of an answer where nothing goes wrong."""
        if login and login != f"Bearer {TOKEN}":
            return 401, '{"error":"Invalid credentials in Authorization header"}', {}
        if path == "/api/agent-harnesses":
            return 200, '{"harnesses":{},"version":1}', {}
        if path == "/api/models":
            return self._listing(query)
        if path.startswith("/api/models/"):
            return self._single(unquote(path.removeprefix("/api/models/")), query, bool(login))
        return 404, '{"error":"Sorry, we can\'t find the page you are looking for."}', {}

    def _listing(self, query: list[tuple[str, str]]) -> tuple[int, str, dict[str, str]]:
        given = dict(query)
        expand = [v for k, v in query if k in ("expand", "expand[]")]
        unknown = [e for e in expand if e not in self.valid]
        if unknown:
            names = "|".join(f'"{v}"' for v in self.valid)
            return 400, json.dumps({"error": f"✖ Invalid option: expected one of {names}\n  → at expand"}), {}
        limit = int(given.get("limit", self.page))
        if self.refuse_above and limit > self.refuse_above:
            return (
                400,
                json.dumps({"error": f"✖ Too big: expected number to be <={self.refuse_above}\n  → at limit"}),
                {},
            )
        sort = given.get("sort", "trendingScore")
        if sort not in SORTS:
            return 400, '{"error":"Invalid sort parameter"}', {}
        after = None
        if "cursor" in given:
            try:
                after = json.loads(base64.b64decode(given["cursor"]))
            except ValueError:
                return 400, '{"error":"Invalid cursor"}', {}
        text, following = self.world.page(sort, given.get("author", ""), after, min(limit, self.page), expand)
        if following is None or self.no_link:
            return 200, text, {}
        cursor = base64.b64encode(json.dumps(following, separators=(",", ":")).encode()).decode()
        rest = urlencode([(k, v) for k, v in query if k != "cursor"] + [("cursor", cursor)])
        return 200, text, {"Link": f'<{self.link_host or self.url}/api/models?{rest}>; rel="next"'}

    def _single(self, name: str, query: list[tuple[str, str]], login: bool) -> tuple[int, str, dict[str, str]]:
        world = self.world
        why = world.hidden.get(name)
        if name in world.moved:
            target = world.moved[name]
            search = f"?{urlencode(query)}" if query else ""
            return 307, f"Temporary Redirect. Redirecting to /api/models/{target}", {
                "Location": f"/api/models/{quote(target)}{search}"
            }  # fmt: skip
        found = world.find(name)
        if found is None or why == "missing":
            error = {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}
            if login:
                return 404, '{"error":"Repository not found"}', error
            return (
                401,
                '{"error":"Invalid username or password."}',
                {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Invalid username or password."},
            )
        if why == "gated":
            said = f"Access to model {name} is restricted. You must have access to it and be authenticated to access it. Please log in."
            return (
                401 if not login else 403,
                json.dumps({"error": said}),
                {"X-Error-Code": "GatedRepo", "X-Error-Message": said},
            )
        if why == "disabled":
            return (
                403,
                '{"error":"Access to this resource is disabled."}',
                {"X-Error-Message": "Access to this resource is disabled."},
            )
        expand = [v for k, v in query if k in ("expand", "expand[]")]
        return 200, json.dumps(found.item(expand), ensure_ascii=False), {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, killed for example, is no error of the server's."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        hub, parts = self.hub, urlsplit(self.path)
        identity = self.headers.get("Authorization", "")
        left, seconds, refused = hub.count(identity)
        fault = None if refused else hub.faults(self.path, len(hub.seen)) if hub.faults else None
        if refused:
            status, body, headers = 429, json.dumps({"error": RATE_LIMITED}), {}
        elif isinstance(fault, Status):
            status, body, headers = fault.code, fault.body.decode(), dict(fault.headers)
        else:
            status, body, headers = hub.answer(parts.path, parse_qsl(parts.query), identity)
        if isinstance(fault, Garbage):
            body = body[: len(body) // 2] if fault.cut else fault.body.decode()
        self._note(status)
        content = body.encode()
        if hub.limits.stated:
            quota = hub.limits.login if identity else hub.limits.anonymous
            headers |= {
                "RateLimit": f'"api";r={left};t={seconds}',
                "RateLimit-Policy": f'"fixed window";"api";q={quota};w={hub.limits.window}',
            }
        if hub.gzip and "gzip" in self.headers.get("Accept-Encoding", ""):
            content, headers = gzip.compress(content, 1), {**headers, "Content-Encoding": "gzip"}
        self._send(status, content, headers, fault)

    def _note(self, status: int) -> None:
        kept = {
            k.lower(): v
            for k, v in self.headers.items()
            if k.lower() in ("user-agent", "accept-encoding", "authorization")
        }
        kept["_trace"] = "X-Amzn-Trace-Id" in self.headers
        self.hub.seen.append(Seen(time.time(), "GET", self.path, status, kept))

    def _send(self, status: int, content: bytes, headers: dict[str, str], fault: Fault | None) -> None:
        if isinstance(fault, Drop):
            self.close_connection = True
            return
        if isinstance(fault, Slow):
            time.sleep(fault.seconds)
        when = self.hub.clock or datetime.now(UTC)
        lines = [
            f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}",
            f"Date: {format_datetime(when, usegmt=True)}",
        ]
        lines += [f"{k}: {v}" for k, v in headers.items()]
        lines += ["Content-Type: application/json; charset=utf-8", f"Content-Length: {len(content)}", "", ""]
        head = "\r\n".join(lines).encode()
        if isinstance(fault, Cut):
            self.wfile.write(head + content[: int(len(content) * fault.share)])
            self.close_connection = True
        elif isinstance(fault, Drip):
            self.wfile.write(head)
            step = max(1, len(content) // fault.pieces)
            for i in range(0, len(content), step):
                self.wfile.write(content[i : i + step])
                time.sleep(fault.pause)
        else:
            self.wfile.write(head + content)
