"""Logs of a real mirror, made by real clients: what is counted is what they were told to do, and what plain Python counts."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import modelcensus
from commands import run_here
from mirror import plain
from mirror.plain import Line
from modelcensus.engine import DuckDBEngine
from modelcensus.ledger import Ledger
from modelcensus.vocabulary import TABLES

READERS = {"nginx-combined": plain.combined, "nginx-json": plain.named, "olah": plain.olah}


def log_of(traffic, form: str) -> Path:
    mirror = traffic.mirror
    return {"nginx-combined": mirror.combined, "nginx-json": mirror.named, "olah": mirror.olah_log}[form]


def reaches(form: str, told) -> tuple[int, int, int]:
    """Requests of query files in a log: (HEAD, GET, GET of a part). Parts never reach olah."""
    return told.head, told.get, 0 if form == "olah" else told.parts


def counted(traffic, form: str, root: Path, *options: str) -> Counter[str]:
    """Downloads by repository, as the command counts them and the ledger then says."""
    status, said = run_here("count", log_of(traffic, form), "--format", form, "--ledger", root, *options)
    assert status == 0, said
    assert " 0 set aside" in said
    rows = modelcensus.open(root).measure(
        "downloads", by=["repository"], reading={"channel": "log:logs"}, period="all"
    ).rows  # fmt: skip
    return Counter({row.dimensions["repository"]: int(row.value) for row in rows if row.value})


def by_told(traffic, form: str, of) -> Counter[str]:
    """Downloads by repository, from what the clients were told alone."""
    found = {t.repository: of(*reaches(form, t)) for t in traffic.told}
    return Counter({name: n for name, n in found.items() if n})


@pytest.mark.parametrize("form", READERS)
def test_every_request_of_a_query_file_counts(traffic, form, tmp_path):
    lines = READERS[form](log_of(traffic, form))
    expected = by_told(traffic, form, lambda head, get, parts: head + get + parts)
    assert plain.counted(lines) == expected
    assert counted(traffic, form, tmp_path) == expected


def test_without_head_what_counts_is_what_was_sent(traffic, tmp_path):
    lines = plain.combined(traffic.mirror.combined)
    expected = by_told(traffic, "nginx-combined", lambda head, get, parts: get + parts)
    assert plain.counted(lines, lambda line: line.method == "GET") == expected
    assert counted(traffic, "nginx-combined", tmp_path, "--policy", "head=off") == expected


def test_a_part_of_a_file_can_be_left_out_where_the_log_names_it(traffic, tmp_path):
    expected = by_told(traffic, "nginx-json", lambda head, get, parts: head + get)
    assert plain.counted(plain.named(traffic.mirror.named), lambda line: not line.part) == expected
    assert counted(traffic, "nginx-json", tmp_path, "--policy", "ranges=whole") == expected


def test_every_line_is_one_of_three(traffic, tmp_path):
    """Requests of files by name, by client; and all lines together."""
    lines = list(plain.combined(traffic.mirror.combined))
    counted(traffic, "nginx-combined", tmp_path)
    ledger, engine = Ledger(tmp_path), DuckDBEngine()
    for table in ("requests", "places", "rests", "agents", "log_files"):
        ledger.read(engine, TABLES[table], [m for m in ledger.manifests() if m.channel == "log:logs"])
    ((read,),) = (tuple(r.values()) for r in engine.rows("select sum(lines) as n from log_files"))
    assert read == len(lines)
    found = engine.rows(
        """select a.client, a.version, a.hub, sum(r.requests) as n
           from requests r join agents a using (batch_id, agent) join places p using (batch_id, place) join rests t using (batch_id, rest)
           where t.route = 'resolve' group by all"""
    )
    program = {"huggingface_hub": "hub"}
    versioned = ("huggingface_hub", "transformers")
    got = Counter(
        {
            f"{program.get(r['client'], r['client'])} {r['version'] if r['client'] in versioned else ''}".strip(): r[
                "n"
            ]
            for r in found
        }
    )
    client = {t.repository: t.client for t in traffic.told}
    assert got == Counter(client[line.file[0]] for line in lines if line.file)


def test_what_each_program_asked_for_reached_the_mirror(traffic):
    """That the test's traffic is what it is taken for: each client spoke, in its own name."""

    def agents(lines: Iterator[Line]) -> set[str]:
        return {line.agent for line in lines}

    seen = " ".join(agents(plain.combined(traffic.mirror.combined)))
    for client in {t.client for t in traffic.told}:
        name, _, version = client.partition(" ")
        assert {"hub": f"hf_hub/{version}", "wget": "Wget/", "node": "node"}.get(name, f"{name}/{version}") in seen
    git = [line for line in plain.combined(traffic.mirror.combined) if line.agent.startswith("git/")]
    assert {line.method for line in git} == {"GET", "POST"} and all(line.status == 200 for line in git)
