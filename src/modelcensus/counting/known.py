"""Texts that were counted before, and how much of a file they are."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from modelcensus.counting.digests import TextDigest
from modelcensus.counting.lines import LogFile
from modelcensus.counting.parts import KnownParts, Parts


@dataclass
class Known:
    """What was counted: texts, by which a file is known that begins with one, and their parts, by which lines are."""

    texts: list["KnownText"]
    parts: KnownParts

    def add(self, text: "KnownText", parts: Parts) -> None:
        """One more text."""
        self.texts.append(text)
        self.parts.add([parts])


class KnownText(NamedTuple):
    """A text that was counted, by its opening and whole; sizes in bytes."""

    opening_bytes: int
    bytes: int
    opening: str
    digest: str
    lines: int


class KnownPart(NamedTuple):
    """How much of a file was counted before, from its beginning on; `whole`: nothing follows."""

    bytes: int
    lines: int
    whole: bool


NOTHING_KNOWN = KnownPart(0, 0, False)


def known_part(path: Path, known: Iterable[KnownText]) -> KnownPart:
    """The longest text among the `known` that a file begins with."""
    file = LogFile(path)
    head, ends = file.head(), {}
    for text in known:
        if (
            text.opening_bytes
            and len(head) >= text.opening_bytes
            and hashlib.sha256(head[: text.opening_bytes]).hexdigest() == text.opening
        ):
            ends.setdefault(text.bytes, {})[text.digest] = text.lines
    if not ends:
        return NOTHING_KNOWN
    found, position, waiting = NOTHING_KNOWN, 0, sorted(ends)
    running = TextDigest.like(d for digests in ends.values() for d in digests)
    for block in file.blocks():
        while waiting and position + len(block) >= waiting[0]:
            part = waiting[0] - position
            for digest in running:
                digest.update(block[:part])
            block, position = block[part:], waiting[0]
            of_text = ends[waiting.pop(0)]
            lines = next((of_text[d.said] for d in running if d.said in of_text), None)
            found = found if lines is None else KnownPart(position, lines, False)
        if block and not waiting:
            return found
        for digest in running:
            digest.update(block)
        position += len(block)
    return found._replace(whole=position == found.bytes and not file.notes)
