"""A run from its question to its batch: take up or begin, crawl, ask for who is missing, hand over, tidy up."""

import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from modelcensus.sources.hub_api.asking import Asked
from modelcensus.sources.hub_api.client import HubClient
from modelcensus.sources.hub_api.crawl import Crawl, Progress
from modelcensus.sources.hub_api.finish import Collected, Finish
from modelcensus.sources.hub_api.known import Known
from modelcensus.sources.hub_api.spool import Spool
from modelcensus.sources.hub_api.wire import wire
from modelcensus.vocabulary import InputError

FOLDER = "collecting"
"""The folder inside a ledger where crawls under way lie."""
ASKED_BY_NAME = 200
"""Repositories missing from a whole listing that are asked for by name: one request each."""


class Collecting:
    """One series' crawl in `folder`; a context that holds it alone."""

    def __init__(
        self,
        folder: Path,
        client: HubClient,
        asked: Asked,
        known: Known | None = None,
        progress: Callable[[Progress], None] = lambda progress: None,
        by_name: int = ASKED_BY_NAME,
    ) -> None:
        self._known, self._by_name = known or Known(), by_name
        self._spool = Spool(crawl_folder(folder, asked))
        later = by_name if asked.kind == "all" and self._known.facts else 0
        expected = self._known.listed or (wire().repositories.count if asked.kind == "all" else None)
        self.crawl = Crawl(client, self._spool, asked, expected, progress, later)

    def __enter__(self) -> "Collecting":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.crawl.close()
        self._spool.close()

    def restart(self) -> None:
        """Forget the crawl under way."""
        self._spool.clear()

    def open(self) -> bool:
        """Take up the crawl under way, or begin one; true for the first."""
        return self.crawl.open()

    def collect(self) -> Collected:
        """Everything that was asked for; UnreachableError when the network is lost."""
        crawl = self.crawl
        crawl.run()
        finish = Finish(crawl, self._known)
        partial = finish.coverage(crawl.listed, ended=True)
        if crawl.asked.kind != "all" or partial:
            return finish.batch(crawl.parts(), (), partial)
        listing = crawl.parts()
        missing = crawl.ask_for(lambda: finish.missing(listing, self._by_name))
        return finish.batch(crawl.parts(), missing.unlisted, "")

    def keep(self) -> Collected:
        """What was read until now, as a partial batch."""
        crawl = self.crawl
        if not crawl.spool.pages:
            raise InputError("nothing was read yet", where=crawl.asked.text, remedy="collect without --partial first")
        finish = Finish(crawl, self._known)
        return finish.batch(crawl.parts(), (), finish.coverage(crawl.listed, ended=crawl.ended))

    def done(self) -> None:
        """The ledger has the batch: nothing of the crawl is needed any more."""
        self._spool.clear()


def crawl_folder(folder: Path, asked: Asked) -> Path:
    """Where the crawl of a series lies."""
    return folder / re.sub(r"[^A-Za-z0-9._+-]", "_", asked.name)[:120]
