"""Many photos through one function by several threads: in order, within memory."""

import os
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

MOST = 8  # threads: beyond, decoding and Python's own lock are what is waited for


def count_threads(side_by_side: bool, items: int) -> int:
    """How many threads to draw with.

    Args:
        side_by_side: Whether several photos are drawn faster at once; where not, two
            threads still read and write while a third photo is drawn.
        items: How many photos there are.
    """
    cores = os.cpu_count() or 1
    return max(1, min(MOST, cores if side_by_side else 2, items))


def share_cores(items: int) -> int:
    """With how many threads each photo is drawn, where several are drawn at once."""
    cores = os.cpu_count() or 1
    return max(1, cores // count_threads(True, items))


def each(function, items, threads: int):
    """Yields `function(item)` for each item, in order, worked on a few items ahead.

    What it raises is raised at its turn, and no further item is begun.

    Args:
        function: Called by any of the threads.
        items: Any iterable; read no further than is worked on.
        threads: How many; with one it is a plain loop.
    """
    if threads == 1:
        yield from map(function, items)
        return
    begun = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                begun.append(pool.submit(function, item))
                if len(begun) >= 2 * threads:  # so many results at most lie about
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


class Budget:
    """Memory that threads share: who would need more than is left waits.

    What needs more than all of it is let in when nobody else is, so that it fares as it
    would alone.

    Args:
        total: Bytes; None for any number.
    """

    def __init__(self, total: int | None):
        self._total = total
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def share(self):
        """Gives a function that takes bytes; at the end they are given back."""
        held = 0

        def take(need: int) -> None:
            nonlocal held
            with self._changed:
                self._changed.wait_for(lambda: self._fits(need, held))
                held += need
                self._taken += need

        try:
            yield take
        finally:
            with self._changed:
                self._taken -= held
                self._changed.notify_all()

    def _fits(self, need, held) -> bool:
        others = self._taken - held
        return not others or self._total is None or self._taken + need <= self._total
