"""Facts about the measures that a training can log."""

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.evaluation.distances import kernel_inception
from cartoongan_tf.models.kernel_distances import KernelDistance


def vectors(seed, count, shift=0.0):
    return np.float32(np.random.default_rng(seed).normal(shift, 1, (count, 6)))


def test_it_is_the_unbiased_distance_of_all_pictures_that_it_was_given():
    reference, given = vectors(0, 9), vectors(1, 11, 0.5)
    metric = KernelDistance(reference, lambda each: each, capacity=20)
    for part in (given[:4], given[4:]):
        metric.update_state(part)
    expected = kernel_inception(given, reference).value
    assert float(metric.result()) == pytest.approx(expected, rel=1e-4)
    metric.reset_state()
    metric.update_state(given[:5])
    expected = kernel_inception(given[:5], reference).value
    assert float(metric.result()) == pytest.approx(expected, rel=1e-4)


def test_only_the_newest_are_remembered_and_a_graph_may_update_it():
    reference, given = vectors(0, 9), vectors(1, 12, 0.5)
    metric = KernelDistance(reference, lambda each: each, capacity=5)
    update = tf.function(metric.update_state)
    for at in range(0, 12, 3):
        update(tf.constant(given[at : at + 3]))
    expected = kernel_inception(given[-5:], reference).value
    assert float(metric.result()) == pytest.approx(expected, rel=1e-4)


def test_what_is_no_set_is_refused():
    with pytest.raises(ValueError, match="`reference` must be.*Received"):
        KernelDistance(vectors(0, 1), lambda each: each)
    with pytest.raises(ValueError, match="`capacity` must be.*Received: capacity=1"):
        KernelDistance(vectors(0, 4), lambda each: each, capacity=1)
