"""Keeping the knowledge that a ledger is used with, so that what was computed with it can be computed again."""

import re
from datetime import UTC, date, datetime

from modelcensus.catalog.files import Files, bundled_files, files_digest, folder_files
from modelcensus.catalog.knowledge import load_files
from modelcensus.ledger import Ledger, Vintage
from modelcensus.vocabulary import KnowledgeError, own_version

_VERSION = re.compile(r"^version: (\d{4}-\d{2}-\d{2})\s*$", re.MULTILINE)


def own_files(ledger: Ledger) -> Files:
    """The knowledge files that lie in the ledger itself."""
    folder = ledger.root / "knowledge"
    return folder_files(folder, "ledger") if folder.is_dir() else ()


def keep_knowledge(ledger: Ledger, base: Files | None = None, given: Files = (), day: date | None = None) -> bool:
    """Keep knowledge with the ledger: `base` (the program's and the ledger's own) as in use today (UTC), and what was
    `given` with a request on top of it; false where it cannot be written, or not read."""
    today = day or datetime.now(UTC).date()
    try:
        base = (*bundled_files(), *own_files(ledger)) if base is None else base
        digest = files_digest(base)
        _keep(ledger, base, base, "", today)
        ledger.vintages.use(digest, today)
        if given:
            _keep(ledger, (*base, *given), given, digest, today)
    except (OSError, KnowledgeError):
        return False
    return True


def newest_version(read: Files) -> date:
    """The version of knowledge: that of its newest file. An error where it cannot be read; just what comes with this
    program was validated when it was made, and is not validated here."""
    stated = [_VERSION.search(f.content) for f in read] if read == bundled_files() else [None]
    if None in stated:
        return load_files(read).version
    return max(date.fromisoformat(m[1]) for m in stated if m)


def _keep(ledger: Ledger, whole: Files, own: Files, base: str, day: date) -> None:
    digest = files_digest(whole)
    if ledger.vintages.has(digest):
        return
    ledger.vintages.keep(
        Vintage(
            first_used=day,
            version=newest_version(whole),
            digest=digest,
            software={"modelcensus": own_version()},
            base=base,
            files=tuple(type(f)(f.layer, f.name, f.content) for f in own),
        )
    )
