"""Facts about the size at which a picture is drawn."""

import numpy as np
import pytest

from cartoongan_tf.pictures import draw_sizes
from cartoongan_tf.pictures.faces import Face


def face(height, left=100.0, top=100.0):
    return Face(left, top, float(height), float(height), 0.9, np.zeros((4, 2)))


@pytest.mark.parametrize("bad", [63, 0, -5, "63", "big", "1e3", 100.0, None, True, "²"])
def test_a_draw_size_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="`draw_size` must be auto.*Received"):
        draw_sizes.check_draw_size(bad)


@pytest.mark.parametrize("good", ["auto", "full", 64, "64", 4000])
def test_a_draw_size_is_a_word_or_a_number(good):
    assert str(draw_sizes.check_draw_size(good)) == str(good)


def test_the_largest_face_is_drawn_95_pixels_high():
    assert draw_sizes.choose(1000, [face(250), face(240)]) == (380, [])
    assert draw_sizes.choose(1000, []) == (480, [])


def test_however_large_or_small_a_face_the_draw_size_is_bounded():
    assert draw_sizes.choose(1000, [face(990)])[0] == 224
    assert draw_sizes.choose(4000, [face(200)])[0] == 720


def test_a_face_that_a_large_one_makes_tiny_gets_a_second_pass():
    small = face(60)
    assert draw_sizes.choose(1000, [face(400), small]) == (238, [small])


def test_a_second_pass_fades_out_without_a_step():
    share = draw_sizes.weights([face(100)], (400, 400), (400, 400))[..., 0]
    assert share[150, 150] == 1 and share[20, 20] == 0
    assert np.abs(np.diff(share, axis=1)).max() < 0.03


def test_shrinking_keeps_the_mean_and_rounds_half_a_pixel_up():
    photo = np.random.default_rng(0).integers(0, 256, (50, 100, 3), np.uint8)
    small = draw_sizes.shrink(photo, 10)
    assert small.shape == (5, 10, 3)
    assert np.abs(small.mean() - photo.mean()) < 0.5
    assert draw_sizes.shrink(photo, 3).shape == (2, 3, 3)
    assert draw_sizes.shrink(photo, 100) is photo
