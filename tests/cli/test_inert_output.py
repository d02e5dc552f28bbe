"""Names that try to steer a terminal, or a program that reads what a command prints, are only text."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from hostile import TURNED
from ledgers import batch_of, fact, ledger_of, observation, published

STEERS = "\x1b]0;owned\x07\x1b[31mred"
MODELS = (f"acme/{STEERS}", f"{STEERS}/model", f"acme/{TURNED}", "acme/plain-7b")
CONTROLS = {"\x1b", "\x07", TURNED[0]}
READ = ("--by", "repository", "--by", "day", "--reading", "counter=rolling_30d")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("steering")
    read = [
        observation(m, "rolling_30d", 1_000 * (i + 1) + on, on) for i, m in enumerate(MODELS) for on in (40, 80, 120)
    ]
    known = [
        fact(m, 120, date(2026, 1, 2), library=STEERS, license=STEERS, pipeline_tag="text-generation") for m in MODELS
    ]
    told = [published(o, date(2026, m, 1), 9_000 * m, True) for m in (1, 2, 3) for o in (STEERS, TURNED, "Qwen")]
    ledger_of(
        root,
        batch_of(f"series {STEERS}", "hub", observations=read, facts=known),
        batch_of("pulse", "reported:pulse", reported=told),
    )
    return root


@pytest.mark.parametrize(
    "arguments",
    [
        ("measure", "downloads", *READ),
        ("measure", "downloads", *READ, "--format", "csv"),
        ("measure", "downloads", *READ, "--format", "json"),
        ("measure", "share", "--by", "organization", "--by", "month", "--reading", "channel=reported:pulse"),
        ("launch", "acme/plain-7b"),
        ("sql", "select repository, library from catalog"),
        ("catalog", "show", MODELS[0]),
        ("doctor",),
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_nothing_that_steers_is_printed(run, ledger: Path, arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--ledger", ledger, status=STATUS.get(arguments[0], 0))
    for said in (done.stdout.decode(), done.stderr.decode()):
        assert not CONTROLS & set(said), said


STATUS = {"doctor": 1}


def test_the_names_are_there_and_data_have_them_as_they_are(run, ledger: Path) -> None:
    asked = ("measure", "downloads", *READ, "--ledger", ledger)
    rows = json.loads(run(*asked, "--format", "json").stdout)["rows"]
    assert {r["repository"] for r in rows} == set(MODELS)
    cells = {r["repository"] for r in csv.DictReader(io.StringIO(run(*asked, "--format", "csv").stdout.decode()))}
    assert "acme/[U+001B]]0;owned[U+0007][U+001B][31mred" in cells
    table = run(*asked).stdout.decode()
    assert r"\x1b]0;owned\x07\x1b[31mred" in table and "acme/plain-7b" in table
