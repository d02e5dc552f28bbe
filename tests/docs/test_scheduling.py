"""The recipes of docs/scheduling.md: units that systemd takes, a workflow that says what it must."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scheduling.md"
FILES = dict(re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGE.read_text(), re.DOTALL | re.MULTILINE))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    units = {name: text for name, text in FILES.items() if name.endswith((".service", ".timer"))}
    assert set(units) == {"census.service", "census.timer", "census-failed@.service"}
    for name, text in units.items():
        there = text.replace("/usr/local/bin/modelcensus", "/bin/true")  # it looks for the program
        (tmp_path / name).write_text(there)
    named = [str(tmp_path / n.replace("@.", "@one.")) for n in units]
    shutil.copy(tmp_path / "census-failed@.service", tmp_path / "census-failed@one.service")
    done = subprocess.run(
        ["systemd-analyze", "verify", *named], capture_output=True, text=True, timeout=60, check=False
    )
    said = [line for line in done.stderr.splitlines() if "census" in line]
    assert done.returncode == 0 and not said, done.stderr


def test_the_timer_is_of_the_service_that_is_there() -> None:
    failed = re.search(r"^OnFailure=(\S+)@%n\.service$", FILES["census.service"], re.MULTILINE)
    assert failed and f"{failed[1]}@.service" in FILES and "census.timer" in FILES


def test_the_workflow_keeps_what_was_understood_and_manifests_last() -> None:
    workflow = yaml.safe_load(FILES[".github/workflows/census.yml"])
    steps = workflow["jobs"]["collect"]["steps"]
    runs = [s.get("run", "") for s in steps]
    collect = next(i for i, r in enumerate(runs) if r.startswith("modelcensus collect"))
    keep = next(i for i, r in enumerate(runs) if "manifests/**" in r)
    assert collect < keep and steps[keep]["if"] == "always()"
    first, last = runs[keep].strip().splitlines()
    assert '--exclude "manifests/**"' in first and last.startswith("rclone copy ledger/manifests")
    for run in (r for r in runs if r):
        done = subprocess.run(["bash", "-n", "-c", run], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode == 0, done.stderr
