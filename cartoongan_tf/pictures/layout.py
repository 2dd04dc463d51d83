"""Several pictures on one, white between them; uint8 RGB all."""

import math

import numpy as np


def side_by_side(*pictures: np.ndarray, gap: int = 4) -> np.ndarray:
    """Joins uint8 pictures left to right on white, each at its own height."""
    return stack([picture.swapaxes(0, 1) for picture in pictures], gap).swapaxes(0, 1)


def stack(rows: list[np.ndarray], gap: int = 4) -> np.ndarray:
    """Puts uint8 pictures one above the other on white, each at its own width."""
    width = max(row.shape[1] for row in rows)
    height = sum(row.shape[0] for row in rows) + gap * (len(rows) - 1)
    sheet = np.full((height, width, 3), 255, np.uint8)
    top = 0
    for row in rows:
        sheet[top : top + row.shape[0], : row.shape[1]] = row
        top += row.shape[0] + gap
    return sheet


def lay_out(pictures: list[np.ndarray], gap: int = 4) -> np.ndarray:
    """Puts uint8 pictures on a sheet, in as many columns as make it about square."""
    height, width = np.mean([picture.shape[:2] for picture in pictures], axis=0)
    columns = max(1, math.ceil(math.sqrt(len(pictures) * height / width) - 0.3))
    each = math.ceil(len(pictures) / columns)
    chunks = [pictures[at : at + each] for at in range(0, len(pictures), each)]
    return side_by_side(*(stack(chunk, gap) for chunk in chunks), gap=3 * gap)
