"""The lock file pins everything with its hash, and the audit says when it could not be made."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


def test_every_file_that_can_be_installed_is_locked_with_its_hash():
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    (own,) = (p for p in packages if p["source"] == {"editable": "."})
    others = [p for p in packages if p is not own]
    assert len(others) > 100 and all(set(p["source"]) == {"registry"} for p in others), (
        "from a registry, at a version"
    )
    for package in others:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        assert all(SHA256.fullmatch(f.get("hash", "")) for f in files), package["name"]


def test_an_audit_that_reaches_no_advisories_is_no_clean_one(tmp_path):
    """With a uv that cannot connect, as it says so."""
    (tmp_path / "uv").write_text("#!/bin/sh\necho 'error: Request failed after 3 retries' >&2\nexit 2\n")
    (tmp_path / "audit").write_text((ROOT / "scripts" / "audit").read_text())
    for name in ("uv", "audit"):
        (tmp_path / name).chmod(0o755)
    done = subprocess.run([tmp_path / "audit"], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 2 and "nothing was audited" in done.stderr
    (tmp_path / "uv").write_text("#!/bin/sh\necho 'Found no known vulnerabilities'\n")
    assert subprocess.run([tmp_path / "audit"], capture_output=True).returncode == 0
    (tmp_path / "uv").write_text("#!/bin/sh\necho 'Found 1 known vulnerability'\nexit 1\n")
    assert subprocess.run([tmp_path / "audit"], capture_output=True).returncode == 1
