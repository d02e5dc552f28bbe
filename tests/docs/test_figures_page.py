"""The pages of figures on real data, against the program."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_pages_are_what_the_program_says_of_the_real_data(real_data):
    spec = importlib.util.spec_from_file_location("figures_page", ROOT / "scripts" / "figures_page.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    folder = real_data("hub-dump/models.parquet").parents[1]
    made = script.pages(folder)
    assert {p: p.read_text() for p in made} == made
