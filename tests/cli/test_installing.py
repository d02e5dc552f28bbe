"""What an installed program says of itself, and the completion that it gives to a shell."""

import platform
import shutil
import subprocess
from importlib.metadata import version

import pytest

from modelcensus.cli.main import app


def test_version_names_what_computes(run):
    said = dict(line.split(" ") for line in run("--version").stdout.decode().splitlines())
    assert said == {
        **{name: version(name) for name in ("modelcensus", "duckdb", "ibis-framework", "pyarrow")},
        "python": platform.python_version(),
    }


@pytest.fixture(scope="module")
def written(run, tmp_path_factory):
    """A home with start files of its own, into which the command wrote the completion of bash."""
    home = tmp_path_factory.mktemp("shells")
    for name in (".bashrc", ".zshrc"):
        (home / name).write_text("mine\n")
    run("--install-completion", "--shell", "bash", HOME=home, XDG_DATA_HOME=home / "data")
    return home


def test_completion_leaves_start_files_alone(written):
    assert {p.read_text() for p in written.glob(".*rc")} == {"mine\n"}
    assert [p.name for p in written.rglob("*") if p.is_file() and not p.name.endswith("rc")] == ["modelcensus"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_completion_knows_commands_and_options(shell):
    script = app.generate_completion(shell=shell)
    assert "claims" in script and "within" in script and "bibtex" in script


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["cla"], {"claims"}),
        (["claims", "ch"], {"check"}),
        (["measure", "share", "--wi"], {"--within"}),
        (["measure", "share", "--format", "bib"], {"bibtex"}),
    ],
)
def test_bash_completes_commands_options_and_choices(written, typed, expected):
    script = next(p for p in written.rglob("modelcensus") if p.is_file())
    words = ["modelcensus", *typed]
    asked = rf"""
        source {script}
        COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(typed)}
        COMP_LINE="{" ".join(words)}"; COMP_POINT=${{#COMP_LINE}}
        [[ $(complete -p modelcensus) =~ -F\ ([^ ]+) ]]
        ${{BASH_REMATCH[1]}} modelcensus "{words[-1]}" "{words[-2]}"
        printf '%s\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", asked], capture_output=True, text=True, timeout=60)
    assert {w.strip() for w in done.stdout.splitlines()} == expected, done.stderr
