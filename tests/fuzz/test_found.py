"""Inputs that once were no clear error, or took good rows with them: each parser answers them now."""

import gzip

import pytest
from anyio.from_thread import start_blocking_portal
from huggingface_hub.utils import _detect_agent

from fuzz.mutants import mutants
from fuzz.parsers import PARSERS
from modelcensus.ledger.vintages import Vintages
from modelcensus.serve.drafts import read_draft
from modelcensus.serve.guard import Guard
from modelcensus.sources import ImportOptions, read_batch
from modelcensus.sources.hub_api import HubClient
from modelcensus.vocabulary import InputError, KnowledgeError, LedgerError

FOUND = [
    ("knowledge", b"version: 2026-02-31\n"),
    ("knowledge", b"version: 2026-01-01\npeers: {a: {text: " + b"9" * 5000 + b"}}\n"),
    ("claim packs", b"id: mine\nversion: 2026-02-31\n"),
    ("draft claims", b"id: one\nperiod: 2026-02-31\n"),
    ("draft claims", b"id: 0b_\n"),
    ("log format file", b"name: !!timestamp soon\n"),
    ("recipe", b"source: tables\ndate: 2026-02-31\n"),
    ("recipe", b"- " * 5000),
    ("series breaks", b"version: 2026-13-01\nbreaks: []\n"),
    ("address ranges", b"192.0.2.0/24,ci\xff\n"),
    ("policies", "statuses=2٣٣".encode()),
    ("scope expressions", b"(" * 400 + b"params_b > 1" + b")" * 400),
    ("page of Ollama's library", b"<li x-test-model><![x"),
    ("answer of ModelScope", b'{"data": {"models": [], "total_count": "many"}}'),
    ("answer of ModelScope", b"[" * 100_000),
    ("answer of the Hub", b"[1, 2]"),
    ("answer of the Hub", b"[" * 100_000 + b"]" * 100_000),
    ("headers of the Hub", b"Location: http://["),
    ("headers of the Hub", b"Location: http://127.0.0.1:99999/x"),
    ("headers of the Hub", b"Date: Mon, 01 Jan 0001 00:00:00 +2359"),
    ("headers of the Hub", b"Retry-After: \xb2"),
    ("headers of the Hub", b"Retry-After: \x1c2"),
    ("headers of the Hub", b'RateLimit: "api";r=' + b"9" * 5000 + b";t=1"),
    ("answer of a served ledger", b'{"rows": [[]], "total": 0, "asked": {}}'),
    ("answer of a served ledger", b"[]"),
    ("answer of a served ledger", b'{"rows": [], "total": 0, "asked": {"measure": "share", "of": {"peers": ""}}}'),
    ("answer of a served ledger", b'{"rows": [[1]], "total": 9999999999999, "asked": {}}'),
    ("answer of a served ledger", b'{"rows": [[1]], "total": 9999999, "asked": {}}'),
    ("addresses of the app", b"/api/v1/measures/share?of=organization=Qwen&by=month&reading=chann\xa7l"),
    ("addresses of the app", b"/api/v1/results/share?by=organization&within=where:%20nationality%20=%201"),
    ("addresses of the app", b"/explore?measure=\xff"),
    ("addresses of the app", b"/api/v1/provenance/p0" + b"[" * 300),
    (
        "headlines",
        b"Chinese open models passed Amer\xaacan ones in July 202 2025, with 1.4 billion downloads.\x8cDeepSeek-V3 grew!",
    ),
    (
        "checkpoint of a crawl",
        b'{"step":0,"start":0,"end":19,"bytes":9999999999999999999999999910,"rows":1,"digest":"","day":"2026-05-01"}\n',
    ),
    ("headlines", "Chinese models passed American ones in July 2025, with 1.4 b\u0130llion downloads.".encode()),
    ("headlines", "In 2026 Qwen had 3 time\u017f as many downloads as Llama, a \u212abillion.".encode()),
    ("checkpoint of a crawl", b'{"step":' + b"[" * 3000 + b"\n"),
    ("checkpoint of a crawl", b'{"step":0,"start":0,"end":19,"bytes":-10,"rows":1,"digest":"","day":"2026-05-01"}\n'),
    ("provenance records", b"[" * 100_000),
    ("notes of what was set aside", b"[" * 100_000),
]


@pytest.mark.parametrize(("name", "given"), FOUND, ids=lambda v: v if isinstance(v, str) else "")
def test_a_single_input(name, given):
    PARSERS[name].take([given])


ROWS = [
    ("rows of Ollama's library", b"2026-05-01,big,49999999999999999999999999987"),
    ("rows of Ollama's library", b"2026-05-01,big,999999999999B"),
    ("rows of the Arena", b"gpt-4,OpenAI,Proprietary,1250,,,"),
    ("rows of the Arena", b"gpt-4,OpenAI,Proprietary,1250,,someday,"),
    ("rows of the Arena", b"gpt-4,OpenAI,Proprietary,inf,,2024-05-06,"),
    ("rows of Artificial Analysis", b"A,a,B,us,true,,2025-01-01,1e400,inf"),
    ("rows of published shares", b"Qwen,2026-02,5,1e-320,true"),
    ("rows of published shares", b"Qwen,2026-02,900000000000000000,1e-10,true"),
]


@pytest.mark.parametrize(("name", "given"), ROWS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_row_beside_good_ones(name, given):
    PARSERS[name].take([given] * 20)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [(b"origin", b"http://[", 403), (b"content-length", b"\xb2", 411), (b"content-length", b"9" * 5000, 411)],
)
def test_headers_that_are_none_are_refused(name, value, status):
    async def ask() -> int:
        told = []

        async def send(message):
            told.append(message)

        scope = {"type": "http", "method": "POST", "path": "/check", "headers": [(name, value), (b"host", b"x")]}
        await Guard(lambda *_: pytest.fail("was let in"), ["x"])(scope, None, send)  # type: ignore[arg-type]
        return told[0]["status"]

    with start_blocking_portal() as portal:
        assert portal.call(ask) == status


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 40, gzip.compress(b"{}"), b"{}", b""],
    ids=["cut", "other", "plain", "empty"],
)
def test_a_vintage_that_cannot_be_unpacked_is_damaged(tmp_path, content):
    (tmp_path / "d1.json.gz").write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"):
        Vintages(tmp_path).find("d1")


def test_a_hub_whose_list_of_agents_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(_detect_agent, "_registry", [])
    with pytest.raises(InputError, match="cannot make its headers"):
        HubClient("http://127.0.0.1:9", tmp_path, anonymous=True)


def test_a_draft_with_half_a_character_is_refused():
    with pytest.raises(KnowledgeError, match="surrogates not allowed"):
        read_draft("id: one\nstatement: \ud800")


def test_a_parquet_file_that_invalidates_its_database_spoils_no_other(tmp_path):
    parser = PARSERS["parquet file"]
    damaged = list(mutants(parser.seeds(), 37, 1528))[1527]
    parser.take([damaged, parser.seeds()[0]])
    path = tmp_path / "dump.parquet"
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=r"dump\.parquet: cannot be read \([^\n]*\); check that the file is whole"):
        read_batch([path], ImportOptions.model_validate({"source": "hub_dump", "date": "2026-05-01"}))
