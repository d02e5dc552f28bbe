"""Everything that an installation brings stands under a license that is on the list."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.licenses import canonicalize_license_expression
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
LISTED = yaml.safe_load(Path(__file__).with_name("licenses.yml").read_text())
EXPORT = (
    "export --quiet --locked --no-default-groups --all-extras --no-emit-project --no-hashes --no-annotate --no-header"
)


def shipped() -> list[Requirement]:
    """What the lock file installs beside the package, with all extras, on this machine and others."""
    done = subprocess.run([ROOT / "scripts" / "uv", *EXPORT.split()], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [Requirement(line) for line in done.stdout.splitlines() if line.strip()]


def stated(name: str) -> str:
    """The license of an installed distribution as an SPDX expression; empty where its metadata state none."""
    told = distribution(name).metadata
    expression = told.get("License-Expression")
    if expression:
        return canonicalize_license_expression(expression)
    free = (told.get("License") or "").strip()
    classified = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    for said in (free, *classified):
        if said in LISTED["called"] or re.fullmatch(r"[\w.-]+( (AND|OR) [\w.-]+)*", said):
            return LISTED["called"].get(said, said)
    return ""


def allowed(expression: str) -> bool:
    """Of licenses joined by AND all must be on the list, of those joined by OR one."""
    words = re.findall(r"[()]|[\w.+-]+(?: WITH [\w.+-]+)?", expression)
    told = [w.lower() if w in ("AND", "OR") else w if w in "()" else str(w in LISTED["allowed"]) for w in words]
    return bool(told) and bool(eval(" ".join(told)))


def test_all_that_is_installed_with_it_is_on_the_list():
    refused, absent = {}, []
    for requirement in shipped():
        try:
            license = stated(requirement.name)
        except PackageNotFoundError:
            absent.append(requirement)
            continue
        if not allowed(license):
            refused[requirement.name] = license or "none stated"
    assert not refused
    here = [r.name for r in absent if r.marker is None or r.marker.evaluate()]
    assert not here, "locked for this machine, and not installed"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("(GPL-3.0-only OR MIT) AND Apache-2.0", True),
        ("MIT AND Apache-2.0 WITH LLVM-exception", True),
        ("MIT WITH LLVM-exception", False),
        ("", False),
    ],
)
def test_how_an_expression_is_judged(expression, expected):
    assert allowed(expression) is expected


def test_what_others_wrote_and_we_ship_is_named_in_the_notice():
    package = ROOT / "src" / "modelcensus"
    named = {ROOT / line for line in re.findall(r"^src/\S+", (ROOT / "NOTICE").read_text(), re.MULTILINE)}
    foreign = {
        *(p for p in (package / "sample").iterdir() if p.suffix in (".csv", ".parquet")),
        *(package / "serve" / "assets").rglob("*.min.js"),
        *(package / "counting" / "rules").glob("*.json"),
    }
    assert foreign and foreign <= named, "shipped, and not in NOTICE"
    assert all(p.exists() for p in named), "in NOTICE, and not shipped"
