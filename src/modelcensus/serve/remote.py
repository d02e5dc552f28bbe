"""The library pointed at an address: what `modelcensus serve` answers there, as the same results and the same errors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request as Sent
from urllib.request import urlopen

from modelcensus.measures import Result
from modelcensus.measures.answers import result_from
from modelcensus.serve.refusing import API
from modelcensus.vocabulary import CensusError, InputError, LedgerError, Request, RequestError

PATIENCE = 300
"""Seconds that an answer may take: a claim with many readings takes a minute."""
PAGE = 10_000
"""Rows asked for at once."""
MOST_ROWS = 10_000_000
"""Rows of an answer that are read, page by page."""
LARGEST = 256_000_000
"""Bytes of an answer that is read."""
CAME_WRONG = "no answer of a modelcensus server"
CHECK_ADDRESS = "check the address, and that `modelcensus serve` runs there"


class Remote:
    """A ledger that is served elsewhere.

    `measure`, `answer` and `answers_to` give the results that a census on that ledger gives; errors are the census's own.
    There is no SQL: a server takes none.

    Example: `modelcensus.open("http://127.0.0.1:8000").measure("share", of={"organization": "Qwen"}, by="month")`.
    """

    def __init__(self, address: str, *, knowledge: object = (), as_of: date | None = None) -> None:
        parts = urlsplit(address)
        if not parts.hostname or parts.query or parts.fragment:
            raise RequestError(
                "no address of a server", where=address, remedy="write for example http://127.0.0.1:8000"
            )
        if knowledge:
            raise RequestError(
                "a served ledger is asked with its own knowledge", where="knowledge", remedy="give it to `modelcensus serve`"
            )  # fmt: skip
        self.address, self.as_of = address.rstrip("/"), as_of

    def measure(
        self,
        measure: str,
        *,
        of: Mapping[str, str | Iterable[str]] | Iterable[str] = (),
        within: str = "",
        by: str | Iterable[str] = (),
        period: str | Iterable[str] = (),
        reading: Mapping[str, str] | Iterable[str] = (),
        as_of: str | date | None = None,
    ) -> Result:
        """Compute one measure there; the arguments are those of `Census.measure`.

        Raises RequestError where the request makes no sense for the data, LedgerError where nobody answers.
        """
        return self.answer(Request.build(measure, of, within, by, period, reading, as_of))

    def answer(self, request: Request) -> Result:
        """Compute a request."""
        request = replace(request, as_of=request.as_of or self.as_of)
        asked = _parameters(request)
        try:
            content = self._get(f"results/{quote(request.measure, safe='')}", {**asked, "limit": [str(PAGE)]})
            if content["total"] > MOST_ROWS:
                raise InputError(
                    f"the answer has more than {MOST_ROWS:,} rows", where=self.address, remedy="ask for fewer of them"
                )
            while (left := content["total"] - len(content["rows"])) > 0:
                more = {**asked, "limit": [str(PAGE)], "offset": [str(len(content["rows"]))]}
                rows = self._get(f"results/{quote(request.measure, safe='')}", more)["rows"]
                if len(rows) < min(PAGE, left):  # else whoever promises more than there is would be asked for good
                    raise InputError("rows are missing", where=self.address, remedy="ask again")
                content["rows"] += rows
            read = Request.from_dict(content["asked"])
            return result_from({k: v for k, v in content.items() if k not in ("total", "asked")}, read)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{CAME_WRONG} ({error})", where=self.address, remedy=CHECK_ADDRESS) from error

    def answers_to(self, requests: Iterable[Request]) -> list[Result | RequestError]:
        """Compute requests, each as `answer` would; of one that makes no sense, its error."""
        answers: list[Result | RequestError] = []
        for request in requests:
            try:
                answers.append(self.answer(request))
            except RequestError as error:
                answers.append(error)
        return answers

    def measures(self) -> list[dict[str, Any]]:
        """Every measure: name, definition, unit, readings, citation."""
        return self._get("measures")

    def explain(self, record_id: str) -> dict[str, Any]:
        """The record behind a number."""
        return self._get(f"provenance/{quote(record_id, safe='')}")

    def claims(self) -> list[dict[str, Any]]:
        """The published claims that can be tested there: pack, id, statement, measure."""
        return self._get("claims")

    def claim(self, name: str) -> dict[str, Any]:
        """The whole account of a published claim, `PACK/ID`: verdicts, what decides, every reading."""
        return self._get(f"claims/{quote(name)}")

    def check(self, text: str, *, day: str | date = "", title: str = "", publisher: str = "") -> dict[str, Any]:
        """The statements of a text, as `modelcensus claims check --text --format json` gives them."""
        return self._send("check", {"text": text, "date": str(day), "title": title, "publisher": publisher})

    def sql(self, query: str) -> None:
        """Always a RequestError: a server takes no SQL."""
        raise _no_sql()

    def connect(self, channel: str = "", views: Iterable[str] = ()) -> None:
        """Always a RequestError: a server takes no SQL."""
        raise _no_sql()

    def __repr__(self) -> str:
        return f"<Remote {self.address}>"

    def _get(self, path: str, parameters: Mapping[str, list[str]] | None = None) -> Any:
        query = urlencode(dict(parameters), doseq=True) if parameters else ""
        return self._ask(Sent(f"{self.address}{API}/{path}{f'?{query}' if query else ''}"))

    def _send(self, path: str, content: object) -> Any:
        body = json.dumps(content).encode()
        return self._ask(Sent(f"{self.address}{API}/{path}", body, {"content-type": "application/json"}))

    def _ask(self, sent: Sent) -> Any:
        try:
            with urlopen(sent, timeout=PATIENCE) as answer:
                content = answer.read(LARGEST + 1)
        except HTTPError as error:
            raise _error(error, self.address) from error
        except (URLError, OSError) as error:
            why = getattr(error, "reason", error)
            raise LedgerError(f"nobody answers ({why})", where=self.address, remedy=CHECK_ADDRESS) from error
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise InputError(CAME_WRONG, where=self.address, remedy=CHECK_ADDRESS) from error


def _parameters(request: Request) -> dict[str, list[str]]:
    told = {
        "of": [f"{dimension}={','.join(values)}" for dimension, values in request.of],
        "within": [request.within] if request.within else [],
        "by": list(request.by),
        "period": [str(p) for p in request.periods],
        "reading": [f"{k}={v}" for k, v in request.reading.as_dict().items() if v],
        "as_of": [str(request.as_of)] if request.as_of else [],
    }
    return {k: v for k, v in told.items() if v}


def _error(error: HTTPError, address: str) -> CensusError:
    """The census's error that a problem tells of: what is wrong, where, and what to do."""
    try:
        told = json.loads(error.read(1_000_000))
        what, where, remedy = str(told["title"]), str(told.get("where", "")), str(told.get("remedy", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return InputError(f"{CAME_WRONG} (status {error.code})", where=address, remedy=CHECK_ADDRESS)
    kind = RequestError if 400 <= error.code < 500 else LedgerError
    return kind(what, where=where or ("" if kind is RequestError else address), remedy=remedy)


def _no_sql() -> RequestError:
    return RequestError(
        "a server takes no SQL: a query has no bound on its cost",
        where="sql",
        remedy="ask for measures, or open a copy of the ledger itself",
    )
