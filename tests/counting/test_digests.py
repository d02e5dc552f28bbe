"""Texts are known by their digests, also those that were counted when these were of another kind."""

import hashlib

import pytest
from blake3 import blake3
from logs import write

from modelcensus.counting.digests import TextDigest
from modelcensus.counting.known import NOTHING_KNOWN, KnownText, known_part
from modelcensus.counting.lines import OPENING

TEXT = "".join(f"line {n} of a log that is read\n" for n in range(9_000))
ONE, TWO = TEXT[:150_000], TEXT[:220_000]


def known(text: str, older: bool) -> KnownText:
    held = text.encode()
    digest = hashlib.sha256(held).hexdigest() if older else "blake3:" + blake3(held).hexdigest()
    return KnownText(OPENING, len(held), hashlib.sha256(held[:OPENING]).hexdigest(), digest, text.count("\n"))


@pytest.mark.parametrize("older", [(True, True), (True, False), (False, True), (False, False)])
def test_the_longest_text_that_a_file_begins_with(tmp_path, older):
    path = write(tmp_path / "access.log", TEXT.splitlines())
    texts = [known(t, o) for t, o in zip((ONE, TWO), older, strict=True)]
    assert known_part(path, texts) == (len(TWO), TWO.count("\n"), False)
    assert known_part(path, texts[:1]) == (len(ONE), ONE.count("\n"), False)
    whole = tmp_path / "whole.log"
    whole.write_text(TWO)
    assert known_part(whole, texts) == (len(TWO), TWO.count("\n"), True)
    whole.write_text(TWO + "x")
    assert known_part(whole, texts) == (len(TWO), TWO.count("\n"), False)


def test_a_text_with_another_digest_is_not_known(tmp_path):
    path = write(tmp_path / "access.log", TEXT.splitlines())
    assert known_part(path, [known(ONE, False)._replace(digest="blake3:" + "0" * 64)]) == NOTHING_KNOWN
    assert known_part(path, [known(ONE, False)._replace(digest=blake3(ONE.encode()).hexdigest())]) == NOTHING_KNOWN


def test_a_digest_of_stretches_is_that_of_the_text():
    digest = TextDigest()
    for start in range(0, len(TEXT), 4_099):
        digest.update(TEXT[start : start + 4_099].encode())
    assert digest.said == "blake3:" + blake3(TEXT.encode()).hexdigest()
