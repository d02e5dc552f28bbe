"""What comes over the network: answers of the Hub and of other services, and the requests that a server of ours gets."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, chdir, contextmanager
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError

import httpx2
from anyio.from_thread import start_blocking_portal
from huggingface_hub import HfApi, set_client_factory
from huggingface_hub.utils import _detect_agent
from huggingface_hub.utils._http import default_client_factory

from fuzz.harness import FoundError, Parser, each, folder, narrowed, of_file, one_database, text_of
from hostile import hostile_ledger
from modelcensus.measures import Census
from modelcensus.measures.answers import plain_result, result_from
from modelcensus.serve import Front, Rates
from modelcensus.serve.app import create_app
from modelcensus.serve.remote import CAME_WRONG, Remote, _error
from modelcensus.sources.hub_api.asking import single
from modelcensus.sources.hub_api.client import Answer, HubClient, _seconds
from modelcensus.sources.hub_api.listing import Checker, Listing
from modelcensus.sources.hub_api.pace import Limit
from modelcensus.sources.hub_api.singles import Standing, standing
from modelcensus.sources.hub_api.spool import Page
from modelcensus.sources.hub_datasets import States, dump_datasets
from modelcensus.sources.hub_dump import dump_columns
from modelcensus.sources.modelscope_pages import _models
from modelcensus.sources.ollama_page import _read as read_page
from modelcensus.sources.reader import RawFile
from modelcensus.sources.staging import stage
from modelcensus.vocabulary import CensusError, InputError, Request

DAY = date(2026, 5, 1)
ITEMS = (
    {"_id": "65a1", "id": "acme/tiny-7b", "downloads": 123, "downloadsAllTime": 456, "createdAt": "2024-01-02T03:04:05.000Z", "likes": 3, "gated": False, "library_name": "transformers", "pipeline_tag": "text-generation", "tags": ["license:mit", "base_model:a/b"], "safetensors": {"parameters": {"BF16": 1000}, "total": 1000}, "baseModels": {"relation": "finetune", "models": [{"_id": "1", "id": "a/b"}]}, "cardData": {"license": "mit", "base_model": ["a/b"]}, "trendingScore": 1},
    {"_id": "65a2", "id": "a/b", "downloads": 0, "downloadsAllTime": None, "gguf": {"total": 7, "architecture": "llama"}, "gated": "manual"},
)  # fmt: skip
PAGE = b"""<html><body><ul><li x-test-model><a href="/library/llama3.1"><span x-test-pull-count>118.7M</span></a></li>
<li x-test-model><a href="/library/qwen3"><span>Pulls</span><span x-test-pull-count>6,487</span></a></li></ul></body></html>"""
MODELS = {"data": {"models": [{"id": "Qwen/Qwen3-8B", "downloads": 12}, {"model_id": "a/b"}], "total_count": 812}}


def _items() -> Sequence[bytes]:
    return [json.dumps(item).encode() for item in ITEMS]


@cache
def _checker() -> Checker:
    return Checker()


def _looked(given: bytes) -> None:
    """A whole answer: what it is, and of a single one what it says of the repository that was asked for."""
    kind, _ = _checker().look(given)
    if kind:
        found = standing(single("acme/tiny-7b", (), "65a1"), Answer(200, given, {}, DAY, "/api/models/acme/tiny-7b"))
        if found and Standing.from_text(found.as_text()) != found:
            raise FoundError(f"{found} does not come back as it was kept")
    standing(single("a/b", ()), Answer(404, given, {"x-error-message": text_of(given)}, DAY, "/api/models/a/b"))


def _listed(inputs: Sequence[bytes]) -> None:
    """Repositories of the Hub's listing, of those that are JSON: the good ones between them all give their counters."""
    checker, rows, good = _checker(), [], 0
    for given in inputs:
        if checker.look(b"[" + given + b"]")[0]:
            rows.append(given)
        if len(rows) % 10 == 9:
            rows.append(json.dumps({**ITEMS[0], "_id": f"good{good}", "id": f"acme/good{good}"}).encode())
            good += 1
    body = b"[" + b",".join(rows) + b"]"
    _, count = checker.look(body)
    page = Page(0, 0, 0, len(body), count, "", DAY.isoformat())
    with TemporaryDirectory(dir=folder()) as scratch, one_database():
        try:
            listing = Listing(Path(scratch), 0, [(page, body)])
            raw = RawFile(listing.path)
            columns, _ = dump_columns(raw)
            columns["observed_on"] = raw.column("read_on")
            staged = stage(raw, columns)
            told = staged.observations
            kept = told.to_table(columns=["repository"]) if not hasattr(told, "column") else told
            found = set(kept["repository"].to_pylist())
        except Exception as error:
            raise narrowed(inputs, _listed, f"{type(error).__name__}: {error}") from error
    if lost := {f"acme/good{n}" for n in range(good)} - found:
        raise FoundError(f"{len(lost)} of {good} good repositories lost, {min(lost)} for one")


