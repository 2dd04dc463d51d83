"""Patches of maps: cut out, compared, and put back into a map."""

import numpy as np

CHUNK = 2**24  # floats of correlations held at once


def starts(length: int, side: int, stride: int) -> np.ndarray:
    """Where patches begin along one side: every `stride`, and the last that fits."""
    last = length - side
    return np.unique(np.append(np.arange(0, last + 1, stride), last))


def cut(maps: np.ndarray, side: int, rows: np.ndarray, columns: np.ndarray):
    """Square patches of a map.

    Args:
        maps: `(H, W, C)`, with sides of at least `side`.
        side: Of a patch.
        rows: Where patches begin, of `starts`.
        columns: Likewise.

    Returns:
        `(len(rows) * len(columns), side * side * C)`, rows of patches after each other.
    """
    windows = np.lib.stride_tricks.sliding_window_view(maps, (side, side), (0, 1))
    chosen = windows[rows][:, columns].transpose(0, 1, 3, 4, 2)
    return np.ascontiguousarray(chosen).reshape(len(rows) * len(columns), -1)


def put_back(patches: np.ndarray, shape, side: int, rows, columns):
    """The map that patches make where each place is the mean of those that cover it.

    Args:
        patches: As `cut` gave them.
        shape: Of the map, `(H, W, C)`.
        side: As in `cut`, and so are `rows` and `columns`.

    Returns:
        The map, 0 where no patch lies, and `(H, W, 1)`: 1 where one does, else 0.
    """
    total, count = np.zeros(shape, np.float32), np.zeros((*shape[:2], 1), np.float32)
    each = patches.reshape(len(rows), len(columns), side, side, shape[-1])
    for y in range(side):
        for x in range(side):
            place = np.ix_(rows + y, columns + x)
            total[place] += each[:, :, y, x]
            count[place] += 1
    return total / np.maximum(count, 1), np.minimum(count, 1)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors along the last axis, each divided by its length; 0 stays 0."""
    lengths = np.sqrt(np.einsum("...c,...c->...", vectors, vectors))[..., None]
    return vectors / np.maximum(lengths, 1e-12)


def best(patches: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each of `patches` the number of that of `others` with the largest product.

    With `unit(others)` that is the largest normalized cross-correlation. The first of
    equals.
    """
    step = max(1, CHUNK // len(others))
    return np.concatenate(
        [
            np.argmax(patches[at : at + step] @ others.T, axis=1)
            for at in range(0, len(patches), step)
        ]
    )
