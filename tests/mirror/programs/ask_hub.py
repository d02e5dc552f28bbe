"""`python ask_hub.py '[["file", "namespace/name", "COMMIT"], ...]'`: do these things with whatever huggingface_hub is here.

The endpoint is that of HF_ENDPOINT. A thing is done into an empty cache; `...-again` twice, the second time from a warm one.
"""

import json
import sys
from collections.abc import Callable


def main() -> None:
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download

    def missing(repository: str) -> None:
        try:
            hf_hub_download(repository, "nothing.json")
        except Exception as error:  # each generation has its own
            if "404" not in str(error) and "401" not in str(error) and "NotFound" not in type(error).__name__:
                raise

    does: dict[str, Callable[[str, str], object]] = {
        "file": lambda repository, commit: hf_hub_download(repository, "config.json"),
        "commit": lambda repository, commit: hf_hub_download(repository, "config.json", revision=commit),
        "snapshot": lambda repository, commit: snapshot_download(repository),
        "weights": lambda repository, commit: hf_hub_download(repository, "model.safetensors"),
        "nested": lambda repository, commit: hf_hub_download(repository, "onnx/config.json"),
        "missing": lambda repository, commit: missing(repository),
        "info": lambda repository, commit: HfApi().model_info(repository),
        "tree": lambda repository, commit: list(HfApi().list_repo_tree(repository, recursive=True)),
    }
    for what, repository, commit in json.loads(sys.argv[1]):
        action, _, again = what.partition("-")
        for _ in range(2 if again else 1):
            does[action](repository, commit)


if __name__ == "__main__":
    main()
