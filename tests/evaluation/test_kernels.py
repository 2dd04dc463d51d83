"""Facts about the kernel distance between sets of pictures."""

import numpy as np
import pytest

from cartoongan_tf.evaluation.kernels import (
    HEIGHT,
    WINDOW,
    cut_windows,
    kernel_distance,
)


def draw(seed, count=60, channels=8, shift=0.0, spread=1.0):
    rng = np.random.default_rng(seed)
    return shift + spread * rng.normal(size=(count, channels))


def test_it_is_the_unbiased_estimate_of_the_cubic_kernels_discrepancy():
    x, y = draw(1, 5, 3), draw(2, 4, 3, shift=1)
    mean, deviation = y.mean(0), y.std(0)
    x, z = (x - mean) / deviation, (y - mean) / deviation

    def kernel(a, b):
        return (np.dot(a, b) / 3 + 1) ** 3

    within = [
        np.mean(
            [kernel(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i - j]
        )
        for s in (x, z)
    ]
    between = np.mean([kernel(a, b) for a in x for b in z])
    expected = sum(within) - 2 * between
    assert kernel_distance(draw(1, 5, 3), y) == pytest.approx(expected)


def test_two_halves_of_one_set_are_at_zero_on_average():
    distances = [kernel_distance(draw(2 * n), draw(2 * n + 1)) for n in range(40)]
    assert min(distances) < 0 < max(distances)
    assert abs(np.mean(distances)) < 0.1


def test_it_grows_with_a_shift_and_with_a_spread():
    own = draw(0)
    shifted = [kernel_distance(draw(1, shift=s), own) for s in (0, 0.5, 1, 2)]
    spread = [kernel_distance(draw(1, spread=s), own) for s in (1, 1.5, 2, 3)]
    assert shifted == sorted(shifted) and spread == sorted(spread)


def test_units_do_not_matter():
    x, y = draw(0, shift=1), draw(1)
    assert kernel_distance(7 * x + 3, 7 * y + 3) == pytest.approx(kernel_distance(x, y))


@pytest.mark.parametrize("x, y", (((1, 8), (9, 8)), ((9, 8), (9, 7)), ((9,), (9,))))
def test_sets_that_cannot_be_compared_are_refused(x, y):
    with pytest.raises(ValueError, match="two sets of at least two rows.*Received"):
        kernel_distance(np.zeros(x), np.zeros(y))


def test_windows_have_one_scale_whatever_the_pictures_size():
    rng = np.random.default_rng(0)
    sizes = ((100, 40), (288, 300), (900, 1200))
    pictures = [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]
    windows = cut_windows(pictures)
    assert windows.shape == (6, WINDOW, WINDOW, 3) and windows.dtype == np.uint8
    assert np.array_equal(windows, cut_windows(pictures))
    top = [
        np.array_equal(windows[2], pictures[1][t : t + WINDOW, left : left + WINDOW])
        for t in range(HEIGHT - WINDOW + 1)
        for left in range(300 - WINDOW + 1)
    ]
    assert sum(top) == 1
