"""Facts about the distances between sets, and how far they may be off."""

import numpy as np
import pytest

from cartoongan_tf.evaluation.distances import (
    frechet,
    grouped,
    kernel_inception,
    mean,
)


def draw(seed, count, channels=4, shift=0.0):
    return shift + np.random.default_rng(seed).normal(size=(count, channels))


def by_hand(x, y, paired=False):
    """The definition, a pair at a time."""

    def kernel(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    def within(s):
        return np.mean(
            [kernel(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j]
        )

    cross = [
        kernel(a, b)
        for i, a in enumerate(x)
        for j, b in enumerate(y)
        if not (paired and i == j)
    ]
    return within(x) + within(y) - 2 * np.mean(cross)


def test_the_kernel_distance_is_its_definition_over_every_pair():
    x, y = draw(1, 7, shift=0.5), draw(2, 5)
    assert kernel_inception(x, y).value == pytest.approx(by_hand(x, y))


def test_its_error_is_the_jackknifes():
    x, y = draw(1, 7, shift=0.5), draw(2, 5)
    variance = 0.0
    for own, other, turn in ((x, y, 1), (y, x, -1)):
        left = [
            by_hand(*(np.delete(own, n, 0), other)[::turn]) for n in range(len(own))
        ]
        variance += (len(own) - 1) * np.var(left)
    assert kernel_inception(x, y).error == pytest.approx(np.sqrt(variance))


def test_pairs_of_one_photo_do_not_count_among_pairs():
    x = draw(1, 6)
    y = x + 0.1 * draw(2, 6)
    found = kernel_inception(x, y, paired=True)
    assert found.value == pytest.approx(by_hand(x, y, paired=True))
    left = [by_hand(np.delete(x, n, 0), np.delete(y, n, 0), True) for n in range(6)]
    assert found.error == pytest.approx(np.sqrt(5 * np.var(left)))
    # Against itself a set is at 0, and not as far below as its own pairs would take it.
    assert kernel_inception(x, x, paired=True).value == pytest.approx(0, abs=1e-12)
    assert kernel_inception(x, x).value < -0.1


def test_halves_of_one_set_scatter_about_0_as_far_as_the_error_says():
    found = [kernel_inception(draw(2 * n, 30), draw(2 * n + 1, 30)) for n in range(60)]
    values = np.array([each.value for each in found])
    errors = np.array([each.error for each in found])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(60)
    assert 0.5 < errors.mean() / values.std() < 2


def test_the_frechet_distance_is_that_of_a_matrix_root():
    linalg = pytest.importorskip("scipy.linalg")
    x, y = draw(1, 40, shift=0.3) @ draw(3, 4), draw(2, 50)
    one, other = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = linalg.sqrtm(one @ other).real
    gap = np.sum((x.mean(0) - y.mean(0)) ** 2)
    expected = gap + np.trace(one + other - 2 * root)
    assert frechet(x, y).value == pytest.approx(expected)
    assert frechet(x, x).value == pytest.approx(0, abs=1e-6)


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match="at least 5 rows.*Fréchet.*Received"):
        frechet(draw(0, 4), draw(1, 40))
    with pytest.raises(ValueError, match="at least 3 rows.*Received"):
        kernel_inception(draw(0, 2), draw(1, 40))
    with pytest.raises(ValueError, match="Pairs must be as many.*5 and 4"):
        kernel_inception(draw(0, 5), draw(1, 4), paired=True)


def test_means_have_standard_errors_and_leave_out_what_is_infinite():
    found = mean([1.0, 3.0, float("inf"), None])
    assert (found.value, found.count) == (2.0, 2)
    assert found.error == pytest.approx(1.0)
    assert mean([5.0]).error is None and mean([float("inf")]) is None


def test_a_mean_by_groups_has_about_the_means_error():
    values = list(np.random.default_rng(0).normal(size=200))
    found = grouped(np.mean, values)
    assert found.value == pytest.approx(np.mean(values))
    assert found.error == pytest.approx(np.std(values) / np.sqrt(200), rel=0.6)
    assert grouped(np.mean, [1.0, 2.0]).error is None
