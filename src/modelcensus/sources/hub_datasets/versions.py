"""What states of a dump there are: one per commit, per dated folder, or per day of a month's file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from modelcensus.sources.hub_datasets.known import DumpDataset
from modelcensus.vocabulary import InputError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

ASKED = 100
"""Paths that are asked for in one request."""


@dataclass(frozen=True)
class Version:
    """One state of a dump: the file, by revision and path, and between which days it was read.

    `digest` is the SHA-256 that the Hub states (empty: none); `only` is the day of a file of several that is meant.
    """

    earliest: date
    latest: date
    revision: str
    path: str
    bytes: int
    digest: str
    only: date | None = None

    @property
    def day(self) -> str:
        """When it was read, as `--date` writes it."""
        return str(self.latest) if self.earliest == self.latest else f"{self.earliest}..{self.latest}"


class GoneError(InputError):
    """A data set, or its file, is no longer there."""


class States:
    """The states of one data set; sizes and digests are asked for when they are needed."""

    def __init__(self, api: "HfApi", dataset: DumpDataset) -> None:
        self.api, self.dataset = api, dataset

    def days(self) -> list[tuple[date, str]]:
        """The latest day of every state and its revision or path, oldest first; one per day, the last."""
        found = {"commits": self._commits, "folders": self._files, "months": self._months}[self.dataset.history]()
        if not found:
            raise GoneError(
                f"{self.dataset.repository} holds no {self.dataset.file}",
                where=self.dataset.name,
                remedy="look at the data set's page, or take another with --dataset",
            )
        return sorted(found.items())

    def versions(self, chosen: Sequence[tuple[date, str]]) -> Iterator[Version]:
        """The chosen states, with sizes and digests."""
        if self.dataset.history == "commits":
            for day, revision in chosen:
                yield from self._described(revision, [self.dataset.file], {self.dataset.file: (day, day, None)})
            return
        spans: dict[str, list[tuple[date, date, date | None]]] = {}
        for day, path in chosen:
            only = day if self.dataset.history == "months" else None
            spans.setdefault(path, []).append((day - timedelta(self.dataset.days), day, only))
        paths = list(spans)
        for at in range(0, len(paths), ASKED):
            part = {f.path: f for f in self._info("main", paths[at : at + ASKED])}
            for path in paths[at : at + ASKED]:
                for earliest, latest, only in spans[path]:
                    if path in part:
                        yield self._version("main", part[path], earliest, latest, only)

    def _described(self, revision: str, paths: list[str], spans: dict) -> Iterator[Version]:
        for found in self._info(revision, paths):
            if found.path in spans:  # what nobody asked for is no state
                yield self._version(revision, found, *spans[found.path])

    def _version(self, revision: str, found, earliest: date, latest: date, only: date | None) -> Version:
        digest = found.lfs.sha256 if found.lfs else ""
        size = found.lfs.size if found.lfs else found.size
        return Version(earliest, latest, revision, found.path, size, digest, only)

    def _info(self, revision: str, paths: list[str]) -> list:
        with said_of(self.dataset):
            found = self.api.get_paths_info(self.dataset.repository, paths, revision=revision, repo_type="dataset")
        return [f for f in found if hasattr(f, "size")]

    def _commits(self) -> dict[date, str]:
        with said_of(self.dataset):
            commits = self.api.list_repo_commits(self.dataset.repository, repo_type="dataset")
        newest_first = sorted(commits, key=lambda c: c.created_at, reverse=True)
        found: dict[date, str] = {}
        for commit in newest_first:
            found.setdefault(commit.created_at.date(), commit.commit_id)
        return found

    def _files(self) -> dict[date, str]:
        found = {}
        for path in self._tree():
            day = path.removeprefix(f"{self.dataset.folder}/").partition("/")[0]
            if path.endswith(f"/{self.dataset.file}") and _day(day):
                found[date.fromisoformat(day) + timedelta(self.dataset.days)] = path
        return found

    def _months(self) -> dict[date, str]:
        found = {}
        for path in self._tree():
            month = path.removeprefix(f"{self.dataset.folder}/").removesuffix(".parquet")
            if first := _day(f"{month}-01"):
                following = (first.replace(day=28) + timedelta(4)).replace(day=1)
                for number in range((following - first).days):
                    day = first + timedelta(number)
                    if day >= self.dataset.since:
                        found[day] = path
        return found

    def _tree(self) -> list[str]:
        with said_of(self.dataset):
            tree = self.api.list_repo_tree(
                self.dataset.repository, self.dataset.folder, recursive=True, repo_type="dataset"
            )
            return [entry.path for entry in tree]


class said_of:  # noqa: N801  (used as a statement)
    """Errors of the Hub, said as what they mean for a data set."""

    def __init__(self, dataset: DumpDataset) -> None:
        self._dataset = dataset

    def __enter__(self) -> None:
        return

    def __exit__(self, kind, error, trace) -> None:
        from huggingface_hub.errors import (
            EntryNotFoundError,
            HfHubHTTPError,
            OfflineModeIsEnabled,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )

        repository = self._dataset.repository
        answered = getattr(getattr(error, "response", None), "status_code", None)
        absent = isinstance(error, RepositoryNotFoundError | RevisionNotFoundError | EntryNotFoundError)
        if absent or answered in (401, 403, 404):
            raise GoneError(
                f"{repository} is not there, private or gated",
                where=self._dataset.name,
                remedy="look at the data set's page, log in with `hf auth login`, or take another with --dataset",
            ) from error
        if isinstance(error, HfHubHTTPError):
            raise InputError(
                f"{repository}: the Hub answered {answered or 'nothing'}",
                where=self._dataset.name,
                remedy="run the same command again later; what was read is in the ledger",
            ) from error
        if isinstance(error, OfflineModeIsEnabled) or (
            error and type(error).__module__.startswith(("httpx", "httpcore"))
        ):
            raise InputError(
                f"{repository}: the Hub cannot be reached ({' '.join(str(error).split())[:120] or type(error).__name__})",
                where=self._dataset.name,
                remedy="check the network and run the same command again; what was read is in the ledger",
            ) from error
        if isinstance(error, ValueError | LookupError | TypeError | AttributeError | OverflowError | RecursionError):
            raise InputError(
                f"{repository}: an answer that its client cannot read ({type(error).__name__})",
                where=self._dataset.name,
                remedy="run the same command again later; else look for a newer huggingface_hub",
            ) from error


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year < date.max.year else None  # a name that is a day by chance; days are added to it
