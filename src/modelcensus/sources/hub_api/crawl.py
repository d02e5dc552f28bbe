"""The crawl itself: question after question, each answer kept before the next one is asked."""

import json
import math
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from modelcensus.engine import write_atomically
from modelcensus.sources.hub_api.asking import Asked, Step, page_sizes, single
from modelcensus.sources.hub_api.client import Answer, HubClient, UnreachableError
from modelcensus.sources.hub_api.convert import Group, Grouping, Part, convert
from modelcensus.sources.hub_api.estimate import BESIDE, Estimate
from modelcensus.sources.hub_api.listing import Checker
from modelcensus.sources.hub_api.singles import Standing, standing
from modelcensus.sources.hub_api.spool import Page, Spool
from modelcensus.sources.hub_api.wire import wire
from modelcensus.vocabulary import InputError

SINGLE_PATIENCE = 60.0
"""Seconds that one repository is asked for that the Hub fails to answer; then the next one is, unless it fails for
GIVEN_UP in a row. Without any network nothing is passed over."""
GIVEN_UP = 3
MISSING = "missing.json"


@dataclass(frozen=True)
class Missing:
    """Repositories that a whole listing lacks, as (id, `_id`): those that are `asked` for by name, and the others."""

    asked: list[tuple[str, str | None]]
    unlisted: list[tuple[str, str | None]]


@dataclass(frozen=True)
class Progress:
    """Where a crawl stands; `seconds_left`, until it is in the ledger, is nothing where nobody knows how much there is."""

    rows: int
    requests: int
    expected: int | None
    seconds_left: float | None
    singles: tuple[int, int] = (0, 0)
    """Of the repositories that are asked for by name: how many were, and how many there are."""


