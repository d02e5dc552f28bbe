"""The tutorial as somebody reads it for the first time: a wheel in a new environment, an empty folder, and the page's text alone."""

import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"modelcensus explain (p[0-9a-f]{12})")

pytestmark = pytest.mark.slow


def steps(body: str) -> list[tuple[str, list[str]]]:
    """What is typed into a shell, each with the lines that the page shows of its answer."""
    found: list[tuple[str, list[str]]] = []
    for line in body.replace("\\\n", "").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line.strip() not in ("", "..."):
            found[-1][1].append(" ".join(line.split()))
    return found


def test_the_tutorial_goes_as_it_says(run, built, tmp_path):
    env, folder = tmp_path / "env", tmp_path / "place"
    folder.mkdir()
    run(ROOT / "scripts" / "uv", "venv", "--quiet", "--no-project", "--python", sys.executable, env, cwd=tmp_path)
    wheel = next(built.glob("*.whl"))
    run(ROOT / "scripts" / "uv", "pip", "install", "--quiet", "--python", env, wheel, cwd=tmp_path)
    shell = {
        "PATH": f"{env / 'bin'}:{os.environ['PATH']}", "HOME": str(tmp_path), "COLUMNS": "200",
        "MODELCENSUS_CACHE": str(tmp_path / "cache"),
    }  # fmt: skip
    number, walked = "", 0
    for kind, title, body in BLOCK.findall(PAGE):
        if title:
            (folder / title).write_text(body)
        elif kind == "sh":
            folder = Path(run("bash", "-ec", f"{body}\npwd", cwd=folder, **shell).splitlines()[-1])
        elif kind == "console":
            for command, shown in steps(body):
                said = run("bash", "-c", command.replace("explain ID", f"explain {number}"), cwd=folder, **shell)
                lines = {" ".join(line.split()) for line in said.splitlines()}
                assert not [line for line in shown if line not in lines], f"$ {command}\n{said}"
                number = (NUMBER.findall(said) or [number])[-1]
                walked += 1
        elif kind == "python":
            wanted = re.findall(r"^print\(.*\) +# (.*)$", body, re.MULTILINE)
            said = run(env / "bin" / "python", "-c", body, cwd=folder, **shell)
            assert wanted and said.splitlines()[-len(wanted) :] == wanted
    assert walked == len(re.findall(r"^\$ ", PAGE, re.MULTILINE)) > 8
    assert {p.name for p in folder.iterdir()} == {"counters.csv", "ledger", "claims", "report"}
    page = (folder / "report" / "report.html").read_text()
    assert not re.findall(r'<script(?! type="application/ld)|(?:src|srcset)="(?!data:)(?:https?:)?//', page)
