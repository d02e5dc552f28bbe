"""Dated lists of ids."""

from datetime import date


def test_ids_once_each_and_the_others_set_aside(take, take_paths, tmp_path):
    outcome = take(
        "org,model,modelId\nA,x,a/x\nA,y,a/y\nA,x,a/x\nA,z,noslash\nA,,\nB,u, b/u \n",
        source="tracked_list",
        date="2026-08-17",
    )
    rows = outcome.rows("lists")
    assert [r["repository"] for r in rows] == ["a/x", "a/y", "b/u"]
    assert {(r["list"], r["listed_on"]) for r in rows} == {("tracked", date(2026, 8, 17))}
    assert outcome.lines == [4, 5, 6]
    assert outcome.batch and outcome.batch.name == "tracked@2026-08-17"
    assert "ids from column 'modelId'" in outcome.batch.took


def test_named_list_with_its_own_column(take):
    outcome = take("ref\na/x\n", source="tracked_list", date="2026-08-17", name="mine", map={"repo": "ref"})
    assert outcome.batch and outcome.batch.name == "mine@2026-08-17"


def test_list_of_several_files_holds_an_id_once(take_paths, tmp_path):
    (tmp_path / "one.csv").write_text("id\na/x\na/y\n")
    (tmp_path / "two.csv").write_text("id\na/y\na/z\n")
    outcome = take_paths([tmp_path / "one.csv", tmp_path / "two.csv"], source="tracked_list", date="2026-08-17")
    assert [r["repository"] for r in outcome.rows("lists")] == ["a/x", "a/y", "a/z"]
    assert outcome.aside == [(2, "the same id again")]


def test_what_is_no_list(take):
    assert "a list needs its date" in take("id\na/x\n", source="tracked_list").error
    assert "'August' is no day" in take("id\na/x\n", source="tracked_list", date="August").error
    assert "no column" in take("model\na/x\n", source="tracked_list", date="2026-08-17").error
    assert "no usable id" in take("id\nx\n", source="tracked_list", date="2026-08-17").error
