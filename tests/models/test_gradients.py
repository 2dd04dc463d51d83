"""Facts about gradients on their way to the optimizer."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.models import gradients


def make(scaled=False):
    variables = [keras.Variable(np.zeros(2, np.float32)), keras.Variable(0.0)]
    optimizer = keras.optimizers.SGD(1.0)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=8.0)
    optimizer.build(variables)
    return optimizer, variables


@pytest.mark.parametrize("scaled", [False, True])
def test_clipping_is_by_the_norm_of_all_with_the_scale_taken_off(scaled):
    optimizer, variables = make(scaled)
    scale = 8.0 if scaled else 1.0
    values = [tf.constant([3.0, 0.0]) * scale, tf.constant(4.0) * scale]
    gradients.apply(optimizer, values, variables, clip_norm=1.0)
    assert np.allclose(variables[0].numpy(), [-0.6, 0.0])
    assert np.allclose(variables[1].numpy(), -0.8)


def test_small_gradients_are_not_clipped():
    optimizer, variables = make()
    gradients.apply(
        optimizer, [tf.constant([0.3, 0.0]), tf.constant(0.4)], variables, 1
    )
    assert np.allclose(variables[0].numpy(), [-0.3, 0.0])


@pytest.mark.parametrize("clip_norm", [0.0, 1.0])
def test_an_infinite_scaled_gradient_changes_the_scale_alone(clip_norm):
    optimizer, variables = make(scaled=True)
    values = [tf.constant([np.inf, 0.0]), tf.constant(1.0)]
    gradients.apply(optimizer, values, variables, clip_norm)
    assert not variables[0].numpy().any() and variables[1].numpy() == 0
    assert float(optimizer.dynamic_scale) == 4.0
