"""An account as lines of text, and as plain values for machines."""

from __future__ import annotations

from collections.abc import Iterator

from modelcensus.claims.account import Account
from modelcensus.claims.chain import NUMBER
from modelcensus.claims.figures import Published, contradictions, judge_figure
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import UNTESTABLE, month_text
from modelcensus.claims.wording import (
    as_worded_text,
    choice_text,
    compare_text,
    decided_text,
    named,
    nearest_truths,
    true_sentence,
    value_text,
    verdict_text,
)
from modelcensus.measures import number, period_text

SHOWN = 40
"""Readings that a text shows; `--format json` has all."""


def told(account: Account) -> Iterator[str]:
    """The whole account, line by line."""
    claim, pack = account.claim, account.pack
    yield claim.statement
    said = f': "{claim.fragment}"' if claim.fragment else ""
    yield f"{pack.source.publisher}, {pack.source.date or 'undated'}{said}"
    yield ""
    if claim.untestable:
        yield f"Verdict: untestable; {claim.untestable}"
        yield from _figures(account)
        return
    yield f"{as_worded_text(account)[:1].upper()}{as_worded_text(account)[1:]}"
    assert claim.as_worded
    yield f"  because {claim.as_worded.because}"
    if account.publisher:
        assert claim.publisher
        yield f"As its publisher means it: {account.publisher.verdict}, {value_text(account.publisher)}"
        yield f"  because {claim.publisher.because}"
    yield f"Over all readings: {verdict_text(account)}"
    if decided_text(account):
        yield f"  {decided_text(account)}"
    yield from _section("Nearest true statements", nearest_truths(account))
    if true_sentence(account):
        yield f"  In one sentence: {true_sentence(account)}"
    yield from _section("Single choices that turn the verdict as worded", _flips(account))
    yield from _section(
        "How much each choice moves the number (part of the variance over the readings)",
        [f"{account.freedoms[n].text}: {number(v, 'share')}" for n, v in account.variance.items() if v >= 0.005],
    )
    yield from _section("What the data lack", _wanting(account))
    yield from _section("The chain", _chain(account))
    yield from _figures(account)
    yield from _readings(account)


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _flips(account: Account) -> list[str]:
    return [f"{account.freedoms[n].text}: {choice_text(account, n, c)}" for n, c in account.flips]


def _wanting(account: Account) -> list[str]:
    lines = []
    for lacking in account.wanting:
        turn = "" if lacking.needed is None else (
            f"; with more than {number(lacking.needed, 'downloads')} downloads of {_theirs(lacking.absent)} the verdict "
            "of this reading would turn"
        )  # fmt: skip
        if lacking.of_series:
            lines.append(f"{lacking.of_series} does not list {named(lacking.absent)}")
            continue
        lines.append(f"{', '.join(lacking.absent)} under {lacking.outcome.specification.label}{turn}")
    return lines


def _theirs(names: tuple[str, ...]) -> str:
    return "its own" if len(names) == 1 else "their own"


def _chain(account: Account) -> list[str]:
    lines = []
    for tested in account.chain:
        link = tested.link
        compare = link.compare or account.claim.compare
        shown = value_text(tested.outcome) if tested.outcome else "no evidence"
        said = f': "{link.fragment}"' if link.fragment else ""
        lines.append(f"{link.by}, {link.date or 'undated'} ({link.mark}){said}: {tested.verdict}, {shown}")
        names = [account.freedoms[n].text if n in account.freedoms else f"the {NUMBER}" for n in tested.changed]
        if link.changed or names:
            what = f" ({', '.join(names)})" if names else ""
            stated = link.changed or (f"now {compare_text(compare, _unit(account))}" if compare else "")
            lines.append(f"  changed here{what}: {stated}")
    return lines


def _unit(account: Account) -> str:
    return next((o.result.unit for o in account.outcomes if o.result), "downloads")


def _figures(account: Account) -> Iterator[str]:
    lines = []
    for figure in account.figures:
        verdict = judge_figure(figure, account.claim.compare) if account.claim.compare else UNTESTABLE
        judged = "" if verdict == UNTESTABLE else f": the statement {verdict}"
        lines.append(f"{figure_text(figure)}{judged}")
    yield from _section("Figures that others published, never mixed with the counts", lines)
    about = {f.about for f in account.figures}
    for clash in contradictions():
        if clash.about in about:
            listed = "; ".join(f"{_value(f)} ({f.source}, {f.date or 'undated'})" for f in clash.figures)
            explained = ", ".join(clash.explained_by) or "nothing that they state"
            yield f"  Contradicting each other on {clash.about}: {listed}. What could explain it: {explained}"


def figure_text(figure: Published) -> str:
    """A figure with scope, source, date and mark."""
    stated = f"{figure.source}, {figure.date or 'undated'}, {figure.scope} ({figure.mark})"
    return f"{figure.about}: {_value(figure)}, {stated}"


def _value(figure: Published) -> str:
    if figure.month:
        return period_text(figure.month)
    assert figure.value
    unit = "share" if figure.value.kind == "share" else "downloads"
    return f"{'at least ' if figure.least else ''}{number(figure.value.value, unit)}"


def _readings(account: Account) -> Iterator[str]:
    tested = account.tested
    lines = [f"{o.verdict}: {value_text(o)} [{o.specification.label}] {o.id}" for o in tested[:SHOWN]]
    more = len(tested) - SHOWN
    yield from _section(f"Readings with evidence ({len(tested):,})", lines)
    if more > 0:
        yield f"  and {more:,} more: --format json has them all"
    yield from _section(
        "Readings without evidence", [f"{count:,}: {reason}" for reason, count in account.untested.items()]
    )


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
        "readings": {
            "total": tally.total,
            "hold": tally.hold,
            "fail": tally.fail,
            "undetermined": tally.undetermined,
            "untestable": tally.untestable,
        },
        "value": dict(zip(("min", "median", "max"), values, strict=True)) if values else None,
        "unit": _unit(account) if values else None,
        "nearest": nearest_truths(account),
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
            "wanting": [{"absent": w.absent, "needed": w.needed, "id": w.outcome.id} for w in account.wanting],
            "curve": [_outcome(account, o) for o in account.tested],
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
    if outcome is None:
        return None
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
