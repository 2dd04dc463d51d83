"""The largest upright rectangle that fits into a shape."""

import numpy as np


def largest_rectangle(free: np.ndarray, step: int = 4) -> tuple[int, int, int, int]:
    """The largest upright rectangle in which everything is free.

    It is looked for on a grid and then widened to the pixel, so it may miss the
    largest by less than `step` pixels a side.

    Args:
        free: bool `(H, W)`.
        step: Pixels of a side of the grid's cells.

    Returns:
        Left, top, right and bottom, the last two exclusive; all 0 where nothing fits.
    """
    height, width = free.shape
    rows, columns = height // step, width // step
    if not rows or not columns:
        return (0, 0, 0, 0) if step == 1 else largest_rectangle(free, 1)
    cells = free[: rows * step, : columns * step]
    cells = cells.reshape(rows, step, columns, step).all(axis=(1, 3))
    left, top, right, bottom = (step * side for side in _largest(cells))
    if right == left:
        return (0, 0, 0, 0)
    for _ in range(step):  # a cell's worth on every side
        if left and free[top:bottom, left - 1].all():
            left -= 1
        if right < width and free[top:bottom, right].all():
            right += 1
        if top and free[top - 1, left:right].all():
            top -= 1
        if bottom < height and free[bottom, left:right].all():
            bottom += 1
    return left, top, right, bottom


def _largest(cells: np.ndarray) -> tuple[int, int, int, int]:
    """The largest rectangle under a histogram that grows row by row."""
    best, found = 0, (0, 0, 0, 0)
    heights = np.zeros(cells.shape[1], int)
    for row, line in enumerate(cells):
        heights = np.where(line, heights + 1, 0)
        stack: list[tuple[int, int]] = []  # begin and height, rising
        for column, height in enumerate([*heights.tolist(), 0]):
            begin = column
            while stack and stack[-1][1] >= height:
                begin, tall = stack.pop()
                if tall * (column - begin) > best:
                    best = tall * (column - begin)
                    found = (begin, row - tall + 1, column, row + 1)
            stack.append((begin, height))
    return found
