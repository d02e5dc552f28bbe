"""`modelcensus collect ollama`, `modelscope`, `publisher`, `file`: other channels, each through the reader of its files."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from modelcensus.cli.import_ import import_batch, named_values
from modelcensus.cli.options import LedgerOption, ledger_to_write, notes, say
from modelcensus.ledger import Ledger, Manifest
from modelcensus.sources import ImportOptions, sources
from modelcensus.sources.modelscope_pages import ADDRESS, MOST, fetch_models
from modelcensus.sources.web import fetch
from modelcensus.vocabulary import InputError

OLLAMA = "https://ollama.com/library"
BREAKDOWN = "{endpoint}/organizations/{organization}/settings/publisher-analytics/download-breakdown"
FEWER = 0.7
"""Part of the repositories of the last reading that one must list; with fewer it is reported."""


def ollama(*, url: str = OLLAMA, page: Path | None = None, ledger: LedgerOption = None) -> None:
    """Read the pull counts of the Ollama library's page; exit status 1 where the page has changed or stands still.

    Parameters
    ----------
    url
        Address of the page.
    page
        A page that was saved today, instead of fetching it.
    """
    target = ledger_to_write(ledger)
    with _Folder(target, "ollama") as folder:
        with notes.status("fetching the page"):
            path = page or fetch(url, folder / "library.html", most=50_000_000)
        _take(target, path, ImportOptions(source="ollama_page", name="ollama-library", date=_today()), "ollama")


def modelscope(
    *,
    owner: Annotated[list[str] | None, Parameter(name="--owner", negative="")] = None,
    top: int = MOST,
    url: str = ADDRESS,
    ledger: LedgerOption = None,
) -> None:
    """Read downloads from ModelScope's Open API: of owners, or of the most downloaded models.

    Parameters
    ----------
    owner
        Only the models of this owner; repeated.
    top
        So many models of a list, the most downloaded; the API gives 3,000 at most.
    url
        Address of the API.
    """
    if not 0 < top <= MOST:
        raise InputError(f"{top:,} models", where="--top", remedy=f"give a number from 1 to {MOST:,}")
    target = ledger_to_write(ledger)
    with _Folder(target, "modelscope") as folder:
        for one in owner or [""]:
            with notes.status(f"asking for {one or 'the most downloaded'}"):
                path, total = fetch_models(url, one, top, folder)
            if total > top:
                say(f"{total:,} models, of which the API gives the first {top:,}")
            name = f"modelscope-{one}" if one else f"modelscope-top-{top}"
            _take(target, path, ImportOptions(source="modelscope", name=name, date=_today()), "modelscope")


def publisher(organization: str, /, *, file: Path | None = None, ledger: LedgerOption = None) -> None:
    """Read the daily downloads of one's own repositories from the Hub's Publisher Analytics, with the login.

    Parameters
    ----------
    organization
        The organization on the Hub, whose plan has Publisher Analytics.
    file
        The CSV as it was exported, instead of fetching it.
    """
    target = ledger_to_write(ledger)
    with _Folder(target, "publisher") as folder:
        path = file or _breakdown(organization, folder / "breakdown.csv")
        options = ImportOptions(source="publisher_analytics", name=f"publisher-{organization}")
        _take(target, path, options, "publisher")


def file(
    place: str,
    /,
    *,
    source: str,
    name: str = "",
    date: str = "",
    map: Annotated[list[str] | None, Parameter(name="--map", negative="")] = None,
    scope: str = "",
    channel: str = "",
    terms: Annotated[list[str] | None, Parameter(name="--terms", negative="")] = None,
    ledger: LedgerOption = None,
) -> None:
    """Fetch a file from an address and import it: lists of tokens, scores, tracked repositories, tables.

    Parameters
    ----------
    place
        An address (https://...) or a file; CSV, TSV, JSON, NDJSON, Parquet, HTML; plain, .gz or .zst.
    source
        The source that reads it, such as openrouter, quality, tracked_list, tables.
    name
        Name of the series (default: the file's name).
    date
        Day of the rows (default, for a source that needs one: today).
    map
        TARGET=COLUMN, repeated.
    scope
        What the totals of a reported series count over.
    channel
        Channel of the series (default: the source's own).
    terms
        license=..., citation=..., repeated (default: the source's, with the address).
    """
    target = ledger_to_write(ledger)
    stated = named_values(terms, "--terms")
    if "://" in place:
        known = sources()[source].terms.citation if source in sources() else ""
        address = urlsplit(place)
        shown = f"{address.scheme}://{address.hostname}{address.path}"  # what stands behind it may be a secret
        stated = {"citation": f"{known}; fetched from {shown}" if known else shown} | stated
    if not date and source in ("quality", "tracked_list", "ollama_page", "modelscope"):
        date = _today()
    options = ImportOptions(
        source=source,
        name=name,
        date=date,
        map=named_values(map, "--map"),
        scope=scope,
        channel=channel,
        terms=stated,
    )
    with _Folder(target, "file") as folder:
        if "://" in place:
            with notes.status(f"fetching {place}"):
                path = fetch(place, folder / (Path(urlsplit(place).path).name or "file"))
        else:
            path = Path(place)
        _take(target, path, options, name or path.name)


def _take(target: Ledger, path: Path, options: ImportOptions, what: str) -> None:
    """Import the file, and report where it says what an earlier one said, or much less."""
    name = options.name or path.name.split(".")[0]
    before = [m for m in target.manifests() if (m.source, m.name) == (options.source, name)]
    manifest, new = import_batch(target, [path], options)
    if not before or not new:
        return
    last = max(before, key=lambda m: m.committed_at)
    problems = []
    same = [m for m in before if m.inputs[0].digest == manifest.inputs[0].digest and _day(m) != _day(manifest)]
    if same:
        problems.append(f"{what} is stale: the same bytes as on {_day(same[-1])}")
    counts = [m.rows.get("observations", 0) + m.rows.get("scores", 0) for m in (last, manifest)]
    if options.source != "publisher_analytics" and counts[1] < FEWER * counts[0]:
        problems.append(f"{what} lists {counts[1]:,} where it listed {counts[0]:,} before")
    for problem in problems:
        say(f"modelcensus: {problem}; what was read is in the ledger")
    if problems:
        sys.exit(1)


def _day(manifest: Manifest) -> str:
    """The day that a batch is of; a table of scores has the one that was given."""
    return str(manifest.last_day or manifest.options.get("date", ""))


def _breakdown(organization: str, path: Path) -> Path:
    try:
        from huggingface_hub import constants, get_token
    except ImportError as error:
        raise InputError(
            "the Hub's client is not installed",
            where="modelcensus collect publisher",
            remedy="install the extra: pip install 'modelcensus[hub]'",
        ) from error
    token = get_token()
    if not token:
        raise InputError(
            "no login",
            where="modelcensus collect publisher",
            remedy="run `hf auth login`, or give the CSV with --file",
        )
    url = BREAKDOWN.format(endpoint=constants.ENDPOINT.rstrip("/"), organization=organization)
    with notes.status("fetching the breakdown"):
        return fetch(url, path, headers={"Authorization": f"Bearer {token}"})


class _Folder:
    """A folder for what is fetched, which goes when it has been read."""

    def __init__(self, target: Ledger, name: str) -> None:
        self._path = target.root / "collecting" / name

    def __enter__(self) -> Path:
        self._path.mkdir(parents=True, exist_ok=True)
        return self._path

    def __exit__(self, *error: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)


def _today() -> str:
    return str(datetime.now(UTC).date())
