"""PatchMatch: for every place of a map the place of another that it looks most like.

A field is an int array `(h, w, 2)`: for each place of the first map, row and column of
its match in the second. Maps are `(h, w, c)`; how alike two places are is the sum over
the patch around them of the products of the maps' vectors, beyond the border those of
the border. All places are searched at once: a match spreads not from pixel to pixel but
by jumps (jump flooding), as on a graphics card.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cartoongan_tf.baselines import patches

JUMPS = (8, 4, 2, 1)  # the code of Deep Image Analogy
CHUNK = 2**17  # floats of a gathered chunk: what stays in a core's cache
SETTLED = 1e-3  # it ends after a round that moves a smaller share of the matches


def match_all(a: np.ndarray, b: np.ndarray, side: int) -> np.ndarray:
    """The best match of each place among all; for small maps.

    Args:
        a: `(h, w, c)`.
        b: `(h', w', c)`.
        side: Of the patches, odd.

    Returns:
        A field of a's size.
    """
    every = []
    for each in (a, b):
        padded = np.pad(each, ((side // 2,) * 2,) * 2 + ((0, 0),), "edge")
        every.append(patches.cut(padded, side, *map(np.arange, each.shape[:2])))
    numbers = patches.best(*every)
    return np.stack(np.divmod(numbers, b.shape[1]), -1).reshape(*a.shape[:2], 2)


def match(a, b, side, field, radius, rounds, generator, on_round=None):
    """Betters a field: tries neighbours' matches, and random places around each match.

    Args:
        a: `(h, w, c)`.
        b: `(h', w', c)`.
        side: Of the patches, odd.
        field: To begin with.
        radius: How far from a match random places are tried at most; then half of it,
            and so on.
        rounds: At most so many.
        generator: `numpy.random.Generator`.
        on_round: Called after each round with the mean product a place.

    Returns:
        A field whose matches are nowhere worse.
    """
    compare = _Comparison(a, b, side)
    shape, limits = np.array(a.shape[:2]), np.array(b.shape[:2]) - 1
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    field = field.copy()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        scores = compare(pool, rows.ravel(), columns.ravel(), field.reshape(-1, 2))
        scores = scores.reshape(rows.shape)

        def offer(places, offered):
            """Takes what is better of matches offered to some places."""
            y, x = places
            known = field[y, x]
            new = (offered != known).any(-1)
            y, x, offered = y[new], x[new], offered[new]
            found = compare(pool, y, x, offered)
            better = found > scores[y, x]
            y, x = y[better], x[better]
            field[y, x], scores[y, x] = offered[better], found[better]

        for done in range(rounds):
            before = field.copy()
            for jump in JUMPS:
                for way in ((jump, 0), (-jump, 0), (0, jump), (0, -jump)):
                    y, x = rows + way[0], columns + way[1]
                    inside = (y >= 0) & (y < shape[0]) & (x >= 0) & (x < shape[1])
                    offered = field[y[inside], x[inside]] - way
                    offer((rows[inside], columns[inside]), np.clip(offered, 0, limits))
            reach = radius
            while reach >= 1:
                moves = generator.integers(-reach, reach + 1, field.shape)
                offered = np.clip(field + moves, 0, limits).reshape(-1, 2)
                offer((rows.ravel(), columns.ravel()), offered)
                reach //= 2
            if on_round is not None:
                on_round(float(scores.mean()))
            if done and (field != before).any(-1).mean() < SETTLED:
                break
    return field


class _Comparison:
    """Sums of products of two maps' patches."""

    def __init__(self, a, b, side):
        self.margin = side // 2
        border = ((self.margin,) * 2,) * 2 + ((0, 0),)
        a, b = (np.pad(each, border, "edge") for each in (a, b))
        self.widths = a.shape[1], b.shape[1]
        self.a, self.b = (
            np.ascontiguousarray(each, np.float32).reshape(-1, each.shape[-1])
            for each in (a, b)
        )
        self.step = max(64, CHUNK // a.shape[-1])

    def __call__(self, pool, y, x, offered):
        """For places and what is offered to each, `(n, 2)`: `(n,)`."""
        a_width, b_width = self.widths
        p = y * a_width + x  # the patch's corner in the padded map
        q = offered[:, 0] * b_width + offered[:, 1]
        found = np.empty(len(p), np.float32)

        def work(at):
            part = slice(at, at + self.step)
            ours, theirs = p[part], q[part]
            total = np.zeros(len(ours), np.float32)
            for dy in range(2 * self.margin + 1):
                for dx in range(2 * self.margin + 1):
                    first = self.a.take(ours + (dy * a_width + dx), 0)
                    second = self.b.take(theirs + (dy * b_width + dx), 0)
                    total += np.einsum("nc,nc->n", first, second)
            found[part] = total

        list(pool.map(work, range(0, len(p), self.step)))
        return found


def upsample(field: np.ndarray, shape, other) -> np.ndarray:
    """A field for maps of twice the size.

    Args:
        field: `(h, w, 2)`.
        shape: Height and width of the larger first map.
        other: Of the larger second map.

    Returns:
        A field of `shape`.
    """
    y, x = np.mgrid[: shape[0], : shape[1]]
    near = field[np.minimum(y // 2, field.shape[0] - 1)[:, 0]]
    near = near[:, np.minimum(x // 2, field.shape[1] - 1)[0]]
    # A last odd row or column has no half: it goes on from the one before.
    inner = np.stack([y, x], -1)
    inner -= 2 * np.minimum(inner // 2, np.array(field.shape[:2]) - 1)
    return np.minimum(2 * near + inner, np.array(other[:2]) - 1)


def warp(values: np.ndarray, field: np.ndarray) -> np.ndarray:
    """What the second map has at each place's match: `(h, w, c)`."""
    return values[field[..., 0], field[..., 1]]


def vote(values: np.ndarray, field: np.ndarray, side: int) -> np.ndarray:
    """The mean of what all matched patches that cover a place say of it.

    Args:
        values: Of the second map's places, `(h', w', c)`.
        field: `(h, w, 2)`.
        side: Of the patches, odd.

    Returns:
        float32 `(h, w, c)`.
    """
    height, width = field.shape[:2]
    total = np.zeros((height, width, values.shape[-1]), np.float32)
    count = np.zeros((height, width, 1), np.float32)
    margin = side // 2
    for dy in range(-margin, margin + 1):
        for dx in range(-margin, margin + 1):
            # The patch of the place (y + dy, x + dx) covers (y, x).
            y = slice(max(0, -dy), min(height, height - dy))
            x = slice(max(0, -dx), min(width, width - dx))
            near = field[
                max(0, dy) : height + min(0, dy), max(0, dx) : width + min(0, dx)
            ]
            said = near - (dy, dx)
            inside = ((said >= 0) & (said < values.shape[:2])).all(-1)[..., None]
            said = np.clip(said, 0, np.array(values.shape[:2]) - 1)
            total[y, x] += inside * values[said[..., 0], said[..., 1]]
            count[y, x] += inside
    return total / count  # its own patch always covers it
