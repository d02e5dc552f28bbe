"""Hashes of addresses and sessions, keyed by the key of their day: what tells visitors apart and leads to no address."""

import duckdb
import pyarrow as pa

from modelcensus.counting.salts import Keys

HASHED = """
    create or replace temp table {name}_keys as
    select d.day, d.{key}, cast('0x' || sha256(k.key || '{name} ' || a.{text})[1:15] as bigint) as {name}
    from (select distinct instant // 86400 as day, {key} from reduced where {key} is not null) d
    join ({source}) a using ({key}) join day_keys k using (day)
"""
SESSIONS = "select distinct session_key, cast(session_key as varchar) as session from reduced"
OWN = "r.instant, v.visitor, s.session"
JOINED = """
    left join visitor_keys v on v.day = r.instant // 86400 and v.address_key = r.address_key
    left join session_keys s on s.day = r.instant // 86400 and s.session_key = r.session_key
"""


def key_visitors(db: duckdb.DuckDBPyConnection, keys: Keys) -> tuple[str, str]:
    """Make tables of the hashes of `reduced`; SQL of its columns instant, visitor, session, and of the joins they need."""
    days = [d for (d,) in db.execute("select distinct instant // 86400 from reduced").fetchall()]
    db.register(
        "new_rows", pa.table({"day": pa.array(days, pa.int64()), "key": pa.array(map(keys.of, days), pa.string())})
    )
    db.execute("create or replace temp table day_keys as select * from new_rows")
    db.unregister("new_rows")
    db.execute(HASHED.format(name="visitor", key="address_key", text="address", source="from addresses"))
    db.execute(HASHED.format(name="session", key="session_key", text="session", source=SESSIONS))
    db.execute("drop table day_keys")
    return OWN, JOINED
