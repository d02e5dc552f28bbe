"""Downloads since release over the tenth of the size class, as a query of the file that a ledger keeps of its releases."""

AGES = (7, 14, 30, 60, 90, 180, 365)
ONE_AGE = """
    select {age} as age, repository, size_class, released, low_{age} as low, high_{age} as high,
           case when not open_{age} and first_read <= zero_on + 2 * {age} then estimate_{age} end as value
    from read_parquet('{aged}') where zero_on + {age} <= date '{last}'
      and size_class <> 'unknown'
"""
RAM_BY_HAND = """
    with aged as ({ages}),
    tenth as (
        select size_class, age, list_min(max(low, 10)) as low, list_min(max(coalesce(value, low), 10)) as least,
               list_min(max(coalesce(value, high, 9e18), 10)) as most, list_min(max(coalesce(high, 9e18), 10)) as high
        from aged group by all having count(*) >= 10),
    base as (
        select size_class, age, max(low) over upto as low, max(least) over upto as least, max(most) over upto as most,
               max(high) over upto as high
        from tenth window upto as (partition by size_class order by age))
    select a.repository, a.age, case when b.least = b.most then a.value / nullif(b.least, 0) end as value, a.low / nullif(b.high, 0) as low,
           a.high / nullif(b.low, 0) as high
    from aged a join base b using (size_class, age)
    where a.released >= '{start}' and a.released < '{end}' order by a.age, a.repository
"""
