"""An account in sentences: every one says what the numbers say, and nothing that the verdict does not."""

from __future__ import annotations

from collections.abc import Sequence

from modelcensus.claims.account import Account
from modelcensus.claims.entries import Comparison
from modelcensus.claims.numbers import Written
from modelcensus.claims.outcomes import Outcome
from modelcensus.claims.verdicts import FAILS, HOLDS, UNDETERMINED, UNTESTABLE, month_text
from modelcensus.measures import number, period_text, says_nothing

NAMED = 24
"""Names that a sentence lists."""
TEXTS = {
    "above": "more than {}", "at_least": "at least {}", "below": "less than {}", "at_most": "at most {}",
    "about": "{}", "between": "between {}", "first": "in {}",
}  # fmt: skip


def compare_text(compare: Comparison, unit: str) -> str:
    """The comparison in words.

    >>> compare_text(Comparison.model_validate({"above": "50 %"}), "share")
    'more than 50.0 %'
    """
    stated = getattr(compare, compare.kind)
    if isinstance(stated, tuple):
        text = " and ".join(number(n.value, unit) for n in stated)
    elif isinstance(stated, Written):
        text = number(stated.value, unit)
    else:
        text = period_text(stated)
    return TEXTS[compare.kind].format(text)


def value_text(outcome: Outcome) -> str:
    """The number of an outcome with its unit and bounds: `39.8 %`, `38.2 % (35.0 % to 41.0 %)`, `at least 13
    repositories`, `July 2025`."""
    if outcome.verdict == UNTESTABLE or outcome.result is None:
        return "no evidence"
    if outcome.result.measure == "crossover":
        return _months(outcome)
    value, (low, high) = outcome.value, (outcome.low, outcome.high)
    told = number(value, outcome.result.unit)
    least, most = (None if end is None else number(end, outcome.result.unit) for end in (low, high))
    if value is None:
        return f"{_measured(outcome, _bounds(least, most))}, no estimate"
    if low == high == value or least == most == told:
        return _measured(outcome, told)
    if low == value and high is None:
        return f"at least {_measured(outcome, told)}"
    return f"{_measured(outcome, told)} ({_bounds(least, most)})"


def _bounds(least: str | None, most: str | None) -> str:
    if most is None:
        return "no bounds" if least is None else f"at least {least}"
    return f"at most {most}" if least is None else f"{least} to {most}"


def _measured(outcome: Outcome, told: str) -> str:
    """A number with its unit, where it does not say it itself."""
    assert outcome.result
    unit = outcome.result.unit
    if unit == "place":
        return f"place {told}"
    word = outcome.result.noun if unit == "downloads" else unit
    return f"{told} {word}" if unit in ("downloads", "repositories", "times", "points") else told


def _months(outcome: Outcome) -> str:
    assert outcome.value is not None
    text = period_text(month_text(outcome.value))
    if outcome.low == outcome.high == outcome.value:
        return text
    low = month_text(outcome.low) if outcome.low is not None else "before the data"
    return f"{text} (between {low} and {'never' if outcome.high is None else month_text(outcome.high)})"


def choice_text(account: Account, freedom: str, choice: str) -> str:
    """The words of a choice."""
    known = account.freedoms[freedom].choices
    return known[choice].text if choice in known else "not left open by this evidence"


def named(names: Sequence[str]) -> str:
    """Names, of many the first ones.

    >>> named(["a", "b", "c"])
    'a, b, c'
    """
    more = len(names) - NAMED
    return f"{', '.join(names[:NAMED])}{f' and {more} more' if more > 0 else ''}"


def verdict_text(account: Account) -> str:
    """`depends (where decidable: 5 hold, 7 fail)`, `fails`, `untestable`."""
    tally, verdict = account.tally, account.verdict
    if verdict == "depends":
        counts = f"{tally.hold:,} hold, {tally.fail:,} fail"
        counts += f", {tally.undetermined:,} undetermined" if tally.undetermined else ""
        return f"{verdict} ({counts})"
    if tally.where_decidable:
        return f"{verdict} where decidable ({tally.decided:,} of {tally.total:,} readings)"
    return verdict


