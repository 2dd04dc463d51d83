"""Facts about the smaller TFLite files."""

import keras
import numpy as np
import pytest

from cartoongan_tf.exporting import quantization, tflite
from cartoongan_tf.inference.runtimes import TFLiteRuntime


def difference(file, generator, photo):
    return np.abs(TFLiteRuntime(file)(photo) - generator(photo)).mean()


def test_float16_stores_half_and_is_near(model, generator, photo):
    file = quantization.to_float16(model)
    tflite.check(file, generator.count_params(), "float16", set())
    assert {c.computes for c in tflite.find_convolutions(file)} == {"float"}
    assert difference(file, generator, photo) < 2e-3


def test_weight_int8_stores_bytes_and_computes_in_float(model, generator, photo):
    file = quantization.to_weight_int8(model)
    tflite.check(file, generator.count_params(), "int8", set())
    assert tflite.count_ops(file)["DEQUANTIZE"] == 12
    assert difference(file, generator, photo) < 0.03


def test_exactly_the_named_convolutions_compute_in_int8(model, generator, photo):
    layers = [c for c in tflite.find_convolutions(model) if c.op == "CONV_2D"]
    chosen = {layers[1].tensor, layers[4].tensor}
    file = quantization.to_int8(model, chosen)
    tflite.check(file, generator.count_params(), "int8", chosen)
    made = tflite.find_convolutions(file)
    assert {c.tensor for c in made if c.computes == "int8"} == chosen
    assert tflite.count_ops(file)["DEQUANTIZE"] == 10
    assert 0 < difference(file, generator, photo) < 0.2


def test_a_choice_made_at_one_size_is_applied_at_another(model, generator):
    choice = quantization.Choice(quantization.FULL, ("conv04_1",), (50.0, 50.0))
    file, in_int8 = quantization.apply(generator, 16, choice)
    found = tflite.find_convolutions(file)
    assert {c.layer for c in found if c.computes == "float"} == {
        "conv04_1", "deconv01_1", "deconv02_1",
    }  # fmt: skip
    tflite.check(file, generator.count_params(), "int8", in_int8)


def test_layers_stay_float_until_the_target_is_reached(model, generator, photos):
    tests = [photo[None] for photo in photos.validation.at(32)]
    truths = [np.asarray(generator(test)) for test in tests]

    def choose(target):
        told = []
        aim = quantization.Aim(target, target - 5, None)
        arguments = (model, tests, truths, TFLiteRuntime, told.append, aim)
        return quantization.choose(*arguments), told

    easy, told = choose(5.0)
    assert easy.floats == () and len(told) == 1
    between = easy.psnr[0] + 1.0
    harder, _ = choose(between)
    assert harder.floats and harder.psnr[0] > easy.psnr[0]
    # what weights alone cost cannot be won back: it ends all the same
    impossible, _ = choose(1000.0)
    assert harder.psnr[0] <= impossible.psnr[0] < 100


def test_full_int8_is_refused_where_norms_do_not_fold(model, photos):
    with pytest.raises(ValueError, match="norms fold.*use int8.*RSQRT"):
        quantization.to_full_int8(model, photos.calibration.at(32))


def test_full_int8_of_a_network_whose_norms_fold(photos, photo):
    keras.utils.set_random_seed(0)
    x = image = keras.Input((None, None, 3))
    for number in range(2):
        x = keras.layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(name=f"norm{number}")(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    network = keras.Model(image, x)
    network.get_layer("norm0").moving_mean.assign(np.linspace(-0.1, 0.1, 8))
    model = tflite.convert(network, 32)
    assert not quantization.NORM_OPS & set(tflite.count_ops(model))
    file = quantization.to_full_int8(model, photos.calibration.at(32))
    found = tflite.find_convolutions(file)
    assert {(c.weights, c.computes) for c in found} == {("int8", "int8")}
    run = TFLiteRuntime(file)  # which insists on float32 in and out
    assert 0 < np.abs(run(photo) - network(photo)).mean() < 0.02
