"""Facts about U-GAT-IT's norms."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.networks.layers import InstanceNormalization
from cartoongan_tf.networks.norms import (
    AdaptiveLayerInstanceNormalization,
    LayerInstanceNormalization,
    SpectralConv2D,
)

RNG = np.random.default_rng(0)
# Channels of their own means and deviations: else both norms are nearly the same.
X = RNG.normal(0, 1, (2, 6, 5, 4)) * (1, 2, 3, 4) + (5, -3, 0, 1)
X = X.astype(np.float32)
GAMMA, BETA = (RNG.normal(1, 0.5, (2, 1, 1, 4)).astype(np.float32) for _ in range(2))


def layer_norm(x):
    """By definition, over the whole of each picture."""
    mean, variance = x.mean((1, 2, 3), keepdims=True), x.var((1, 2, 3), keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5)


def instance_norm(x):
    return np.asarray(InstanceNormalization()(x))


def make(kind, rho, x=X):
    layer = kind()
    inputs = [x, GAMMA, BETA] if kind is AdaptiveLayerInstanceNormalization else x
    layer(inputs)
    layer.rho.assign(np.broadcast_to(rho, (4,)))
    return layer


@pytest.mark.parametrize(
    "kind", [LayerInstanceNormalization, AdaptiveLayerInstanceNormalization]
)
def test_their_limits_are_instance_norm_and_layer_norm(kind):
    gamma, beta = np.float32(1), np.float32(0)
    inputs = X
    if kind is AdaptiveLayerInstanceNormalization:
        gamma, beta, inputs = GAMMA, BETA, [X, GAMMA, BETA]
    instance, layer = (f(X) * gamma + beta for f in (instance_norm, layer_norm))
    assert np.abs(instance - layer).max() > 1
    np.testing.assert_allclose(make(kind, 1.0)(inputs), instance, atol=2e-5)
    np.testing.assert_allclose(make(kind, 0.0)(inputs), layer, atol=2e-5)
    some = np.array([0, 0.25, 0.7, 1], np.float32)
    mixed = some * instance + (1 - some) * layer
    np.testing.assert_allclose(make(kind, some)(inputs), mixed, atol=2e-5)


def test_lin_begins_as_layer_norm_and_adalin_near_instance_norm():
    lin, adalin = LayerInstanceNormalization(), AdaptiveLayerInstanceNormalization()
    np.testing.assert_allclose(lin(X), layer_norm(X), atol=2e-5)
    adalin([X, GAMMA, BETA])
    assert np.allclose(adalin.rho, 0.9)


@pytest.mark.parametrize("push", [-1.0, 1.0])
@pytest.mark.parametrize("scaled", [False, True])
def test_training_keeps_rho_between_0_and_1(push, scaled):
    layer = make(LayerInstanceNormalization, 0.5)
    optimizer = keras.optimizers.SGD(1.0)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build([layer.rho])
    factor = optimizer.scale_loss(1.0) if scaled else 1.0
    optimizer.apply([tf.fill((4,), push) * factor], [layer.rho])
    assert np.array_equal(layer.rho, np.full(4, 0.0 if push > 0 else 1.0))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_norms_are_computed_in_thirty_two_bits(policy):
    layer = AdaptiveLayerInstanceNormalization(dtype=policy)
    loud = (X + 300).astype(np.float16 if "float16" == policy[6:] else np.float32)
    y = layer([tf.cast(loud, layer.compute_dtype), GAMMA, BETA])
    assert y.dtype == layer.compute_dtype
    same = AdaptiveLayerInstanceNormalization()(
        [tf.cast(tf.cast(loud, layer.compute_dtype), "float32"), GAMMA, BETA]
    )
    np.testing.assert_allclose(tf.cast(y, "float32"), same, atol=0.05)


# ---------------------------------------------------------------- spectral norms


def conv(**options):
    keras.utils.set_random_seed(1)
    layer = SpectralConv2D(8, 4, 2, **options)
    layer(np.zeros((1, 8, 8, 3), np.float32))
    # Far from 1, and with no gap between its singular values that would help.
    layer.kernel.assign(np.random.default_rng(2).normal(0, 3, layer.kernel.shape))
    return layer


def largest(kernel):
    """The largest singular value of a kernel as a matrix."""
    return np.linalg.svd(np.reshape(kernel, (-1, 8)), compute_uv=False)[0]


def test_the_largest_singular_value_tends_to_1():
    layer = conv()
    assert largest(layer.kernel) > 20
    apart = []
    for _ in range(60):
        layer(np.zeros((1, 8, 8, 3), np.float32), training=True)
        apart.append(abs(largest(layer.normalized()) - 1))
    assert apart[0] > 0.01 and apart[-1] < 1e-3
    assert largest(layer.kernel) > 20  # the optimizer's own is left as it is


def test_in_use_nothing_changes_and_in_training_the_direction_does():
    layer = conv()
    x = RNG.normal(size=(1, 8, 8, 3)).astype(np.float32)
    before = layer.direction.numpy()
    assert np.array_equal(layer(x), layer(x))
    assert np.array_equal(layer.direction, before)
    layer(x, training=True)
    assert not np.array_equal(layer.direction, before)


def test_it_is_the_convolution_with_the_divided_kernel():
    layer = conv()
    layer.bias.assign(np.arange(8.0))
    for _ in range(100):
        layer(np.zeros((1, 8, 8, 3), np.float32), training=True)
    x = RNG.normal(size=(2, 10, 9, 3)).astype(np.float32)
    kernel = layer.kernel.numpy() / largest(layer.kernel)
    expected = tf.nn.conv2d(x, kernel, 2, "VALID") + np.arange(8.0)
    np.testing.assert_allclose(layer(x), expected, atol=1e-4)
    assert layer.compute_output_shape((2, 10, None, 3)) == (2, 4, None, 8)


def test_scaling_the_kernel_changes_nothing_and_the_gradient_knows_it():
    layer = conv(use_bias=False)
    for _ in range(100):
        layer(np.zeros((1, 8, 8, 3), np.float32), training=True)
    x = RNG.normal(size=(1, 8, 8, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(layer(x) ** 2)
    gradient = tape.gradient(y, layer.kernel.value).numpy()
    along = np.sum(gradient * layer.kernel.numpy())
    size = np.linalg.norm(gradient) * np.linalg.norm(layer.kernel)
    assert abs(along) < 1e-3 * size > 0
    before = layer(x)
    layer.kernel.assign(layer.kernel * 7)
    np.testing.assert_allclose(layer(x), before, atol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        LayerInstanceNormalization(1e-3),
        AdaptiveLayerInstanceNormalization(1e-3),
        SpectralConv2D(5, 4, 2, False, keras.initializers.HeNormal(seed=1)),
    ],
)
def test_layers_are_remade_from_their_configs(layer):
    config = keras.saving.serialize_keras_object(layer)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(layer) and again.get_config() == layer.get_config()