HEADERS = (
    b'Date: Fri, 01 May 2026 10:00:00 GMT\nRateLimit: "api";r=491;t=131\nRateLimit-Policy: "fixed window";"api";q=500;w=300\nRetry-After: 12\nLink: <http://127.0.0.1:9/api/models?cursor=eyJ9&limit=1000>; rel="next"\nLocation: /api/models/b/c?expand=downloads',
    b"Date: Mon, 01 Jan 0001 00:00:00 +2359\nLocation: https://huggingface.co/api/models/b/c\nLink: <>; rel=next, <x>; rel=prev\nX-Error-Code: RepoNotFound",
)  # fmt: skip


def _no_agents() -> None:
    """The client asks nobody which agents there are, and keeps nothing of it in the user's folder."""
    _detect_agent._registry = _detect_agent._EMPTY_REGISTRY


@cache
def _client() -> HubClient:
    _no_agents()
    return HubClient("http://127.0.0.1:9", folder() / "pace", anonymous=True)


def _headed(given: bytes) -> None:
    """The headers of an answer: its day, its place in the rate limit, what comes next, where it leads."""
    headers: dict[str, str] = {}
    for line in given.split(b"\n"):
        name, _, value = line.partition(b":")
        headers[name.strip().lower().decode("latin-1")] = value.strip().decode("latin-1")
    client = _client()
    client._day(headers)
    Limit.of(headers)
    _seconds(headers.get("retry-after"))
    answered = httpx2.Response(200, headers=[(b"link", headers.get("link", "").encode("latin-1"))])
    for address in (answered.links.get("next", {}).get("url", ""), headers.get("location", "")):
        if address:
            inside = client._inside(address, "http://127.0.0.1:9/api/models")
            if (
                not inside.startswith(("http://127.0.0.1:9/", "http://127.0.0.1:9?"))
                and inside != "http://127.0.0.1:9"
            ):
                raise FoundError(f"led to {inside!r}")


@cache
def _census() -> Census:
    census = Census(hostile_ledger(folder() / "ledger"))
    census.prepare("hub")
    return census


_LOOP = ExitStack()
"""The loop that the server runs in: one, whose threads are not begun anew with each request."""


@cache
def _server() -> Callable[[bytes, bytes, bytes], tuple[int, bytes]]:
    """Our own server, asked without a socket: path, query and body (none: a GET); gives status and body."""
    with chdir(folder()):  # where no packs lie
        app = Front(create_app(_census), rates=Rates(10**12, 10**12))
    portal = _LOOP.enter_context(start_blocking_portal())

    def ask(path: bytes, query: bytes, body: bytes) -> tuple[int, bytes]:
        told: list[dict] = []
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            told.append(message)

        headers = [(b"host", b"127.0.0.1"), *([(b"content-length", b"%d" % len(body))] if body else [])]
        headers += [(b"content-type", b"application/json")] if body else []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST" if body else "GET",
            "scheme": "http", "path": path.decode("utf-8", "replace"), "raw_path": path, "query_string": query,
            "headers": headers, "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        try:
            with chdir(folder()):
                portal.call(app, scope, receive, send)
        except CensusError as error:
            raise FoundError(f"let out {error}") from error
        return told[0]["status"], b"".join(m.get("body", b"") for m in told[1:])

    return ask


ADDRESSES = (
    b"/api/v1/measures/share?of=organization=Qwen&within=hub&by=month&period=2026-02&reading=channel=reported:pulse",
    b"/api/v1/measures/downloads?by=repository&period=2026-02..2026-03&reading=counter=rolling_30d&limit=5&offset=1",
    b"/api/v1/results/share?by=organization&within=where:%20organization%20=%20'Qwen'&period=all&as_of=2026-12-31",
    b"/api/v1/catalog/Qwen/Qwen3-8B", b"/api/v1/provenance/p0123456789ab", b"/api/v1/search?q=qwen",
    b"/badges/share/organizations/Qwen.svg?within=hub", b"/feeds/organizations/Qwen.atom", b"/search?q=qwen",
    b"/explore?measure=share&by=organization&period=2026-02", b"/leaderboards.json?by=organization",
    b"/compare?of=organization=Qwen&of=organization=meta-llama", b"/check?text=Qwen+has+half&date=2026-01-01",
)  # fmt: skip


def _addresses() -> Sequence[bytes]:
    for address in ADDRESSES:
        path, _, query = address.partition(b"?")
        status, body = _server()(path, query, b"")
        assert status == (404 if b"0123456789ab" in path else 200), (address, status, body[:300])
    return ADDRESSES


