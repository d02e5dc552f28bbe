"""`claims check --text` and `--article`: statements, drafts and verdicts, what was not understood, and wrong input."""

import json
from importlib import import_module

import pytest

from modelcensus.cli.main import main

SENTENCES = "Qwen 3.5 was released in February 2026. Revenue of Alibaba rose 40 %. Qwen has the best models."


@pytest.fixture
def run(monkeypatch, capsys, tmp_path, sample):
    """Run `claims check` in this process, on the opened sample: exit status, output, last line of standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(import_module("modelcensus.cli.claims"), "open_census", lambda *_: sample)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["modelcensus", "claims", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        done = capsys.readouterr()
        return ended.value.code or 0, done.out, (done.err.strip().splitlines() or [""])[-1]

    return run


def test_statements_as_json_with_drafts_and_accounts(run):
    status, out, _ = run("--text", SENTENCES, "--format", "json")
    told = json.loads(out)
    (one,) = told["statements"]
    assert status == 0 and one["text"] == "Qwen 3.5 was released in February 2026."
    assert one["draft"]["compare"] == {"at_least": 1} and one["draft"]["of"] == {"generation": "Qwen3.5"}
    assert one["account"]["as_worded"]["verdict"] == one["account"]["verdict"] == "holds"
    assert [u["reason"] for u in told["not_understood"]] == ["revenue is nothing that downloads count"]
    assert "Qwen 3.5" in told["seen"]["names"] and "February 2026" in told["seen"]["times"]


def test_what_decides_and_what_is_true_under_each_choice(run):
    _, out, _ = run("--text", "In February 2026 Qwen had more than twice the downloads of the next eight combined.")
    assert "Over all readings: depends" in out and "what decides is whom it is compared with" in out
    assert "      fails: 1.7 times (places 2 to 9 of all publishers)" in out.splitlines()


def test_a_draft_is_written_edited_and_checked_as_a_pack(run, tmp_path):
    (tmp_path / "article.txt").write_text(SENTENCES)
    status, out, _ = run(
        "--article", "article.txt", "--title", "A title", "--publisher", "A paper", "--draft", "d.yml"
    )
    assert (
        status == 0
        and "As worded: holds, at least 13 repositories" in out
        and "True: Generation Qwen3.5 released at least 13 repositories" in out
    )
    assert "Not understood, and not tested:\n  Revenue of Alibaba rose 40 %.\n" in out
    draft = (tmp_path / "d.yml").read_text()
    assert "title: A title" in draft and "publisher: A paper" in draft and "at_least: 1}" in draft
    (tmp_path / "d.yml").write_text(draft.replace("at_least: 1}", "below: 1}"))
    status, out, _ = run("d.yml", "--format", "json")
    assert status == 0 and json.loads(out)["claims"][0]["verdict"] == "fails"
    status, _, error = run("--text", SENTENCES, "--draft", "d.yml")
    assert status == 1 and "is there already" in error and "below: 1" in (tmp_path / "d.yml").read_text()


def test_a_text_without_a_statement_says_so_and_what_was_seen(run, tmp_path):
    status, out, _ = run("--text", "Qwen is 50 % better, its makers say.", "--draft", "d.yml")
    assert status == 0 and "No checkable statement was found." in out and not (tmp_path / "d.yml").exists()
    assert "Seen, names: Qwen" in out and "Seen, numbers: 50 %" in out and "Seen, times: none" in out
    status, out, _ = run("--text", "Qwen accounts for half of all downloads.")
    assert status == 0 and "no period is stated: give the day of publication (--date), or write the month" in out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("qwen-2026", "--text", "Qwen"), "the pack 'qwen-2026' and a text together"),
        (("--text", "a", "--article", "b"), "--text and --article together"),
        (("--text", "  "), "the text is empty"),
        (("--date", "2026-01-01"), "--date without a text"),
        (("--draft", "d.yml", "qwen-2026"), "--draft without a text"),
        (("--text", "Qwen", "--date", "yesterday"), "'yesterday' is no day"),
        (("--article", "missing.txt"), "no such file"),
        (("--article", "."), "a folder"),
        (("--article", "page.txt"), "an HTML page"),
        (("--article", "paper.pdf"), "a PDF"),
        (("--article", "picture.png"), "not plain text"),
        (("--article", "empty.txt"), "the text is empty"),
    ],
)
def test_wrong_input_is_one_clear_error(run, tmp_path, arguments, what):
    (tmp_path / "page.txt").write_text("\n<!DOCTYPE html>\n<html><body>Qwen</body></html>")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (tmp_path / "empty.txt").write_text("\n")
    status, out, error = run(*arguments)
    assert status == 1 and out == "" and error.startswith("modelcensus: ") and what in error and ";" in error
