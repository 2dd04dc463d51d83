"""Facts about what makes a picture unfit."""

import cv2
import numpy as np
import pytest
from made_films import blank, credit_roll, smear, subtitle

from cartoongan_tf.films import unfit
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

DRAWINGS = [samples.draw_cartoon(seed, "paprika", 256, 384) for seed in range(12)]


def share(pictures, reason):
    return np.mean([unfit.judge(picture) == reason for picture in pictures])


def test_drawings_are_fit():
    assert share(DRAWINGS, None) >= 11 / 12


def test_photos_are_fit(shared):
    files = sorted((shared / "photos").glob("*.jpg"))[::10]
    assert share([images.read(file).pixels for file in files], None) >= 0.9


@pytest.mark.parametrize("level", [0, 18, 128, 255])
def test_one_colour_is_blank_with_noise_too(level):
    rng = np.random.default_rng(level)
    noise = rng.normal(level, 3, (256, 384, 3)).clip(0, 255).astype(np.uint8)
    assert unfit.judge(blank(256, 384, level)) == "blank"
    assert unfit.judge(noise) == "blank"


def test_what_is_too_dark_to_see_is_blank_a_night_is_not():
    assert unfit.judge((DRAWINGS[0] * 0.1).astype(np.uint8)) == "blank"
    assert unfit.judge((DRAWINGS[0] * 0.4).astype(np.uint8)) is None


@pytest.mark.parametrize("sigma", [2, 3, 6])
def test_what_is_out_of_focus_is_blurred(sigma):
    soft = [cv2.GaussianBlur(picture, (0, 0), sigma) for picture in DRAWINGS]
    assert share(soft, "blurred") >= 11 / 12


def test_a_camera_in_motion_blurs_one_way_only_and_is_found():
    assert share([smear(picture, 10) for picture in DRAWINGS], "blurred") >= 11 / 12


def test_sharp_in_front_of_a_soft_ground_is_fit():
    picture = cv2.GaussianBlur(DRAWINGS[0], (0, 0), 4)
    picture[60:220, 100:300] = DRAWINGS[0][60:220, 100:300]
    assert unfit.judge(picture) is None


def test_sharpness_does_not_depend_on_contrast_or_size_of_the_file():
    gray = cv2.cvtColor(DRAWINGS[1], cv2.COLOR_RGB2GRAY)
    pale = (gray * 0.5 + 60).astype(np.uint8)
    assert unfit.sharpness(pale) == pytest.approx(unfit.sharpness(gray), abs=0.1)
    large = cv2.resize(DRAWINGS[1], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    assert unfit.judge(large) is None


def test_titles_credits_and_subtitles_are_told_apart():
    names = ["Directed by Anna Schmidt", "Music Kenji Hara", "Camera J. Doe"]
    assert unfit.judge(credit_roll(360, 640, names)) == "credits"
    assert unfit.judge(credit_roll(360, 640, ["THE FILM"], share=0.15)) == "credits"
    page = credit_roll(360, 640, names, (0, 0, 0), 255)
    assert unfit.judge(page) == "credits"
    drawings = [samples.draw_cartoon(seed, "paprika", 400, 600) for seed in range(12)]
    spoken = [subtitle(p, "I never thought that we", "would see it.") for p in drawings]
    assert share(spoken, "subtitled") >= 11 / 12
    yellow = [subtitle(p, "Where are you?", fill=(250, 230, 60)) for p in drawings]
    assert share(yellow, "subtitled") >= 11 / 12


def test_a_rule_that_is_left_out_does_not_count():
    spoken = subtitle(DRAWINGS[0], "I never thought that we", "would see it.")
    rules = [name for name in unfit.REASONS if name != "subtitled"]
    assert unfit.judge(spoken, rules) is None


@pytest.mark.parametrize("shape", [(1, 1), (63, 400), (400, 63)])
def test_tiny_pictures_are_small(shape):
    assert unfit.judge(np.zeros((*shape, 3), np.uint8)) == "small"
