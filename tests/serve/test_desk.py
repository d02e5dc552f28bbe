"""What a desk does while nothing is asked."""

import asyncio

from anyio.from_thread import start_blocking_portal

from modelcensus.serve import desk


def test_sums_are_made_only_while_nothing_is_under_way(monkeypatch):
    monkeypatch.setattr(desk, "PAUSE", 0)
    taken, under_way = [], {"a question"}

    def make() -> bool:
        taken.append(set(under_way))
        return len(taken) < 3

    async def idle() -> None:
        preparing = asyncio.create_task(desk._prepare(make, under_way))
        for _ in range(5):
            await asyncio.sleep(0)
        under_way.clear()
        await asyncio.wait_for(preparing, 5)

    with start_blocking_portal() as portal:
        portal.call(idle)
    assert taken == [set()] * 3
