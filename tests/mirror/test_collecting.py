"""The collector at a mirror that none of us wrote: what it serves is read, and what it does not serve is said, not taken for zeros."""

import pytest

from commands import run_here
from modelcensus.ledger import Ledger
from modelcensus.sources.hub_api import HubClient, Patience

IMPATIENT = Patience(total=0.05, first=0.01, longest=0.02)


@pytest.fixture
def collect(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_TOKEN", raising=False)

    def run(address: str, *options: object) -> tuple[int, str]:
        words = ["--endpoint", address, "--ledger", tmp_path / "ledger", "--patience", "0.001"]
        status, said = run_here("collect", "hub", *words, *options)
        assert not Ledger(tmp_path / "ledger").manifests(), "nothing that a mirror made up is an observation"
        return status, said

    return run


def test_what_a_mirror_serves_the_collectors_client_reads(standing, tmp_path):
    mirror, name, commit = standing
    client = HubClient(mirror.url, tmp_path / "client", anonymous=True, patience=IMPATIENT)
    info = client.get(f"/api/models/{name}/revision/main")
    assert info.status == 200 and commit.encode() in info.body
    tree = client.get(f"/api/models/{name}/tree/{commit}", (("recursive", "true"),))
    assert tree.status == 200 and b"model.safetensors" in tree.body and len(tree.redirects) == 1
    assert client.get(f"/{name}/resolve/main/config.json").body.startswith(b'{"model_type"')
    gone = client.get("/api/models/acme/nothing/revision/main")
    assert (gone.status, gone.error) == (401, "RepoNotFound")


def test_a_mirror_without_a_listing_is_told(standing, collect):
    mirror, *_ = standing
    for address in (mirror.url, mirror.olah):
        status, said = collect(address)
        assert status == 1 and "is not what was asked for" in said and "/api/models" in said


def test_a_mirror_that_knows_no_repository_is_not_believed(standing, collect, tmp_path):
    mirror, name, _ = standing
    (tmp_path / "ids.txt").write_text(f"{name}\n")
    status, said = collect(mirror.olah, "--ids", tmp_path / "ids.txt")
    assert status == 1 and "none of the 1 repositories" in said and mirror.olah in said


def test_a_mirror_that_makes_up_counters_is_not_believed(standing, collect, tmp_path):
    """olah says `downloads: 0` of each repository, and nothing of what was asked for by `expand`."""
    mirror, name, _ = standing
    (tmp_path / "ids.txt").write_text(f"{name}\n")
    status, said = collect(mirror.url, "--ids", tmp_path / "ids.txt")
    assert status == 1 and "no counters" in said and "downloadsAllTime" in said
