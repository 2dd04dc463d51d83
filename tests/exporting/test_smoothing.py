"""Facts about activation smoothing."""

import numpy as np
import pytest

from cartoongan_tf.exporting import quantization, tflite
from cartoongan_tf.exporting.signatures import as_float32
from cartoongan_tf.exporting.smoothing import find_edges, smooth
from cartoongan_tf.inference.runtimes import TFLiteRuntime
from cartoongan_tf.networks.generators import Generator


@pytest.fixture(scope="module")
def smoothed(generator, photos):
    copy = as_float32(generator)
    return copy, smooth(copy, photos.calibration.at(32))


def test_the_picture_stays(smoothed, generator, photo):
    copy, exponents = smoothed
    assert any(exponent is not None for exponent in exponents.values())
    assert np.abs(copy(photo) - generator(photo)).max() < 1e-4


def test_int8_comes_nearer(smoothed, generator, model, photos):
    tests = photos.test.at(32)

    def error(file):
        layers = [c.tensor for c in tflite.find_convolutions(file) if c.op == "CONV_2D"]
        run = TFLiteRuntime(quantization.to_int8(file, layers))
        truths = [generator(test[None]) for test in tests]
        return np.mean(
            [(run(a[None]) - b) ** 2 for a, b in zip(tests, truths, strict=True)]
        )

    assert error(tflite.convert(smoothed[0], 32)) < 0.8 * error(model)


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_every_convolution_but_the_first_is_read_into_once(blocks):
    generator = Generator(2, blocks)
    edges = find_edges(generator)
    readers = [name for edge in edges for name in edge.consumers]
    kernels = [x.name for x in generator.layers if hasattr(x, "kernel")]
    assert sorted(readers) == sorted(set(kernels) - {"conv01_1"})
    writers = [name for edge in edges for name in edge.producers]
    assert len(set(writers)) == len(writers)
    assert {w for w in writers if w.startswith("in")} == {
        x.name for x in generator.layers if hasattr(x, "gamma")
    }


def test_silent_channels_do_no_harm(photos, photo):
    generator = Generator(2, 0)
    norm = generator.get_layer("in02_1")
    norm.gamma.assign(np.zeros(norm.gamma.shape))
    before = np.asarray(generator(photo))
    smooth(generator, photos.calibration.at(32))
    after = np.asarray(generator(photo))
    assert np.isfinite(after).all() and np.abs(after - before).max() < 1e-4
