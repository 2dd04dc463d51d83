"""How much memory there is to be had, and what is taken."""

import ctypes
import os
import re
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available() -> int | None:
    """Bytes that can be taken without swapping; None where the system does not tell.

    In a container it is the container's limit that counts.
    """
    limits = []
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        pass
    try:
        most = int((_CGROUP / "memory.max").read_text())
        limits.append(most - int((_CGROUP / "memory.current").read_text()))
    except (OSError, ValueError):  # no container, or "max"
        pass
    return max(0, min(limits)) if limits else None


def taken() -> int:
    """Bytes that this process takes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def left(most: int | None = None) -> int | None:
    """Bytes that this process may still take; None where nobody says.

    Args:
        most: That it may take in all, by the user's word; None for what is free.
    """
    if most is not None:
        return max(0, most - taken())
    free = available()
    # Files that were read or written count as free, and are wanted again.
    return None if free is None else int(0.9 * free)


def trim() -> None:
    """Gives back what the C library keeps of freed memory, where it can be asked to.

    It keeps pieces for every thread, and after some hundred large arrays of changing
    sizes those come to hundreds of megabytes that nobody uses.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):  # no glibc
        pass


MOST_PIXELS = 800_000_000  # of a photo: beyond it a file is taken for a bomb
PIXELS_RULE = f"A photo must have at most {MOST_PIXELS // 10**6} megapixels."
LARGE = 2**29  # bytes, from which on it is asked whether they are free
BYTES_TO_READ = 16  # a pixel, while decoding: Pillow's four, ours, and copies between


class TooLarge(ValueError):
    """A photo has more pixels than may be, or than memory has room for."""


def check_pixels(height: int, width: int) -> None:
    """Checks that a photo is no bomb."""
    if height * width > MOST_PIXELS:
        raise TooLarge(f"{PIXELS_RULE} Received {width}x{height}")


def check_reading(height: int, width: int, most: int | None = None) -> None:
    """Checks that a photo of this size can be decoded in memory.

    Args:
        height: Of it.
        width: Of it.
        most: As in `left`.

    Raises:
        TooLarge: When it cannot.
    """
    need = height * width * BYTES_TO_READ
    free = left(most) if need > LARGE else None
    if free is not None and need > free:
        raise TooLarge(
            f"A photo must fit in memory. Received: {width}x{height} pixels, which "
            f"take {need / 2**30:.1f} GiB to read, of {free / 2**30:.1f} GiB free"
        )


UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def parse(text: str) -> int:
    """Bytes of what a user writes: `2G`, `1.5GiB`, `800M`, `2147483648`.

    Raises:
        ValueError: When it is no positive number with such an ending.
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", text.lower())
    size = int(float(found[1]) * UNITS[found[2]]) if found else 0
    if size < 1:
        raise ValueError(
            "`--max-memory` must be a number of bytes, or one that ends in K, M or G, "
            f"such as 2G. Received: {text}"
        )
    return size
