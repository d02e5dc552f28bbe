"""Fetch the Hub's published counting rules, every version that the npm registry offers, and write them by version.

    scripts/uv run --locked --group dev python scripts/hub_rules.py [--created MODELS.parquet] [--work FOLDER]

The rules are the `countDownloads` fields of `MODEL_LIBRARIES_UI_ELEMENTS` in the npm package `@huggingface/tasks`
(MIT). Needs node and npm. `--created` is any table of Hub models with their ids and creation days (`id` or
`model_id`, `createdAt`), for the earliest day on which a version can have been made: its own text names models.
Writes src/modelcensus/counting/rules/hub_rules.json.
"""

import argparse
import json
import re
import subprocess
import tarfile
import tempfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

PACKAGE = "@huggingface/tasks"
NEEDS = "@huggingface/gguf"  # imported by some versions that do not bundle it
TARGET = Path(__file__).parent.parent / "src/modelcensus/counting/rules/hub_rules.json"
ENTRIES = ("dist/esm/index.js", "dist/index.js")
DUMP = """
const all = {};
for (const [version, entry] of JSON.parse(process.argv[1])) {
  const { MODEL_LIBRARIES_UI_ELEMENTS: libraries } = await import(entry);
  all[version] = Object.fromEntries(Object.entries(libraries).map(([k, v]) => [k, v.countDownloads ?? null]));
}
console.log(JSON.stringify(all));
"""
AT_ONCE = 25
NAMED_MODEL = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def main() -> None:
    """Fetch, read, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--created", type=Path, action="append", default=[])
    parser.add_argument("--work", type=Path, default=None, help="keep what is fetched here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        shown = json.loads(_run(["npm", "view", PACKAGE, "time", "--json"], work))
        shown = {k: v[:10] for k, v in shown.items() if k not in ("created", "modified")}
        versions = sorted(shown, key=_order)
        _fetch(versions, work)
        rules = _rules(versions, work)
        named = _not_before(versions, work, _creation_days(given.created))
    not_after = {}
    latest = date.max.isoformat()
    for version in reversed(versions):  # a version is no younger than any that follows it
        latest = min(latest, shown[version])
        not_after[version] = latest
    content = {
        "package": PACKAGE,
        "license": "MIT, see NOTICE",
        "field": "MODEL_LIBRARIES_UI_ELEMENTS[library].countDownloads",
        "versions": [
            {"version": v, "not_before": named[v][0], "not_after": not_after[v], "names": named[v][1]}
            for v in _changed(versions, rules)
        ],
        "libraries": _histories(versions, rules),
    }
    TARGET.write_text(json.dumps(content, indent=1, sort_keys=False) + "\n")
    print(f"{len(versions)} versions, {len(content['versions'])} with other rules than the one before")


def _fetch(versions: list[str], work: Path) -> None:
    missing = [v for v in versions if not (work / v / "package").exists()]
    for start in range(0, len(missing), AT_ONCE):
        names = [f"{PACKAGE}@{v}" for v in missing[start : start + AT_ONCE]]
        for archive in _run(["npm", "pack", "--silent", *names], work).split():
            version = archive.removesuffix(".tgz").rpartition("tasks-")[2]
            with tarfile.open(work / archive) as packed:
                packed.extractall(work / version, filter="data")
            (work / archive).unlink()
    _run(["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", ".", NEEDS], work)


def _rules(versions: list[str], work: Path) -> dict[str, dict[str, Any]]:
    entries = []
    for version in versions:
        found = next(work / version / "package" / e for e in ENTRIES if (work / version / "package" / e).exists())
        entries.append([version, found.resolve().as_uri()])
    dumped = json.loads(_run(["node", "--input-type=module", "-e", DUMP, json.dumps(entries)], work))
    return {v: {k: _plain(rule) for k, rule in sorted(rules.items())} for v, rules in dumped.items()}


def _plain(rule: Any) -> Any:
    return " ".join(rule.split()) if isinstance(rule, str) else rule


def _changed(versions: list[str], rules: dict[str, dict[str, Any]]) -> list[str]:
    return [versions[0], *(b for a, b in pairwise(versions) if rules[a] != rules[b])]


def _histories(versions: list[str], rules: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Per library what it was from which version on; `listed` false where a version no longer lists it."""
    histories: dict[str, list[dict[str, Any]]] = {}
    for library in sorted({name for r in rules.values() for name in r}):
        last: dict[str, Any] | None = None
        for version in _changed(versions, rules):
            now = {"rule": rules[version][library]} if library in rules[version] else {"listed": False}
            if now != last and (last or "rule" in now):
                histories.setdefault(library, []).append({"since": version, **now})
                last = now
    return histories


def _creation_days(tables: list[Path]) -> dict[str, str]:
    days: dict[str, str] = {}
    for path in tables:
        names = pq.read_schema(path).names
        key = "id" if "id" in names else "model_id"
        rows = pq.read_table(path, columns=[key, "createdAt"])
        for model, created in zip(rows[key].to_pylist(), rows["createdAt"].to_pylist(), strict=True):
            if created is not None:
                days[model] = str(created)[:10]
    return days


def _not_before(versions: list[str], work: Path, created: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Per version the newest model that it, or one before it, names, and the day that model was created."""
    found: dict[str, tuple[str, str]] = {}
    newest = ("", "")
    for version in versions:
        for path in sorted((work / version / "package" / "src").rglob("*")):
            if path.suffix in (".ts", ".md"):
                for model in NAMED_MODEL.findall(path.read_text(errors="replace")):
                    newest = max(newest, (created.get(model, ""), model))
        found[version] = newest
    return found


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _run(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
