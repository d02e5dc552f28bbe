"""`modelcensus collect hub`: the Hub's own model listing."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from modelcensus.cli.options import LedgerOption, ledger_to_write, notes, say
from modelcensus.measures import Inputs
from modelcensus.sources import hub_api
from modelcensus.sources.hub_api import Asked, Collecting, HubClient, Known, Progress, duration, known_of
from modelcensus.vocabulary import row_count

TOLD_EVERY = 60.0
"""Seconds between two lines of progress where there is no terminal."""
SHOWN = 5


def hub(
    *,
    top: int = 0,
    author: Annotated[list[str] | None, Parameter(name="--author", negative="")] = None,
    ids: Path | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    partial: Annotated[bool, Parameter(negative="")] = False,
    restart: Annotated[bool, Parameter(negative="")] = False,
    anonymous: Annotated[bool, Parameter(negative="")] = False,
    endpoint: str = "",
    send_token: Annotated[bool, Parameter(negative="")] = False,
    patience: float = 15.0,
    ledger: LedgerOption = None,
) -> None:
    """Read the counters of the Hub's model listing into the ledger; exit status 1 where it has changed shape or gone stale.

    Parameters
    ----------
    top
        Only so many repositories, those with the most downloads in 30 days.
    author
        Only the repositories of a namespace; repeated.
    ids
        Only the repositories that a text file names, one a line; one request each.
    dry_run
        Say how many requests it takes and how long, and ask nothing.
    partial
        Commit what an unfinished run has read, marked as partial with its coverage, and end it.
    restart
        Forget an unfinished run and begin anew.
    anonymous
        Leave the login of `hf auth login` or HF_TOKEN out: half as many requests.
    endpoint
        Address of a mirror (default: HF_ENDPOINT, else https://huggingface.co).
    send_token
        Show the login to the endpoint although it is not the Hub's own.
    patience
        Minutes to go on asking when the Hub does not answer; then the run ends, and the next one goes on there.
    """
    asked = hub_api.asked_for(top, author or (), ids)
    target = ledger_to_write(ledger)
    folder = target.root / hub_api.FOLDER
    address = hub_api.checked_endpoint(endpoint or hub_api.default_endpoint())
    known = known_of(target, asked)
    if dry_run:
        _plan(asked, known, hub_api.crawl_folder(folder, asked))
        return
    os.environ.setdefault("HF_ENDPOINT", address)  # what the client asks of its own goes to the same place
    with notes.status("") as status:
        meter = _Meter(status.update)
        client = HubClient(
            address, folder, anonymous, send_token, hub_api.Patience(60 * patience), say, meter.waiting
        )
        say(f"{asked.text}, {'with the login' if client.logged_in else 'without a login'}, from {address}")
        while True:
            with Collecting(folder, client, asked, known, meter.tell) as collecting:
                if restart:
                    collecting.restart()
                    restart = False
                if collecting.open():
                    say(
                        f"goes on with the run of {collecting.crawl.started[:16]} UTC: {collecting.crawl.listed:,} read"
                    )
                meter.update("reading")
                collected = collecting.keep() if partial else collecting.collect()
                meter.update("writing")
                manifest, new = target.commit(collected.batch)
                aside = _aside(collected.batch)
                collecting.done()
            if new:
                break
            say(f"batch {manifest.id} is in the ledger already; a new run begins")
            known, partial = known_of(target, asked), False
    Inputs.of(target).keep(target)
    for line in (*collected.batch.took, *aside):
        say(f"  {line}")
    counts = ", ".join(f"{n:,} {t}" for t, n in manifest.rows.items() if n and t != "set_aside")
    days = f", {manifest.first_day} to {manifest.last_day}" if manifest.first_day else ""
    say(f"batch {manifest.id} ({manifest.name}): {counts}{days}")
    if problems := collected.problems:
        for problem in problems:
            say(f"modelcensus: {problem}; what was read is in the ledger")
        sys.exit(1)


class _Meter:
    """Progress: on a terminal in one line, elsewhere a line a minute."""

    def __init__(self, show) -> None:
        self._show, self._told = show, time.monotonic()

    def tell(self, progress: Progress) -> None:
        """A page was read."""
        of = f" of {'about ' if progress.expected else ''}{progress.expected:,}" if progress.expected else ""
        done, wanted = progress.singles
        what = f"{done:,} of {wanted:,} asked for by name" if wanted else f"{progress.rows:,}{of} repositories"
        left = "" if progress.seconds_left is None else f", {duration(progress.seconds_left)} left"
        self.update(f"{what}, {progress.requests:,} requests{left}")

    def waiting(self, seconds: float) -> None:
        """The window of requests is used up."""
        self.update(f"waiting {seconds:.0f} s: the Hub's window of requests is used up")

    def update(self, text: str) -> None:
        """Show it."""
        if notes.is_terminal:
            self._show(text)
        elif time.monotonic() - self._told > TOLD_EVERY:
            self._told = time.monotonic()
            say(f"{datetime.now(UTC):%H:%M} UTC: {text}")


def _plan(asked: Asked, known: Known, crawl: Path) -> None:
    wire = hub_api.wire()
    say(f"{asked.text}; nothing is asked now")
    listed, why = known.listed, "as the last time"
    if listed is None and asked.kind == "all":
        listed, why = wire.repositories.count, f"as the Hub's size was given on {wire.repositories.as_of}"
    if listed is None and asked.kind == "author":
        say("how many repositories that is, the first run tells; a request brings up to 1,000")
        return
    if asked.kind in ("all", "author"):
        say(f"{listed:,} repositories, {why}")
    for page in (wire.pages[0], wire.pages[-1]) if asked.kind != "ids" else (1,):
        requests = hub_api.requests_of(asked, listed or 0, page)
        times = [
            f"{hub_api.cost(requests, quota, wire.windows.seconds).hours} {name}"
            for name, quota in (("without a login", wire.windows.anonymous), ("with a free one", wire.windows.login))
        ]
        size = f"{page:,} rows a page: " if asked.kind != "ids" else ""
        say(f"  {size}{requests:,} requests, {' or '.join(times)}")
    if (crawl / "crawl.json").exists():
        say(f"an unfinished run lies in {crawl}: it is gone on with")
    say("a run that is cut off goes on where it was, after a restart of the machine too")


def _aside(batch) -> list[str]:
    count = batch.set_aside
    if not count:
        return []
    rows = batch.tables["set_aside"]
    lines = [f"set aside {r['file']}:{r['line']}: {r['reason']}" for r in rows.head(SHOWN).to_pylist()]
    return [*lines, f"{row_count(rows):,} rows set aside; they are kept with the batch"]