class Crawl:
    """One crawl over its checkpoint; what was answered stays, whatever ends a run."""

    def __init__(
        self,
        client: HubClient,
        spool: Spool,
        asked: Asked,
        expected: int | None = None,
        progress: Callable[[Progress], None] = lambda progress: None,
        afterwards: int = 0,
    ) -> None:
        """`expected` rows, and requests for single repositories `afterwards`, are for the time left alone."""
        self.client, self.spool, self.asked, self.expected = client, spool, asked, expected
        self._afterwards = afterwards
        self._progress, self._checker = progress, Checker()
        self._pool = ThreadPoolExecutor(BESIDE, thread_name_prefix="convert")
        self._converted: list[Future[Part]] = []
        self._grouping = Grouping()
        self._plan: dict = {}
        self._rows = self._pages = self._unanswered = 0
        self._estimate = Estimate(client.pace)

    def open(self) -> bool:
        """Take up the crawl that is under way, or begin one; true when it goes on with an earlier one."""
        plan = self.spool.plan
        before = Asked.from_dict(plan["asked"]) if plan else self.asked
        if plan and (before != self.asked or plan["endpoint"] != self.client.endpoint):
            self.spool.resume()
            if self.spool.pages:
                raise InputError(
                    f"an unfinished crawl asked for something else ({before.text}, at {plan['endpoint']})",
                    where=str(self.spool.folder),
                    remedy="keep what it read with --partial, or begin anew with --restart",
                )
            plan = None
        if plan is None:
            self.spool.begin(self._new_plan())
        self._plan = self.spool.plan or {}
        self.spool.resume()
        for page in self.spool.pages:
            self._take(page)
        return plan is not None

    @property
    def started(self) -> str:
        """When the crawl began (UTC)."""
        return self._plan["started"]

    @property
    def expand(self) -> tuple[str, ...]:
        """The fields that are asked for."""
        return tuple(self._plan["expand"])

    @property
    def refused(self) -> tuple[str, ...]:
        """Fields that the Hub no longer knows."""
        return tuple(self._plan["refused"])

    @property
    def listed(self) -> int:
        """Rows of the pages that were read; what is listed twice counts twice."""
        return self._rows

    @property
    def ended(self) -> bool:
        """Whether every page of what was asked for was read."""
        steps = len(self._steps())
        last = self.spool.pages[-1] if self.spool.pages else None
        return last is not None and (last.step >= steps or (last.step == steps - 1 and not last.following))

    def run(self) -> None:
        """Ask until all pages are read. UnreachableError when the network is lost: what was read stays."""
        self._follow(self._steps(), 0)

    def ask_for(self, missing: Callable[[], Missing]) -> Missing:
        """After a listing, ask for repositories by name; which, is found out once, and remembered."""
        path = self.spool.folder / MISSING
        if not path.exists():
            write_atomically(path, json.dumps(vars(missing())).encode())
        wanted = Missing(**json.loads(path.read_text()))
        self._follow([single(r, self.expand, h or "") for r, h in wanted.asked], len(self._steps()))
        return wanted

    def parts(self) -> list[Part]:
        """All that was read, converted."""
        self._submit(self._grouping.rest())
        parts = []
        for future in self._converted:
            parts.append(future.result())
            self._tell()
        return parts

    def standings(self) -> list[tuple[Page, Standing]]:
        """What single answers said."""
        return [(p, Standing.from_text(p.note)) for p in self.spool.pages if p.note]

    def close(self) -> None:
        """End the conversion under way."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _new_plan(self) -> dict:
        return {
            "asked": self.asked.as_dict(),
            "endpoint": self.client.endpoint,
            "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "page": page_sizes()[0],
            "expand": list(wire().expand),
            "refused": [],
        }

    def _change(self, **values: object) -> None:
        self._plan = {**self._plan, **values}
        self.spool.change(self._plan)

    def _steps(self) -> list[Step]:
        return list(self.asked.steps(self._plan["page"], self._plan["expand"]))

    def _follow(self, steps: list[Step], offset: int) -> None:
        number = offset
        while number < offset + len(steps):
            step, last = steps[number - offset], self.spool.pages[-1] if self.spool.pages else None
            if last is not None and (last.step > number or (last.step == number and not last.following)):
                number += 1
            elif step.single:
                self._single(number, step, number - offset, len(steps))
            elif not self._page(number, step, last if last is not None and last.step == number else None):
                steps = self._steps()  # the Hub refused a page size or a field: asked otherwise

    def _page(self, number: int, step: Step, last: Page | None) -> bool:
        """One page more; false where the question has to be put otherwise."""
        if last is None:
            answer = self.client.get(step.path, step.parameters, self._is_json)
        else:
            answer = self.client.get(last.following, sound=self._is_json)
        if answer.status != 200:
            if last is None and answer.status == 400 and self._ask_otherwise(answer):
                return False
            raise _refused(answer, step, self.spool.folder, last is not None)
        kind, rows = self._checker.look(answer.body)
        following = answer.following
        if self.asked.kind == "top" and self._rows + rows >= self.asked.top:
            following = ""
        self._check_shape(answer, kind, rows, following, first=last is None)
        self._take(self.spool.add(number, answer.body, rows, answer.day, following))
        self._estimate.answered()
        self._tell()
        return True

    def _check_shape(self, answer: Answer, kind: str, rows: int, following: str, first: bool) -> None:
        where = answer.path.partition("?")[0]
        if kind != "ARRAY":
            raise InputError(
                f"the listing has changed its shape: {kind.lower()}, where a list was known",
                where=where,
                remedy="look for a newer modelcensus; what was read before is kept",
            )
        if following and following.partition("?")[2] == answer.path.partition("?")[2]:
            raise InputError(
                "the listing goes in a circle: its cursor stands still",
                where=where,
                remedy="run again later, or keep what was read with --partial",
            )
        size = self._plan["page"]
        if self.asked.kind == "all" and first and not following and size and rows >= size:
            raise InputError(
                "the listing has changed its shape: a full page, and no Link to the next one",
                where=where,
                remedy="check that no proxy removes the header Link; else look for a newer modelcensus",
            )

    def _single(self, number: int, step: Step, done: int, steps: int) -> None:
        """Ask for one repository; one that does not answer is passed over, unless several in a row do not."""
        try:
            answer = self.client.get(step.path, step.parameters, self._is_json, SINGLE_PATIENCE)
        except UnreachableError as error:
            if not error.answered or self._unanswered + 1 >= GIVEN_UP:
                raise
            note = Standing(step.single, step.hub_id or None, "unanswered", None, None, error.what).as_text()
            self._take(self.spool.add(number, b"", 0, datetime.now(UTC).date(), status=0, single=True, note=note))
            return
        there = answer.status == 200 and self._checker.look(answer.body)[0] == "OBJECT"
        found = standing(step, answer)
        self._take(
            self.spool.add(
                number, answer.body if there else b"", int(there), answer.day, status=answer.status, single=True,
                note=found.as_text() if found else "",
            )
        )  # fmt: skip
        self._estimate.answered()
        self._tell((done + 1, steps))

    def _ask_otherwise(self, answer: Answer) -> bool:
        """Put the question so that the Hub takes it: without the fields it refuses, or with a smaller page."""
        words, page = set(re.findall(r"[A-Za-z_-]+", answer.body.decode(errors="replace"))), self._plan["page"]
        refused = [f for f in self.expand if f not in words]
        if "expand" in words and 0 < len(refused) < len(self.expand):
            self.client.say(f"the Hub no longer knows {', '.join(refused)}: asked for without")
            kept = [f for f in self.expand if f in words]
            self._change(expand=kept, refused=[*self.refused, *refused])
            return True
        if page and "limit" in words:
            self.client.say(f"the Hub refuses pages of {page:,}: asked for smaller ones")
            self._change(page=next((s for s in page_sizes() if s < page), None))
            return True
        return False

    def _is_json(self, body: bytes) -> bool:
        return bool(self._checker.look(body)[0])

    def _take(self, page: Page) -> None:
        """Count a page that is kept, and convert its group when it is full."""
        if page.single:
            self._unanswered = self._unanswered + 1 if page.status == 0 else 0
        else:
            self._rows += page.rows
            self._pages += 1
        self._submit(self._grouping.add(page))

    def _submit(self, groups: Sequence[Group]) -> None:
        self._converted += [self._pool.submit(self._convert, group) for group in groups]
        for future in self._converted[-3:]:
            if future.done():
                future.result()  # a full disk, say, ends the run

    def _convert(self, group: Group) -> Part:
        started, part = time.monotonic(), convert(self.spool, group)
        self._estimate.converted(sum(p.rows for p in group.pages), time.monotonic() - started)
        return part

    def _tell(self, singles: tuple[int, int] = (0, 0)) -> None:
        expected, needed = self.asked.top or self.expected, None
        last = self.spool.pages[-1] if self.spool.pages else None
        if self.asked.kind == "all" and last is not None and (last.single or not last.following):
            expected = self._rows  # all of it was listed
        if singles[1]:
            needed = singles[1] - singles[0]
        elif expected and self._rows and self.asked.kind in ("all", "top"):
            needed = math.ceil(max(expected - self._rows, 0) * self._pages / self._rows) + self._afterwards
        left = None if needed is None else self._estimate.left(needed, max(expected or 0, self._rows))
        self._progress(Progress(self._rows, self.client.requests, expected, left, singles))


def _refused(answer: Answer, step: Step, folder: Path, under_way: bool) -> InputError:
    said = f"{answer.status} {answer.message}".strip()
    if answer.status == 401:
        return InputError(
            f"the Hub does not let this login list models ({said})",
            where=step.path,
            remedy="log in again with `hf auth login`, or collect with --anonymous",
        )
    if under_way:
        return InputError(
            f"the Hub refuses to go on ({said})",
            where=str(folder),
            remedy="keep what was read with --partial, or begin anew with --restart",
        )
    return InputError(
        f"the Hub refuses the question ({said})",
        where=step.path,
        remedy="check what was asked for; or the Hub has changed: look for a newer modelcensus",
    )
