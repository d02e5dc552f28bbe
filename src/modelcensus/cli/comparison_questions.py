"""What a claim says of a number, as a person is asked for it."""

from __future__ import annotations

from modelcensus.claims.comparing import comparison, example_of, number, option
from modelcensus.claims.entries import KINDS, Comparison
from modelcensus.cli.asking import Asking
from modelcensus.measures import Measure
from modelcensus.vocabulary import RequestError, nearest

EXAMPLES = {
    "between": "A..B, as 40 %..50 %",
    "first": "The months in which it is said to lie: 2025-07, or 2025-06..2025-08",
}


def ask_comparison(asking: Asking, measure: Measure) -> Comparison:
    """The comparison that an option or answers give."""
    given = [k for k in KINDS if asking.has(k)]
    if len(given) > 1:
        raise RequestError(
            f"{' and '.join(map(option, given))} cannot both be said", where="claims new", remedy="leave one out"
        )
    if not given and not asking.terminal:
        kinds = ["first"] if measure.name == "crossover" else [k for k in KINDS if k != "first"]
        raise RequestError(
            "nothing says what the number is", where="claims new", remedy=f"give {' or '.join(map(option, kinds))}"
        )
    kind = given[0] if given else "first" if measure.name == "crossover" else _kind(asking)
    slack = asking.one("give_or_take", "", str) if asking.has("give_or_take") else ""
    example = EXAMPLES.get(kind) or f"A number such as {example_of(measure)}"
    compare = asking.one(kind, example, lambda text: comparison(kind, text, slack, measure))
    if kind != "about" or given or not asking.terminal or slack:
        return compare
    within = asking.ask(
        "Give or take (Enter: half of its last digit)",
        lambda text: number(text, measure, "--give-or-take") if text else None, "",
    )  # fmt: skip
    return compare.model_copy(update={"within": within})


def _kind(asking: Asking) -> str:
    kinds = [k.replace("_", "-") for k in KINDS if k != "first"]

    def checked(text: str) -> str:
        if text not in kinds:
            raise RequestError(f"no comparison {text!r}", remedy=nearest(text, kinds))
        return text.replace("-", "_")

    return asking.ask(f"The number is ({', '.join(kinds)})", checked, "above")
