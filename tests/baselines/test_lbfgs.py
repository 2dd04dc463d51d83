"""Facts about L-BFGS."""

from itertools import pairwise

import numpy as np
import tensorflow as tf

from cartoongan_tf.baselines.lbfgs import LBFGS


def valley(x):
    """Rosenbrock's, whose lowest place is (1, 1)."""
    loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    first = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2)
    return loss, tf.stack([first, 200 * (x[1] - x[0] ** 2)])


def test_it_finds_the_bottom_of_a_bent_valley():
    losses = []
    start = tf.constant([-1.2, 1.0], tf.float64)
    found = LBFGS(5).minimize(valley, start, 100, on_step=losses.append)
    assert np.allclose(found, 1, atol=1e-6)
    assert losses == sorted(losses, reverse=True) and len(losses) < 60


def test_it_takes_no_more_steps_than_it_may_and_ends_where_little_is_won():
    start = tf.constant([-1.2, 1.0], tf.float64)
    losses = []
    LBFGS(5).minimize(valley, start, 3, on_step=losses.append)
    assert len(losses) == 3
    losses = []
    LBFGS(5).minimize(valley, start, 100, 0.5, losses.append)
    shares = [1 - after / before for before, after in pairwise(losses)]
    assert all(share > 0.5 for share in shares[:-1]) and shares[-1] <= 0.5


def test_curvature_that_no_longer_holds_does_not_hinder():
    optimizer = LBFGS(5)
    start = tf.constant([-1.2, 1.0], tf.float64)
    optimizer.minimize(valley, start, 10)
    found = optimizer.minimize(
        lambda x: (tf.reduce_sum((x - 3) ** 4), 4 * (x - 3) ** 3), start, 60
    )
    assert np.allclose(found, 3, atol=0.05)


def test_at_the_bottom_it_stays():
    seen = []
    x = tf.constant([1.0, 1.0], tf.float64)
    assert np.array_equal(LBFGS().minimize(valley, x, 5, on_step=seen.append), x)
    zero = tf.zeros(3)
    flat = LBFGS().minimize(lambda x: (tf.reduce_sum(x**2), 2 * x), zero, 5)
    assert np.array_equal(flat, zero) and not seen
