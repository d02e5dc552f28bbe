"""The mirror's traffic, made once for all tests that read its logs, whichever process runs them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from mirror import clients
from mirror.repositories import commit_of, make_repositories
from mirror.servers import Mirror, mirror
from mirror.told import Told, told

QUICK = ("hub 2.4.0", "curl", "wget", "git", "node")
"""Clients that take a few seconds together."""


@dataclass(frozen=True)
class Traffic:
    """What the clients were told, and the logs of the mirror after all of it."""

    told: tuple[Told, ...]
    mirror: Mirror


def made(folder: Path, wanted: tuple[Told, ...]) -> Mirror:
    """Let the clients do all of it at a mirror that is stopped afterwards: its logs are whole then."""
    repositories = make_repositories(folder / "repositories", [t.repository for t in wanted])
    clients.programs({t.client for t in wanted})
    (folder / "clients").mkdir()
    with mirror(folder, repositories) as running:
        clients.run_all(running, repositories, folder / "clients", wanted)
    return running


@pytest.fixture(scope="session", params=["quick", pytest.param("everyone", marks=pytest.mark.slow)])
def traffic(request, tmp_path_factory, worker_id) -> Traffic:
    """The logs after the quick clients, and after every one."""
    wanted = tuple(t for t in told() if request.param == "everyone" or t.client in QUICK)
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / f"mirror-{request.param}"
    with FileLock(f"{folder}.lock"):
        kept = folder / "mirror.json"
        if not kept.is_file():
            folder.mkdir()
            kept.write_text(json.dumps(asdict(made(folder, wanted)), default=str))
    said = json.loads(kept.read_text())
    return Traffic(wanted, Mirror(said["url"], said["olah"], Path(said["folder"])))


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A mirror that runs, the name of its one repository, and its commit."""
    folder, name = tmp_path_factory.mktemp("standing"), "acme/small-1b"
    repositories = make_repositories(folder / "repositories", [name])
    with mirror(folder, repositories) as running:
        yield running, name, commit_of(repositories, name)
