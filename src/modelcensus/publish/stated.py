"""What a picture says of itself, wherever it is taken to: what it shows, the records that it rests on, and how to cite it.

SVG has it as `metadata` in Dublin Core (https://www.dublincore.org, ISO 15836-1:2017), PNG as chunks of text (PNG, third edition,
W3C 2025, section 11.3.3).
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from html import escape

from modelcensus.vocabulary.inert_text import straight

RDF, DC, TERMS = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/",
)
RECORD = re.compile(r"\bp[0-9a-f]{12}\b")
"""The id of a record, in a text."""
HEAD = 33
"""Bytes of a PNG up to the end of its first chunk, which no other may stand before."""


@dataclass(frozen=True)
class Stated:
    """The title of a picture, what it shows, ids of records, and a citation."""

    title: str
    description: str
    provenance: tuple[str, ...]
    citation: str

    def in_svg(self, svg: str) -> str:
        """The picture with its metadata: texts that draw nothing and run nothing."""
        told = [
            ("dc:title", self.title), ("dc:description", self.description),
            *(("dc:identifier", id) for id in self.provenance), ("dcterms:bibliographicCitation", self.citation),
        ]  # fmt: skip
        texts = "".join(f"<{name}>{escape(straight(text), quote=False)}</{name}>" for name, text in told if text)
        spaces = f'xmlns:rdf="{RDF}" xmlns:dc="{DC}" xmlns:dcterms="{TERMS}"'
        metadata = f'<metadata><rdf:RDF {spaces}><rdf:Description rdf:about="">{texts}</rdf:Description></rdf:RDF></metadata>'
        drawn, end, rest = svg.rpartition("</svg>")
        return f"{drawn}{metadata}{end}{rest}"

    def in_png(self, png: bytes) -> bytes:
        """The picture with its texts, in UTF-8, before its pixels."""
        told = {
            "Title": self.title, "Description": self.description, "Provenance": " ".join(self.provenance),
            "Citation": self.citation,
        }  # fmt: skip
        chunks = b"".join(_chunk(name, straight(text)) for name, text in told.items() if text)
        return png[:HEAD] + chunks + png[HEAD:]


def _chunk(keyword: str, text: str) -> bytes:
    """An `iTXt` chunk: a keyword, that nothing is compressed, no language, no translated keyword, the text."""
    content = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
