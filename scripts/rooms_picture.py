"""Draws the rooms of the program from the import contract that the checks enforce: `python scripts/rooms_picture.py`.

Writes docs/images/rooms.svg; with `--check` nothing is written, and the exit status is 1 where it is not current.
"""

import sys
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "rooms.svg"
WORDS = {
    "vocabulary": "periods, intervals, requests, tables, errors",
    "engine": "where tables are computed: DuckDB, Parquet; Spark for logs",
    "sources": "files and services",
    "counting": "access logs",
    "ledger": "what was read",
    "catalog": "what it is",
    "flows": "bounds, events",
    "measures": "numbers",
    "claims": "verdicts",
    "publish": "charts, pages",
    "serve": "app, API",
    "site": "static files",
    "cli": "commands",
}
"""Room -> what it holds, in as few words as fit."""
UNDER = ("engine", "vocabulary")
"""Rooms that stand under all others."""
WIDE, GAP, HIGH, SPACE, EDGE, TOP = 96, 20, 48, 10, 14, 40
FONT = "font-family='system-ui, sans-serif'"


def layers() -> list[list[str]]:
    """The rooms of each layer, the one that imports least first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = next(c["layers"] for c in contracts if c["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in reversed(listed)]


def picture() -> str:
    """The picture as SVG."""
    columns = [rooms for rooms in layers() if not set(rooms) & set(UNDER)]
    tall = max(len(rooms) for rooms in columns) * (HIGH + SPACE) - SPACE
    width = 2 * EDGE + len(columns) * (WIDE + GAP) - GAP
    height = TOP + tall + SPACE + len(UNDER) * (HIGH // 2 + SPACE + 6) + EDGE
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}' role='img'>",
        "<title>The rooms: data enter at the left and only move right; each imports rooms to its left alone</title>",
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='6' markerHeight='6' orient='auto'>"
        "<path d='M0 0L8 4L0 8z' fill='#5b6770'/></marker></defs>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        f"<text x='{EDGE}' y='22' {FONT} font-size='12' fill='#5b6770'>data enter here, and only move right</text>",
    ]
    for place, rooms in enumerate(columns):
        left = EDGE + place * (WIDE + GAP)
        first = TOP + (tall - len(rooms) * (HIGH + SPACE) + SPACE) // 2
        parts += [_box(room, left, first + row * (HIGH + SPACE), WIDE, HIGH) for row, room in enumerate(rooms)]
        if place:
            middle = TOP + tall // 2
            parts.append(
                f"<line x1='{left - GAP + 2}' y1='{middle}' x2='{left - 2}' y2='{middle}' stroke='#5b6770' marker-end='url(#tip)'/>"
            )
    for row, room in enumerate(UNDER):
        top = TOP + tall + SPACE + 6 + row * (HIGH // 2 + SPACE + 4)
        parts.append(_box(room, EDGE, top, width - 2 * EDGE, HIGH // 2 + 4, f"{room}: {WORDS[room]}"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _box(room: str, left: int, top: int, wide: int, high: int, line: str = "") -> str:
    box = f"<rect x='{left}' y='{top}' width='{wide}' height='{high}' rx='5' fill='#eef3f7' stroke='#8799a6'/>"
    middle = left + wide // 2
    if line:
        return box + _text(line, middle, top + high // 2 + 4, 12, "normal")
    return box + _text(room, middle, top + 20, 13, "600") + _text(WORDS[room], middle, top + 37, 10, "normal")


def _text(text: str, x: int, y: int, size: int, weight: str) -> str:
    style = f"{FONT} font-size='{size}' font-weight='{weight}' fill='#1d2a33' text-anchor='middle'"
    return f"<text x='{x}' y='{y}' {style}>{escape(text)}</text>"


def main() -> None:
    current = PICTURE.exists() and PICTURE.read_text() == picture()
    if "--check" in sys.argv:
        sys.exit(not current)
    PICTURE.write_text(picture())
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
