"""`python -m faults.trials KIND SEED COUNT FOLDER`: trials of one kind of fault, each from a seed of its own.

A process of its own, that forks a child per trial, so that a child can be killed or see another clock. Prints what
happened in how many trials, as JSON; the first trial after which an observation is lost, doubled or changed ends it.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import modelcensus.ledger.store as store
from faults.world import batches, undisturbed, values
from killing import die_at
from modelcensus.ledger import Ledger, broken_batches, set_aside
from modelcensus.vocabulary import LedgerError

LONGEST = 600
"""Seconds on the clock after which a step hangs: it takes about one of processor time, on a crowded machine a hundred."""
HANGS = 124


def forked(work: Callable[[], str]) -> tuple[int, str]:
    """The exit status (negative: the signal; `HANGS`) and the answer of work that is done in a child."""
    hung = False

    def end(*_: object) -> None:
        nonlocal hung
        hung = True
        os.kill(child, signal.SIGKILL)

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = work()
            with os.fdopen(writing, "w") as pipe:
                pipe.write(answer)
            os._exit(0)
        except BaseException:
            os.write(writing, traceback.format_exc().encode()[-4000:])
            os._exit(70)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        signal.signal(signal.SIGALRM, end)
        signal.alarm(LONGEST)
        answer = pipe.read().decode()
        _, status = os.waitpid(child, 0)
        signal.alarm(0)
    if hung:  # not taken for a kill that the trial is about
        return HANGS, f"not done after {LONGEST} s"
    return os.waitstatus_to_exitcode(status), answer


def commit_all(root: Path, order: list[int], fatal: int = 0) -> str:
    """Commit batches; dies at the call of that number that touches the disk."""
    if fatal:
        die_at(fatal)
    made = batches()
    for place in order:
        try:
            Ledger(root).commit(made[place])
        except LedgerError as error:
            assert "\n" not in str(error) and error.remedy, error
            return f"refused: {error.what}"
    return "committed"


def check(root: Path, sound: dict) -> str:
    """What is wrong with a ledger in which every batch was committed: nothing, or the first difference."""
    ledger = Ledger(root)
    if found := broken_batches(root):
        return f"broken: {found[0].problems}"
    if len(ledger.manifests()) != len(batches()):
        return f"{len(ledger.manifests())} batches of {len(batches())}"
    told = values(ledger)
    lost, more = [k for k in sound if k not in told], [k for k in told if k not in sound]
    changed = [k for k in sound if k in told and told[k] != sound[k]]
    return (
        "" if not (lost or more or changed) else f"lost {lost[:3]}, doubled or new {more[:3]}, changed {changed[:3]}"
    )


def partly(root: Path, sound: dict) -> str:
    """What is wrong with a ledger after a fault, before anything is done about it: whole batches only."""
    if not (root / "manifests").is_dir():
        return ""
    ledger = Ledger(root)
    if found := broken_batches(root):
        return f"broken: {found[0].problems}"
    values(ledger)
    return ""


def killed(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """kill -9 at any call that touches the disk, up to three times in a row."""
    order = list(range(len(batches())))
    return [lambda f=rng.randrange(1, 160): commit_all(root, order, f) for _ in range(rng.randrange(1, 4))]


def killed_anytime(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """kill -9 at any time."""
    delay = rng.random() * 0.6

    def work() -> str:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if os.fork() == 0:
            return commit_all(root, list(range(len(batches()))))
        time.sleep(delay)
        os.killpg(0, signal.SIGKILL)
        return ""

    def alone() -> str:
        os.setpgid(0, 0)
        return work()

    return [alone]


def full_disk(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """A file system of some ten kilobytes that grows while the same command is repeated."""
    first = rng.randrange(8, 140)
    mount(root, f"size={first}k")

    def grow(size: int) -> Callable[[], str]:
        def work() -> str:
            mount(root, f"remount,size={size}k")
            return commit_all(root, list(range(len(batches()))))

        return work

    return [grow(first), grow(first + rng.randrange(4, 60)), grow(first + rng.randrange(60, 140))]


def read_only(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """A file system that is mounted read-only half way."""
    mount(root, "size=64m")
    cut = rng.randrange(len(batches()))

    def work() -> str:
        commit_all(root, list(range(cut)))
        mount(root, "remount,ro")
        said = commit_all(root, list(range(len(batches()))))
        mount(root, "remount,rw")
        assert said.startswith("refused: cannot be written") or said.startswith("refused: what changed"), said
        return said

    return [work]


def clock_steps(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """A clock that is set back and forth between commits, by seconds to years."""
    steps = [rng.choice((-1, 1)) * 10 ** rng.uniform(0, 8) for _ in batches()]

    def work() -> str:
        for place, step in enumerate(steps):

            class Clock(datetime):
                @classmethod
                def now(cls, tz: object = None, by: float = step) -> datetime:
                    return datetime.now(tz) + timedelta(seconds=by)  # type: ignore[arg-type]

            store.datetime = Clock  # type: ignore[misc]
            said = commit_all(root, [place])
        return said

    return [work]


def two_writers(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """Two writers of the same batches at the same time, from different ends of the independent ones."""
    start = time.time() + 0.05

    def work() -> str:
        order = list(range(len(batches())))
        child = os.fork()
        while time.time() < start:
            time.sleep(0.001)
        time.sleep(rng.random() * 0.05 if child else 0)
        said = commit_all(root, order if child else [6, *order[:6]])
        if child == 0:
            os._exit(0 if said == "committed" else 71)
        _, status = os.waitpid(child, 0)
        assert status == 0 and said == "committed", said
        return said

    return [work]


def corrupted(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """One to three files of a sound ledger, manifests and Parquet, damaged; then what `doctor --repair` does."""

    def work() -> str:
        undisturbed(root)
        files = sorted(p for p in root.rglob("*") if p.suffix in (".json", ".parquet"))
        for path in rng.sample(files, rng.randrange(1, 4)):
            content = bytearray(path.read_bytes())
            place = rng.randrange(len(content))
            kind = rng.choice(("flip", "cut", "zero", "gone", "noise", "grown"))
            if kind == "flip":
                content[place] ^= 1 << rng.randrange(8)
            elif kind == "cut":
                content = content[:place]
            elif kind == "zero":
                content[place : place + 512] = bytes(len(content[place : place + 512]))
            elif kind == "noise":
                content[place : place + 64] = rng.randbytes(64)
            elif kind == "grown":
                content += rng.randbytes(64)
            if kind == "gone":
                path.unlink()
            else:
                path.write_bytes(content)
        before = everything(root)
        set_aside(root)
        after = everything(root)
        assert not before - after, "repair deleted something"
        assert not broken_batches(root) and not set_aside(root)
        return "set aside"

    return [work]


def half_synced(rng: random.Random, root: Path) -> list[Callable[[], str]]:
    """A copy of which any part arrived, of files any part; repaired; then synchronized to the end."""
    share = rng.random()

    def work() -> str:
        whole = root.with_name(f"{root.name}-original")
        undisturbed(whole)
        for path in sorted(whole.rglob("*")):
            target = root / path.relative_to(whole)
            if path.is_file() and rng.random() < share:
                target.parent.mkdir(parents=True, exist_ok=True)
                content = path.read_bytes()
                target.write_bytes(content if rng.random() < 0.9 else content[: rng.randrange(len(content))])
        set_aside(root)
        assert not broken_batches(root)
        if rng.random() < 0.5:
            shutil.copytree(whole, root, dirs_exist_ok=True)
        return "synchronized"

    return [work]


def everything(root: Path) -> Counter:
    return Counter(p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != "note.json")


def mount(root: Path, options: str) -> None:
    """Mount, or mount again with other options; tried again where it is refused for a moment."""
    root.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(root)]
    refused = ""
    for _ in range(20):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode == 0:
            return
        refused = done.stderr
        time.sleep(0.05)
    raise AssertionError(f"{' '.join(command)}: {refused}")


KINDS = {
    f.__name__: f
    for f in (killed, killed_anytime, full_disk, read_only, clock_steps, two_writers, corrupted, half_synced)
}
MOUNTED = ("full_disk", "read_only")


def trial(kind: str, seed: int, root: Path, sound: dict) -> list[str]:
    """One trial; gives what its steps answered, raises AssertionError where anything is lost, doubled or changed."""
    rng, answers = random.Random(seed), []
    try:
        for step in KINDS[kind](rng, root):
            status, answer = forked(step)
            assert status in (0, -signal.SIGKILL), f"{kind}: seed {seed}: exit status {status}: {answer}"
            answers.append("killed" if status else answer.partition(" (")[0])
            wrong = forked(lambda: partly(root, sound))
            assert wrong == (0, ""), f"{kind}: seed {seed}: after a fault: {wrong}"
        if kind in MOUNTED:
            mount(root, "remount,size=64m")
        for work in (lambda: commit_all(root, list(range(len(batches())))), lambda: check(root, sound)):
            status, answer = forked(work)
            assert status == 0 and answer in ("", "committed"), f"{kind}: seed {seed}: at the end: {answer}"
        assert not list(root.rglob(".writing-*")) or "kill" in kind, f"{kind}: seed {seed}: leftovers"
    finally:
        if kind in MOUNTED:
            subprocess.run(["umount", str(root)], check=False, capture_output=True)
    return answers


def main() -> None:
    kind, first, count, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    # in a child: no thread of a database lives where children are made
    status, answer = forked(lambda: json.dumps(values(undisturbed(folder / "sound"))))
    assert status == 0, answer
    sound = json.loads(answer)
    outcomes: Counter[str] = Counter()
    for seed in range(first, first + count):
        root = folder / f"{kind}{seed}"
        outcomes.update(trial(kind, seed, root, sound))
        shutil.rmtree(root, ignore_errors=True)
        shutil.rmtree(root.with_name(f"{root.name}-original"), ignore_errors=True)
    print(json.dumps({"kind": kind, "trials": count, "first seed": first, "steps": outcomes}))


if __name__ == "__main__":
    main()
