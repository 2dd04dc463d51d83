"""Facts about near-duplicates."""

import numpy as np
import pytest
from made_films import pan

from cartoongan_tf.films.duplicates import Gallery, ssim
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

DRAWINGS = [samples.draw_cartoon(seed, "hosoda", 180, 320) for seed in range(40)]


@pytest.fixture(scope="module")
def gallery():
    found = Gallery()
    for number, picture in enumerate(DRAWINGS):
        found.add(str(number), picture)
    return found


def changed(picture, seed):
    rng = np.random.default_rng(seed)
    noisy = picture + rng.normal(0, 6, picture.shape)
    pixels = images.decode(images.encode(noisy.clip(0, 255).astype(np.uint8), ".jpg"))
    return pixels.pixels


def test_noise_light_and_a_moving_mouth_make_no_new_picture(gallery):
    for seed, picture in enumerate(DRAWINGS):
        assert gallery.find(changed(picture, seed))[0] == str(seed)
        brighter = (picture * 0.9 + 20).astype(np.uint8)
        assert gallery.find(brighter)[0] == str(seed)
        spoken = picture.copy()
        spoken[90:110, 150:180] = picture[10:30, 20:50]
        assert gallery.find(spoken)[0] == str(seed)


def test_other_scenes_are_new(gallery):
    others = [samples.draw_cartoon(seed, "hosoda", 180, 320) for seed in range(50, 90)]
    assert sum(gallery.find(other) is not None for other in others) == 0


def test_a_short_pan_is_a_duplicate_a_long_one_is_new():
    new = {0.2: 0, 1.0: 0}
    for seed in range(8):
        wide = samples.draw_cartoon(seed, "paprika", 180, 400)
        found = Gallery()
        found.add("first", pan(wide, 180, 320, 0))
        for share in new:
            new[share] += found.find(pan(wide, 180, 320, share)) is None
    assert new[0.2] == 0 and new[1.0] == 8


def test_another_figure_before_the_same_ground_is_new():
    for seed in range(8):
        found = Gallery()
        found.add("ground", DRAWINGS[seed])
        figure = DRAWINGS[seed].copy()
        figure[20:, 100:220] = DRAWINGS[seed + 9][20:, 100:220]
        assert found.find(figure) is None


def test_a_gallery_grows_and_an_empty_one_finds_nothing():
    found = Gallery()
    assert found.find(DRAWINGS[0]) is None
    rng = np.random.default_rng(0)
    for number in range(600):
        page = rng.integers(0, 255, (9, 16, 3)).astype(np.uint8)
        found.add(str(number), images.resize(page, 90, 160))
    assert len(found) == 600
    assert found.find(images.resize(page, 90, 160))[0] == "599"


def test_ssim_is_one_for_itself_and_falls_with_noise():
    gray = DRAWINGS[0][..., 0]
    rng = np.random.default_rng(0)
    noisy = [(gray + rng.normal(0, s, gray.shape)).clip(0, 255) for s in (5, 20, 60)]
    values = [ssim(gray, n.astype(np.uint8)) for n in noisy]
    assert ssim(gray, gray) == pytest.approx(1, abs=1e-5)
    assert 1 > values[0] > values[1] > values[2] > 0
