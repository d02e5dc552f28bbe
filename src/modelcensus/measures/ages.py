"""The age of a repository as a dimension of a quantity: from its release to the start of the span."""

from modelcensus.vocabulary.names import AGE_EDGES, AGES


def age_sql(start: str, released: str = "c.released") -> str:
    """SQL of the age (one of `AGES`) on the day `start`; both are SQL of days.

    >>> age_sql("date '2026-04-01'").split(" when ")[2]
    "c.released >= date '2026-04-01' then 'new'"
    """
    younger = " ".join(
        f"when {released} > {start} - {days} then '{age}'" for days, age in zip(AGE_EDGES, AGES[1:], strict=False)
    )
    return (
        f"case when {released} is null then '{AGES[-1]}' when {released} >= {start} then '{AGES[0]}'"
        f" {younger} else '{AGES[-2]}' end"
    )
