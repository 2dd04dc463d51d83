"""Pixels that memory should not hold: arrays in files without a name.

The system reads their pages when they are touched, and takes them back when it needs
the memory; `release` gives them back at once.
"""

import mmap
import os
import tempfile
from pathlib import Path

import numpy as np


def folder() -> str | None:
    """A folder for large files: /tmp may lie in memory, /var/tmp does not.

    None for Python's own choice, which `TMPDIR` decides.
    """
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):
        return "/var/tmp" if Path("/var/tmp").is_dir() else None
    return None


def array(shape: tuple, dtype=np.uint8) -> np.ndarray:
    """An array of zeros on the disk, gone with the process or its last view.

    Args:
        shape: Of it, as numpy's.
        dtype: Of its values.

    Raises:
        OSError: When the disk has no room for it; now, not when it is filled.
    """
    with tempfile.TemporaryFile(dir=folder()) as file:
        size = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, max(1, size))
        return np.memmap(file, dtype, "w+", shape=shape)


def is_on_disk(pixels: np.ndarray) -> bool:
    """Whether an array is of `array`, or a view of one."""
    return getattr(pixels, "_mmap", None) is not None


def empty_like(pixels: np.ndarray) -> np.ndarray:
    """An array of the same shape and type, on the disk where `pixels` are."""
    if is_on_disk(pixels):
        return array(pixels.shape, pixels.dtype)
    return np.empty_like(pixels)


def release(*arrays: np.ndarray) -> None:
    """Gives back the memory of arrays' pages; the disk keeps what was written.

    Of arrays in memory nothing is changed.
    """
    for pixels in arrays:
        if is_on_disk(pixels) and hasattr(mmap, "MADV_DONTNEED"):
            pixels._mmap.madvise(mmap.MADV_DONTNEED)


STRIP = 2**21  # pixels that are looked at together


def average(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """A uint8 array made smaller: each pixel the mean of the area that it covers.

    Args:
        pixels: `(H, W, 3)` or `(H, W)`, no smaller than the result; read in strips.
        height: Of the result.
        width: Of it.
    """
    tall, wide = pixels.shape[:2]
    sums = np.zeros((height, width, *pixels.shape[2:]))
    step = max(1, STRIP // wide)
    for top in range(0, tall, step):
        rows = _narrow(pixels[top : top + step], width)
        release(pixels)
        # How much of each row of the result lies in each of these rows.
        first = top * height // tall
        end = -(-(top + len(rows)) * height // tall)
        begins = np.arange(first, end)[:, None] * (tall / height)
        row = np.arange(top, top + len(rows))[None]
        shared = np.minimum(begins + tall / height, row + 1) - np.maximum(begins, row)
        share = shared.clip(0) * (height / tall)
        sums[first:end] += np.tensordot(share, rows, 1)
    return np.rint(sums).astype(pixels.dtype)


def _narrow(rows: np.ndarray, width: int) -> np.ndarray:
    """Rows averaged to a width: differences of their sum from the left."""
    wide = rows.shape[1]
    total = np.zeros((len(rows), wide + 1, *rows.shape[2:]))
    np.cumsum(rows, axis=1, out=total[:, 1:])
    place = np.arange(width + 1) * (wide / width)
    left = np.minimum(place.astype(np.intp), wide - 1)
    share = (place - left).reshape(-1, *[1] * (rows.ndim - 2))
    total = total[:, left] + share * (total[:, left + 1] - total[:, left])
    return np.diff(total, axis=1) * (width / wide)
