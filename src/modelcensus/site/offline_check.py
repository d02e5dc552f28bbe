"""Check without a server: no statement can be read anew, but those that were tested can be found by their words."""

from __future__ import annotations

from html import escape
from pathlib import PurePosixPath
from posixpath import relpath

from modelcensus.publish.linked_data import ld_json
from modelcensus.site.addresses import Address, Names
from modelcensus.site.gathered import Gathered
from modelcensus.vocabulary.inert_text import straight

CLAIMS = "/claims/"


def tested_claims(found: Gathered) -> list[tuple[Address, str, str]]:
    """The claims that have a page: its address, what is claimed, and the verdicts in words."""
    told = []
    for address in found.pages:
        if address.path.count("/") == 3 and address.path.startswith(CLAIMS):
            statement = straight(" ".join(found.headings[address].split()))
            verdict = straight(found.told[address]).removeprefix(statement).strip()
            told.append((address, statement, verdict))
    return told


def claims_index(found: Gathered, names: Names) -> bytes:
    """The claims as a script: a page that was opened from disk may load that, and no other file."""
    told = [{"statement": s, "verdict": v, "to": names.file(a)} for a, s, v in tested_claims(found)]
    return f"window.censusClaims = {ld_json(told)};\n".encode()


def offline_check(found: Gathered, names: Names, own: str) -> str:
    """What stands in the place of the form: the tested claims nearest to a headline with scripts, all of them without."""
    told = tested_claims(found)
    if not told:
        return (
            '<p class="remark">No claim was tested for this site. The app tests any statement: modelcensus serve.</p>'
        )
    root = relpath(".", str(PurePosixPath(own).parent))
    items = "".join(
        f'<li><a href="{escape(names.way(own, a))}">{escape(s)}</a> <span>{escape(v)}</span></li>' for a, s, v in told
    )
    return (
        f'<div class="asked" id="offline" hidden><label for="headline">Headline</label><textarea id="headline" rows="4"></textarea>'
        '<p class="remark">This site reads nothing anew: of the claims that were tested for it, it finds those nearest to'
        " your words. The app tests any statement: modelcensus serve.</p></div>"
        '<p role="status" id="nearest-count" class="remark"></p><ul class="lines" id="nearest" hidden></ul>'
        f'<h2>{len(told):,} published claims, tested</h2><ul class="lines" id="tested">{items}</ul>'
        f'<script src="{root}/claims-index.js"></script>'
    )
