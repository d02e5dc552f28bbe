"""Tools for agents, driven by the protocol's own client over standard input and output."""

import asyncio
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from modelcensus.measures import Census, measures
from modelcensus.serve.limits import Allowance, Rates

pytest.importorskip("mcp", reason="needs the extra mcp")
from mcp import ClientSession, StdioServerParameters, stdio_client

COMMAND = shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"
HEADLINE = "In February 2026 Qwen had more than twice the downloads of the next eight combined."
SHARE = {
    "name": "share",
    "of": ["organization=Qwen"],
    "period": ["2026-02"],
    "reading": ["channel=reported:modelpulse"],
}


@pytest.fixture(scope="module")
def told(sample: Census) -> dict[str, Any]:
    """One conversation: what each tool answered, by name."""
    with start_blocking_portal() as portal:  # a loop of its own: browser tests of the same process have one running
        return portal.call(_converse)


async def _converse() -> dict[str, Any]:
    environment = {**os.environ, "MODELCENSUS_LEDGER": ""}
    server = StdioServerParameters(command=COMMAND, args=["mcp"], env=environment)
    answers: dict[str, Any] = {}
    async with asyncio.timeout(120), stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        answers["tools"] = (await session.list_tools()).tools
        answers["list_measures"] = await session.call_tool("list_measures", {})
        answers["measure"] = await session.call_tool("measure", SHARE)
        answers["many"] = await session.call_tool("measure", {"name": "share", "by": ["organization", "month"], "reading": SHARE["reading"], "limit": 10_000})  # fmt: skip
        answers["wrong"] = await session.call_tool("measure", {"name": "shar"})
        answers["long"] = await session.call_tool("measure", {"name": "share", "within": "x" * 501})
        id = _content(answers["measure"])["provenance"]["id"]
        answers["explain"] = await session.call_tool("explain", {"provenance_id": id})
        answers["check_claim"] = await session.call_tool("check_claim", {"text": HEADLINE})
        answers["list_claims"] = await session.call_tool("list_claims", {})
    return answers


def _content(answer: Any) -> Any:
    assert not answer.is_error, answer
    return json.loads(answer.content[0].text)


def test_every_tool_says_what_it_is_for(told: dict[str, Any]) -> None:
    tools = {t.name: t for t in told["tools"]}
    assert set(tools) == {"list_measures", "measure", "explain", "check_claim", "list_claims", "published_claim"}
    assert all(t.description and t.input_schema["type"] == "object" for t in tools.values())
    assert {m["name"] for m in told["list_measures"].structured_content["result"]} == set(measures())


def test_a_number_is_that_of_the_library_with_its_record(told: dict[str, Any], sample: Census) -> None:
    truth = sample.measure(
        "share", of=SHARE["of"], period=SHARE["period"], reading=SHARE["reading"]
    )  # fmt: skip
    number = _content(told["measure"])
    assert number["rows"] == [r.as_dict() for r in truth.rows] and number["sentence"] == truth.sentence()
    record = _content(told["explain"])
    assert record["id"] == truth.provenance.id and "select" in record["sql"].lower()


def test_a_statement_is_tested(told: dict[str, Any]) -> None:
    (one,) = _content(told["check_claim"])["statements"]
    assert [one["account"]["as_worded"]["verdict"], one["account"]["verdict"]] == ["holds", "depends"]
    assert len(told["list_claims"].structured_content["result"]) > 50


def test_rows_are_bounded_and_errors_say_what_to_do(told: dict[str, Any]) -> None:
    many = _content(told["many"])
    assert len(many["rows"]) == 200 < many["total_rows"]
    assert told["wrong"].is_error and "did you mean 'share'" in told["wrong"].content[0].text
    assert told["long"].is_error and "at most 20 values" in told["long"].content[0].text


def test_what_is_spent_comes_back_with_time() -> None:
    now = [0.0]
    allowed = Allowance(Rates(answers=2, tests=1), lambda: now[0])
    assert [allowed.spend("a", False) for _ in range(3)] == [0, 0, 30]
    assert allowed.spend("b", False) == 0 and allowed.spend("a", True) == 0 and allowed.spend("a", True) == 60
    now[0] = 30.0
    assert allowed.spend("a", False) == 0 and allowed.spend("a", False) == 30
