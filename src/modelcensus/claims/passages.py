"""An account as titled passages of lines: what the command line prints and what the pages show are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modelcensus.claims.account import Account
from modelcensus.claims.chain import NUMBER
from modelcensus.claims.figures import Published, contradictions, judge_figure
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import UNTESTABLE
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
from modelcensus.vocabulary.names import COUNTED

FIGURE = "figure-"
"""What the id of a published figure begins with, where it stands beside provenance ids."""


@dataclass(frozen=True)
class Line:
    """One line. Its numbers rest on a provenance id, or on a published figure (`figure-ID`); on all readings together
    where `rests_on` is empty. `under` belongs to the line before it."""

    text: str
    rests_on: str = ""
    under: bool = False


@dataclass(frozen=True)
class Passage:
    """Lines under a title; `key` names the passage."""

    key: str
    title: str
    lines: tuple[Line, ...]


def passages(account: Account) -> list[Passage]:
    """The account without its readings; a passage that has nothing to say is left out."""
    titled = [
        ("verdict", "Verdict", _verdict(account)),
        ("nearest", "The true number under each choice that decides", _nearest(account)),
        ("flips", "Single choices that turn the verdict as worded", _flips(account)),
        (
            "variance",
            "How much each choice moves the number (part of the variance over the readings)",
            [Line(f"{account.freedoms[n].text}: {number(v, 'share')}") for n, v in _moving(account)],
        ),
        ("wanting", "What the data lack", list(_wanting(account))),
        ("chain", "The chain", list(_chain(account))),
        ("figures", "Figures that others published, never mixed with the counts", list(_figures(account))),
    ]
    return [Passage(key, title, tuple(lines)) for key, title, lines in titled if lines]


def untested(account: Account) -> Passage:
    """Why readings have no evidence, counted."""
    lines = tuple(Line(f"{count:,}: {reason}") for reason, count in account.untested.items())
    return Passage("untested", "Readings without evidence", lines)


def _verdict(account: Account) -> list[Line]:
    claim = account.claim
    if claim.untestable:
        return [Line(f"Verdict: untestable; {claim.untestable}")]
    assert claim.as_worded
    text = as_worded_text(account)
    lines = [
        Line(f"{text[:1].upper()}{text[1:]}", account.as_worded.id if account.as_worded else ""),
        Line(f"because {claim.as_worded.because}", under=True),
    ]
    if account.publisher:
        assert claim.publisher
        stated = f"As its publisher means it: {account.publisher.verdict}, {value_text(account.publisher)}"
        lines += [
            Line(stated, account.publisher.id),
            Line(f"because {claim.publisher.because}", under=True),
        ]
    lines.append(Line(f"Over all readings: {verdict_text(account)}"))
    return lines + ([Line(decided_text(account), under=True)] if decided_text(account) else [])


def _nearest(account: Account) -> list[Line]:
    lines = [Line(text, outcome.id) for outcome, text in nearest_truths(account)]
    sentence = true_sentence(account)
    own = account.as_worded.id if account.as_worded else ""
    return [*lines, Line(f"In one sentence: {sentence}", own)] if sentence else lines


def _flips(account: Account) -> list[Line]:
    return [Line(f"{account.freedoms[n].text}: {choice_text(account, n, c)}") for n, c in account.flips]


def _moving(account: Account) -> list[tuple[str, float]]:
    return [(n, v) for n, v in account.variance.items() if v >= 0.005]


def _wanting(account: Account) -> Iterator[Line]:
    for lacking in account.wanting:
        if lacking.of_series:
            yield Line(f"{lacking.of_series} does not list {named(lacking.absent)}", lacking.outcome.id)
            continue
        own = "its own" if len(lacking.absent) == 1 else "their own"
        turn = "" if lacking.needed is None else (
            f"; with more than {number(lacking.needed, 'downloads')} {_noun(lacking.outcome)} of {own} the verdict "
            "of this reading would turn"
        )  # fmt: skip
        read = _read_as(account, lacking.outcome)
        text = f"{', '.join(lacking.absent)}{f', where it is read as {read}' if read else ''}{turn}"
        yield Line(text, lacking.outcome.id)


def _noun(outcome: Outcome) -> str:
    return outcome.result.noun if outcome.result else COUNTED[0]


def _read_as(account: Account, outcome: Outcome) -> str:
    """The choices of a reading in which the tested ones differ, in words."""
    differing = [n for n in account.freedoms if len({o.specification.choice(n) for o in account.tested}) > 1]
    return "; ".join(choice_text(account, n, c) for n in differing if (c := outcome.specification.choice(n)))


def _chain(account: Account) -> Iterator[Line]:
    for tested in account.chain:
        link, outcome = tested.link, tested.outcome
        compare = link.compare or account.claim.compare
        shown = value_text(outcome) if outcome else "no evidence"
        said = f': "{link.fragment}"' if link.fragment else ""
        stated = f"{link.by}, {link.date or 'undated'} ({link.mark}){said}: {tested.verdict}, {shown}"
        yield Line(stated, outcome.id if outcome else "")
        names = [account.freedoms[n].text if n in account.freedoms else f"the {NUMBER}" for n in tested.changed]
        if link.changed or names:
            what = f" ({', '.join(names)})" if names else ""
            now = link.changed or (f"now {compare_text(compare, unit_of(account))}" if compare else "")
            yield Line(f"changed here{what}: {now}", outcome.id if outcome else "", under=True)


def unit_of(account: Account) -> str:
    """The unit of the account's numbers."""
    return next((o.result.unit for o in account.outcomes if o.result), "downloads")


def _figures(account: Account) -> Iterator[Line]:
    for figure in account.figures:
        verdict = judge_figure(figure, account.claim.compare) if account.claim.compare else UNTESTABLE
        judged = "" if verdict == UNTESTABLE else f": the statement {verdict}"
        yield Line(f"{figure_text(figure)}{judged}", f"{FIGURE}{figure.id}")
    about = {f.about: f.id for f in account.figures}
    for clash in contradictions():
        if clash.about in about:
            listed = "; ".join(f"{figure_value(f)} ({f.source}, {f.date or 'undated'})" for f in clash.figures)
            explained = ", ".join(clash.explained_by) or "nothing that they state"
            text = f"Contradicting each other on {clash.about}: {listed}. What could explain it: {explained}"
            yield Line(text, f"{FIGURE}{about[clash.about]}")


def figure_text(figure: Published) -> str:
    """A figure with scope, source, date and mark."""
    stated = f"{figure.source}, {figure.date or 'undated'}, {figure.scope} ({figure.mark})"
    return f"{figure.about}: {figure_value(figure)}, {stated}"


def figure_value(figure: Published) -> str:
    """The number or month of a figure, as it was published."""
    if figure.month:
        return period_text(figure.month)
    assert figure.value
    unit = "share" if figure.value.kind == "share" else "downloads"
    return f"{'at least ' if figure.least else ''}{number(figure.value.value, unit)}"
