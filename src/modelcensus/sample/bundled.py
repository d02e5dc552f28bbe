"""Makes a ledger of the sample's recipes, once per machine and version, in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcensus.ledger import Ledger

SAMPLE_FOLDER = Path(__file__).parent
GATHERED = datetime(2026, 11, 23, tzinfo=UTC)
"""When the sample was put together: the commit time of its batches, so that its ledger is the same everywhere."""


def sample_ledger() -> Ledger:
    """The sample as a ledger, made on first use."""
    from modelcensus.ledger import Ledger

    target = sample_root()
    if not (target / "manifests").is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=".sample-", dir=target.parent))
        build_sample(SAMPLE_FOLDER, made)
        try:
            made.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(made, ignore_errors=True)
    return Ledger(target)


def sample_root() -> Path:
    """Where the sample's ledger stands, or will; known without loading what reads a ledger."""
    return _cache() / f"sample-{_digest()}"


def build_sample(recipes: Path, target: Path) -> Ledger:
    """Import every recipe of a folder into a ledger."""
    from modelcensus.ledger import Ledger
    from modelcensus.sources import read_batch, read_recipe

    ledger = Ledger(target)
    for recipe in sorted(recipes.glob("*.yml")):
        files, options = read_recipe(recipe)
        ledger.commit(read_batch(files, options), committed_at=GATHERED)
    return ledger


def _digest() -> str:
    """Changes with the sample and with the code that reads and stores it."""
    package = SAMPLE_FOLDER.parent
    rooms = [p for room in ("sources", "ledger", "vocabulary") for p in (package / room).glob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([*SAMPLE_FOLDER.iterdir(), *rooms]):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _cache() -> Path:
    chosen = os.environ.get("MODELCENSUS_CACHE")
    folder = (
        Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelcensus"
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.gettempdir()) / f"modelcensus-{os.getuid()}"
