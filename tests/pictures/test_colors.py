"""Facts about keeping a photo's colour and exposure."""

import numpy as np
import pytest

from cartoongan_tf.inference.cartoonizer import Cartoonizer
from cartoongan_tf.networks.generators import Generator
from cartoongan_tf.pictures import images
from cartoongan_tf.pictures.colors import keep_color, tame_color
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def photo():
    return samples.draw_photo(4)


@pytest.fixture(scope="module")
def cartoon():
    return samples.draw_cartoon(4, "paprika").astype(np.float32)


def test_a_photo_is_its_own_cartoon(photo):
    kept = images.round_levels(keep_color(photo.astype(np.float32), photo))
    assert np.abs(kept.astype(int) - photo).mean() < 8


def test_exposure_follows_the_photo(photo, cartoon):
    dark = images.round_levels(photo * 0.3)
    means = [keep_color(cartoon, p).clip(0, 255).mean() for p in (photo, dark)]
    assert abs(means[0] - photo.mean()) < 8
    assert abs(means[1] - dark.mean()) < 8
    assert abs(cartoon.mean() - dark.mean()) > 40  # what there was to do


def test_a_colour_cast_follows_the_photo(photo, cartoon):
    blue = images.round_levels(photo * np.array([0.6, 0.8, 1.1]))
    shift = [keep_color(cartoon, p).mean((0, 1)) for p in (photo, blue)]
    assert shift[1][2] - shift[1][0] > shift[0][2] - shift[0][0] + 20


def test_lines_stay_dark(photo, cartoon):
    kept = keep_color(cartoon, photo).clip(0, 255).mean(-1)
    lines = cartoon.mean(-1) < 60
    assert kept[lines].mean() < kept[~lines].mean() - 40


def test_grey_photos_give_grey_cartoons(cartoon):
    grey = np.repeat(samples.draw_photo(4).mean(-1, keepdims=True), 3, -1)
    kept = keep_color(cartoon, images.round_levels(grey))
    assert np.ptp(kept, axis=-1).max() < 4


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (3, 2)])
def test_tiny_and_flat_pictures_are_taken(size):
    flat = np.full((*size, 3), 80.0, np.float32)
    kept = keep_color(flat * 2, flat)
    assert np.abs(kept - 80).max() < 2


def test_the_network_forgets_exposure_and_keep_color_gives_it_back(photo):
    cartoonizer = Cartoonizer(Generator(8, 1), draw_size="full", color="style")
    dark = images.round_levels(0.4 * photo.astype(np.float32) + 10)
    plain = [cartoonizer(p).astype(int) for p in (photo, dark)]
    assert np.abs(plain[0] - plain[1]).mean() < 0.1 * np.abs(photo - 1.0 * dark).mean()
    kept = cartoonizer(dark, keep_color=True)
    assert abs(kept.mean() - dark.mean()) < 10


def test_a_blue_sky_that_turned_black_comes_back_and_a_tint_stays(photo):
    sky = np.full((60, 80, 3), (90, 140, 230), np.float32)
    black, tinted = np.full_like(sky, 15), sky + (6, -4, -2)
    assert np.abs(tame_color(black, sky)[..., 2] - 230).mean() < 60
    assert np.abs(tame_color(tinted, sky) - tinted).max() < 0.01


def test_faces_are_held_closer_to_the_photo():
    skin, red = (
        np.full((60, 80, 3), c, np.float32) for c in ((210, 160, 140), (230, 60, 60))
    )
    apart = [
        np.abs(tame_color(red, skin, share) - skin).mean()
        for share in (None, np.ones((60, 80, 1), np.float32))
    ]
    assert apart[1] < 0.6 * apart[0]
