"""The fault campaign: after every fault the ledger says what it says without any; nothing lost, nothing doubled.

`MODELCENSUS_FAULTS=1000` makes as many trials of every kind, `MODELCENSUS_FAULTS_SEED` begins at another seed. A failure
names the kind and the seed: `python -m faults.trials KIND SEED 1 FOLDER` in `tests` repeats that one alone.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faults.trials import KINDS, MOUNTED

TRIALS = int(os.environ.get("MODELCENSUS_FAULTS", "10"))
SEED = int(os.environ.get("MODELCENSUS_FAULTS_SEED", "1"))


def can_mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False
    return done and subprocess.run(["umount", str(folder)], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_or_doubled(kind, tmp_path):
    if kind in MOUNTED and not can_mount(tmp_path):
        pytest.skip("needs the right to mount a small tmpfs: run as root")
    command = [sys.executable, "-m", "faults.trials", kind, str(SEED), str(TRIALS), str(tmp_path)]
    tests = Path(__file__).parents[1]
    done = subprocess.run(command, cwd=tests, capture_output=True, text=True, timeout=120 + 120 * TRIALS)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    print(f"\nfaults: {told}")
    assert told["trials"] == TRIALS and sum(told["steps"].values()) >= TRIALS
