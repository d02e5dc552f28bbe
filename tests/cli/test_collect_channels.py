"""`collect ollama`, `modelscope`, `publisher` and `file` against a server on loopback."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from commands import run_here
from modelcensus.ledger import Ledger
from modelcensus.sources import web
from modelcensus.vocabulary import CensusError

PAGE = "<ul>{}</ul>"
ITEM = '<li x-test-model><a href="/library/{0}"><span x-test-pull-count>{1}</span></a></li>'
Answer = tuple[int, bytes, dict[str, str]]


class Server:
    """Answers by a function of path and query; remembers what was asked, and with which login."""

    def __init__(self) -> None:
        self.answer: Callable[[str, dict], Answer] = lambda path, query: (404, b"", {})
        self.asked: list[tuple[str, str]] = []

    def __enter__(self) -> "Server":
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                return

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                outer.asked.append((self.path, self.headers.get("Authorization", "")))
                status, body, headers = outer.answer(url.path, parse_qs(url.query))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body) + int(headers.get("X-Lacking", 0))))
                self.end_headers()
                self.wfile.write(body)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        return self

    def __exit__(self, *error: object) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(timeout=5)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(web.time, "sleep", lambda seconds: None)
    with Server() as running:
        yield running


@pytest.fixture
def run(tmp_path):
    """Run `collect` with these words into a ledger of its own."""
    return lambda *given: run_here("collect", *given, "--ledger", tmp_path / "ledger")


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def served(text: str | bytes, status: int = 200, **headers: str) -> Callable[[str, dict], Answer]:
    body = text.encode() if isinstance(text, str) else text
    return lambda path, query: (status, body, headers)


def test_the_library_page_is_read_and_a_shrunken_one_reported(server, run, ledger, tmp_path):
    models = [ITEM.format(f"m{i}", f"{i}.5K") for i in range(1, 11)]
    server.answer = served(PAGE.format("".join(models)))
    status, said = run("ollama", "--url", server.url)
    assert status == 0 and ledger.manifests()[0].rows["observations"] == 10, said
    assert run("ollama", "--url", server.url)[0] == 0 and len(ledger.manifests()) == 1
    server.answer = served(PAGE.format("".join(models[:4])))
    status, said = run("ollama", "--url", server.url)
    assert status == 1 and "lists 4 where it listed 10 before" in said and len(ledger.manifests()) == 2
    assert not (tmp_path / "ledger" / "collecting" / "ollama").exists()


def test_a_changed_page_changes_nothing(server, run, ledger):
    server.answer = served(PAGE.format(ITEM.format("m", "1.5K").replace("x-test-pull-count", "x-pulls")))
    status, said = run("ollama", "--url", server.url)
    assert status == 1 and "1 of 1 models have no x-test-pull-count" in said and not ledger.manifests()


def test_what_helps_is_tried_again_and_what_does_not_is_said(server, run):
    answers = [
        served("", 503),
        served("", 429, **{"Retry-After": "1"}),
        served(PAGE.format(ITEM.format("m", "1.5K"))),
    ]
    server.answer = lambda path, query: answers[min(len(server.asked), 3) - 1](path, query)
    assert run("ollama", "--url", server.url)[0] == 0 and len(server.asked) == 3
    server.asked.clear()
    server.answer = served("", 404)
    status, said = run("ollama", "--url", server.url)
    assert status == 1 and "the answer was 404; check the address" in said and len(server.asked) == 1
    server.asked.clear()
    server.answer = served(b"<ul>", 200, **{"X-Lacking": "100"})
    status, said = run("ollama", "--url", server.url)
    assert status == 1 and "no answer" in said and len(server.asked) == web.TRIES
    assert run("ollama", "--url", "nowhere")[0] == 1


def test_an_answer_that_is_too_large_is_given_up(server, tmp_path):
    server.answer = served(b"x" * 100_000)
    with pytest.raises(CensusError, match="larger than 1,000 bytes"):
        web.fetch(f"{server.url}/x", tmp_path / "x", most=1000)
    assert not list(tmp_path.iterdir())


def test_modelscope_is_read_page_by_page(server, run, ledger):
    models = [{"id": f"Qwen/m{i}", "downloads": 1000 - i, "likes": 1} for i in range(120)]

    def answer(path: str, query: dict) -> Answer:
        size, number = int(query["page_size"][0]), int(query["page_number"][0])
        part = models[(number - 1) * size : number * size]
        body = {"success": True, "data": {"models": part, "total_count": len(models)}}
        return 200, json.dumps(body).encode(), {}

    server.answer = answer
    assert run("modelscope", "--owner", "Qwen", "--url", server.url)[0] == 0
    assert [m.rows["observations"] for m in ledger.manifests()] == [120] and len(server.asked) == 3
    assert all("owner=Qwen" in path for path, _ in server.asked)
    status, said = run("modelscope", "--top", "60", "--url", server.url)
    assert status == 0 and "120 models, of which the API gives the first 60" in said
    server.answer = served('{"success": true, "data": {"items": []}}')
    status, said = run("modelscope", "--url", server.url)
    assert status == 1 and "no list data.models" in said


def test_the_login_goes_to_the_hub_alone(server, run, ledger, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", server.url)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    text = "repoType,repoName,total,timestamp,downloads\nmodel,acme/small,9,2026-01-22T00:00:00.000Z,4\n"
    server.answer = served(text)
    status, said = run("publisher", "acme")
    assert status == 0 and "hf_secret" not in said and ledger.manifests()[0].name == "publisher-acme"
    assert server.asked == [
        ("/organizations/acme/settings/publisher-analytics/download-breakdown", "Bearer hf_secret")
    ]
    server.asked.clear()
    with Server() as elsewhere:
        server.answer = served("", 302, Location=f"{elsewhere.url}/x")
        status, said = run("publisher", "acme")
        assert status == 1 and "the answer was 302" in said and not elsewhere.asked


def test_a_file_from_an_address_goes_through_its_reader(server, run, ledger):
    server.answer = served("modelId\nacme/small\nacme/big\n")
    address = f"{server.url}/lists/models.csv?token=secret"
    words = ["--source", "tracked_list", "--date", "2026-06-15", "--terms", "license=Apache-2.0"]
    status, said = run("file", address, *words)
    (manifest,) = ledger.manifests()
    assert status == 0 and manifest.rows["lists"] == 2, said
    assert manifest.terms["license"] == "Apache-2.0" and manifest.terms["citation"].endswith("/lists/models.csv")
    assert run("file", address, *words)[0] == 0 and len(ledger.manifests()) == 1
    assert not [p for p in ledger.root.rglob("*") if p.is_file() and b"token=secret" in p.read_bytes()]
    status, said = run("file", f"{server.url}/x.csv", "--source", "nonsense")
    assert status == 1 and "unknown source 'nonsense'" in said
    status, said = run("file", f"{server.url}/x.csv", "--source", "tables", "--map", "repo")
    assert status == 1 and "is not NAME=VALUE" in said


def test_a_table_of_scores_that_stands_still_or_shrinks_is_reported(server, run, ledger):
    head = (
        "name,creator,country,is_open_weights,huggingface_url,release_date,artificial_analysis_intelligence_index\n"
    )
    rows = [f"Model {i},Qwen,cn,True,https://huggingface.co/Qwen/m{i},2026-03-01,{30 + i}\n" for i in range(10)]
    server.answer = served(head + "".join(rows))
    words = ["file", f"{server.url}/index.csv", "--source", "quality", "--date"]
    assert run(*words, "2026-07-10")[0] == 0 and run(*words, "2026-07-10")[0] == 0
    status, said = run(*words, "2026-07-17")
    assert (
        status == 1 and "index.csv is stale: the same bytes as on 2026-07-10" in said and len(ledger.manifests()) == 2
    )
    server.answer = served(head + "".join(rows[:3]))
    status, said = run(*words, "2026-07-24")
    assert status == 1 and "lists 3 where it listed 10 before" in said
