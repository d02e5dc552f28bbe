"""The git repositories of the mirror: one for each thing that a client is told to do, so that who asked for what is known."""

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

FILES = {
    "config.json": b'{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}\n',
    "README.md": b"---\nlicense: mit\nlibrary_name: transformers\n---\n# A model of the tests\n",
    "model.safetensors": bytes(range(256)) * 20,
    "onnx/config.json": b"{}\n",
    "weights-Q4_K_M.gguf": b"GGUF" + bytes(2000),
}


def make_repositories(folder: Path, names: Iterable[str]) -> Path:
    """Repositories of one commit in `folder`/models/NAME; those named `...gguf` hold a GGUF file beside the others."""
    for name in names:
        place = folder / "models" / name
        for path, content in FILES.items():
            if path.endswith(".gguf") and not name.endswith("gguf"):
                continue
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["add", "--all"],
            ["commit", "--quiet", "-m", "all"],
        ):
            subprocess.run(["git", "-C", str(place), *command], check=True, env=author())
    return folder


def commit_of(folder: Path, name: str) -> str:
    """The commit that `main` stands at."""
    place = str(folder / "models" / name)
    done = subprocess.run(["git", "-C", place, "rev-parse", "main"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def author() -> dict[str, str]:
    """An environment in which git needs no settings of a user's."""
    said = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "tests"), ("EMAIL", "tests@example.org"))
    }
    return {**os.environ, **said, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
