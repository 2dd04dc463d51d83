"""Facts about a teacher that draws windows."""

import keras
import numpy as np
import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.samples import samples
from cartoongan_tf.training.teachers import Teacher


@pytest.fixture
def generator():
    keras.utils.set_random_seed(0)
    return Generator(4, 1)


@pytest.fixture
def windows():
    """Of other light in the middle than at the sides."""
    photos = [samples.draw_photo(seed, 64, 64) for seed in (1, 2)]
    windows = np.stack(photos).astype(np.float32) / 127.5 - 1
    windows[:, :16] *= 0.2
    return windows


def test_without_a_margin_it_draws_windows_as_they_are(generator, windows):
    ours = np.asarray(Teacher(generator)(windows, 0))
    np.testing.assert_allclose(ours, generator(windows), atol=1e-5)


def test_a_margin_changes_the_border_and_not_the_colours(generator, windows):
    ours = np.asarray(Teacher(generator)(windows, 32))
    own = np.asarray(generator(windows))
    around = ((0, 0), (32, 32), (32, 32), (0, 0))
    naive = generator(np.pad(windows, around, "reflect"))[:, 32:-32, 32:-32]
    inner = slice(28, 36)  # further from the border than its one block looks
    ours, own, naive = (np.asarray(x)[:, inner, inner] for x in (ours, own, naive))
    np.testing.assert_allclose(ours, own, atol=1e-4)
    assert np.abs(naive - own).mean() > 0.01


def test_a_network_without_norms_teaches_too(windows):
    generator = LightGenerator(4, 8, 1, norm="none")
    ours = np.asarray(Teacher(generator)(windows, 32))
    np.testing.assert_allclose(
        ours[:, 28:36, 28:36], generator(windows)[:, 28:36, 28:36], atol=1e-4
    )
