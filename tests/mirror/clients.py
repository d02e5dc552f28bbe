"""The real clients, each in a process of its own, told what to do."""

import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import environments
from mirror import told
from mirror.repositories import commit_of
from mirror.servers import Mirror, alone
from mirror.told import Told

PROGRAMS = Path(__file__).parent / "programs"
PATIENCE = 300.0


def programs(wanted: Collection[str]) -> dict[str, str]:
    """What runs each of these clients; made, where it is not there, before the servers start."""
    found = {}
    for client in wanted:
        name, _, version = client.partition(" ")
        if name == "hub":
            found[client] = str(environments.python(f"huggingface_hub=={version}") / "python")
        elif name == "transformers":
            both = (f"transformers=={version}", f"huggingface_hub=={told.TRANSFORMERS[version]}")
            found[client] = str(environments.python(*both) / "python")
        else:
            found[client] = environments.program(name)
    if "node" in wanted:
        environments.node(told.HFJS)
    return found


def run_all(mirror: Mirror, repositories: Path, scratch: Path, wanted: Sequence[Told]) -> None:
    """Let every client do what it is told, one after the other."""
    by_client = defaultdict(list)
    for one in wanted:
        by_client[one.client].append(one)
    runs = programs(by_client)
    for client, things in by_client.items():
        home = scratch / client.replace(" ", "-")
        home.mkdir()
        if client.startswith("hub "):
            asked = [[t.what, t.repository, commit_of(repositories, t.repository)] for t in things]
            _run([runs[client], str(PROGRAMS / "ask_hub.py"), json.dumps(asked)], home, mirror)
        elif client.startswith("transformers "):
            for thing in things:
                for _ in range(2):
                    _run([runs[client], str(PROGRAMS / "ask_transformers.py"), thing.repository], home, mirror)
        else:
            for thing in things:
                _tool(client, runs[client], thing, home, mirror)


def _tool(client: str, program: str, thing: Told, home: Path, mirror: Mirror) -> None:
    files = f"{mirror.url}/{thing.repository}/resolve/main"
    if client == "node":
        script = environments.node(told.HFJS) / "ask_hub.mjs"
        shutil.copy(PROGRAMS / script.name, script)
        return _run([program, str(script), mirror.url, thing.repository], home, mirror)
    address = {"file-gguf": f"{files}/weights-Q4_K_M.gguf"}.get(thing.what, f"{files}/config.json")
    if client == "git":
        _run([program, "clone", "--quiet", f"{mirror.url}/{thing.repository}", str(home / "clone")], home, mirror)
        assert (home / "clone" / "config.json").is_file()
    for _ in range(thing.everything):
        if client == "curl":
            options = {"head": ["--head"], "part": ["--range", "10-19"]}.get(thing.what, [])
            _run([program, "--location", "--fail", "--silent", *options, address], home, mirror)
        elif client == "wget":
            _run([program, "--quiet", "--output-document", str(home / "file"), address], home, mirror)
    return None


def _run(command: Sequence[str], home: Path, mirror: Mirror) -> None:
    environment = {**alone(home), "HF_ENDPOINT": mirror.url}
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, f"{' '.join(command[:2])}: {done.stderr[-1500:]}"
