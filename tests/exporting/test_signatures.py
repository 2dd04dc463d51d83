"""Facts about the function that every export ends in."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.exporting.signatures import as_float32, picture_spec, serve
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import padding


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (2, 3), (7, 30), (16, 16), (13, 8)])
def test_any_size_is_padded_as_pad_pads_it_and_cut(generator, size):
    run = tf.function(serve(generator), input_signature=[picture_spec()])
    photo = np.random.default_rng(0).uniform(-1, 1, (*size, 3)).astype(np.float32)
    padded = padding.pad(photo)
    expected = padding.crop(np.asarray(generator(padded[None]))[0], *size)
    # a channel of hardly any variance multiplies rounding by up to 1 / sqrt(1e-9)
    assert np.allclose(run(photo[None])["cartoon"][0], expected, atol=2e-3)


def test_a_size_that_fits_adds_nothing_to_the_graph(generator):
    run = tf.function(serve(generator)).get_concrete_function(picture_spec(1, 16, 16))
    kinds = {operation.type for operation in run.graph.get_operations()}
    assert not kinds & {"GatherV2", "Range", "FloorMod"}


def test_a_generator_of_sixteen_bits_is_exported_in_float32(photo):
    keras.config.set_dtype_policy("mixed_bfloat16")
    mixed = Generator(2, 0)
    keras.config.set_dtype_policy("float32")
    whole = as_float32(mixed)
    assert {layer.compute_dtype for layer in whole.layers} == {"float32"}
    for ours, theirs in zip(whole.get_weights(), mixed.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
