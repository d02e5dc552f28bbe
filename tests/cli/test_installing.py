"""What an installed program says of itself, and the completion that it gives to a shell."""

import platform
import shutil
import subprocess
from importlib.metadata import version

import pytest


def test_version_names_what_computes(run):
    said = dict(line.split(" ") for line in run("--version").stdout.decode().splitlines())
    assert said == {
        **{name: version(name) for name in ("modelcensus", "duckdb", "ibis-framework", "pyarrow")},
        "python": platform.python_version(),
    }


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_written_where_asked_and_start_files_are_left_alone(run, tmp_path, shell):
    for name in (".bashrc", ".zshrc"):
        (tmp_path / name).write_text("mine\n")
    target = tmp_path / "completions" / "modelcensus"
    run("--install-completion", "--shell", shell, "--output", target, HOME=tmp_path)
    assert "claims" in target.read_text() and "--within" in target.read_text()
    assert {p.read_text() for p in tmp_path.glob(".*rc")} == {"mine\n"}


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
def test_bash_completes_commands_options_and_choices(run, tmp_path, typed, expected):
    script = tmp_path / "modelcensus"
    run("--install-completion", "--shell", "bash", "--output", script)
    asked = f"""
        source {script}
        COMP_WORDS=(modelcensus {" ".join(typed)}); COMP_CWORD={len(typed)}
        COMP_LINE="modelcensus {" ".join(typed)}"; COMP_POINT=${{#COMP_LINE}}
        complete -p modelcensus | sed -E 's/.*-F ([^ ]+) .*/\\1/' > {tmp_path}/function
        $(cat {tmp_path}/function) modelcensus "{typed[-1]}" "{typed[-2] if len(typed) > 1 else "modelcensus"}"
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", asked], capture_output=True, text=True, timeout=60)
    assert {w.strip() for w in done.stdout.splitlines()} == expected, done.stderr
