"""A small ledger whose names try to be code: markup, formulas of a spreadsheet, SQL, Typst, letters turned around."""

from datetime import date
from pathlib import Path

from ledgers import batch_of, fact, ledger_of, observation, published
from modelcensus.ledger import Ledger

SCRIPT = "<script>alert(1)</script>"
TURNED = "\u202egpj.exe"
NAMES = (
    f"acme/{SCRIPT}-7b",
    "acme/=cmd|' /C calc'!A0",
    "acme/'; drop table observations; --",
    f"acme/{TURNED}-7b",
    'acme/"onload="alert(2)',
    'acme/#panic(1)$x$*_`[#read("/etc/passwd")]',
    "acme/../../escape",
    "acme/Case-7b",
    "acme/case-7b",
    "Qwen/Qwen3-8B",
)
ORGANIZATIONS = ("Qwen", "=1+1", SCRIPT, f"{TURNED}", "meta-llama")


def hostile_ledger(root: Path) -> Ledger:
    """Three readings of every repository, and a published series of three months."""
    readings = [
        observation(name, "rolling_30d", 1_000 * (place + 1) + 50 * on, on)
        for place, name in enumerate(NAMES) for on in (40, 70, 100)
    ]  # fmt: skip
    facts = [fact(name, 40, date(2025, 12, 1), pipeline_tag="text-generation") for name in NAMES]
    months = [
        published(name, date(2026, month, 1), 10_000 * (place + 1) + month, True)
        for place, name in enumerate(ORGANIZATIONS) for month in (1, 2, 3)
    ]  # fmt: skip
    months += [published(None, date(2026, month, 1), 400_000, True) for month in (1, 2, 3)]
    return ledger_of(
        root,
        batch_of(f"series {SCRIPT}", "hub", observations=readings, facts=facts),
        batch_of("pulse", "reported:pulse", reported=months),
    )
