"""Facts about the light generator."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.exporting import tflite
from cartoongan_tf.inference.weights import load_generator
from cartoongan_tf.networks.light import NORMS, PADDINGS, LightGenerator

DELEGATED = {  # by XNNPACK, LiteRT 2.3
    "ADD",
    "CONCATENATION",
    "CONV_2D",
    "DEPTH_TO_SPACE",
    "MEAN",
    "MUL",
    "RESHAPE",
    "RESIZE_BILINEAR",
    "RSQRT",
    "SQUARED_DIFFERENCE",
    "STRIDED_SLICE",
    "SUB",
    "TANH",
}


def photo(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def small(**changes):
    return LightGenerator(**{"width": 4, "trunk": 8, "num_blocks": 2, **changes})


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("size", [(8, 8), (36, 52), (12, 100)])
def test_any_multiple_of_four_gives_a_picture_of_the_same_size(norm, size):
    out = small(norm=norm)(photo(2, *size, 3)).numpy()
    assert out.shape == (2, *size, 3)
    assert np.abs(out).max() <= 1


@pytest.mark.parametrize("size", [(8, 8), (36, 52), (12, 100), (64, 32)])
def test_blocks_at_an_eighth_draw_pictures_of_those_sizes_too(size):
    generator = small(deep=2)
    x = photo(2, *size, 3)
    out = generator(x).numpy()
    assert out.shape == (2, *size, 3)
    # Traced without sizes, as exports are, and compiled with them.
    any_size = tf.function(
        generator, input_signature=[tf.TensorSpec([None, None, None, 3])]
    )
    assert np.allclose(any_size(x), out, atol=1e-5)
    assert np.allclose(tf.function(generator, jit_compile=True)(x), out, atol=1e-4)


def test_blocks_at_an_eighth_do_not_shift_what_lies_on_odd_maps():
    keras.utils.set_random_seed(3)
    generator = small(norm="none", deep=1)
    x = photo(1, 128, 128, 3)
    whole, cut = generator(x), generator(x[:, :124, :124])
    assert np.allclose(whole[:, :24, :24], cut[:, :24, :24], atol=1e-5)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_saved_generator_gives_the_same_picture_under_any_policy(tmp_path, norm, dtype):
    generator = small(norm=norm, padding="reflect", deep=1, deep_norms=2, dtype=dtype)
    generator.save(tmp_path / "g.keras")
    keras.config.set_dtype_policy("float32")
    loaded = load_generator(tmp_path / "g.keras")
    assert type(loaded) is LightGenerator
    assert loaded.get_config() == generator.get_config()
    x = photo(1, 16, 20, 3)
    assert loaded(x).dtype == tf.float32
    assert np.array_equal(loaded(x), generator(x))


@pytest.mark.parametrize("norm", NORMS)
def test_it_runs_under_xla(norm):
    generator = small(norm=norm)
    compiled = tf.function(generator, jit_compile=True)
    x = photo(1, 16, 24, 3)
    assert np.allclose(compiled(x), generator(x), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("padding", PADDINGS)
def test_every_operation_in_tflite_is_one_that_xnnpack_takes(norm, padding):
    network = small(norm=norm, padding=padding, deep=1, deep_norms=2)
    model = tflite.convert(network, 32)
    assert set(tflite.count_ops(model)) <= DELEGATED


def test_batch_norms_are_gone_from_the_tflite_file():
    ops = tflite.count_ops(tflite.convert(small(norm="batch"), 32))
    assert not {"MEAN", "MUL", "SUB", "RSQRT"} & set(ops)


def test_a_look_at_the_whole_picture_begins_as_none():
    plain, looking = small(norm="batch"), small(norm="global")
    for layer in plain.layers:
        if layer.weights:
            looking.get_layer(layer.name).set_weights(layer.get_weights())
    x = photo(1, 16, 16, 3)
    assert np.allclose(plain(x), looking(x), atol=1e-6)


def reaches(generator):
    """Whether a pixel in one corner changes the opposite corner."""
    for layer in generator.layers:
        if layer.name.endswith("_scale"):
            layer.kernel.assign(photo(*layer.kernel.shape))
    x = photo(1, 256, 256, 3)
    changed = x.copy()
    changed[0, :8, :8] = 1
    difference = np.abs(generator(x) - generator(changed))[0]
    return difference[-8:, -8:].max() > 0


def test_some_norms_see_the_whole_picture_and_the_others_their_surroundings():
    assert not reaches(small(norm="batch"))
    assert not reaches(small(norm="none"))
    assert reaches(small(norm="instance"))
    assert reaches(small(norm="global"))


@pytest.mark.parametrize(
    "argument, value",
    [
        ("width", 0),
        ("trunk", 1.5),
        ("num_blocks", -1),
        ("deep", -1),
        ("deep_norms", 3),
        ("norm", "layer"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(argument, value):
    with pytest.raises(
        ValueError, match=f"`{argument}` must be .*Received: {argument}"
    ):
        LightGenerator(**{argument: value})
