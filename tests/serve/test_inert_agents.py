"""Names that somebody chose to do harm do none to agents: the protocol's own client, over standard input and output."""

import asyncio
import json
import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

from ledgers import batch_of, fact, ledger_of, observation

pytest.importorskip("mcp", reason="needs the extra mcp")
from mcp import ClientSession, StdioServerParameters, stdio_client

COMMAND = shutil.which("modelcensus", path=str(Path(sys.executable).parent)) or "modelcensus"
HARM = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "'; drop table catalog; --", "=cmd|'/C calc'!A0",
    "\u202egnp.exe\u2066", "\x1b]0;owned\x07\x1b[31m", "\u200b=Qw\u200den\ufeff\u2060",
)  # fmt: skip
READ_AS_TEXT = (0, 4, 6)
"""Those that stand in a text to be checked, which takes longest."""
NAMES = tuple(f"evil/{h}" for h in HARM)
UNSEEN = set("\u202e\u2066\x1b\x07\u200b\u200d\ufeff\u2060")
READ = ["channel=hub", "counter=rolling_30d"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One conversation about them: what each call answered, by what it asked."""
    folder = tmp_path_factory.mktemp("harmed") / "ledger"
    read = [observation(n, "rolling_30d", 1_000 * (i + 1) + on, on) for i, n in enumerate(NAMES) for on in (40, 80)]
    known = [fact(n, 80, date(2026, 1, 2), library=HARM[0], license=HARM[1]) for n in NAMES]
    ledger_of(folder, batch_of("read", "hub", observations=read, facts=known))
    with start_blocking_portal() as portal:  # a loop of its own: browser tests of the same process have one running
        return portal.call(_converse, folder)


async def _converse(ledger: Path) -> dict[str, Any]:
    server = StdioServerParameters(command=COMMAND, args=["mcp", "--ledger", str(ledger)], env=dict(os.environ))
    answers: dict[str, Any] = {}
    async with asyncio.timeout(240), stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()

        async def ask(asked: str, tool: str, /, **given: Any) -> None:
            answers[asked] = await session.call_tool(tool, given)

        await ask("all", "measure", name="downloads", by=["repository", "day"], reading=READ, limit=200)
        for place, harm in enumerate(HARM):
            await ask(f"one {place}", "measure", name="downloads", of=[f"repository=evil/{harm}"], by=["day"], reading=READ)  # fmt: skip
            await ask(f"of {place}", "measure", name="share", of=[f"organization={harm}"])
            await ask(f"within {place}", "measure", name="share", within=harm)
            await ask(f"where {place}", "measure", name="share", within=f"where:library = '{harm}'")
            await ask(f"measure {place}", "measure", name=harm, by=[harm], period=[harm], reading=[harm])
            await ask(f"explain {place}", "explain", provenance_id=harm)
            await ask(f"claim {place}", "published_claim", pack=harm, claim=harm)
        for place in READ_AS_TEXT:
            text = f"Qwen had 40 % of {HARM[place]} downloads in May 2026."
            await ask(f"text {place}", "check_claim", text=text, title=HARM[place])
        answers["record"] = await session.call_tool("explain", {"provenance_id": _content(answers["all"])["provenance"]["id"]})  # fmt: skip
        await ask("again", "measure", name="downloads", by=["repository", "day"], reading=READ, limit=200)
    return answers


def _content(answer: Any) -> Any:
    assert not answer.is_error, answer
    return json.loads(answer.content[0].text)


def test_nothing_that_is_told_turns_letters_steers_a_terminal_or_hides(told: dict[str, Any]) -> None:
    for asked, answer in told.items():
        assert all(part.type == "text" for part in answer.content), asked
        said = "".join(part.text for part in answer.content)
        assert not UNSEEN & set(said), asked
        assert not UNSEEN & set(json.dumps(answer.structured_content, ensure_ascii=False)), asked
        if answer.is_error:
            assert "Traceback" not in said and "Parser Error" not in said, asked
        else:
            assert not UNSEEN & set(json.dumps(json.loads(said), ensure_ascii=False)), asked


def test_each_name_is_a_name_and_has_its_own_number(told: dict[str, Any]) -> None:
    for place, _harm in enumerate(HARM):
        rows = _content(told[f"one {place}"])["rows"]
        assert [r["value"] for r in rows] == [1_000 * (place + 1) + on for on in (40, 80)]
    names = {r["repository"] for r in _content(told["all"])["rows"]}
    assert len(names) == len(HARM) and {f"evil/{HARM[0]}", f"evil/{HARM[2]}", f"evil/{HARM[3]}"} < names
    assert "evil/[U+202E]gnp.exe[U+2066]" in names


def test_what_they_ask_for_is_refused_and_changes_nothing(told: dict[str, Any]) -> None:
    for place in range(len(HARM)):
        for asked in ("of", "within", "measure", "explain", "claim"):
            assert told[f"{asked} {place}"].is_error, (asked, place)
    for place in READ_AS_TEXT:
        assert told[f"text {place}"].is_error or "statements" in _content(told[f"text {place}"])
    assert _content(told["again"])["rows"] == _content(told["all"])["rows"]
    assert _content(told["record"])["sql"]
