"""A Hub of data sets on loopback: commits, trees, path infos, and files behind a redirect to another host.

As recorded of the real one: `resolve` answers 302 with `X-Repo-Commit`, `X-Linked-ETag` (the SHA-256) and
`X-Linked-Size`; lists are paged by `Link`; what is not there is 401 or 404 with `X-Error-Code`.
"""

import hashlib
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = 50


@dataclass
class Stored:
    """A file and what the Hub says of it."""

    path: Path
    digest: str
    size: int


@dataclass
class Commit:
    """One state of a repository."""

    sha: str
    at: datetime
    files: dict[str, Stored]


@dataclass
class DatasetHub:
    """Repositories of data sets, served from a thread; `asked` counts requests by kind, `sent` the bytes of files."""

    repositories: dict[str, list[Commit]] = field(default_factory=dict)
    asked: Counter = field(default_factory=Counter)
    paths: list[str] = field(default_factory=list)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    slow: float = 0.0
    cut: int = 0
    _known: dict[Path, Stored] = field(default_factory=dict)

    def commit(self, repository: str, day: date, files: dict[str, Path], keep: bool = False) -> Commit:
        """Add a state; `keep` leaves the files of the state before in it."""
        commits = self.repositories.setdefault(repository, [])
        stored = {name: self._stored(path) for name, path in files.items()}
        if keep and commits:
            stored = commits[-1].files | stored
        at = datetime(day.year, day.month, day.day, 3, 30, tzinfo=UTC) + timedelta(seconds=len(commits) % 60)
        sha = hashlib.sha1(f"{repository}{len(commits)}".encode()).hexdigest()
        commits.append(Commit(sha, at, stored))
        return commits[-1]

    def _stored(self, path: Path) -> Stored:
        if path not in self._known:
            content = path.read_bytes()
            self._known[path] = Stored(path, hashlib.sha256(content).hexdigest(), len(content))
        return self._known[path]

    def at(self, repository: str, revision: str) -> Commit | None:
        commits = self.repositories.get(repository, [])
        if revision == "main":
            return commits[-1] if commits else None
        return next((c for c in commits if c.sha == revision), None)

    def __enter__(self) -> "DatasetHub":
        hub = self

        class Handler(_Handler):
            data = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    data: DatasetHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        return

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(body=True, form=self.rfile.read(length).decode())

    def _answer(self, body: bool, form: str = "") -> None:
        url = urlsplit(self.path)
        path, query = unquote(url.path), parse_qs(url.query)
        self.data.paths.append(f"{self.command} {path}")
        if self.headers.get("Authorization"):
            self.data.tokens.append((path, self.headers["Authorization"]))
        parts = path.strip("/").split("/")
        if parts[0] == "cdn":
            self.data.asked["cdn"] += 1
            self._file(parts[1])
        elif parts[:2] == ["api", "datasets"] and len(parts) > 4:
            self.data.asked[parts[4]] += 1
            self._api("/".join(parts[2:4]), parts[4], parts[5:], query, form)
        elif parts[0] == "datasets" and len(parts) > 5 and parts[3] == "resolve":
            self.data.asked["resolve"] += 1
            self._resolve("/".join(parts[1:3]), parts[4], "/".join(parts[5:]))
        else:
            self.data.asked["other"] += 1
            self._error(404, "EntryNotFound", "Not Found")

    def _api(self, repository: str, kind: str, rest: list[str], query: dict, form: str) -> None:
        if repository not in self.data.repositories:
            self._error(401, "", "Invalid username or password.")
            return
        commit = self.data.at(repository, rest[0])
        if commit is None:
            self._error(404, "RevisionNotFound", f"Invalid rev id: {rest[0]}")
            return
        if kind == "commits":
            page = int(query.get("p", ["0"])[0])
            every = self.data.repositories[repository][::-1]
            shown = every[page * PAGE : (page + 1) * PAGE]
            extra = {"X-Total-Count": str(len(every))}
            if (page + 1) * PAGE < len(every):
                following = f"{self.data.endpoint}/api/datasets/{repository}/commits/{rest[0]}?p={page + 1}"
                extra["Link"] = f'<{following}>; rel="next"'
            self._json([_commit(c) for c in shown], extra)
        elif kind == "tree":
            folder = "/".join(rest[1:])
            named = sorted(n for n in commit.files if n.startswith(f"{folder}/" if folder else ""))
            if not named:
                self._error(404, "EntryNotFound", f"{folder} does not exist on {rest[0]!r}")
                return
            first = int(query.get("cursor", ["0"])[0])
            extra = {}
            if first + PAGE < len(named):
                following = f"{self.data.endpoint}{urlsplit(self.path).path}?recursive=true&cursor={first + PAGE}"
                extra["Link"] = f'<{following}>; rel="next"'
            self._json([_entry(n, commit.files[n]) for n in named[first : first + PAGE]], extra)
        elif kind == "paths-info":
            wanted = json.loads(form)["paths"] if form.startswith("{") else parse_qs(form)["paths"]
            self._json([_entry(n, commit.files[n]) for n in wanted if n in commit.files])
        else:
            self._error(404, "", "Not Found")

    def _resolve(self, repository: str, revision: str, name: str) -> None:
        if repository not in self.data.repositories:
            self._error(401, "RepoNotFound", "Repository not found")
            return
        commit = self.data.at(repository, revision)
        if commit is None or name not in commit.files:
            self._error(404, "EntryNotFound" if commit else "RevisionNotFound", "Entry not found")
            return
        stored = commit.files[name]
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{self.data.port}/cdn/{stored.digest}")
        self.send_header("X-Repo-Commit", commit.sha)
        self.send_header("X-Linked-Size", str(stored.size))
        self.send_header("X-Linked-ETag", f'"{stored.digest}"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, digest: str) -> None:
        stored = next(s for s in self.data._known.values() if s.digest == digest)
        first = 0
        if given := self.headers.get("Range"):
            first = int(given.removeprefix("bytes=").split("-")[0])
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(stored.size - first))
        self.send_header("ETag", f'"{digest}"')
        if first:
            self.send_header("Content-Range", f"bytes {first}-{stored.size - 1}/{stored.size}")
        self.end_headers()
        if self.command == "HEAD":
            return
        with stored.path.open("rb") as file:
            file.seek(first)
            left = self.data.cut or stored.size
            while left > 0 and (block := file.read(min(64 * 1024, left))):
                self.wfile.write(block)
                self.data.sent += len(block)
                left -= len(block)
                if self.data.slow:
                    time.sleep(self.data.slow)
        if self.data.cut:
            self.close_connection = True

    def _json(self, content: object, extra: dict[str, str] | None = None, status: int = 200) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("RateLimit", '"api";r=491;t=131')
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def _error(self, status: int, code: str, text: str) -> None:
        extra = {"X-Error-Code": code, "X-Error-Message": text} if code else {}
        self._json({"error": text}, extra, status)


def _commit(commit: Commit) -> dict[str, object]:
    at = commit.at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"id": commit.sha, "title": "Upload models.parquet", "message": "", "authors": [{"user": "x"}], "date": at}


def _entry(name: str, stored: Stored) -> dict[str, object]:
    lfs = {"oid": stored.digest, "size": stored.size, "pointerSize": 134}
    return {"type": "file", "oid": stored.digest[:40], "size": stored.size, "path": name, "lfs": lfs}
