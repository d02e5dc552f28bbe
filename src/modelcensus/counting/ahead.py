"""Reading ahead: what comes next is made by another thread while this one works."""

from collections.abc import Generator, Iterator
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Iterator[T], most: int) -> Generator[T, None, None]:
    """The same items, of which up to `most` are made before they are asked for; an error comes where it happened.

    >>> list(ahead(iter("abc"), 2))
    ['a', 'b', 'c']
    """
    waiting: Queue[object] = Queue(most)
    stopped = Event()
    failed: list[BaseException] = []

    def make() -> None:
        try:
            for item in items:
                if stopped.is_set():
                    return
                waiting.put(item)
        except BaseException as error:
            failed.append(error)
        finally:
            waiting.put(_END)

    maker = Thread(target=make, name="reading ahead", daemon=True)
    maker.start()
    try:
        while (item := waiting.get()) is not _END:
            yield item  # type: ignore[misc]
        if failed:
            raise failed[0]
    finally:
        stopped.set()
        while maker.is_alive():  # it may wait for room
            if not waiting.empty():
                waiting.get_nowait()
            maker.join(0.01)
