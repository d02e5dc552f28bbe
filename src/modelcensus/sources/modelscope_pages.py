"""The pages of ModelScope's Open API, as one file of an object per line."""

import json
from pathlib import Path
from urllib.parse import urlencode

from modelcensus.sources.web import fetch
from modelcensus.vocabulary import InputError

ADDRESS = "https://modelscope.cn/openapi/v1/models"
PAGE = 50
MOST = 3000
"""The API gives no more of one list."""


def fetch_models(address: str, owner: str, most: int, folder: Path) -> tuple[Path, int]:
    """Write the models of an owner, or the most downloaded of all; gives the file and how many the API says there are."""
    found: dict[str, dict] = {}
    total, pages = 0, -(-min(most, MOST) // PAGE)
    for number in range(1, pages + 1):
        asked = {"page_number": number, "page_size": PAGE, "sort": "downloads"} | ({"owner": owner} if owner else {})
        url = f"{address}?{urlencode(asked)}"
        models, total = _models(fetch(url, folder / "page.json", most=50_000_000), url)
        for model in models:
            found.setdefault(str(model.get("id") or model.get("model_id") or len(found)), model)
        if len(models) < PAGE:
            break
    (folder / "page.json").unlink(missing_ok=True)
    path = folder / "models.ndjson"
    path.write_text("".join(json.dumps(m, ensure_ascii=False) + "\n" for m in list(found.values())[:most]))
    return path, total


def _models(path: Path, url: str) -> tuple[list[dict], int]:
    try:
        answer = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError("the answer is no JSON", where=url, remedy="run the same command again later") from error
    data = answer.get("data") if isinstance(answer, dict) else None
    models = data.get("models") if isinstance(data, dict) else None
    if not isinstance(models, list) or not isinstance(data, dict):
        raise InputError(
            "the answer has changed: no list data.models", where=url, remedy="nothing was read; see docs/channels.md"
        )
    total = data.get("total_count")
    return [m for m in models if isinstance(m, dict)], total if type(total) is int else 0
