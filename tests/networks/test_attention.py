"""Facts about U-GAT-IT's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.attention import (
    LEAST_SIZE,
    AttentionDiscriminator,
    AttentionGenerator,
    ClassActivation,
)


def photo(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def test_the_generator_has_the_parameters_of_the_published_code():
    network = AttentionGenerator()
    # 10,589,888 there; we have two affine numbers for each channel that an instance
    # norm normalizes: 64, 128, 256, and 256 in eight.
    assert network.count_params() == 10_589_888 + 2 * (64 + 128 + 256 + 8 * 256)
    # The full form, which is not built: a layer that reads 64 x 64 pixels of 256
    # channels in place of their means. The paper says 279.0 million.
    full = 10_589_888 - 256 * 256 + 64 * 64 * 256 * 256
    assert full == 278_959_808
    said = network.get_layer("said1")
    assert said.count_params() == 256 * 256 and said.input.shape == (None, 1, 1, 256)


def test_the_discriminators_have_the_parameters_of_the_published_code():
    network = AttentionDiscriminator()
    local, wide = 0, 0
    for weight in network.trainable_variables:
        size = int(np.prod(weight.shape))
        part = weight.path.split("/")[-2]
        local, wide = (local + size, wide) if "local" in part else (local, wide + size)
    assert local + wide == 56_420_736
    assert (local, wide) == (3_290_560, 53_130_176)
    # Beside them the power iterations' directions, one number for each channel.
    channels = 64 + 128 + 256 + 512 + 1
    channels += 64 + 128 + 256 + 512 + 1024 + 2048 + 1
    assert network.count_params() == 56_420_736 + channels


@pytest.mark.parametrize("size", [(8, 8), (12, 8), (36, 20), (64, 48)])
def test_any_size_that_is_a_multiple_of_4_is_drawn(size):
    network = AttentionGenerator(2, 1)
    x = photo(2, *size, 3)
    y = np.asarray(network(x))
    assert y.shape == x.shape and np.abs(y).max() <= 1
    assert np.allclose(y[:1], network(x[:1]), atol=1e-5)  # each picture by itself


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (21, 30), (65, 40)])
def test_odd_photos_are_drawn_by_the_cartoonizer(size, tmp_path):
    network = AttentionGenerator(2, 1)
    network.save(tmp_path / "g.keras")
    levels = np.random.default_rng(0).integers(0, 256, (*size, 3)).astype(np.uint8)
    options = {"draw_size": "full", "color": "style"}
    cartoon = Cartoonizer(tmp_path / "g.keras", **options)(levels)
    assert cartoon.shape == levels.shape and cartoon.dtype == np.uint8
    assert np.array_equal(cartoon, Cartoonizer(network, **options)(levels))


def test_a_file_gives_the_same_generator(tmp_path):
    network = AttentionGenerator(3, 2)
    for weight in network.weights:
        weight.assign(weight + 0.01)
    network.save(tmp_path / "g.keras")
    again = load_generator(tmp_path / "g.keras")
    assert type(again) is AttentionGenerator
    assert again.get_config() == network.get_config()
    x = photo(1, 16, 24, 3)
    assert np.array_equal(again(x), network(x))


def test_gamma_and_beta_are_those_of_the_picture():
    network = AttentionGenerator(4, 1)
    said = keras.Model(
        network.input, [network.get_layer(name).output for name in ("gamma", "beta")]
    )
    # As strong a light, another picture: their means differ through the norms' shares.
    one, other = said(photo(1, 32, 32, 3)), said(photo(1, 32, 32, 3, seed=1) ** 3)
    for mine, its in zip(one, other, strict=True):
        assert mine.shape == (1, 1, 1, 16)
        assert np.abs(mine - its).max() > 1e-4


# ---------------------------------------------------------------- attention


def test_class_activation_weighs_channels_and_answers_mean_and_maximum():
    layer, x = ClassActivation(), photo(2, 5, 4, 3)
    y = np.asarray(layer(x))
    kernel = layer.kernel.numpy()
    assert y.shape == (2, 5, 4, 6)
    np.testing.assert_allclose(y[..., :3], x * kernel[0], atol=1e-6)
    np.testing.assert_allclose(y[..., 3:], x * kernel[1], atol=1e-6)
    logits = np.asarray(layer.logits(x))
    np.testing.assert_allclose(logits[:, 0], x.mean((1, 2)) @ kernel[0], atol=1e-6)
    np.testing.assert_allclose(logits[:, 1], x.max((1, 2)) @ kernel[1], atol=1e-6)


def test_in_a_discriminator_the_classifiers_have_norm_1():
    layer, x = ClassActivation(spectral=True), photo(2, 5, 4, 3)
    y, logits = np.asarray(layer(x)), np.asarray(layer.logits(x))
    kernel = layer.kernel.numpy()
    layer.kernel.assign(9 * kernel)
    np.testing.assert_allclose(layer.logits(x), logits, atol=1e-5)
    unit = kernel / np.linalg.norm(kernel, axis=1, keepdims=True)
    np.testing.assert_allclose(logits[:, 1], x.max((1, 2)) @ unit[1], atol=1e-5)
    np.testing.assert_allclose(layer(x), 9 * y, atol=1e-5)  # weighs as it is


def test_pools_are_for_training_alone():
    """A generator draws without its classifiers' answers: tiles need no maximum."""
    names = {layer.name for layer in AttentionGenerator(2, 1).layers}
    assert "cam" in names and not any("logits" in name for name in names)


# ---------------------------------------------------------------- discriminators


def test_the_discriminators_answer_in_four_parts():
    network = AttentionDiscriminator(2)
    shapes = [tuple(y.shape) for y in network(photo(3, 256, 256, 3))]
    assert shapes == [(3, 30, 30, 1), (3, 2), (3, 6, 6, 1), (3, 2)]
    shapes = [tuple(y.shape) for y in network(photo(1, LEAST_SIZE, 100, 3))]
    assert shapes == [(1, 10, 10, 1), (1, 2), (1, 1, 1, 1), (1, 2)]


@pytest.mark.parametrize(("part", "reach"), [(0, 70), (2, 286)])
def test_local_and_global_logits_see_as_far_as_said(part, reach):
    network = AttentionDiscriminator(1)
    x = tf.Variable(photo(1, 640, 640, 3))
    with tf.GradientTape() as tape:
        y = network(x)[part]
        middle = y.shape[1] // 2
        told = y[0, middle, middle, 0]
    touched = np.abs(tape.gradient(told, x)[0]).sum(-1) > 0
    assert touched.any(1).sum() == touched.any(0).sum() == reach


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_sixteen_bits_answer_and_draw_in_thirty_two(policy):
    keras.utils.set_random_seed(0)
    exact = AttentionDiscriminator(4)
    network = AttentionDiscriminator(4, dtype=policy)
    network.set_weights(exact.get_weights())
    x = photo(1, 96, 96, 3)
    for mine, its in zip(network(x), exact(x), strict=True):
        assert mine.dtype == "float32"
        assert np.abs(mine - its).max() < 0.02
    assert AttentionGenerator(2, 1, dtype=policy)(x).dtype == "float32"


def test_networks_round_trip_with_what_they_share(tmp_path):
    network = AttentionDiscriminator(2)
    x = photo(2, 96, 96, 3)
    network(x, training=True)  # moves the directions
    network.save(tmp_path / "d.keras")
    again = keras.saving.load_model(tmp_path / "d.keras")
    for mine, its in zip(again(x), network(x), strict=True):
        assert np.array_equal(mine, its)
    assert len(again.trainable_variables) == len(network.trainable_variables)
