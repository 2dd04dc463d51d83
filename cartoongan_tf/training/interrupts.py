"""Ctrl-C and SIGTERM between two steps, not in the middle of one."""

import signal
import sys
from contextlib import contextmanager


@contextmanager
def caught(stop):
    """Calls `stop` on the first Ctrl-C or SIGTERM; a second one ends the work at once.

    Args:
        stop: Notes that the work is to end; what is under way goes on until it looks.
    """
    asked = False

    def catch(number, frame):
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        stop()
        print("\nStopping after this step, saving ...", file=sys.stderr)

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, catch)
    except ValueError:
        pass  # not in the main thread: there signals are the caller's affair
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
