"""Tools for agents, over the Model Context Protocol: what the JSON API answers, within the same bounds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from modelcensus.claims import find_claim, find_packs
from modelcensus.claims.telling import as_dict
from modelcensus.measures import Census
from modelcensus.serve.check import Given, answer
from modelcensus.serve.desks import BusyError
from modelcensus.serve.limits import Allowance, Rates
from modelcensus.serve.listed import claims_listed, measures_listed
from modelcensus.serve.tester import Tester
from modelcensus.vocabulary import CensusError, Request
from modelcensus.vocabulary.inert_text import all_straight, seen, straight

T = TypeVar("T")
MOST_ROWS = 200
"""Rows of one answer to an agent; the whole number of rows is told, and `offset` asks for more."""
LONGEST = 500
"""Characters of one argument that names something."""
SEVERAL = 20
"""Values of one argument."""
TOLD = (
    "Measures how open AI models are adopted, from counters and published series. Every number has bounds, a stated"
    " denominator and a provenance id: give them with the number. Which denominator is meant decides many claims, so"
    " check a statement before repeating it."
)


def agent_tools(open_census: Callable[[], Census], version: str, rates: Rates | None = None) -> MCPServer:
    """The tools on one ledger, which is opened at the first question."""
    server = MCPServer("modelcensus", instructions=TOLD, version=version, log_level="WARNING")
    allowed, testers = Allowance(rates or Rates()), []

    def tester() -> Tester:
        if not testers:
            testers.append(Tester(open_census, find_packs()))
        return testers[0]

    def spend(tests: bool = False) -> None:
        if wait := allowed.spend("", tests):
            raise ToolError(f"too many questions at once; ask again in {wait} seconds")

    @server.tool(title="Which measures are there?")
    def list_measures() -> list[dict[str, Any]]:
        """Every measure that can be asked for: name, definition, unit, the readings that change it, source."""
        return [m.model_dump() for m in measures_listed()]

    @server.tool(title="What is the number?")
    def measure(
        name: str,
        of: list[str] | None = None,
        within: str = "",
        by: list[str] | None = None,
        period: list[str] | None = None,
        reading: list[str] | None = None,
        offset: int = 0,
        limit: int = 50,
    ) -> dict[str, Any]:
        """Compute a measure.

        `of`: the subject, as `family=Qwen` or `organization=google,openai`. `within`: the scope that is the denominator,
        such as `hub`. `by`: dimensions, such as `organization` or `month`. `period`: such as `2026-02` or
        `2025..2026-06`. `reading`: choices such as `channel=reported:modelpulse`. Rows from `offset` on, at most 200.
        """
        spend()
        for values in (of, by, period, reading, [name, within]):
            _bounded(values or [])
        result = _told(lambda: tester().answer(Request.build(name, of or (), within, by or (), period or (), reading or ())))  # fmt: skip
        rows = result.rows[max(offset, 0) : max(offset, 0) + min(max(limit, 1), MOST_ROWS)]
        said = {"sentence": result.sentence(), "citation": result.cite(), "total_rows": len(result.rows)}
        told = {k: v for k, v in result.as_dict(0).items() if k != "rows"}
        return _plain({**said, **told, "rows": [r.as_dict() for r in rows]})

    @server.tool(title="What does the number rest on?")
    def explain(provenance_id: str) -> dict[str, Any]:
        """The record behind a number, by its provenance id: request, definition, inputs, software, SQL, first rows."""
        spend()
        record = _told(lambda: tester().record(provenance_id[:LONGEST]))
        if record is None:
            raise ToolError(f"no record {straight(provenance_id[:80])!r}: records are kept when a number is computed")
        rows = record.get("rows")
        return _plain({**record, "rows": rows[:MOST_ROWS] if isinstance(rows, list) else []})

    @server.tool(title="Does a statement hold?")
    def check_claim(text: str, date: str = "", title: str = "", publisher: str = "") -> dict[str, Any]:
        """Find the statements of a headline or an article that can be checked, and test each under every way in which it
        can be meant: its verdict as worded and over all readings, what decides, the nearest true statement. What was
        not understood is listed with its reason. `date` is the day of publication, YYYY-MM-DD."""
        spend(tests=True)
        return _plain(_told(lambda: answer(tester(), Given(seen(text), date, title, publisher))))

    @server.tool(title="Which published claims can be tested?")
    def list_claims() -> list[dict[str, Any]]:
        """The claims of all packs: pack, id, statement, and why one cannot be tested."""
        spend()
        return [c.model_dump() for c in claims_listed(tester().packs)]

    @server.tool(title="Does a published claim hold?")
    def published_claim(pack: str, claim: str) -> dict[str, Any]:
        """The whole account of a published claim: verdicts, what decides, nearest true statements, every reading."""
        spend(tests=True)
        _bounded([pack, claim])
        return _plain(
            _told(lambda: as_dict(tester().kept(*find_claim(tester().packs, f"{pack}/{claim}")), whole=True))
        )

    return server


def _told(compute: Callable[[], T]) -> T:
    """What was computed; the census's own errors in words that an agent can act on."""
    try:
        return compute()
    except (CensusError, BusyError) as error:
        raise ToolError(straight(str(error))) from error


def _bounded(values: list[str]) -> None:
    if len(values) > SEVERAL or any(len(v) > LONGEST for v in values):
        raise ToolError(f"at most {SEVERAL} values of {LONGEST} characters each")


def _plain(content: object) -> Any:
    """As JSON has it; a name that would turn letters around, steer a terminal or hide in another says so by its codes."""
    return all_straight(json.loads(json.dumps(content, default=str)))
