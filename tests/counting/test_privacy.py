"""What is kept of an address: nothing; and of its keyed hash: the key is destroyed."""

import time
from pathlib import Path

import pyarrow.parquet as pq
from logs import Request, nginx_json, write

from modelcensus.counting import Salts

ADDRESSES = ["203.0.113.77", "2001:db8:77:1::5"]
SECRET = "user-agent-of-jane-doe"


def everything(root: Path) -> bytes:
    """Every byte of a ledger, Parquet files read."""
    content = []
    for path in root.rglob("*"):
        if path.is_file():
            content.append(path.read_bytes())
            if path.suffix == ".parquet":
                content.append(str(pq.read_table(path).to_pylist()).encode())
    return b"".join(content)


def logs(tmp_path, seconds=0):
    sent = [Request(address=a, agent=f"curl/8.0 {SECRET}", seconds=seconds) for a in ADDRESSES]
    return write(tmp_path / "access.log", map(nginx_json, sent))


def test_no_address_and_no_agent_reaches_the_ledger(count, tmp_path):
    for keep in ("counts", "visits"):
        done = count(logs(tmp_path), options=["--policy", f"keep={keep}"], ledger=keep)
        assert done.total == 2
        content = everything(done.root)
        for text in (*ADDRESSES, SECRET):
            assert text.encode() not in content
        visitors = {r["visitor"] for r in done.rows("requests")}
        assert visitors == {None} if keep == "counts" else len(visitors - {None}) == 2


def test_a_line_that_is_set_aside_is_kept_without_its_address(count, tmp_path):
    line = nginx_json(Request(address=ADDRESSES[0])).replace("2026-11-23", "2026-02-31")
    done = count(write(tmp_path / "a.log", [line, nginx_json(Request())]))
    assert len(done.rows("set_aside")) == 1 and ADDRESSES[0].encode() not in everything(done.root)


def test_keys_are_of_a_day_and_are_destroyed(tmp_path):
    salts = Salts(tmp_path / "salts")
    today = int(time.time()) // 86_400
    first, second = salts.of(today - 40), salts.of(today)
    assert first != second and len(first) == 64 and salts.of(today) == second
    assert {oct(p.stat().st_mode & 0o777) for p in (tmp_path / "salts").glob("*.key")} == {"0o600"}
    assert salts.destroy_old() == 1
    assert [p.name for p in (tmp_path / "salts").glob("*.key")] == [f"{today}.key"]
    assert Salts(tmp_path / "salts").of(today) == second, "another run of the same day"
    assert salts.of(today - 40) != first, "what was destroyed does not come back"


def test_keys_of_past_days_are_gone_after_the_run(count, tmp_path):
    done = count(logs(tmp_path), options=["--policy", "dedup=tumbling"])
    assert "1 keys of hashed addresses destroyed" in done.said
    assert not list((done.root / "salts").glob("*.key"))


def test_visitors_of_a_day_are_the_same_in_later_files(count, tmp_path):
    """A window that two files share is one download, as long as the day's key is there."""
    now = time.time()
    seconds = int(now - now % 86_400 + 3600) - 1_795_435_200  # an hour into today, from logs.DAY
    first = write(tmp_path / "1.log", [nginx_json(Request(seconds=seconds))])
    second = write(tmp_path / "2.log", [nginx_json(Request(seconds=seconds + 60))])
    count(first, options=["--policy", "dedup=first-hit"])
    assert count(second, options=["--policy", "dedup=first-hit"]).total == 1
    assert list((tmp_path / "ledger" / "salts").glob("*.key")), "kept until the day is over"
