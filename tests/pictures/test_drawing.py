"""Facts about drawing whole pictures."""

import numpy as np
import pytest

from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images, padding
from cartoongan_tf.pictures.drawing import MOST_PIXELS, cut_middle, draw_whole


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    "size, cut",
    [
        ((384, 683), (384, 683)),  # 16:9 as training at 256 reads it
        ((400, 8000), (400, 737)),  # a panorama keeps its height
        ((8000, 400), (737, 400)),
        ((3000, 4000), (543, 543)),
        ((3, 200_000), (3, 98_304)),
        ((1, 1), (1, 1)),
    ],
)
def test_large_pictures_are_cut_to_their_middle_smaller_ones_stay(size, cut):
    picture = np.zeros((*size, 3), np.uint8)
    picture[size[0] // 2, size[1] // 2] = 255
    found = cut_middle(picture)
    assert found.shape[:2] == cut and found.shape[0] * found.shape[1] <= MOST_PIXELS
    middle = found[
        (cut[0] - 1) // 2 : cut[0] // 2 + 2, (cut[1] - 1) // 2 : cut[1] // 2 + 2
    ]
    assert middle.max() == 255


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (7, 8), (13, 9), (32, 40)])
def test_pictures_of_any_size_are_drawn_as_padded_ones(size):
    generator, photo = Generator(2, 1), noise(*size)
    drawn = draw_whole(generator, photo)
    padded = generator(images.to_signed(padding.pad(photo))[None])
    assert drawn.dtype == np.uint8 and drawn.shape == photo.shape
    assert np.array_equal(drawn, images.to_uint8(padded)[0, : size[0], : size[1]])
