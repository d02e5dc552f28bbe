"""What texts in logs mean: minutes, agents, addresses and targets, each worked out once, however many lines say it."""

from collections.abc import Sequence
from datetime import UTC

import duckdb
import pyarrow as pa

from modelcensus.counting.agents import Agent, told, unescaped
from modelcensus.counting.formats import LogFormat
from modelcensus.counting.moments import minute_of, zone_of
from modelcensus.counting.networks import Networks
from modelcensus.counting.policies import Policies
from modelcensus.counting.shapes import CANON, MARKS
from modelcensus.counting.targets import targets_sql

TABLES = (
    "moments (moment_key ubigint, minute bigint)",
    "asked_before (asked_key ubigint, target integer)",
    "agents_before (agent_key ubigint, agent integer)",
    "addresses (address_key ubigint, address varchar, marked tinyint)",
    "canon (canon_key ubigint, target integer, method varchar, kind varchar, repository varchar, route varchar,"
    " path varchar, pinned boolean)",
    "problems (target integer, problem varchar)",
)
"""By the hash of a text what it means. Target 0: no repository; below 0: a problem."""


class Meanings:
    """The texts met so far, in tables of an engine; new ones come in its tables `fresh` and `fresh_asked`."""

    def __init__(self, db: duckdb.DuckDBPyConnection, policies: Policies) -> None:
        self.db, self.prefix = db, policies.prefix
        self.networks = Networks.of(policies)
        self.names_addresses = bool(self.networks) or policies.keep == "visits"
        self.zone = UTC if policies.timezone == "UTC" else zone_of(policies.timezone)
        self.forget()

    def forget(self) -> None:
        """Start with nothing met."""
        for table in TABLES:
            self.db.execute(f"create or replace temp table {table}")
        self.agents: dict[Agent, int] = {}
        self.problems: dict[str, int] = {}
        self.impossible = False
        """Whether a time was met that there cannot be."""
        self.targets = 0

    def learn(self, form: LogFormat) -> None:
        """Work out what texts mean that were not met before."""
        new = """select moment_key, any_value(moment) from fresh anti join moments using (moment_key) group by 1"""
        moments = self.db.execute(new).fetchall()
        minutes = [minute_of(text, self.zone) for _, text in moments]
        self.impossible |= None in minutes
        self._insert("moments", moment_key=_keys(moments), minute=pa.array(minutes, pa.int64()))
        new = "select agent_key, any_value(agent) from fresh anti join agents_before using (agent_key) group by 1"
        agents = self.db.execute(new).fetchall()
        numbers = [self.agents.setdefault(told(text, form.escapes), len(self.agents) + 1) for _, text in agents]
        self._insert("agents_before", agent_key=_keys(agents), agent=pa.array(numbers, pa.int32()))
        if self.names_addresses:
            new = (
                "select address_key, any_value(address) from fresh anti join addresses using (address_key) group by 1"
            )
            found = self.db.execute(new).fetchall()
            marks = [MARKS.index(self.networks.mark(a)) for _, a in found]
            texts = pa.array([a for _, a in found], pa.string())
            self._insert("addresses", address_key=_keys(found), address=texts, marked=pa.array(marks, pa.int8()))
        self._learn_targets(form)

    def _learn_targets(self, form: LogFormat) -> None:
        self.db.execute("""create or replace temp table told_asked as
            select asked_key, any_value(asked) as asked from fresh_asked anti join asked_before using (asked_key)
            group by asked_key""")
        if form.escapes == "backslash" and self._any("told_asked where contains(asked, chr(92))"):
            self._unescape()
        self.db.execute(
            f"""create or replace temp table told_targets as
                select *, hash({CANON}) as canon_key
                from ({targets_sql("told_asked", form.has_paths, self.prefix)})"""
        )
        self.db.execute(
            f"""insert into canon select canon_key, {self.targets} + row_number() over (), {CANON} from (
                    select canon_key, {", ".join(f"any_value({c}) as {c}" for c in CANON.split(", "))} from told_targets
                    where kind is not null and problem is null group by canon_key)
                anti join canon using (canon_key)"""
        )
        self.targets = self.db.execute("select count(*) from canon").fetchall()[0][0]
        for (problem,) in self.db.execute(
            "select distinct problem from told_targets where problem is not null"
        ).fetchall():
            if problem not in self.problems:
                self.problems[problem] = -1 - len(self.problems)
                self.db.execute("insert into problems values (?, ?)", [self.problems[problem], problem])
        self.db.execute(
            """insert into asked_before
               select asked_key, coalesce(p.target, c.target, 0) from told_targets n left join problems p using (problem)
               left join canon c on c.canon_key = n.canon_key and n.problem is null and n.kind is not null"""
        )

    def _unescape(self) -> None:
        found = self.db.execute("select asked_key, asked from told_asked where contains(asked, chr(92))").fetchall()
        plain = [unescaped(a, "backslash").partition("?")[0] for _, a in found]
        rows = pa.table(
            {"asked_key": pa.array([k for k, _ in found], pa.uint64()), "plain": pa.array(plain, pa.string())}
        )
        self.db.register("plain_asked", rows)
        self.db.execute(
            "update told_asked set asked = p.plain from plain_asked p where p.asked_key = told_asked.asked_key"
        )
        self.db.unregister("plain_asked")

    def _insert(self, table: str, **columns: object) -> None:
        rows = pa.table(columns)
        if rows.num_rows:
            self.db.register("new_rows", rows)
            self.db.execute(f"insert into {table} select {', '.join(columns)} from new_rows")
            self.db.unregister("new_rows")

    def _any(self, table: str) -> bool:
        return bool(self.db.execute(f"select 1 from {table} limit 1").fetchall())


def _keys(rows: Sequence[tuple[int, str]]) -> pa.Array:
    return pa.array([k for k, _ in rows], pa.uint64())
