"""The pages of docs/ against the program: generated parts, completeness, links, and every example really run."""

import importlib.util
import io
import re
import shlex
import sys
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from modelcensus.catalog import entries, knowledge
from modelcensus.catalog.scopes import COLUMNS
from modelcensus.cli import main as run_command
from modelcensus.cli.options import open_census
from modelcensus.ledger import Manifest, StoredFile
from modelcensus.measures import Census, measures
from modelcensus.measures import registry as measure_registry
from modelcensus.sources import ImportOptions, sources
from modelcensus.sources import registry as source_registry
from modelcensus.sources.tables import TARGETS
from modelcensus.vocabulary import TABLES, Reading

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = {p.relative_to(DOCS).as_posix(): p for p in sorted(DOCS.rglob("*.md"))} | {"README.md": ROOT / "README.md"}
NAMES = list(PAGES)
BLOCK = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
EXPECTED = re.compile(r"^print\(.*\) {2,}# (.*)$", re.MULTILINE)
NUMBER = re.compile(r"modelcensus explain (p[0-9a-f]{12})")
"""The id of a number, as it is printed with it; an example may call the last one ID."""
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|tmp|Users|mnt)/|[a-z]+\.pythonhosted|pypi\.org|npmjs\.")


def open_once(ledger: Path | None, knowledge: list[Path] | None, cache: bool = True) -> Census:
    """The command line's `open_census`, with the sample opened once for all examples (each would take seconds)."""
    if ledger or knowledge or Path("ledger").exists():
        return open_census(ledger, knowledge, cache)
    return opened_sample()


@cache
def opened_sample() -> Census:
    return open_census(None, None)


