"""YAML of others: every text is a value or one error of one line, whatever the library makes of it."""

import pytest
import yaml

from modelcensus.vocabulary import DocumentError, yaml_document

WRONG = {
    "a: 1\nday: 2026-02-31": "line 2: '2026-02-31': day is out of range for month",
    "a: 0b_": "line 1: '0b_': invalid literal",
    "a: !!int x": "line 1: 'x': invalid literal",
    "a: " + "9" * 5000: "line 1: '99999",
    "a: !!timestamp soon": "line 1: 'soon': no value of its kind",
    "a: 1" + ":59" * 400 + ".5": "line 1: '1:59",
    "a: 2001-12-14t21:59:43.10-99:99": "line 1: '2001-12-14t21",
    "a: [1\nb: 2": "line 2: did not find expected",
    "? [1]\n: 2": "line 1: found unhashable key",
    "a: \x00": "control characters are not allowed",
    "a: \udc80": "surrogates not allowed",
    "- &a [*a]": "line 1: an alias repeats what it stands in",
    "[" * 100_000 + "]" * 100_000: "line 1: nested too deeply",
    "- " * 5_000: "line 1: nested too deeply",
    "[" * 900 + "]" * 900: "nested too deeply",
    "a: &a [1, 1]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)): "without end",
    "a: &a {x: 1}\n" + "".join(f"{b}: &{b} {{<<: [{', '.join([f'*{a}'] * 9)}]}}\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)): "without end",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=lambda t: t[:24])
def test_what_is_no_document_is_one_error_that_says_where(text):
    with pytest.raises(DocumentError) as refused:
        yaml_document(text)
    said = refused.value.where("my.yml") + ": " + str(refused.value)
    assert WRONG[text] in said and "\n" not in said, said


@pytest.mark.parametrize(
    "text", ["", "a: [1, {b: 2026-01-31}]", "a: &x [1, 2]\nb: *x\nc: {<<: {d: 1}}", "- - - 1", "'[[['"]
)
def test_a_document_is_what_the_library_makes_of_it(text):
    assert yaml_document(text) == yaml.safe_load(text)
