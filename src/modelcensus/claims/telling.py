"""An account as lines of text, and as plain values for machines."""

from __future__ import annotations

from collections.abc import Iterator

from modelcensus.claims.account import Account
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.passages import Passage, passages, unit_of, untested
from modelcensus.claims.verdicts import month_text
from modelcensus.claims.wording import nearest_truths, value_text

SHOWN = 40
"""Readings that a text shows; `--format json` has all."""


def told(account: Account) -> Iterator[str]:
    """The whole account, line by line."""
    claim, source = account.claim, account.pack.source
    yield claim.statement
    said = f': "{claim.fragment}"' if claim.fragment else ""
    yield f"{source.publisher}, {source.date or 'undated'}{said}"
    verdict, *others = passages(account)
    yield ""
    yield from (f"{'  ' if line.under else ''}{line.text}" for line in verdict.lines)
    for passage in others:
        yield from _titled(passage)
    if claim.untestable:
        return
    tested = account.tested
    if tested:
        yield ""
        yield f"Readings with evidence ({len(tested):,}):"
        yield from (f"  {o.verdict}: {value_text(o)} [{o.specification.label}] {o.id}" for o in tested[:SHOWN])
    if len(tested) > SHOWN:
        yield f"  and {len(tested) - SHOWN:,} more: --format json has them all"
    yield from _titled(untested(account))


def _titled(passage: Passage) -> Iterator[str]:
    if passage.lines:
        yield ""
        yield f"{passage.title}:"
        yield from (f"  {'  ' if line.under else ''}{line.text}" for line in passage.lines)


def as_dict(account: Account, whole: bool = False) -> dict[str, object]:
    """The account as plain values: the command line's JSON; with every reading where `whole`."""
    claim, tally = account.claim, account.tally
    crossing = claim.measure == "crossover"
    values = [month_text(v) if crossing else v for v in account.range or ()]
    content: dict[str, object] = {
        "id": account.id,
        "statement": claim.statement,
        "verdict": account.verdict,
        "as_worded": _outcome(account, account.as_worded),
        "publisher": _outcome(account, account.publisher),
        "decided_by": list(account.decided_by),
        "decided_within": list(account.decided_within),
        "readings": {
            "total": tally.total,
            "hold": tally.hold,
            "fail": tally.fail,
            "undetermined": tally.undetermined,
            "untestable": tally.untestable,
        },
        "value": dict(zip(("min", "median", "max"), values, strict=True)) if values else None,
        "unit": unit_of(account) if values else None,
        "nearest": [text for _, text in nearest_truths(account)],
        "pinned": claim.pinned,
        "untestable": claim.untestable or None,
    }
    if whole:
        content |= {
            "source": account.pack.source.model_dump(mode="json"),
            "fragment": claim.fragment,
            "flips": [{"freedom": n, "choice": c} for n, c in account.flips],
            "variance": dict(account.variance),
            "freedoms": {n: {c: k.text for c, k in f.choices.items()} for n, f in account.freedoms.items()},
            "chain": [_link(account, tested) for tested in account.chain],
            "figures": [f.model_dump(mode="json") for f in account.figures],
            "wanting": [
                {"absent": w.absent, "needed": w.needed, "series": w.of_series, "id": w.outcome.id}
                for w in account.wanting
            ],
            "curve": [outcome_dict(account, o) for o in account.tested],
            "untested": dict(account.untested),
        }
    return content


def _link(account: Account, tested) -> dict[str, object]:
    return {
        "by": tested.link.by,
        "fragment": tested.link.fragment,
        "mark": tested.link.mark,
        "verdict": tested.verdict,
        "changed": list(tested.changed),
        "note": tested.link.changed,
        "outcome": _outcome(account, tested.outcome),
    }


def _outcome(account: Account, outcome: Outcome | None) -> dict[str, object] | None:
    return outcome_dict(account, outcome) if outcome else None


def outcome_dict(account: Account, outcome: Outcome) -> dict[str, object]:
    """A reading as plain values; months of a crossover as YYYY-MM."""
    crossing = account.claim.measure == "crossover"
    bounds = [month_text(v) if crossing and v is not None else v for v in (outcome.value, outcome.low, outcome.high)]
    return {
        "verdict": outcome.verdict,
        **dict(zip(("value", "low", "high"), bounds, strict=True)),
        "choices": outcome.choices,
        "request": outcome.specification.request.as_dict(),
        "provenance": outcome.id or None,
        "reason": outcome.reason or None,
    }
