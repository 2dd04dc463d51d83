"""Facts about outlines: who draws more of them, and whose are the photo's."""

from unittest import mock

import cv2
import numpy as np
import pytest

from cartoongan_tf.evaluation import measures
from cartoongan_tf.evaluation.lines import outline_strength
from cartoongan_tf.samples import samples

PHOTOS = [samples.draw_photo(seed, 160, 208) for seed in range(4)]
# The same scenes by the artist's own hand: what a perfect network would draw.
with mock.patch.object(samples, "_CARTOON", samples._PHOTO):
    CARTOONS = [samples.draw_cartoon(seed, "hayao", 160, 208) for seed in range(4)]


def levels(values):
    return np.rint(values).clip(0, 255).astype(np.uint8)


CHANGES = {
    "identity": lambda photo: photo,
    "blur": lambda photo: cv2.GaussianBlur(photo, (0, 0), 2),
    "noise": lambda p: levels(p + np.random.default_rng(0).normal(0, 10, p.shape)),
    "palette": lambda p: levels(p * np.array([1.1, 1, 0.85]) + np.array([5, -5, 10])),
}


@pytest.fixture(scope="module")
def found():
    """Each measure's mean over the photos, changed in every way, and the cartoons'."""
    sets = {name: list(map(change, PHOTOS)) for name, change in CHANGES.items()}
    sets["teacher"] = CARTOONS
    sets["teacher, blurred"] = list(map(CHANGES["blur"], CARTOONS))
    rows = {
        name: [
            measures.of_picture(*pair) for pair in zip(pictures, PHOTOS, strict=True)
        ]
        for name, pictures in sets.items()
    }
    return {
        key: {name: np.mean([row[key] for row in each]) for name, each in rows.items()}
        for key in rows["identity"][0]
    }


def test_outlines_are_the_teachers_and_neither_blur_noise_nor_colour_makes_any(found):
    strength = found["outline_strength"]
    assert strength["teacher"] > 5 * max(strength[name] for name in CHANGES)
    assert strength["teacher, blurred"] < 0.7 * strength["teacher"]
    for name in ("blur", "noise", "palette"):
        assert strength[name] == pytest.approx(strength["identity"], abs=0.3)


def test_dark_lines_count_for_it_and_light_ones_against():
    paper = np.full((120, 120, 3), 128, np.uint8)
    dark, light, speckled = paper.copy(), paper.copy(), paper.copy()
    dark[60:63, 10:110], light[60:63, 10:110] = 20, 236
    speckled[::12, ::12] = 20
    assert outline_strength(dark) > 1 > 0 > -1 > outline_strength(light)
    assert outline_strength(paper) == outline_strength(speckled) == 0


def test_edges_agree_best_with_the_photo_itself_and_least_once_blurred(found):
    for key in ("outlines_kept", "outline_f1"):
        agree = found[key]
        assert agree["identity"] == 1
        assert agree["palette"] > 0.95
        assert agree["palette"] > agree["teacher"] > agree["blur"]
    # Noise keeps every edge, and adds its own.
    assert found["outlines_kept"]["noise"] > found["outline_f1"]["noise"]


def test_sharpness_falls_with_blur_and_rises_with_noise(found):
    sharp = found["sharpness"]
    assert sharp["blur"] < 0.2 < 0.9 < sharp["palette"] < 1.1 < 1.5 < sharp["noise"]
