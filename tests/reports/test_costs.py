"""Facts about what a generator costs."""

import hashlib
import sys

import keras
import numpy as np
import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.reports import costs


def test_multiplications_of_every_kind_of_layer_are_counted():
    photo = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same")(photo)
    x = keras.layers.DepthwiseConv2D(3, padding="same")(x)
    x = keras.layers.Conv2DTranspose(5, 3, strides=2, padding="same")(x)
    model = keras.Model(photo, x)
    half = 32 * 32
    expected = half * 9 * 3 * 8 + half * 9 * 8 + half * 9 * 8 * 5
    assert costs.count_macs(model, 64) == expected


def test_twice_the_side_is_four_times_the_multiplications():
    generator = Generator(4, 1)
    one, other = costs.count_macs(generator, 64), costs.count_macs(generator, 128)
    assert other == 4 * one > 0


def test_a_clock_leaves_the_first_photo_out():
    clock = costs.Clock()
    photo = np.zeros((100, 100, 3), np.uint8)
    assert clock.time(lambda p: p, photo) is photo
    assert clock.describe()["seconds_per_megapixel"] is None
    clock.time(lambda p: p, photo)
    clock.walls[0], clock.walls[1] = 99.0, 0.5
    assert clock.describe()["seconds_per_megapixel"] == pytest.approx(50)


@pytest.mark.slow
def test_the_peak_is_that_of_a_process_of_its_own(tmp_path):
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a process's peak")
    held = np.ones(2**27)  # a GiB of ours, which is no business of the other's
    path = tmp_path / "g.keras"
    Generator(2, 1).save(path)
    peak = costs.peak_memory(str(path))
    assert held.nbytes == 2**30 and 2**26 < peak < 2**31
    assert costs.peak_memory(str(tmp_path / "no.keras")) is None


def test_a_digest_is_the_files(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 10**6)
    expected = hashlib.sha256(b"abc" * 10**6).hexdigest()
    assert costs.digest(tmp_path / "a") == expected
