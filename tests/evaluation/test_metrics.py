"""Facts about the measures of pictures."""

import cv2
import numpy as np
import pytest

from cartoongan_tf.evaluation import metrics
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def photo():
    return samples.draw_photo(3, 96, 128)


def test_a_picture_agrees_with_itself(photo):
    assert metrics.psnr(photo, photo) == float("inf")
    assert metrics.ssim(photo, photo) == pytest.approx(1.0)
    assert metrics.outline_agreement(photo, photo) == 1.0


def test_psnr_of_a_known_error(photo):
    flat = np.full((8, 8, 3), 100, np.uint8)
    assert metrics.psnr(flat + 5, flat) == pytest.approx(20 * np.log10(255 / 5))


def test_ssim_is_that_of_its_definition():
    # Two flat pictures: only the term of the means is left.
    one, two = (np.full((32, 32, 3), level, np.uint8) for level in (100, 120))
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 120 + c1) / (100**2 + 120**2 + c1)
    assert metrics.ssim(one, two) == pytest.approx(expected, abs=1e-6)


def test_blur_costs_outlines_and_sharpness_more_than_psnr():
    cartoon = samples.draw_cartoon(1, "hayao", 96, 128)
    blurred = cv2.GaussianBlur(cartoon, (0, 0), 2)
    assert metrics.outline_agreement(blurred, cartoon) < 0.6
    assert metrics.sharpness(blurred) < 0.3 * metrics.sharpness(cartoon)


def test_an_outline_one_pixel_off_still_agrees():
    one = np.full((64, 64, 3), 255, np.uint8)
    one[20:40, 20:40] = 0
    moved = np.roll(one, 1, axis=1)
    assert metrics.outline_agreement(one, moved) > 0.95
    assert metrics.outline_agreement(one, np.roll(one, 8, axis=1)) < 0.7


def test_two_halves_of_a_style_are_near_and_photos_far():
    cartoons = samples.draw_cartoons(24, "hayao", 0, 96, 128)
    photos = samples.draw_photos(12, 100, 96, 128)
    near = metrics.style_distance(cartoons[:12], cartoons[12:])
    far = metrics.style_distance(photos, cartoons[12:])
    assert near["style_distance"] < 0.5 * far["style_distance"]
    parts = [far[name] for name in far if name != "style_distance"]
    assert far["style_distance"] == pytest.approx(np.mean(parts))


def test_a_tint_is_seen_in_color_and_blur_in_the_finest_detail():
    cartoons = samples.draw_cartoons(16, "hosoda", 0, 96, 128)
    base = metrics.style_distance(cartoons[:8], cartoons[8:])
    tinted = [np.clip(c + np.int16([40, 0, -40]), 0, 255) for c in cartoons[:8]]
    tint = metrics.style_distance([t.astype(np.uint8) for t in tinted], cartoons[8:])
    blurred = [cv2.GaussianBlur(c, (0, 0), 2) for c in cartoons[:8]]
    blur = metrics.style_distance(blurred, cartoons[8:])
    assert tint["color"] > base["color"] + 0.2
    assert tint["detail_1"] < base["detail_1"] + 0.1
    assert blur["detail_1"] > base["detail_1"] + 0.1
    assert blur["color"] < base["color"] + 0.1


def test_the_same_pictures_always_have_the_same_distance():
    cartoons = samples.draw_cartoons(6, "hayao", 0, 64, 64)
    one = metrics.style_distance(cartoons[:3], cartoons[3:])
    assert one == metrics.style_distance(cartoons[:3], cartoons[3:])


def test_bad_pictures_are_refused(photo):
    with pytest.raises(ValueError, match="must have its reference's size"):
        metrics.psnr(photo, photo[1:])
    with pytest.raises(ValueError, match="at least 56 pixels"):
        metrics.style_distance([photo[:40]], [photo])
    with pytest.raises(ValueError, match="at least one picture"):
        metrics.style_distance([], [photo])


@pytest.mark.parametrize("size", [(10, 64), (64, 10), (1, 1)])
def test_a_picture_below_the_window_of_ssim_has_none(size):
    picture = np.zeros((*size, 3), np.uint8)
    with pytest.raises(ValueError, match=f"at least 11.*Received: {size[1]}x{size[0]}"):
        metrics.ssim(picture, picture)
    least = np.zeros((11, 11, 3), np.uint8)
    assert metrics.ssim(least, least) == pytest.approx(1.0)


def test_outlines_are_kept_within_two_pixels_and_more_lines_cost_nothing():
    photo = np.full((64, 64, 3), 20, np.uint8)
    photo[:, 30:] = 220
    moved = {shift: np.roll(photo, shift, axis=1) for shift in (0, 2, 5)}
    kept = {
        s: metrics.outlines_kept(p[:, 8:-8], photo[:, 8:-8]) for s, p in moved.items()
    }
    assert kept[0] == kept[2] == 1 and kept[5] == 0
    busy = photo.copy()
    busy[::8] = 120
    assert metrics.outlines_kept(busy, photo) > 0.8
    assert metrics.outlines_kept(photo, np.zeros_like(photo)) == 1
