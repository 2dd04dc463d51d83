"""What the tests of exporting share: one tiny generator and what is made of it."""

import keras
import numpy as np
import pytest

from cartoongan_tf.exporting import tflite
from cartoongan_tf.exporting.photos import Photos, PhotoSet
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

SIZE = 32


@pytest.fixture(scope="session")
def generator():
    keras.utils.set_random_seed(1)
    generator = Generator(4, 1)
    rng = np.random.default_rng(1)
    for layer in generator.layers:
        if hasattr(layer, "gamma"):  # loud and quiet channels, as trained ones are
            layer.gamma.assign(np.exp(rng.normal(0, 1, layer.gamma.shape)))
            layer.beta.assign(rng.normal(0, 0.3, layer.beta.shape))
    return generator


@pytest.fixture(scope="session")
def photos():
    def draw(*seeds):
        squares = tuple(samples.draw_photo(seed, SIZE, SIZE) for seed in seeds)
        return PhotoSet(tuple(f"photo {seed}" for seed in seeds), squares)

    return Photos(draw(1, 2), draw(3, 4), draw(5, 6, 7), "drawn for the test")


@pytest.fixture(scope="session")
def model(generator):
    """The tiny generator's float32 .tflite."""
    return tflite.convert(generator, SIZE)


@pytest.fixture(scope="session")
def photo():
    return images.to_signed(samples.draw_photo(1, SIZE, SIZE))[None]
