"""Fetching one file of a data set: whole, with the digest that the Hub stated, going on where a run was cut off."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from modelcensus.engine import file_digest
from modelcensus.sources.hub_datasets.known import DumpDataset
from modelcensus.sources.hub_datasets.versions import Version, said_of
from modelcensus.vocabulary import InputError

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def hub_client(endpoint: str = "") -> "HfApi":
    """The Hub's client, with the user's own login; of another endpoint without it."""
    try:
        from huggingface_hub import HfApi, constants
    except ImportError as error:
        raise InputError(
            "the Hub's client is not installed",
            where="modelcensus collect",
            remedy="install the extra: pip install 'modelcensus[hub]'",
        ) from error
    own = constants.ENDPOINT.rstrip("/")
    return HfApi(endpoint=endpoint or own, token=None if endpoint.rstrip("/") in ("", own) else False)


def fetched(api: "HfApi", dataset: DumpDataset, version: Version, folder: Path) -> Path:
    """The file of a version in `folder`, which holds nothing else afterwards."""
    from huggingface_hub import hf_hub_download

    mine = folder / f"{version.digest or version.revision}"
    for other in folder.iterdir() if folder.is_dir() else ():
        if other != mine:  # of an earlier run that was cut off at another file
            shutil.rmtree(other, ignore_errors=True)
    mine.mkdir(parents=True, exist_ok=True)
    with said_of(dataset):
        path = Path(
            hf_hub_download(
                dataset.repository, version.path, revision=version.revision, repo_type="dataset", local_dir=mine,
                endpoint=api.endpoint, token=api.token,
            )
        )  # fmt: skip
    if version.digest and file_digest(path) != version.digest:
        shutil.rmtree(mine, ignore_errors=True)
        raise InputError(
            "what arrived is not what the Hub states (its SHA-256 differs)",
            where=f"{dataset.repository}/{version.path}",
            remedy="run the same command again",
        )
    return path


def dropped(folder: Path) -> None:
    """Remove what was fetched."""
    shutil.rmtree(folder, ignore_errors=True)
