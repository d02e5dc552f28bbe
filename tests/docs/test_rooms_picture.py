"""The picture of the rooms is that of the import contract."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_picture_shows_the_rooms_that_the_contract_names_in_its_order():
    spec = importlib.util.spec_from_file_location("rooms_picture", ROOT / "scripts" / "rooms_picture.py")
    assert spec and spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.PICTURE.read_text() == script.picture(), "not current; run: python scripts/rooms_picture.py"
    rooms = {room for layer in script.layers() for room in layer}
    folders = {p.parent.name for p in (ROOT / "src" / "modelcensus").glob("*/__init__.py")}
    assert rooms == folders - {"sample"}
    table = (ROOT / "docs" / "architecture.md").read_text()
    assert rooms == set(re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE))
