"""No code names a model, an organization or a date: rename and shift the sample, and the report follows."""

import codecs
import csv
import re
import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import modelcensus
from modelcensus.catalog import load_knowledge
from modelcensus.measures import Census
from modelcensus.publish import write_report
from modelcensus.sample import SAMPLE_FOLDER, build_sample

SHIFT = 17
"""Months that the renamed sample lies later."""


def turned(text: str) -> str:
    """Another name for each name."""
    return codecs.encode(text, "rot13")


def later(text: str) -> str:
    """Every month of a text, shifted."""

    def shift(match: re.Match[str]) -> str:
        months = int(match[1]) * 12 + int(match[2]) - 1 + SHIFT
        return f"{months // 12:04d}-{months % 12 + 1:02d}"

    return re.sub(r"\b(20\d\d)-(\d\d)(?=-|\b)", shift, text)


@pytest.fixture(scope="module")
def words() -> re.Pattern[str]:
    named = sorted({w for f in load_knowledge().families.values() for w in f.names}, key=len, reverse=True)
    return re.compile("|".join(re.escape(w) for w in named), re.IGNORECASE)


def renamed(repository: str, words: re.Pattern[str]) -> str:
    namespace, _, name = repository.partition("/")
    return f"{turned(namespace)}/{words.sub(lambda m: turned(m[0]), name)}"


def renamed_sample(folder: Path, words: re.Pattern[str]) -> Path:
    """The sample's recipes and inputs under other names and later dates."""
    shutil.copytree(SAMPLE_FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for path in folder.glob("*.yml"):
        path.write_text(re.sub(r"(?m)^  ([\d.]+): (.*)$", lambda m: f"  {m[1]}: {_days(m[2])}", path.read_text()))
    for path in folder.glob("*.csv"):
        with path.open() as file:
            rows = list(csv.DictReader(file))
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            for row in rows:
                if "author" in row:
                    row["author"] = turned(row["author"])
                writer.writerow({**row, "month": later(row["month"])})
    path = next(folder.glob("*.parquet"))
    table = pq.read_table(path)
    ids = pa.array([renamed(r, words) for r in table["model_id"].to_pylist()])
    released = pa.array([later(r) if r else r for r in table["model_release"].to_pylist()])
    table = table.set_column(table.column_names.index("model_id"), "model_id", ids)
    table = table.set_column(table.column_names.index("model_release"), "model_release", released)
    pq.write_table(table.drop_columns(["architecture"]), path)
    recipe = folder / "hub-rolling.yml"
    recipe.write_text(recipe.read_text().replace("  architecture: architecture\n", ""))
    return folder


def _days(text: str) -> str:
    """A reading time, shifted; the days of the month are kept within the shortest month."""
    return re.sub(r"-(29|30|31)\b", "-28", later(text))


def renamed_knowledge(folder: Path) -> Path:
    """Our knowledge about the same organizations and families, under their other names."""
    folder.mkdir()
    known = load_knowledge()
    organizations = [
        {
            "namespace": turned(o.namespace),
            "name": turned(o.name),
            "country": o.country,
            "kind": o.kind,
            "role": o.role,
            "former": [turned(f) for f in o.former],
        }
        for o in known.organizations.values()
    ]
    peers = {
        turned(name): {
            "text": "renamed",
            "use": p.use,
            "dimension": p.dimension,
            "members": [turned(m) for m in p.members],
        }
        for name, p in known.peers.items()
    }
    _write(folder / "organizations.yml", {"organizations": organizations})
    _write(folder / "peers.yml", {"peers": peers})
    for i, family in enumerate(known.families.values()):
        _write(
            folder / f"family-{i}.yml",
            {
                "family": turned(family.family),
                "type": family.type,
                "organizations": [turned(o) for o in family.organizations],
                "names": [turned(w) for w in family.names],
            },
        )
    return folder


def _write(path: Path, content: dict) -> None:
    path.write_text(yaml.safe_dump({"version": date(2026, 1, 1), **content}))


def test_report_follows_the_data(tmp_path: Path, words: re.Pattern[str]) -> None:
    ledger = build_sample(renamed_sample(tmp_path / "sample", words), tmp_path / "ledger")
    census = Census(ledger, [renamed_knowledge(tmp_path / "knowledge")])
    page = write_report(census, tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text().replace("\\", "")
    html = page.read_text()
    article = (tmp_path / "report" / "article.md").read_text().replace("\\", "")

    known = load_knowledge()
    original = modelcensus.open()
    rows = original.measure(
        "rank", by="organization", reading={"channel": "reported:modelpulse"}, within="listed"
    ).rows
    gone = {str(r.dimensions["organization"]) for r in rows} | {"Qwen", "Llama", "DeepSeek"}
    for name in gone:
        assert not re.search(rf"\b{re.escape(name)}\b", text), name
        assert not re.search(rf"\b{re.escape(name)}\b", article), name
        assert name not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html), name

    leader = turned(known.organizations["Qwen"].name).split(" (")[0]
    peer = turned(known.organizations["meta-llama"].name).split(" (")[0]
    assert f"{leader} leads. Its share of downloads in " in text and "): 8.7 % of the whole Hub" in text
    assert article.startswith(f"# {leader} leads in downloads of open AI models")
    assert "Are published claims true?" not in text and "Are published claims true?" not in article
    assert f"By month {leader} has been above {peer} since September 2026" in text
    assert "2.4 times the downloads of" in text
    assert "February 2028" in text and "September 2025" not in text.split("## What do the numbers rest on?")[0]
