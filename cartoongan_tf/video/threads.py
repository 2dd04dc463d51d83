"""Decoder and encoder beside the network: a thread each, a few frames between."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator

WAIT = 0.1  # seconds between two looks at whether the other side has ended


def ahead(items: Iterable, size: int = 4) -> Iterator:
    """The same items, made in another thread, at most `size` of them in advance.

    What is raised there is raised here, in its turn.
    """
    made: queue.Queue = queue.Queue(size)
    stop = threading.Event()

    def put(kind, value):
        while not stop.is_set():
            try:
                return made.put((kind, value), timeout=WAIT)
            except queue.Full:
                continue

    def work():
        try:
            for item in items:
                put("item", item)
                if stop.is_set():
                    return
            put("end", None)
        except BaseException as error:  # any: the other thread raises it again
            put("error", error)
        finally:
            if hasattr(items, "close"):
                items.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = made.get()
            if kind == "item":
                yield value
            elif kind == "error":
                raise value
            else:
                return
    finally:
        stop.set()
        thread.join()


class Behind:
    """Hands items to a function that takes them in another thread, in order.

    Args:
        take: The function.
        size: So many items wait for it at most.
    """

    def __init__(self, take: Callable, size: int = 4):
        self._items: queue.Queue = queue.Queue(size)
        self._error: BaseException | None = None
        self._ended = threading.Event()
        self._take = take
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while not self._ended.is_set():
            try:
                kind, item = self._items.get(timeout=WAIT)
            except queue.Empty:
                continue
            if kind == "end":
                return
            try:
                self._take(*item)
            except BaseException as error:  # any: the other thread raises it again
                self._error = error
                self._ended.set()

    def put(self, *item) -> None:
        """Hands on one item; raises what the function raised for an earlier one."""
        self._put("item", item)

    def _put(self, kind, item):
        while not self._ended.is_set():
            try:
                return self._items.put((kind, item), timeout=WAIT)
            except queue.Full:
                continue
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Waits until all is taken; raises what the function raised."""
        self._put("end", None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """Ends at once; what waits is dropped."""
        self._ended.set()
        self._thread.join()