def read(name: str) -> str:
    return PAGES[name].read_text()


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_tables", ROOT / "scripts" / "docs_tables.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture
def workplace(tmp_path: Path, sample_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run examples in, with no ledger of the developer's and registries that are put back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELCENSUS_CACHE", str(sample_cache))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("MODELCENSUS_LEDGER", raising=False)
    monkeypatch.setattr(importlib.import_module("modelcensus.cli.measure"), "open_census", open_once)
    monkeypatch.setattr(source_registry, "_SOURCES", sources())
    monkeypatch.setattr(measure_registry, "_MEASURES", measures())
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_generated_parts_are_current(name: str) -> None:
    tables = script()
    assert tables.render(read(name)) == read(name), f"{name} is not current; run: {tables.COMMAND}"


def test_every_generated_part_stands_in_a_page() -> None:
    tables = script()
    placed = {part for name in NAMES for _, part, _ in tables.MARKED.findall(read(name))}
    assert placed == set(tables.PARTS)


def documented(name: str, words: set[str]) -> None:
    """All the words stand in code style on a page."""
    code = set(re.findall(r"[\w.<>=-]+", " ".join(re.findall(r"`([^`\n]+)`", read(name)))))
    assert not words - code, f"docs/{name} does not name {sorted(words - code)}"


def test_every_measure_reading_and_source_is_documented() -> None:
    documented("measures.md", {*measures(), *(f.name for f in fields(Reading))})
    documented("sources.md", {*TARGETS})
    for name in sources():
        assert f"## `{name}`" in read("sources.md"), f"docs/sources.md has no section on {name}"
    for name in measures():
        assert f"$ modelcensus measure {name} " in read(f"measures/{name}.md"), f"no example of {name}"


def test_every_command_and_option_is_documented() -> None:
    from modelcensus.cli.main import app

    apart = script().APART
    for name, command in script()._commands(app):
        section = (
            read(next((page for g, page in apart.items() if f"{name} ".startswith(f"{g} ")), "commands.md"))
            .partition(f"## `modelcensus {name}`")[2]
            .partition("\n## ")[0]
        )
        assert section, f"docs/commands.md has no section on {name}"
        for argument in command.assemble_argument_collection():
            positive = set(argument.names) - set(argument.negatives)
            missing = [n for n in positive if f"`{n}`" not in section]
            assert not missing, f"docs/commands.md, {name}: no {missing}"


def test_every_key_of_a_recipe_is_documented() -> None:
    recipe = next(body for kind, title, body in BLOCK.findall(read("sources.md")) if title == "recipe.yml")
    missing = [
        k for k in ("files", *ImportOptions.model_fields) if not re.search(rf"^(?:# )?{k}:", recipe, re.MULTILINE)
    ]
    assert not missing


def test_every_key_of_the_knowledge_is_documented() -> None:
    kinds = {
        entries.Family,
        entries.Generation,
        *(kind for kind, _ in knowledge.LISTED.values()),
        *knowledge.NAMED.values(),
    }
    keys = {field.alias or name for kind in kinds for name, field in kind.model_fields.items()}
    documented("catalog.md", keys | set(COLUMNS))


def test_tables_and_manifest_are_documented() -> None:
    documented("data-model.md", {*TABLES, *Manifest.model_fields, *StoredFile.model_fields})
    documented("catalog-columns.md", {*COLUMNS})


@pytest.mark.parametrize("name", NAMES)
def test_links_resolve(name: str) -> None:
    page = PAGES[name]
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = page.parent / path if path else page
        assert other.exists(), f"{name} links to {target}, which is not there"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", other.read_text(), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in anchors, f"{name} links to {target}; headings there: {sorted(anchors)}"


@pytest.mark.parametrize("name", [n for n in NAMES if n != "README.md"])
def test_pages_are_short_and_name_no_machine(name: str) -> None:
    assert len(read(name).splitlines()) <= 220
    assert not MACHINE.search(read(name)), MACHINE.search(read(name))


SHOWN = re.compile(r"(?<![\w./@-])modelcensus ([a-z]+)(?: ([a-z]+))?([^|#&;>\n]*)")


def test_every_command_that_a_page_shows_is_one_with_its_options() -> None:
    """Also those in blocks that are not run: schedules, services, other machines."""
    from modelcensus.cli.main import app

    commands = dict(script()._commands(app))
    wrong, seen = [], 0
    for name in NAMES:
        for kind, title, body in BLOCK.findall(read(name)):
            if kind not in ("sh", "text", "console", "ini", "yaml") or title.endswith(".log"):
                continue
            for first, second, rest in SHOWN.findall(re.sub(r" *\\\n\s*(?:> )?", " ", body)):
                full = f"{first} {second}" if f"{first} {second}" in commands else first
                if full not in commands:
                    wrong.append((name, full))
                    continue
                known = {n for argument in commands[full].assemble_argument_collection() for n in argument.names}
                wrong += [(name, full, o) for o in re.findall(r"(?<!\S)--[a-z][\w-]*", rest) if o not in known]
                seen += 1
    assert not wrong
    assert seen > 100


@pytest.mark.filterwarnings("ignore:Cyclopts application invoked without tokens")
@pytest.mark.parametrize("name", [n for n in NAMES if re.search(r"^```(?:console|python)", read(n), re.MULTILINE)])
def test_examples_run(name: str, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page, in order, in one empty folder: titled blocks are files, the others are run."""
    namespace: dict[str, object] = {"__name__": f"docs_{Path(name).stem}"}
    number = ""
    for kind, title, body in BLOCK.findall(read(name)):
        if title:
            (workplace / title).parent.mkdir(parents=True, exist_ok=True)
            (workplace / title).write_text(body)
        elif kind == "console":
            for command, expected in commands_of(body):
                said = check(command.replace("explain ID", f"explain {number}"), expected, monkeypatch)
                number = (NUMBER.findall(said) or [number])[-1]
        elif kind == "python":
            printed = lines_of(run_python(body, namespace, monkeypatch).splitlines())
            if EXPECTED.search(body):
                assert printed == lines_of(EXPECTED.findall(body))


def commands_of(body: str) -> list[tuple[str, list[str]]]:
    """Commands of a console block that start with `$ modelcensus`, each with the output lines that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in re.sub(r" *\\\n\s*(?:> )?", " ", body).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and line.strip() and line.strip() != "...":
            found[-1][1].append(line)
    return [(c, e) for c, e in found if c.split()[0] == "modelcensus"]


def check(command: str, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a command of an example and compare what it prints with the lines below it; returns all that it prints."""
    words = shlex.split(command, comments=True)
    sink = None
    if ">" in words:
        sink = Path(words[words.index(">") + 1])
        words = words[: words.index(">")]
    status, out, err = run(words, monkeypatch)
    assert status == 0, f"$ {command}\n{err}"
    if sink:
        sink.write_bytes(out)
        return ""
    printed = lines_of((out.decode(errors="replace") + "\n" + err).splitlines())
    missing = [line for line in lines_of(expected) if line not in printed]
    assert not missing, f"$ {command}\nnot in the output: {missing}\n" + "\n".join(printed[:40])
    return " ".join(printed)


def run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, bytes, str]:
    """A command in this process: exit status, standard output, standard error."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", words)
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            run_command()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    out.flush()
    return status, out.buffer.getvalue(), err.getvalue()  # type: ignore[attr-defined]


def run_python(body: str, namespace: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> str:
    out = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        exec(compile(body, "<docs>", "exec"), namespace)
    return out.getvalue()


def lines_of(lines: list[str]) -> list[str]:
    """Lines with their white space made even."""
    return [" ".join(line.split()) for line in lines if line.strip()]
