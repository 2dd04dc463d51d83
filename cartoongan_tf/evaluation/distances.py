"""Distances between two sets of feature vectors, with how far they may be off."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Estimate:
    """A figure and its standard error.

    Args:
        value: The figure.
        error: Its standard error, or None where there is none to tell.
        count: How many pictures it was made of.
    """

    value: float
    error: float | None
    count: int


def kernel_inception(features, reference, paired: bool = False) -> Estimate:
    """The kernel distance of Binkowski et al., over all of both sets, unbiased.

    The squared maximum mean discrepancy by the kernel `(x . y / d + 1) ** 3`. No
    subsets are drawn: every pair counts, and nothing is random. It may be below 0:
    the sets are as near as two halves of one then. The standard error is that of a
    jackknife over the pictures of both sets.

    Args:
        features: `(n, d)` of the pictures to judge, at least 3.
        reference: `(m, d)` of those to be like, at least 3.
        paired: Row n of both is of one photo. Such pairs are alike for that alone, and
            are left out; the estimate would be biased with them.

    Raises:
        ValueError: For fewer, where `d` differs, or for pairs of another number.

    Reference: M. Binkowski et al., "Demystifying MMD GANs", ICLR 2018, section 4.
    """
    x, y = _check(features, reference, 3, "for a kernel distance")
    n, m, channels = len(x), len(y), x.shape[1]
    if paired and n != m:
        raise ValueError(f"Pairs must be as many on both sides. Received: {n} and {m}")

    def kernel(one, other):
        return (one @ other.T / channels + 1) ** 3

    own_x, own_y, cross = kernel(x, x), kernel(y, y), kernel(x, y)
    rows_x = own_x.sum(1) - own_x.diagonal()
    rows_y = own_y.sum(1) - own_y.diagonal()
    if paired:
        return _paired(rows_x, rows_y, cross)
    cross_x, cross_y, total = cross.sum(1), cross.sum(0), cross.sum()
    within_x = rows_x.sum() / (n * (n - 1))
    within_y = rows_y.sum() / (m * (m - 1))
    value = within_x + within_y - 2 * total / (n * m)
    less_x = (
        (rows_x.sum() - 2 * rows_x) / ((n - 1) * (n - 2))
        + within_y
        - 2 * (total - cross_x) / ((n - 1) * m)
    )
    less_y = (
        within_x
        + (rows_y.sum() - 2 * rows_y) / ((m - 1) * (m - 2))
        - 2 * (total - cross_y) / (n * (m - 1))
    )
    variance = _spread(less_x) + _spread(less_y)
    return Estimate(float(value), float(np.sqrt(variance)), n)


def _paired(rows_x, rows_y, cross) -> Estimate:
    """The distance without a photo's own pair; the jackknife leaves pairs out."""
    n = len(cross)
    np.fill_diagonal(cross, 0)
    rows = rows_x + rows_y - cross.sum(1) - cross.sum(0)
    value = rows.sum() / (n * (n - 1))
    less = (rows.sum() - 2 * rows) / ((n - 1) * (n - 2))
    return Estimate(float(value), float(np.sqrt(_spread(less))), n)


def frechet(features, reference) -> Estimate:
    """The Fréchet distance of two normal distributions with these sets' moments.

    Biased upwards, all the more the fewer pictures there are, and without meaning where
    there are fewer than channels: those are refused. No standard error.

    Args:
        features: `(n, d)`, more than `d`.
        reference: `(m, d)`, more than `d`.

    Raises:
        ValueError: For fewer.

    Reference: M. Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge
    to a Local Nash Equilibrium", 2017. The trace of the root is taken from the
    eigenvalues of a symmetric product, which cannot become imaginary.
    """
    channels = np.shape(features)[-1] if np.ndim(features) == 2 else 0
    x, y = _check(features, reference, channels + 1, "for a Fréchet distance")
    gap = x.mean(0) - y.mean(0)
    one, other = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    one, other = np.atleast_2d(one), np.atleast_2d(other)
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ other @ root)
    middle = np.sqrt(np.maximum(inner, 0)).sum()
    value = gap @ gap + np.trace(one) + np.trace(other) - 2 * middle
    return Estimate(float(value), None, len(x))


def mean(values) -> Estimate | None:
    """The mean of pictures' figures and its standard error; None for none.

    What is not finite, as the PSNR of equal pictures, is left out.
    """
    values = np.array([v for v in values if v is not None and np.isfinite(v)])
    if not len(values):
        return None
    error = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
    return Estimate(
        float(values.mean()), None if error is None else float(error), len(values)
    )


def grouped(function, parts: list, groups: int = 10) -> Estimate:
    """A figure of a set, and its standard error by leaving out a group at a time.

    Args:
        function: Takes a list of parts, gives a number.
        parts: One for each picture.
        groups: How many groups they are dealt into.
    """
    value = float(function(parts))
    groups = min(groups, len(parts))
    if groups < 3:
        return Estimate(value, None, len(parts))
    without = [
        function([part for n, part in enumerate(parts) if n % groups != group])
        for group in range(groups)
    ]
    error = float(np.sqrt(_spread(np.array(without))))
    return Estimate(value, error, len(parts))


def _spread(leftout: np.ndarray) -> float:
    """The jackknife's variance of values that each left one out."""
    count = len(leftout)
    return (count - 1) / count * np.sum((leftout - leftout.mean()) ** 2)


def _check(features, reference, least: int, what: str) -> tuple:
    x, y = (np.asarray(each, np.float64) for each in (features, reference))
    if (
        x.ndim != 2
        or y.ndim != 2
        or x.shape[1] != y.shape[1]
        or min(len(x), len(y)) < least
    ):
        raise ValueError(
            f"Features must be two sets of at least {least} rows and of the same "
            f"channels {what}. Received: {x.shape} and {y.shape}"
        )
    return x, y
