"""What a draft says of a number, as a comparison of a claim; with how the words for it are taken."""

from __future__ import annotations

import math
from typing import Any

from modelcensus.claims.entries import Comparison
from modelcensus.claims.numbers import Written, writings, written
from modelcensus.claims.statements.drafts import Draft
from modelcensus.claims.statements.lexicon import has

SHARES = ("share", "derivative_share", "growth")
ROUGH = 0.1
"""How far a rough number may be off: a tenth of it."""
TURNED = {"above": "below", "below": "above", "at_least": "at_most", "at_most": "at_least"}


def comparison(draft: Draft) -> tuple[Comparison, str]:
    """The comparison of a draft with a number, and how its words are taken; empty where they leave nothing to say."""
    number, kind = draft.number, draft.comparator
    assert number is not None
    if number < 0:  # `fell by more than a quarter` is a change below -25 %
        kind = TURNED.get(kind, kind)
    if kind == "about" and has(draft.near, "short_of"):
        edges = sorted((number * (1 - ROUGH), number))
        return Comparison.model_validate({"between": [stated(e, draft.measure, None) for e in edges]}), (
            f'"{draft.near}" is taken as up to a tenth short of it'
        )
    if kind == "about":
        margin = max(draft.slack, ROUGH * abs(number))
        return _about(draft, number, margin), f'"{draft.near}" is taken as within a tenth of it'
    if kind == "equals":
        compare = _about(draft, number, draft.slack)
        if draft.measure == "rank":
            return compare, ""
        margin = "what rounds to it counts" if compare.within is None else f"within {_margin(draft)} of it counts"
        return compare, f"the figure is stated as a fact: {margin}"
    return Comparison.model_validate({kind: stated(number, draft.measure, draft.slack)}), ""


def _about(draft: Draft, number: float, slack: float) -> Comparison:
    text = stated(number, draft.measure, slack)
    own = text.slack if isinstance(text, Written) else 0.0
    content: dict[str, Any] = {"about": text}
    if not math.isclose(own, slack, rel_tol=1e-6, abs_tol=1e-12):
        content["within"] = stated(slack, draft.measure, None)
    return Comparison.model_validate(content)


def _margin(draft: Draft) -> str:
    if draft.measure in SHARES:
        return f"{draft.slack * 100:.3g} points"
    return f"{draft.slack:,.3g}" if draft.slack < 1000 else f"{draft.slack:,.0f}"


def stated(number: float, measure: str, slack: float | None) -> Written | float:
    """A number as people write it, with the digits that its slack shows where that can be.

    >>> stated(153_600_000, "downloads", 50_000), stated(0.5, "share", 0.005).kind
    (Written(value=153600000.0, kind='count', slack=50000.0), 'share')
    """
    if number < 0 or measure == "rank":
        return round(number, 6)
    kind = "share" if measure in SHARES else "times" if measure == "ratio" else "count"
    texts = writings(Written(number, kind, 1.0))
    known = [w for text in texts if math.isclose((w := written(text)).value, number, rel_tol=1e-9)]
    fitting = [w for w in known if slack is not None and math.isclose(w.slack, slack, rel_tol=1e-6)]
    chosen = (fitting or known or [round(number, 6)])[0]
    return chosen.value if isinstance(chosen, Written) and chosen.kind == "plain" else chosen
