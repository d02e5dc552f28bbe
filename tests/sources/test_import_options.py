"""Recipes and files of dates: the same import as by options, and one clear error for a wrong one."""

import pytest

from modelcensus.sources import ImportOptions, read_batch, read_dates, read_recipe
from modelcensus.vocabulary import InputError


def test_recipe_is_the_same_import_as_its_options(tmp_path):
    (tmp_path / "t.csv").write_text("model,n,v\na/x,1,0.9\na/y,unknown,1.0\n")
    (tmp_path / "r.yml").write_text(
        "files: [t.csv]\nsource: tables\nname: series\nmap: {repo: model, rolling_30d: n, batch: v}\n"
        "missing: [unknown]\ndates:\n  0.9: 2026-05-01\n  1.0: 2026-05-02..2026-05-09\n"
        "terms: {license: MIT, citation: me}\n"
    )
    files, options = read_recipe(tmp_path / "r.yml")
    batch = read_batch(files, options)
    by_hand = read_batch(
        [tmp_path / "t.csv"],
        ImportOptions(
            source="tables", name="series", map={"repo": "model", "rolling_30d": "n", "batch": "v"}, missing=("unknown",),
            dates={"0.9": "2026-05-01", "1.0": "2026-05-02..2026-05-09"}, terms={"license": "MIT", "citation": "me"},
        ),
    )  # fmt: skip
    assert batch.tables["observations"].equals(by_hand.tables["observations"])
    assert (batch.options, batch.terms, batch.name) == (by_hand.options, by_hand.terms, "series")
    assert batch.terms.license == "MIT"


def test_days_and_numbers_of_yaml_are_texts(tmp_path):
    (tmp_path / "r.yml").write_text("source: tables\ndate: 2026-05-01\nname: 2026\nfiles: t.csv\n")
    files, options = read_recipe(tmp_path / "r.yml")
    assert (options.date, options.name, [f.name for f in files]) == ("2026-05-01", "2026", ["t.csv"])


@pytest.mark.parametrize(
    "content", [b"- a list\n", b"", b"source: [", b"source: tables\nmaps: {}\n", b"map: 5\nsource: t\n", b"\xff\xfe\x00", b"files: 5\nsource: tables\n", b"name: x\n"]
)  # fmt: skip
def test_wrong_recipe_is_one_error(tmp_path, content):
    (tmp_path / "r.yml").write_bytes(content)
    with pytest.raises(InputError, match=r"r\.yml") as error:
        read_recipe(tmp_path / "r.yml")
    assert error.value.remedy and "\n" not in str(error.value)


def test_missing_recipe_and_dates(tmp_path):
    with pytest.raises(InputError, match="no such recipe"):
        read_recipe(tmp_path / "none.yml")
    with pytest.raises(InputError, match="no such file"):
        read_dates(tmp_path / "none.csv")


def test_dates_of_csv_and_yaml_are_the_same(tmp_path):
    (tmp_path / "d.csv").write_text("\ufeffv1,2026-05-01\n\n v2 , 2026-10-XX\nv3,2026-05-01..2026-05-09\n")
    (tmp_path / "d.yml").write_text("v1: 2026-05-01\nv2: 2026-10-XX\nv3: 2026-05-01..2026-05-09\n")
    assert read_dates(tmp_path / "d.csv") == read_dates(tmp_path / "d.yml")
    assert read_dates(tmp_path / "d.csv")["v2"] == "2026-10-XX"


@pytest.mark.parametrize(
    ("name", "content"), [("d.csv", b"v1,2026-05-01\nv2 2026-05-02\n"), ("d.csv", b"\xff\xfe\n"), ("d.yml", b"- a\n"), ("d.yml", b"a: [\n")]
)  # fmt: skip
def test_wrong_file_of_dates_is_one_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name) as error:
        read_dates(tmp_path / name)
    assert error.value.remedy
