"""Sources folded side by side, while the rows to come are being read: arrays leave the interpreter to the others."""

from collections.abc import Callable, Hashable, Iterator
from queue import Queue
from threading import Thread
from typing import Any

WAITING = 24
"""Items that wait at most for each worker: keeps memory flat."""


def side_by_side(items: Iterator[Any], take: Callable[..., None], key: Callable[[Any], Hashable]) -> None:
    """`take(*item)` for every item: those of one key in their order, those of different keys at the same time."""
    queues: dict[Hashable, Queue[Any]] = {}
    threads: list[Thread] = []
    failed: list[BaseException] = []

    def work(queue: "Queue[Any]") -> None:
        while (item := queue.get()) is not None:
            if not failed:
                try:
                    take(*item)
                except BaseException as error:
                    failed.append(error)

    try:
        for item in items:
            if failed:
                break
            name = key(item)
            if name not in queues:
                queues[name] = Queue(WAITING)
                threads.append(Thread(target=work, args=(queues[name],), daemon=True))
                threads[-1].start()
            queues[name].put(item)
    finally:
        for queue in queues.values():
            queue.put(None)
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
