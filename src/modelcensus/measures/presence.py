"""Since when a repository is known to have been there."""

FIRST_DAYS = """
    select repository, min(day) as day from (
        select repository, observed_on as day from facts
        union all select repository, created_at from facts where created_at is not null
        union all select repository, listed_on from lists
        union all select repository, period_start from observations where period_start is not null
        {seen})
    group by repository
"""
"""By repository: the first day on which it was created, listed or read; `seen`: further days, as `union all select ...`."""
