"""Facts about padding to sides that the generator takes."""

import numpy as np
import pytest

from cartoongan_tf.pictures import padding


@pytest.mark.parametrize("height", [1, 2, 3, 7, 8, 9, 31])
@pytest.mark.parametrize("width", [1, 5, 8, 33])
def test_padding_gives_a_multiple_of_four_and_crops_back(height, width):
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    padded = padding.pad(pixels)
    assert padded.shape[0] % 4 == padded.shape[1] % 4 == 0
    assert min(padded.shape[:2]) >= 8
    assert np.array_equal(padding.crop(padded, height, width), pixels)


def test_padding_reflects_without_repeating_the_border():
    row = np.arange(5, dtype=np.uint8).reshape(1, 5, 1).repeat(8, 0)
    assert padding.pad(row)[0, :, 0].tolist() == [0, 1, 2, 3, 4, 3, 2, 1]


def test_a_picture_of_the_right_size_is_not_padded():
    picture = np.zeros((24, 36, 3), np.uint8)
    assert padding.pad(picture).shape == picture.shape
