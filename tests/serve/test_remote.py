"""The library pointed at an address: the same results, charts and errors as on the ledger itself."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
import uvicorn

import modelcensus
from modelcensus.measures import Census
from modelcensus.serve.remote import Remote
from modelcensus.vocabulary import InputError, LedgerError, Request, RequestError

REPORTED = ["channel=reported:modelpulse"]
HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined."


@pytest.fixture(scope="module")
def remote(app) -> Iterator[Remote]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        for _ in range(500):
            if server.started:
                break
            time.sleep(0.02)
        opened = modelcensus.open(f"http://127.0.0.1:{listening.getsockname()[1]}")
        assert isinstance(opened, Remote)
        yield opened
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize(
    "request_",
    [
        Request.build("share", {"organization": "Qwen"}, by="month", reading=REPORTED),
        Request.build("rank", by="organization", period="2026-02", reading=REPORTED),
        Request.build(
            "downloads", {"family": ["Qwen", "Llama"]}, by=["family", "day"], reading={"counter": "rolling_30d"}
        ),
    ],
)
def test_a_result_is_the_library_s_own(remote: Remote, sample: Census, request_: Request) -> None:
    there, here = remote.answer(request_), sample.answer(request_)
    assert list(there.rows) == list(here.rows) and there.provenance == here.provenance
    assert there.sentence() == here.sentence() and there.cite("bibtex") == here.cite("bibtex")
    assert there.to_csv() == here.to_csv() and there.request == here.request
    assert there.chart().spec == here.chart().spec


def test_rows_of_several_pages_are_all_there(remote: Remote, sample: Census, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelcensus.serve.remote.PAGE", 100)
    there = remote.measure("share", by=["organization", "month"], reading=REPORTED)
    assert list(there.rows) == list(sample.measure("share", by=["organization", "month"], reading=REPORTED).rows)
    assert len(there.rows) > 100


def test_records_and_claims_are_read(remote: Remote) -> None:
    result = remote.measure("share", of=["organization=Qwen"], period="2026-02", reading=REPORTED)
    assert remote.explain(result.provenance.id)["id"] == result.provenance.id
    assert {m["name"] for m in remote.measures()} >= {"share", "ram"}
    assert any(c["pack"] == "qwen-2026" for c in remote.claims())
    (one,) = remote.check(HEADLINE)["statements"]
    assert one["account"]["as_worded"]["verdict"] == "holds"


def test_errors_are_the_census_s_own(remote: Remote, sample: Census) -> None:
    with pytest.raises(RequestError) as there:
        remote.measure("shar")
    with pytest.raises(RequestError) as here:
        sample.measure("shar")
    assert (there.value.what, there.value.where, there.value.remedy) == (here.value.what, here.value.where, here.value.remedy)  # fmt: skip
    wrong, right = remote.answers_to(
        [Request.build("share", {"family": "Qwne"}), Request.build("share", reading=REPORTED)]
    )
    assert isinstance(wrong, RequestError) and not isinstance(right, RequestError)
    with pytest.raises(RequestError, match="a server takes no SQL"):
        remote.sql("select 1")
    with pytest.raises(RequestError, match="a server takes no SQL"):
        remote.connect()


def test_an_address_where_nobody_answers_is_said(remote: Remote) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(LedgerError, match="nobody answers"):
        Remote(f"http://127.0.0.1:{port}").measures()
    with pytest.raises(InputError, match="no answer of a modelcensus server"):
        Remote(f"{remote.address}/method").measures()
    with pytest.raises(RequestError, match="no address"):
        Remote("http://")
    with pytest.raises(RequestError, match="its own knowledge"):
        modelcensus.open(remote.address, knowledge="folder", as_of=date(2026, 11, 24))
