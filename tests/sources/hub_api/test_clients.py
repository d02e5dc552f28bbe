"""That the test Hub is faithful: what it sees of each generation of the client is what the recordings hold."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

import environments
from hub import Hub, Repository, Status, World, runs, scaled

ROOT = Path(__file__).parents[3]
RECORDED = ROOT.parent / "shared" / "data" / "recordings" / "requests"
VERSIONS = ("0.36.2", "1.29.0", "2.4.0")
ACTIONS = {
    "list_limit": "list(api.list_models(limit=5, sort='downloads'{direction}))",
    "model_info": "api.model_info('org/m1')",
    "list_expand": "list(api.list_models(author='org', expand=['downloads', 'downloadsAllTime', 'baseModels',"
    " 'childrenModelCount', 'safetensors', 'gguf']))",
    "list_full": "list(api.list_models(filter=['text-generation', 'base_model:finetune:org/m0'], limit=2, full=True, cardData=True))",
    "model_info_expand": "api.model_info('org/m1', expand=['downloads', 'downloadsAllTime', 'createdAt'])",
    "list_rl": "list(api.list_models(limit=2))",
}
OF_ALL = ("list_limit", "model_info")
"""What was recorded of every version; the rest of the newest alone."""
PROGRAM = "import huggingface_hub as h; api = h.HfApi(); {action}; print(h.__version__)"

pytestmark = pytest.mark.slow


def installed(number: str) -> Path:
    """The folder that the packages of a release of the client lie in."""
    return environments.packages(f"huggingface_hub=={number}")


@pytest.fixture(scope="session", params=VERSIONS)
def version(request):
    """A release of the client, and the folder that its packages lie in."""
    return request.param, installed(request.param)


def organization() -> World:
    fields = {
        "downloads": 5,
        "downloadsAllTime": 50,
        "likes": 1,
        "createdAt": "2024-01-01T00:00:00.000Z",
        "tags": ["text-generation"],
    }
    return World([Repository(f"65920080{i:016x}", f"org/m{i}", {**fields, "downloads": 90 - i}) for i in range(7)])


def recorded(name: str) -> list[dict]:
    path = RECORDED / name
    if not path.is_file():
        pytest.skip(f"needs the recording {name}, which the project does not carry")
    return [json.loads(line) for line in path.read_text().splitlines()]


def told(path: str, agent: str | None) -> tuple:
    """A request, with what differs from run to run left out: the cursor's value, and Python's version."""
    return re.sub(r"cursor=[^&]+", "cursor=*", path), re.sub(r"python/[\d.]+|python-httpx2?/[\d.]+", "*", agent or "")


@pytest.mark.parametrize(
    ("number", "action"), [(v, a) for v in VERSIONS for a in (ACTIONS if v == VERSIONS[-1] else OF_ALL)]
)
def test_requests_are_those_that_were_recorded(number, action, environment, tmp_path):
    target = installed(number)
    mode = "rl" if action == "list_rl" else "plain"
    lines = recorded(f"{number}.{mode}.{action}.jsonl")
    limited = Status(429, b'{"error":"rate limited"}', {"RateLimit": '"api";r=0;t=2'})
    faults = (lambda path, n: limited if "models" in path and n < 3 else None) if mode == "rl" else None
    with Hub(organization(), page=3, faults=faults) as hub:
        hub.limits = type(hub.limits)(stated=mode != "rl")
        code = PROGRAM.format(
            action=ACTIONS[action].format(direction=", direction=-1" if number.startswith("0") else "")
        )
        env = {**environment(hub.url), "PYTHONPATH": str(target), "HF_HOME": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-1500:]
        assert done.stdout.split() == [number]
        seen = [
            (s.method, s.status, *told(s.path, s.headers.get("user-agent")), s.headers["_trace"]) for s in hub.seen
        ]
        waits = [b.t - a.t for a, b in pairwise(hub.questions)]
    wanted = [(x["method"], x["status"], *told(x["path"], x["h"].get("user-agent")), x["h"]["_trace"]) for x in lines]
    assert seen == wanted
    if mode == "rl":
        before = [b["t"] - a["t"] for a, b in pairwise(lines[1:])]
        assert all(abs(w - r) < 1 for w, r in zip(waits, before, strict=True))


def test_errors_are_those_that_the_client_knows(version, environment, tmp_path):
    _, target = version
    world = scaled(20)
    for name, why in zip(sorted(r.name for r in world.repositories), ("missing", "gated", "disabled"), strict=False):
        world.remove(name, why)
    names = sorted(r.name for r in world.repositories)[:3]
    code = (
        "import sys, huggingface_hub as h\nfor name in sys.argv[1:]:\n    try:\n        h.HfApi().model_info(name)\n"
        "    except Exception as e: print(type(e).__name__)"
    )
    with Hub(world) as hub:
        env = {**environment(hub.url), "PYTHONPATH": str(target), "HF_HOME": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-c", code, *names], env=env, capture_output=True, text=True, timeout=120
        )
    assert done.stdout.split() == ["RepositoryNotFoundError", "GatedRepoError", "DisabledRepoError"], done.stderr[
        -800:
    ]


def test_the_collector_gives_the_same_ledger_with_each_client_that_it_takes(version, environment, tmp_path):
    number, target = version
    world = scaled(700)
    with Hub(world, page=100, clock=datetime(2026, 11, 20, tzinfo=UTC)) as hub:
        env = environment(hub.url)
        env |= {"PYTHONPATH": f"{target}:{env['PYTHONPATH']}", "HF_HOME": str(tmp_path / "hf")}
        command = [sys.executable, "-m", "hub.runs", hub.url, str(tmp_path / "ledger")]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240)
        if number.startswith("0"):
            assert done.returncode == 1 and "needs huggingface_hub 1.0 or newer" in done.stderr
            return
        assert done.returncode == 0, done.stderr[-1500:]
        assert f"hf_hub/{number}" in hub.questions[0].headers["user-agent"]
    assert runs.observed(tmp_path / "ledger") == runs.expected(world, datetime(2026, 11, 20, tzinfo=UTC).date())