def _asked(given: bytes) -> None:
    path, _, query = given.partition(b"?")
    status, body = _server()(b"/" + path.lstrip(b"/"), query, b"")
    if status >= 500:
        raise FoundError(f"status {status}: {body[:200]!r}")
    if path.startswith(b"/api/v1/") and 400 <= status < 500:
        json.loads(body)


def _sent(given: bytes) -> None:
    """What is sent to be checked; the texts that it may hold are read elsewhere (`headlines`)."""
    status, body = _server()(b"/api/v1/check", b"", given or b"{}")
    if status >= 500:
        raise FoundError(f"status {status}: {body[:200]!r}")
    json.loads(body)


def _remote(given: bytes) -> object:
    """What another server says in the place of a result, and of an error."""
    remote = Remote("http://127.0.0.1:9")
    remote._ask = lambda sent: json.loads(given)  # type: ignore[method-assign]
    told = _error(HTTPError("http://127.0.0.1:9", 422, "", None, BytesIO(given)), "http://127.0.0.1:9")  # type: ignore[arg-type]
    if "\n" in str(told):
        raise FoundError("an error of several lines")
    try:
        return remote.answer(Request.build("share", period="2026-02"))
    except (json.JSONDecodeError, RecursionError) as error:  # what `_ask` itself turns into a refusal
        raise InputError(CAME_WRONG) from error


def _results() -> Sequence[bytes]:
    asked = Request.build(
        "share", {"organization": "Qwen"}, by=["month"], period=["2026-02"], reading={"channel": "reported:pulse"}
    )
    result = _census().answer(asked)
    plain = {**plain_result(result), "asked": result.request.as_dict(), "total": len(result.rows)}
    assert result_from({k: v for k, v in plain.items() if k not in ("asked", "total")}, asked)
    problem = {
        "type": "about:blank",
        "title": "no measure",
        "status": 422,
        "detail": "",
        "where": "measure",
        "remedy": "x",
    }
    return [json.dumps(plain).encode(), json.dumps(problem).encode()]


COMMITS = [
    {"id": "a1" * 20, "title": "t", "message": "", "authors": [{"user": "x"}], "date": "2026-05-01T10:00:00.000Z"}
]
TREE = [
    {"type": "file", "path": path, "size": 12, "oid": "b2" * 20, "lfs": {"oid": "c3" * 32, "size": 12, "pointerSize": 130}}
    for path in ("models.parquet", "models/2026-05-04/models.parquet", "series/2026-05.parquet")
]  # fmt: skip


@contextmanager
def _answering(content: bytes) -> Iterator[None]:
    """Whatever the Hub's client asks for, it is told this: the first line of commits, the rest of files."""
    commits, _, files = content.partition(b"\n")

    def answer(request: httpx2.Request) -> httpx2.Response:
        told = commits if "/commits/" in request.url.path else files
        return httpx2.Response(200, content=told, headers={"content-type": "application/json"})

    set_client_factory(lambda: httpx2.Client(transport=httpx2.MockTransport(answer)))
    try:
        yield
    finally:
        set_client_factory(default_client_factory)


def _states(given: bytes) -> None:
    """What states of a dump there are, as the Hub's client reads the answer."""
    _no_agents()
    with _answering(given):
        api = HfApi(endpoint="http://127.0.0.1:9", token=False)
        for dataset in dump_datasets().values():
            if dataset.history in ("commits", "folders", "months"):
                _each_state(States(api, dataset))


def _each_state(states: States) -> None:
    try:
        found = states.days()
        list(states.versions(found[:3]))
    except CensusError as error:
        if "\n" in str(error):
            raise FoundError(f"no clear line {str(error)!r}") from error


PARSERS = {
    "answers about data sets": Parser(lambda: [f"{json.dumps(COMMITS)}\n{json.dumps(TREE)}".encode()], each(_states), 60, 200),
    "answer of the Hub": Parser(_items, each(_looked), 600),
    "repositories of the Hub's listing": Parser(_items, _listed, 400, 2_000),
    "headers of the Hub": Parser(lambda: HEADERS, each(_headed), 1500),
    "page of Ollama's library": Parser(lambda: [PAGE], each(of_file("page.html", read_page)), 1000),
    "answer of ModelScope": Parser(
        lambda: [json.dumps(MODELS).encode()], each(of_file("page.json", lambda p: _models(p, "https://x.invalid"))), 1500
    ),
    "answer of a served ledger": Parser(_results, each(_remote), 500),
    "addresses of the app": Parser(_addresses, each(_asked), 120, 200, lines=True),
    "texts sent to be checked": Parser(
        lambda: [b'{"text": "", "date": "2026-01-01", "title": "a", "publisher": "b"}', b'{"text": "It rains."}'], each(_sent), 60, 200
    ),
}  # fmt: skip
