"""Addresses and the files that they become: no two the same anywhere, none outside the folder."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcensus.site.addresses import Address, Names, slug

words = st.text(min_size=1, max_size=80)
addresses = st.builds(
    lambda parts, query, suffix: Address.of("/" + "/".join(parts) + suffix, query),
    st.lists(words.filter(lambda w: "/" not in w), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(["of", "by", "figure", "size", "measure"]), words), max_size=4),
    st.sampled_from(["", ".json", ".csv", ".svg"]),
)


@given(st.lists(addresses, max_size=20, unique=True))
def test_files_are_told_apart_even_where_cases_are_not_and_stay_in_the_folder(many: list[Address]) -> None:
    names = Names()
    files = [names.file(a) for a in many]
    assert len({f.lower() for f in files}) == len(many)
    for file in files:
        assert file.isascii() and not PurePosixPath(file).is_absolute()
        for part in PurePosixPath(file).parts:
            assert part not in ("", ".", "..") and not part.startswith(".") and len(part) < 255
            assert not set(part) & set('<>:"|?*\\')


@given(addresses)
def test_an_address_asks_for_itself(address: Address) -> None:
    assert Address.parse(address.url) == address


def test_names_that_differ_in_case_alone_get_files_of_their_own() -> None:
    names = Names()
    first, second = names.file(Address("/models/acme/Case")), names.file(Address("/models/acme/case"))
    assert first == "models/acme/Case.html" and second.startswith("models/acme/case-")


@pytest.mark.parametrize(
    ("link", "is_own"),
    [
        ("/explore", True),
        ("//elsewhere/x", False),
        ("https://elsewhere/", False),
        ("#rows", False),
        ("javascript:1", False),
    ],
)
def test_only_links_of_the_app_become_files(link: str, is_own: bool) -> None:
    assert (Address.parse(link) is not None) == is_own


def test_ways_are_relative_and_a_site_is_one_edition() -> None:
    names = Names()
    assert names.way("models/a/b.html", Address("/")) == "../../index.html"
    assert names.way("index.html", Address("/models/a/b.csv")) == "models/a/b.csv"
    assert Address.parse("/explore?by=month&edition=e0123") == Address.parse("/explore?by=month")
    assert slug("aux.html") != "aux.html"