def finding_text(account: Account) -> str:
    """What came of a tested statement, as a sentence that never repeats the statement as if it were so: `The statement
    fails under 19 of 24 readings that the data can answer and holds under 5`."""
    tally = account.tally
    if not tally.decided:
        return f"The data leave open whether the statement is true,{_under_all(tally.total)}"
    if tally.total == max(tally.hold, tally.fail):
        return f"The statement {account.verdict}{_under_all(tally.total)} that the data can answer"
    (more, verb), (less, other) = sorted(((tally.hold, HOLDS), (tally.fail, FAILS)), reverse=True)
    against = f" and {other} under {less:,}" if less else ""
    open_ = f"; under {tally.undetermined:,} they leave it open" if tally.undetermined else ""
    return f"The statement {verb} under {more:,} of {tally.total:,} readings that the data can answer{against}{open_}"


def _under_all(readings: int) -> str:
    return f" under all {readings:,} readings" if readings > 1 else " under the only reading"


def as_worded_text(account: Account) -> str:
    """`as worded: fails, 8.4 %`, with who counted."""
    outcome = account.as_worded
    if outcome is None or outcome.verdict == UNTESTABLE:
        reason = f" ({outcome.reason})" if outcome and outcome.reason else ""
        return f"as worded: untestable here{reason}"
    assert outcome.result
    return f"as worded: {outcome.verdict}, {value_text(outcome)}, {outcome.result.counted_by}"


def decided_text(account: Account) -> str:
    """What decides between the readings, in words; empty where they all go one way."""
    if account.verdict != "depends":
        return ""
    if not account.decided_by:
        return "no single choice, nor any pair of choices, decides it"
    decides = f"what decides is {', together with '.join(account.freedoms[n].text for n in account.decided_by)}"
    if not account.decided_within:
        return decides
    assert account.as_worded
    worded = account.as_worded.specification
    held = ", ".join(choice_text(account, n, worded.choice(n)) for n in account.decided_within)
    return f"read as worded ({held}), {decides}"


def nearest_truths(account: Account) -> list[tuple[Outcome, str]]:
    """What is true instead: the outcome under each choice of what decides, all else as worded, and its words."""
    start = account.as_worded
    if start is None or start.verdict == UNTESTABLE:
        return []
    names = account.decided_by or tuple(list(account.variance)[:1])
    if not names:
        return [(start, _own_words(start))]
    found: list[tuple[Outcome, str]] = []
    for outcome in account.tested:
        same = all(
            outcome.specification.choice(n) == start.specification.choice(n)
            for n in account.freedoms
            if n not in names
        )
        if same:
            words = ", ".join(choice_text(account, n, outcome.specification.choice(n)) for n in names)
            found.append((outcome, f"{outcome.verdict}: {value_text(outcome)} ({words})"))
    found = [pair for pair in found if pair[0] is start or _says_something(pair[0])]
    decided = [pair for pair in found if pair[0] is start or pair[0].verdict != UNDETERMINED]
    told = decided if len(decided) > 1 else found  # what nothing decides is no truth, where something is
    return sorted(told, key=lambda pair: pair[0] is not start)


def _says_something(outcome: Outcome) -> bool:
    """Whether its bounds exclude anything."""
    return not (outcome.result and outcome.row and says_nothing(outcome.row, outcome.result.unit))


def _own_words(outcome: Outcome) -> str:
    assert outcome.result and outcome.row
    return outcome.result.sentence(outcome.row)


def true_sentence(account: Account) -> str:
    """One quotable sentence that is true: the number of the reading as worded, in the words of its measure; nothing
    where that reading has no evidence, or none that says anything."""
    start = account.as_worded
    told = start is not None and start.verdict != UNTESTABLE and _says_something(start)
    return _own_words(start) if start and told else ""
