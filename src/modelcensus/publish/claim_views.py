"""Published claims as views: the list with the verdicts told so far, what flipped, and every reading of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modelcensus.claims import Account, Compared, Pack, ToldVerdict
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.telling import outcome_dict
from modelcensus.claims.verdicts import UNTESTABLE
from modelcensus.publish.curve_chart import MONTH, curve_chart
from modelcensus.publish.flipped import flipped
from modelcensus.publish.section import Facts, Figure, Section, Statement
from modelcensus.publish.verdict_words import all_readings_sentence, as_worded_sentence
from modelcensus.publish.views import View

NUMBER = ("value", "low", "high")
LISTED = ("pack", "claim", "statement", "publisher", "published", "measure", "tested", "as_worded", "verdict")
NOW = (
    "pack",
    "claim",
    "statement",
    "as_worded",
    "verdict",
    "flipped",
    "was_as_worded",
    "was_verdict",
    "since_edition",
)
QUESTION, FLIPPED = "Which published claims can be tested?", "Which published claims flipped?"


def claim_view(one: Account) -> View:
    """A claim: its two verdicts in sentences, its curve, and its readings (`readings_of`)."""
    worded = as_worded_sentence(one)
    said = [Statement(worded.text, (one.as_worded.id,))] if one.as_worded and one.as_worded.id else []
    every = all_readings_sentence(one).text
    remarks = [one.claim.untestable] if one.claim.untestable else [every] if said else [worded.text, every]
    curve = [Figure("curve", lambda size: curve_chart(one, size))] if one.tested else []
    section = Section("claim", one.claim.statement, said, curve, remarks=remarks, facts=[readings_of(one)])
    return View(one.id.replace("/", "-"), f"Does it hold? {one.claim.statement}", [section])


def readings_of(one: Account) -> Facts:
    """A row for each reading, those with evidence first, by size: its choices by degree of freedom, the number with its unit
    and bounds (months of a crossover), its verdict, whether it is the reading as worded, its record, and why it has no
    evidence."""
    header = (*one.freedoms, "unit", *NUMBER, "verdict", "as_worded", "record", "reason")
    without = [o for o in one.outcomes if o.verdict == UNTESTABLE]
    rows = tuple(_reading(one, o) for o in (*one.tested, *without))
    return Facts("readings", "every reading of the claim", header, rows)


def _reading(one: Account, outcome: Outcome) -> tuple[object, ...]:
    told = outcome_dict(one, outcome)
    choices = [outcome.specification.choice(name) or None for name in one.freedoms]
    unit = (MONTH if one.claim.measure == "crossover" else outcome.result.unit) if outcome.result else None
    number = (told[name] for name in NUMBER)
    return (*choices, unit, *number, told["verdict"], outcome is one.as_worded, told["provenance"], told["reason"])


def claims_view(packs: Sequence[Pack], told: Mapping[str, ToldVerdict]) -> View:
    """Every claim of the packs, with its verdicts where it was tested on these data: a claim that was not has none."""
    rows = tuple(
        (p.id, c.id, c.statement, p.source.publisher, str(p.source.date or "") or None, c.measure or None, *_told(told.get(f"{p.id}/{c.id}"), bool(c.untestable)))
        for p in packs
        for c in p.claims
    )  # fmt: skip
    untested = sum(not row[LISTED.index("tested")] for row in rows)
    remarks = [f"{untested:,} of {len(rows):,} claims are not tested on these data yet: a claim is tested when its page is opened."] if untested else []  # fmt: skip
    facts = Facts("claims", "published claims and their verdicts", LISTED, rows)
    return View("claims", QUESTION, [Section("claims", QUESTION, [], remarks=remarks, facts=[facts])])


def _told(verdict: ToldVerdict | None, untestable: bool) -> tuple[object, ...]:
    if untestable:
        return True, UNTESTABLE, UNTESTABLE
    return (True, verdict.worded, verdict.overall) if verdict else (False, None, None)


def flipped_view(packs: Sequence[Pack], compared: Compared) -> View:
    """The claims that were tested on these data, with their verdicts now and, of those that flipped, before."""
    statements = {f"{p.id}/{c.id}": c.statement for p in packs for c in p.claims}
    flips = {f.claim: f for f in compared.flips}
    rows = []
    for name, now in compared.now.items():
        if name in statements:
            flip, (pack, claim) = flips.get(name), name.split("/")
            was = (flip.was.worded, flip.was.overall, flip.since.edition) if flip else (None, None, None)
            rows.append((pack, claim, statements[name], now.worded, now.overall, flip is not None, *was))
    facts = Facts("verdicts", "verdicts now, and before where they flipped", NOW, tuple(rows))
    return View(
        "claims-flipped", FLIPPED, [Section("flipped", FLIPPED, [], remarks=[flipped(compared)], facts=[facts])]
    )
