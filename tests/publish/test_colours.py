"""Colours: the same name has the same one in every picture, light and dark tell the same things apart."""

import re
from itertools import combinations

import yaml
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.publish.colours import colours_of, own_colours
from modelcensus.publish.theme import DARK, DARK_PALETTE, DARK_PAPER, PALETTE, darkened

NAMES = st.lists(st.sampled_from([*own_colours(), "acme", "unsloth", "bartowski", "a", "b", "c"]), unique=True)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_names_stand_once_and_their_colours_are_the_palette_s() -> None:
    from importlib.resources import files

    listed = yaml.safe_load((files("modelcensus.publish") / "colours.yml").read_text())
    names = [n for one in listed for n in one["names"]]
    assert len(names) == len(set(names))
    assert [one["colour"] for one in listed] == list(PALETTE)


@given(NAMES)
def test_series_of_one_picture_are_told_apart_as_far_as_colours_reach(names: list[str]) -> None:
    colours = colours_of(names)
    assert len(colours) == len(names) and set(colours) <= set(PALETTE)
    assert len(set(colours)) == min(len(names), len(PALETTE))


@given(NAMES)
def test_the_first_of_those_that_share_a_colour_keeps_it_everywhere(names: list[str]) -> None:
    given_to = dict(zip(names, colours_of(names), strict=True))
    first: dict[str, str] = {}
    for name in names:
        own = own_colours().get(name)
        if own and first.setdefault(own, name) == name:
            assert given_to[name] == own


def test_dark_is_as_readable_as_light_and_as_different() -> None:
    assert all(contrast(c, "#ffffff") >= 3 for c in PALETTE)
    assert all(contrast(c, DARK_PAPER) >= 4.5 for c in DARK_PALETTE)
    assert all(a != b for a, b in combinations(DARK_PALETTE, 2))


def test_a_dark_picture_has_no_colour_of_the_light_one(sample) -> None:
    svg = sample.measure(
        "share", by=["organization", "month"], period="2026", reading=["channel=reported:modelpulse"]
    ).chart().svg()  # fmt: skip
    dark = darkened(svg)
    light = set(re.findall("#[0-9a-f]{6}", svg)) & set(DARK)
    assert len(light) > 5
    kept = {c for c in light if DARK[c] != c}
    assert not kept & set(re.findall("#[0-9a-f]{6}", dark)) - set(DARK.values())
    assert 'fill="white"' not in dark and DARK_PAPER in dark
