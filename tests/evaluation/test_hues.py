"""Facts about the colours of sets of pictures."""

import cv2
import numpy as np
import pytest

from cartoongan_tf.evaluation.hues import Transfer, palette_distance, sample
from cartoongan_tf.samples import samples

PHOTOS = samples.draw_photos(8, 0, 120, 160)
CARTOONS = samples.draw_cartoons(16, "hayao", 50, 120, 160)


def far(pictures, cartoons=CARTOONS):
    return palette_distance(
        [sample(picture, n) for n, picture in enumerate(pictures)],
        [sample(cartoon, n) for n, cartoon in enumerate(cartoons)],
    )


def pixels(pictures):
    return np.concatenate([picture.reshape(-1, 3) for picture in pictures])


def test_a_palette_change_brings_photos_nearer_and_nothing_else_does():
    own = far(PHOTOS)
    rng = np.random.default_rng(0)
    noisy = [
        np.rint(p + rng.normal(0, 8, p.shape)).clip(0, 255).astype(np.uint8)
        for p in PHOTOS
    ]
    transfer = Transfer(pixels(PHOTOS), pixels(CARTOONS))
    recoloured = far([transfer(photo) for photo in PHOTOS])
    teacher = far(CARTOONS[:8], CARTOONS[8:])
    assert teacher < recoloured < 0.7 * own
    assert far([cv2.GaussianBlur(p, (0, 0), 2) for p in PHOTOS]) == pytest.approx(
        own, rel=0.1
    )
    assert far(noisy) == pytest.approx(own, rel=0.1)


def test_a_set_that_is_moved_as_a_whole_is_as_far_as_it_was_moved():
    lab = [sample(photo) for photo in PHOTOS]
    moved = [colours + np.float32([3, -4, 12]) for colours in lab]
    assert palette_distance(moved, lab) == pytest.approx(13, rel=0.15)
    assert palette_distance(lab, lab) == 0


def test_the_transfer_has_the_cartoons_mean_and_spread():
    rng = np.random.default_rng(0)
    photos = rng.normal(120, 20, (4000, 3))
    cartoons = rng.normal(0, 10, (4000, 3)) @ rng.normal(size=(3, 3)) + 100
    transfer = Transfer(photos, cartoons)
    drawn = (photos - transfer.own) @ transfer.matrix.T + transfer.wanted
    assert drawn.mean(0) == pytest.approx(cartoons.mean(0))
    spread = np.cov(cartoons, rowvar=False)
    assert np.cov(drawn, rowvar=False) == pytest.approx(spread, rel=0.01, abs=0.1)


def test_no_pictures_are_refused():
    with pytest.raises(ValueError, match="colours on both sides. Received: 0 and 1"):
        palette_distance([], [sample(PHOTOS[0])])
