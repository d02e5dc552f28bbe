"""Somebody's region file as a grouping: what it says holds, what it does not say is by country, a rerun changes nothing."""

import csv

import pytest
import yaml

from commands import run_here
from ledgers import catalog_of, fact
from modelcensus.catalog import explain_repository, load_knowledge


@pytest.fixture
def regions(tmp_path):
    """Write a file, and read it into a ledger's knowledge; what was said."""

    def run(text: str, *options: str, name: str = "theirs.csv", status: int = 0) -> str:
        (tmp_path / name).write_text(text)
        got, said = run_here("catalog", "regions", tmp_path / name, "--ledger", tmp_path / "ledger", *options)
        assert got == status, said
        return said

    return run


def region_of(tmp_path, *repositories: str) -> dict[str, tuple[str, str]]:
    """Region and country of repositories under the ledger's knowledge."""
    knowledge = load_knowledge([tmp_path / "ledger" / "knowledge"])
    rows = catalog_of([fact(r) for r in repositories], knowledge).rows(
        "select repository, region, country from catalog"
    )
    return {r["repository"]: (r["region"], r["country"]) for r in rows}


def test_the_file_decides_and_the_others_stay_where_they_were(regions, tmp_path):
    said = regions("hf_org,region,notes\nQwen,atlantis,\nnobody-knows-them,eu,\ngoogle,unknown,\n", "--use")
    assert "Qwen: atlantis, and china in atom" in said and "only their region is known: nobody-knows-them" in said
    assert "line 4: no region of google" in said
    found = region_of(
        tmp_path, "Qwen/Qwen3-8B", "qwen/x", "nobody-knows-them/y", "google/gemma-3-4b-it", "mistralai/z"
    )
    assert found == {
        "Qwen/Qwen3-8B": ("atlantis", "CN"),
        "qwen/x": ("atlantis", "CN"),
        "nobody-knows-them/y": ("eu", "unreviewed"),
        "google/gemma-3-4b-it": ("us", "US"),
        "mistralai/z": ("eu", "FR"),
    }


def test_a_file_is_used_only_when_that_is_said_and_one_at_a_time(regions, tmp_path):
    assert "not in use" in regions("org,region\nQwen,one\n", name="a.csv")
    assert region_of(tmp_path, "Qwen/x")["Qwen/x"][0] == "china"
    regions("org,region\nQwen,two\nnobody-knows-them,two\n", "--use", name="z.csv")
    knowledge = load_knowledge([tmp_path / "ledger" / "knowledge"])
    engine = catalog_of([fact("nobody-knows-them/y")], knowledge)
    shown = {e.field: e for e in explain_repository(engine, knowledge, "nobody-knows-them/y")}
    assert shown["region"].value == "two" and "z.csv" in shown["region"].why
    regions("org,region\nQwen,one\n", "--use", name="a.csv")
    assert region_of(tmp_path, "Qwen/x")["Qwen/x"][0] == "one"


def test_a_rerun_changes_nothing_and_a_new_file_takes_the_place(regions, tmp_path):
    regions("org,region\nQwen,one\n", "--use")
    (written,) = (tmp_path / "ledger" / "knowledge").iterdir()
    before = written.read_bytes()
    assert "is as it was" in regions("org,region\nQwen,one\n") and written.read_bytes() == before
    regions("org,region\nQwen,two\n")
    content = yaml.safe_load(written.read_text())
    assert content["default"] == "theirs" and content["groupings"]["theirs"]["namespaces"] == {"two": ["Qwen"]}


def test_rows_that_cannot_be_taken_are_told_with_their_line(regions):
    said = regions("org,region\nQwen,one\na/b,one\n,one\nQWEN,two\n")
    for told in ("line 3: a/b is no namespace", "line 4: (empty)", "line 5: QWEN again", "3 rows set aside"):
        assert told in said


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ("a,b\n1,2\n", (), "no column 'of organizations'"),
        ("org,region\n,\n", (), "no usable row"),
        ("org,region\nQwen,x\n", ("--map", "family=org"), "cannot be mapped"),
        ("org,region\nQwen,x\n", ("--name", "../x"), "is no name"),
    ],
)
def test_what_is_no_region_file_is_refused_and_nothing_is_written(regions, tmp_path, text, options, told):
    assert told in regions(text, *options, status=1)
    assert not (tmp_path / "ledger").exists()


def test_the_atom_projects_file(real_data, tmp_path):
    path = real_data("tracked-models/organization_regions.csv")
    status, said = run_here("catalog", "regions", path, "--name", "theirs", "--use", "--ledger", tmp_path / "ledger")
    assert status == 0 and "ai21labs: us, and other in atom" in said
    stated = {r["hf_org"]: r["region"] for r in csv.DictReader(path.open()) if r["region"] != "unknown"}
    found = region_of(tmp_path, *(f"{o}/x" for o in stated))
    assert {o: found[f"{o}/x"][0] for o in stated} == stated
