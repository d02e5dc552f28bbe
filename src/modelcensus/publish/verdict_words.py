"""What verdicts say, in sentences whose numbers are links. Each says what its verdict does, and nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modelcensus.claims import Account
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.passages import unit_of
from modelcensus.claims.verdicts import FAILS, HOLDS, UNDETERMINED, UNTESTABLE
from modelcensus.claims.wording import compare_text, decided_text, nearest_truths, value_text
from modelcensus.measures import number
from modelcensus.publish.prose import Linked, Prose, prose, resting
from modelcensus.publish.tested import Tested, page_of, why_untestable

CLAIMS = "report.html#claims"
"""Where the table of all claims stands."""
KINDS = {
    HOLDS: ("holds", "hold"), FAILS: ("fails", "fail"), "depends": ("depends", "depend on how they are meant"),
    UNDETERMINED: ("is undetermined", "are undetermined"), UNTESTABLE: ("has no evidence", "have no evidence"),
}  # fmt: skip
DATA = "the data leave open whether it is "


def verdict_as_worded(one: Account) -> str:
    """The verdict of the reading as worded."""
    return one.as_worded.verdict if one.as_worded else UNTESTABLE


def worded(one: Account, outcome: Outcome | None) -> Prose:
    """The number of a reading, and who counted: `8.4 %, reported by X`."""
    if outcome is None or outcome.verdict == UNTESTABLE or outcome.result is None:
        return resting(outcome.reason if outcome else "", page_of(one))
    return resting(f"{number_of(outcome)}, {outcome.result.counted_by}", outcome.id)


def number_of(outcome: Outcome) -> str:
    """The number with its unit and bounds, as it stands beside a verdict."""
    return value_text(outcome).removesuffix(", no estimate")


def counts(one: Account) -> Prose:
    """How many readings carry the verdict over all of them."""
    tally, place = one.tally, f"{page_of(one)}#readings"
    if one.verdict == "depends":
        open_ = f", {tally.undetermined:,} undetermined" if tally.undetermined else ""
        return resting(f"{tally.hold:,} hold, {tally.fail:,} fail{open_}", place)
    if one.verdict == UNTESTABLE:
        return prose("no evidence")
    if tally.where_decidable:
        return resting(f"where decidable: {tally.decided:,} of {tally.total:,} readings", place)
    return _each(one, "in each of ", " readings", "in the only reading with evidence")


def evidence(one: Account) -> Prose:
    """How many of the readings had evidence."""
    tally, every = one.tally, len(one.outcomes)
    if not every:
        return prose("none here")
    rest = "; the rest lack evidence" if tally.total < every else ""
    return resting(f"tested under {tally.total:,} of {every:,} readings{rest}", _why(one))


def _why(one: Account) -> str:
    """Where it stands why readings lack evidence; where none does, the readings."""
    return f"{page_of(one)}#{'untested' if one.untested else 'readings'}"


def evidence_sentence(one: Account) -> Prose:
    """The same as a sentence of its own."""
    tally, every = one.tally, len(one.outcomes)
    rest = "; the rest lack evidence" if tally.total < every else ""
    return resting(f"Tested under {tally.total:,} of {every:,} readings{rest}.", _why(one))


def as_worded_sentence(one: Account) -> Prose:
    """What the verdict as worded is, and the number in the words of its measure."""
    outcome = one.as_worded
    if outcome is None or outcome.verdict == UNTESTABLE or not (outcome.result and outcome.row):
        reason = f": {outcome.reason}" if outcome and outcome.reason else ""
        return resting(f"As worded, it cannot be tested here{reason}.", page_of(one))
    said = resting(outcome.result.sentence(outcome.row), outcome.id)
    if outcome.verdict == UNDETERMINED:
        return prose("As worded, it is undetermined, and ", DATA, _compared(one), ": ", said)
    return prose(f"As worded, it {outcome.verdict}: ", said, _unrounded(one, outcome))


def all_readings_sentence(one: Account) -> Prose:
    """What the verdict over all readings is, with its counts, and what decides."""
    tally, place = one.tally, f"{page_of(one)}#readings"
    if one.verdict == UNTESTABLE:
        return prose("No reading of it can be tested with these data.")
    if one.verdict == "depends":
        open_ = resting(f", and {tally.undetermined:,} are undetermined", place) if tally.undetermined else ""
        readings = "readings" if tally.hold > 1 else "reading"
        counted = resting(f"it holds in {tally.hold:,} {readings} and fails in {tally.fail:,}", place)
        decided = decided_text(one)
        return prose("Over all readings it depends: ", counted, open_, f". {decided[:1].upper()}{decided[1:]}.")
    if one.verdict == UNDETERMINED:
        each = _each(one, "in each of the ", " readings with evidence ", "in the only reading with evidence ")
        return prose("Over all readings it is undetermined: ", each, DATA, _compared(one), ".")
    if tally.where_decidable:
        text = f"in {tally.decided:,} of the {tally.total:,} readings with evidence; in the other {tally.undetermined:,} "
        return prose(f"Where decidable it {one.verdict}: ", resting(text, place), DATA, _compared(one), ".")
    each = _each(one, "in each of the ", " readings with evidence", "in the only reading with evidence")
    return prose(f"Over all readings it {one.verdict}: ", each, ".")


def instead(one: Account) -> list[Prose]:
    """What is true under each choice of what decides; of a statement that is untestable as worded what was tested."""
    if one.verdict == "depends" and nearest_truths(one):
        return [resting(text, outcome.id) for outcome, text in nearest_truths(one)]
    if verdict_as_worded(one) == UNTESTABLE and one.tested:
        ends = [one.tested[0], *([one.tested[-1]] if len(one.tested) > 1 else [])]
        return [prose(f"{o.verdict}: ", resting(o.result.sentence(o.row), o.id)) for o in ends if o.result and o.row]
    return []


def why(one: Account) -> Prose:
    """Why a statement could not be tested: which data would do it, or what its readings lack."""
    text = why_untestable(one)
    return resting(f"{text[:1].upper()}{text[1:]}.", page_of(one))


def summary(told: Tested) -> Prose:
    """How many statements go which way, as worded and over all readings."""
    accounts, here = told.with_evidence, len(told.with_evidence)
    of = resting(f"{here:,} published statements" if here > 1 else "one published statement", CLAIMS)
    partly = sum(a.tally.where_decidable and a.verdict in (HOLDS, FAILS) for a in accounts)
    note = resting(f" ({partly:,} of these only where decidable)", CLAIMS) if partly else ""
    return prose(
        "Of ", of, " that these data can test in at least one reading, as worded ", _kinds([verdict_as_worded(a) for a in accounts]),
        "; over all readings ", _kinds([a.verdict for a in accounts]), note, ".",
    )  # fmt: skip


def evidence_of_all(told: Tested) -> Prose:
    """Under how many readings the statements could be tested."""
    tested, every = told.readings
    rest = "; the rest lack evidence" if tested < every else ""
    return resting(f"The statements were tested under {tested:,} of {every:,} readings{rest}.", CLAIMS)


def _kinds(verdicts: Sequence[str]) -> Prose:
    counted = Counter(verdicts)
    found = [
        resting(f"{counted[v]:,} {one if counted[v] == 1 else many}", CLAIMS)
        for v, (one, many) in KINDS.items() if counted[v]
    ]  # fmt: skip
    return listed(found)


def listed(items: Sequence[Prose | Linked]) -> Prose:
    """Items joined by commas and `and`."""
    parts: list[str | Linked | Prose] = []
    for place, item in enumerate(items):
        parts += ["" if not place else ", " if place + 1 < len(items) else " and ", item]
    return prose(*parts)


def _each(one: Account, before: str, after: str, single: str) -> Prose:
    if one.tally.total == 1:
        return prose(single)
    return prose(before, Linked(f"{one.tally.total:,}", f"{page_of(one)}#readings"), after)


def _unrounded(one: Account, outcome: Outcome) -> Prose:
    """More digits, where the number as written is the one that it is compared with."""
    threshold, value = one.claim.compare.threshold if one.claim.compare else None, outcome.value
    unit = outcome.result.unit if outcome.result else ""
    if threshold is None or value is None or value == threshold or number(value, unit) != number(threshold, unit):
        return prose()
    digits = f"{100 * value:.5g} %" if unit == "share" else f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return prose(" Unrounded it is ", Linked(digits, outcome.id), ".")


def _compared(one: Account) -> Prose:
    return resting(compare_text(one.claim.compare, unit_of(one)), page_of(one)) if one.claim.compare else prose("so")
