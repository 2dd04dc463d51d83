"""Facts about our layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.networks.layers import (
    BilinearUpsampling,
    DepthToSpace,
    DetailBands,
    InstanceNormalization,
    ReflectionPadding2D,
)


def pictures(*shape, seed=0):
    return np.random.default_rng(seed).normal(3, 5, shape).astype(np.float32)


def test_instance_norm_is_the_formula_worked_by_hand():
    x = np.array([1.0, 2.0, 3.0, 6.0], np.float32).reshape(1, 2, 2, 1)
    layer = InstanceNormalization(epsilon=0.5)
    layer.build(x.shape)
    layer.set_weights([np.array([2.0]), np.array([10.0])])
    # mean 3, biased variance (4 + 1 + 0 + 9) / 4 = 3.5, root of 3.5 + 0.5 = 2
    assert np.allclose(layer(x).numpy().ravel(), [8, 9, 10, 13])


def test_instance_norm_is_no_layer_norm_and_no_batch_norm():
    x = pictures(2, 5, 7, 3)
    x[1, ..., 2] *= 9
    y = InstanceNormalization()(x).numpy()
    assert np.allclose(y.mean((1, 2)), 0, atol=1e-5)
    assert np.allclose(y.std((1, 2)), 1, atol=1e-3)


def test_instance_norm_equals_keras_group_norm_of_single_channels():
    x = pictures(2, 6, 4, 5)
    theirs = keras.layers.GroupNormalization(groups=-1, epsilon=1e-3)(x)
    ours = InstanceNormalization(epsilon=1e-3)(x)
    assert np.allclose(ours, theirs, atol=1e-5)


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_instance_norm_takes_its_statistics_in_float32(dtype):
    # 300 squared times 4096 pixels overflows float16, and rounds away in bfloat16.
    x = 300 + pictures(1, 64, 64, 2)
    layer = InstanceNormalization(dtype=dtype)
    y = layer(x.astype(layer.compute_dtype))
    assert y.dtype == layer.compute_dtype
    exact = InstanceNormalization()(np.array(tf.cast(x, layer.compute_dtype), "f4"))
    assert np.abs(np.array(y, np.float32) - exact).max() < 0.02


def test_instance_norm_of_a_large_map_that_hardly_varies_is_exact():
    x = 5 + 1e-3 * pictures(1, 512, 512, 4)
    wide = x.astype(np.float64)
    wide -= wide.mean((1, 2), keepdims=True)
    exact = wide / np.sqrt((wide**2).mean((1, 2), keepdims=True) + 1e-9)
    layer = InstanceNormalization(1e-9)

    def error():
        return np.abs(np.asarray(layer(x)) - exact).max()

    by_rows = error()
    layer.by_rows = False
    assert by_rows < 2e-3 < error()


def test_reflection_padding_is_numpys():
    x = pictures(2, 4, 6, 3)
    margins = ((0, 0), (3, 3), (3, 3), (0, 0))
    assert np.array_equal(ReflectionPadding2D(3)(x), np.pad(x, margins, "reflect"))


def test_bilinear_upsampling_starts_without_a_checkerboard():
    layer = keras.layers.Conv2DTranspose(
        4, 3, 2, use_bias=False, kernel_initializer=BilinearUpsampling(seed=1)
    )
    flat = np.ones((1, 8, 8, 5), np.float32)
    inner = layer(flat).numpy()[:, 1:-1, 1:-1]
    assert np.abs(inner - inner[:, :1, :1]).max() < 1e-6
    keras.utils.set_random_seed(1)
    random = keras.layers.Conv2DTranspose(4, 3, 2, kernel_initializer="he_normal")
    inner = random(flat).numpy()[:, 1:-1, 1:-1]
    assert inner.std(axis=(1, 2)).min() > 0.1


@pytest.mark.parametrize(
    "layer",
    [InstanceNormalization(epsilon=1e-9), ReflectionPadding2D(2), DetailBands()],
)
def test_layers_round_trip_and_run_under_xla(layer, tmp_path):
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert type(loaded.layers[-1]) is type(layer)
    assert loaded.layers[-1].get_config() == layer.get_config()
    for shape in ((1, 5, 9, 3), (2, 8, 6, 3)):
        x = pictures(*shape)
        assert np.array_equal(loaded(x), model(x))
        compiled = tf.function(lambda x: loaded(x), jit_compile=True)
        assert np.allclose(compiled(x), model(x), atol=1e-5, rtol=1e-4)
        assert model.compute_output_shape(x.shape) == model(x).shape


def test_initializer_round_trips():
    config = keras.initializers.serialize(BilinearUpsampling(seed=3))
    again = keras.initializers.deserialize(config)((3, 3, 2, 4), "float32")
    assert np.array_equal(again, BilinearUpsampling(seed=3)((3, 3, 2, 4), "float32"))


def test_bands_without_their_gains_are_the_picture():
    x = pictures(2, 24, 32, 3)
    bands = np.asarray(DetailBands()(x)).reshape(2, 24, 32, 3, 3)
    gains = np.array(DetailBands.GAINS)[:, None]
    np.testing.assert_allclose((bands / gains).sum(-2), x, atol=1e-4)


def test_finer_detail_lies_in_an_earlier_band():
    columns = np.arange(64)

    def strengths(period):
        wave = np.sin(2 * np.pi * columns / period).astype(np.float32)
        x = np.broadcast_to(wave[None, None, :, None], (1, 32, 64, 3))
        bands = np.asarray(DetailBands()(x))[:, :, 8:-8].reshape(-1, 3, 3)
        return bands.std(axis=(0, 2)) / DetailBands.GAINS

    assert [int(strengths(period).argmax()) for period in (2, 8, 40)] == [0, 1, 2]


def test_flat_colour_has_no_detail():
    bands = np.asarray(DetailBands()(np.full((1, 16, 16, 3), 0.5, np.float32)))
    np.testing.assert_allclose(bands[..., :6], 0, atol=1e-5)
    np.testing.assert_allclose(bands[..., 6:], 0.75, atol=1e-5)


def test_bands_run_in_half_precision_and_under_xla():
    x = pictures(1, 16, 24, 3)
    layer = DetailBands(dtype="mixed_bfloat16")
    assert layer(x).dtype == tf.bfloat16
    compiled = tf.function(DetailBands(), jit_compile=True)
    np.testing.assert_allclose(compiled(x), DetailBands()(x), atol=2e-3)


def test_depth_to_space_lays_channels_out_row_by_row():
    x = np.arange(2 * 3 * 4 * 12, dtype=np.float32).reshape(2, 3, 4, 12)
    out = np.asarray(DepthToSpace(2)(x))
    wanted = x.reshape(2, 3, 4, 2, 2, 3).transpose(0, 1, 3, 2, 4, 5)
    assert np.array_equal(out, wanted.reshape(2, 6, 8, 3))
    assert DepthToSpace(2).compute_output_shape((None, None, 4, 12)) == (
        None,
        None,
        8,
        3,
    )
