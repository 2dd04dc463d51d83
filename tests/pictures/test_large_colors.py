"""Facts about the colours of large cartoons."""

import numpy as np
import pytest

from cartoongan_tf.pictures import colors, images, large_colors
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def photo():
    return images.resize(samples.draw_photo(4), 1300, 1500)


@pytest.fixture(scope="module")
def cartoon():
    return images.resize(samples.draw_cartoon(4, "paprika"), 1300, 1500)


def recolored(cartoon, *args, **more):
    made = cartoon.copy()
    large_colors.recolor(made, *args, **more)
    return made.astype(float)


@pytest.mark.parametrize(
    "color, make", [("auto", colors.tame_color), ("photo", colors.keep_color)]
)
def test_colours_are_those_of_small_pictures(photo, cartoon, color, make):
    wanted = images.round_levels(make(cartoon.astype(np.float32), photo))
    apart = recolored(cartoon, photo, color) - wanted
    assert 10 * np.log10(255**2 / np.mean(apart**2)) > 40
    changed = np.abs(wanted.astype(float) - cartoon).mean()
    assert np.abs(apart).mean() < 0.1 * changed


def test_of_a_picture_no_larger_than_the_copy_they_are_the_same(photo, cartoon):
    photo, cartoon = photo[:300, :400], cartoon[:300, :400]
    wanted = images.round_levels(colors.tame_color(cartoon.astype(np.float32), photo))
    assert np.abs(recolored(cartoon, photo, "auto") - wanted).max() <= 1


def test_strips_have_no_borders(photo, cartoon, monkeypatch):
    at_once = recolored(cartoon, photo, "auto")
    monkeypatch.setattr("cartoongan_tf.pictures.joining.STRIP", 40_000)
    np.testing.assert_allclose(recolored(cartoon, photo, "auto"), at_once, atol=1)


def test_strength_blends_and_the_styles_own_colour_is_left(photo, cartoon):
    assert np.array_equal(recolored(cartoon, photo, "style"), cartoon)
    half = recolored(cartoon, photo, "style", 0.5)
    assert np.abs(half - (cartoon.astype(float) + photo) / 2).max() <= 0.5


def test_faces_have_narrower_bounds(photo, cartoon):
    def faces(top, bottom):
        return np.ones((bottom - top, photo.shape[1], 1), np.float32)

    near, far = (recolored(cartoon, photo, "auto", 1.0, f) for f in (faces, None))

    def stray(made):
        return np.abs(
            images.resize(np.uint8(made), 60, 70).astype(float) - small
        ).mean()

    small = images.resize(photo, 60, 70)
    assert stray(near) < stray(far)
