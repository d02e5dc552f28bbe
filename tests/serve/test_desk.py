"""What a desk does while nothing is asked."""

import asyncio
from collections.abc import Iterator

from modelcensus.serve import desk


def test_steps_are_taken_only_while_nothing_is_under_way(monkeypatch):
    monkeypatch.setattr(desk, "PAUSE", 0)
    taken, under_way = [], {"a question"}

    def steps() -> Iterator[int]:
        for step in range(3):
            taken.append((step, set(under_way)))
            yield step

    async def idle() -> None:
        preparing = asyncio.create_task(desk._prepare(steps(), under_way))
        for _ in range(5):
            await asyncio.sleep(0)
        under_way.clear()
        await asyncio.wait_for(preparing, 5)

    asyncio.run(idle())
    assert taken == [(0, set()), (1, set()), (2, set())]
