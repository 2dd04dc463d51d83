"""Facts about converted TFLite files, and about the check that guards them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.exporting import quantization, tflite
from cartoongan_tf.exporting.signatures import picture_spec, serve
from cartoongan_tf.inference.runtimes import TFLiteRuntime
from cartoongan_tf.inference.statistics import KerasStatistics, TFLiteStatistics
from cartoongan_tf.networks.attention import AttentionGenerator
from cartoongan_tf.networks.generators import Generator, ResnetGenerator
from cartoongan_tf.networks.layers import InstanceNormalization, ReflectionPadding2D
from cartoongan_tf.pictures import padding


def test_a_float32_file_is_keras_answer(model, generator, photo):
    assert np.abs(TFLiteRuntime(model)(photo) - generator(photo)).max() < 1e-4


def test_names_shapes_and_types_are_as_said(model):
    run = TFLiteRuntime(model)._run
    for name, details in (
        ("image", run.get_input_details()),
        ("cartoon", run.get_output_details()),
    ):
        assert list(details) == [name]
        assert tuple(details[name]["shape"]) == (1, 32, 32, 3)
        assert details[name]["dtype"] == np.float32


def test_statistics_go_in_and_come_out_as_keras_does_it(generator, photo):
    file = tflite.convert(generator, 32, statistics=True)
    run, keras_run = TFLiteStatistics(file), KerasStatistics(generator)
    truth, own = keras_run(photo)
    for got, wanted in zip(run(photo), (truth, own), strict=True):
        assert got == pytest.approx(wanted, abs=1e-4)
    assert TFLiteRuntime(file)(photo) == pytest.approx(truth, abs=1e-4)
    other = photo[:, ::-1] * np.float32(0.5) + np.float32(0.3)
    for share in (1.0, 0.7):
        wanted = keras_run(other, own, share)
        for got, each in zip(run(other, own, share), wanted, strict=True):
            assert got == pytest.approx(each, abs=1e-4)
    assert np.abs(run(other, own)[0] - run(other)[0]).max() > 0.01
    # Smaller ones are padded: the same picture as of one that was padded before.
    small = photo[:, :24, :20]
    padded = padding.pad(small[0], smallest=(32, 32))[None]
    assert np.array_equal(run(small)[0], run(padded)[0][:, :24, :20])


def test_a_plain_file_has_no_statistics(model):
    with pytest.raises(ValueError, match="must be a .tflite with statistics"):
        TFLiteStatistics(model)


def test_reflections_are_slices_and_the_generator_stays_as_it_was(model, generator):
    assert "MIRROR_PAD" not in tflite.count_ops(model)
    pads = [x for x in generator.layers if isinstance(x, ReflectionPadding2D)]
    assert pads and not any(layer.by_slices for layer in pads)


def test_norms_are_two_means_each_and_the_generators_go_by_rows(model, generator):
    norms = [x for x in generator.layers if isinstance(x, InstanceNormalization)]
    assert tflite.count_ops(model)["MEAN"] == 2 * len(norms)
    assert norms and all(layer.by_rows for layer in norms)


@pytest.mark.parametrize("margin", [1, 3])
def test_slices_reflect_as_pad_does(margin):
    layer = ReflectionPadding2D(margin)
    x = np.random.default_rng(0).normal(size=(2, 5, 7, 3)).astype(np.float32)
    whole = layer(x)
    layer.by_slices = True
    assert np.array_equal(layer(x), whole)


@pytest.mark.parametrize("network", [Generator, ResnetGenerator])
def test_strips_change_nothing_in_float(network, photo):
    generator = network(4, 1)
    file = tflite.convert(generator, 32, strip=8, uncut=("conv04_1",))
    assert np.abs(TFLiteRuntime(file)(photo) - generator(photo)).max() < 1e-4
    ops = tflite.count_ops(file)
    whole = sum(c.layer == "conv04_1" for c in tflite.find_convolutions(file))
    assert ops["GATHER"] == ops["CONV_2D"] - whole
    plain = tflite.convert(generator, 32)
    assert [(c.layer, c.macs) for c in tflite.find_convolutions(file)] == [
        (c.layer, c.macs) for c in tflite.find_convolutions(plain)
    ]
    assert len(file) < 1.2 * len(plain)


def test_u_gat_it_is_converted_too_whole_and_in_strips(photo):
    generator = AttentionGenerator(4, 1)
    for options in ({}, {"strip": 8}):
        file = tflite.convert(generator, 32, **options)
        assert np.abs(TFLiteRuntime(file)(photo) - generator(photo)).max() < 1e-4


def test_a_loud_spot_takes_levels_from_its_strip_alone():
    """What int8 cost on real photos: one scale for the whole picture."""
    image = keras.Input((None, None, 3))
    network = keras.Model(image, keras.layers.Conv2D(3, 3, padding="same")(image))
    photo = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype(np.float32)
    photo[0, 3, 5] = 200
    truth = network(photo)

    def error(strip):
        model = tflite.convert(network, 32, strip=strip)
        tensors = [c.tensor for c in tflite.find_convolutions(model)]
        made = TFLiteRuntime(quantization.to_int8(model, tensors))(photo)
        return np.abs(made - truth)[0].mean(axis=(1, 2))

    whole, cut = error(None), error(8)
    assert (cut[9:] < whole[9:].mean() / 10).all()
    assert cut[3] > 10 * cut[9:].mean()


def test_convolutions_are_told_with_layer_and_work(model):
    found = tflite.find_convolutions(model)
    assert len(found) == 12
    assert [c.op for c in found].count("TRANSPOSE_CONV") == 2
    assert {c.weights for c in found} == {"float32"}
    first = found[0]
    assert first.layer == "conv01_1"
    assert first.macs == 32 * 32 * 7 * 7 * 3 * 4
    assert {c.layer for c in found} >= {"conv04_2", "deconv01_1", "deconv03_1"}


def test_a_whole_file_passes_the_check(model, generator):
    tflite.check(model, generator.count_params(), "float32", set())


def test_a_file_without_weights_is_found_out(generator):
    """The obvious way, by a SavedModel of a tf.Module: it converts without an error."""
    run = tf.function(serve(generator)).get_concrete_function(picture_spec(1, 32, 32))
    hollow = tf.lite.TFLiteConverter.from_concrete_functions([run], generator).convert()
    with pytest.raises(RuntimeError, match="VAR_HANDLE|must hold every weight"):
        tflite.check(hollow, generator.count_params(), "float32", set())


def test_select_tf_operations_are_found_out():
    foreign = tf.function(lambda x: tf.image.adjust_saturation(x, 1.5))
    run = foreign.get_concrete_function(tf.TensorSpec((1, 8, 8, 3)))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([run])
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    with pytest.raises(RuntimeError, match="FlexAdjustSaturation"):
        tflite.check(converter.convert(), 0, "float32")


def test_a_convolution_that_is_not_as_intended_is_found_out(model, generator):
    with pytest.raises(RuntimeError, match="stored as float16"):
        tflite.check(model, generator.count_params(), "float16", set())
    chosen = {tflite.find_convolutions(model)[0].tensor}
    with pytest.raises(RuntimeError, match="computed as chosen"):
        tflite.check(model, generator.count_params(), "float32", chosen)
