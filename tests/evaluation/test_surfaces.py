"""Facts about the measures of surfaces: which picture is flatter, gridded, seamed."""

from unittest import mock

import cv2
import numpy as np
import pytest

from cartoongan_tf.evaluation import measures, surfaces
from cartoongan_tf.samples import samples

PHOTOS = [samples.draw_photo(seed, 160, 208) for seed in range(4)]
# The same scenes by the artist's own hand: what a perfect network would draw.
with mock.patch.object(samples, "_CARTOON", samples._PHOTO):
    CARTOONS = [samples.draw_cartoon(seed, "hayao", 160, 208) for seed in range(4)]


def levels(values):
    return np.rint(values).clip(0, 255).astype(np.uint8)


def blur(photo):
    return cv2.GaussianBlur(photo, (0, 0), 2)


def noise(photo):
    return levels(photo + np.random.default_rng(0).normal(0, 10, photo.shape))


def recolour(photo):
    return levels(photo * np.array([1.1, 1, 0.85]) + np.array([5, -5, 10]))


def average(key, change=lambda photo: photo):
    pairs = [(change(photo), photo) for photo in PHOTOS]
    return np.mean([measures.of_picture(*pair)[key] for pair in pairs])


def cartoons_average(key):
    pairs = zip(CARTOONS, PHOTOS, strict=True)
    return np.mean([measures.of_picture(*pair)[key] for pair in pairs])


def test_flat_paint_is_the_cartoons_then_blurs_and_no_photos_or_noises():
    own, blurred = average("flatness"), average("flatness", blur)
    assert cartoons_average("flatness") > 2 * blurred > 2 * (own + 0.05)
    assert average("flatness", noise) <= own
    assert average("flatness", recolour) == pytest.approx(own, abs=0.02)


def test_a_grid_of_2_or_4_pixels_stands_out_and_nothing_else_does():
    def grid(step):
        def change(photo):
            gridded = photo.astype(int)
            gridded[::step, ::step] += 6
            return levels(gridded)

        return change

    # A blurred spectrum falls so steeply that its own slope is a little of a peak.
    for change in (lambda p: p, blur, noise, recolour):
        assert average("checkerboard", change) < 6
    assert cartoons_average("checkerboard") < 6
    for step in (2, 4):
        assert average("checkerboard", grid(step)) > 9


def test_a_plain_picture_and_a_tiny_one_have_no_grid():
    assert surfaces.checkerboard(np.full((80, 80, 3), 90, np.uint8)) < 0.1
    assert np.isfinite(surfaces.checkerboard(PHOTOS[0][:20, :33]))


def test_a_spoilt_border_is_found_and_nothing_else_taken_for_one():
    def frame(photo):
        spoilt = photo.astype(int)
        spoilt[:3] -= 40
        spoilt[:, -3:] += 40
        return levels(spoilt)

    assert average("border") == 1
    for change in (blur, noise, recolour):
        assert average("border", change) == pytest.approx(1, abs=0.25)
    assert cartoons_average("border") == pytest.approx(1, abs=0.4)
    assert average("border", frame) > 3


def test_a_seam_is_found_and_nothing_else_taken_for_one():
    def tiles(photo):
        torn = photo.astype(int)
        torn[:, 100:] += 10
        return levels(torn)

    assert average("seams") == 1
    for change in (blur, noise, recolour):
        assert average("seams", change) < 4
    assert cartoons_average("seams") < average("seams", tiles)
    assert average("seams", tiles) > 6


def test_streaks_in_a_plain_sky_are_found_and_paint_is_not():
    rows, columns = np.mgrid[:160, :200].astype(np.float32)
    rng = np.random.default_rng(0)
    sky = np.stack([120 + rows / 8, 160 + rows / 10, 220 - rows / 9], -1)
    sky += rng.normal(0, 1.5, sky.shape)  # a camera's grain
    sky[110:] = rng.integers(0, 255, (50, 200, 3))  # a street, which is not plain
    photo = levels(sky)

    def of(change):
        return surfaces.streaks(levels(sky + change), photo)

    paint = np.array([-40.0, 10.0, -70.0]) + (columns / 20)[..., None]  # green at dusk
    streaks = 8 * np.sin(columns / 4 + rows / 9)[..., None]
    bands = 8 * np.sign(np.sin(rows / 6))[..., None] * np.array([1.0, 0.0, 0.0])
    street = np.where(rows < 118, 0, rng.normal(0, 60, rows.shape))[..., None]
    assert of(0) == 0
    assert of(paint) < 0.5 and of(street) < 0.5
    assert of(streaks) > 3 and of(bands) > 2
    assert of(paint + streaks) == pytest.approx(of(streaks), rel=0.1)
    busy = rng.integers(0, 255, (160, 200, 3)).astype(np.uint8)
    assert surfaces.streaks(255 - busy, busy) == 0  # nothing plain in it


def test_pictures_of_another_size_are_refused():
    for measure in (surfaces.border_excess, surfaces.seams, surfaces.streaks):
        with pytest.raises(ValueError, match="must have its photo's size. Received"):
            measure(PHOTOS[0], PHOTOS[0][1:])
