"""Facts about a report's figures: who must come out before whom."""

from unittest import mock

import cv2
import numpy as np
import pytest

from cartoongan_tf.reports import extractors, jury
from cartoongan_tf.samples import samples

PHOTOS = [samples.draw_photo(seed, 96, 128) for seed in range(8)]
# The photos' own scenes by the artist's hand: what a perfect network would draw.
with mock.patch.object(samples, "_CARTOON", samples._PHOTO):
    OWN = [samples.draw_cartoon(seed, "hayao", 96, 128) for seed in range(8)]
CARTOONS = [samples.draw_cartoon(seed, "hayao", 96, 128) for seed in range(40, 56)]
DISSOLVED = OWN[3:] + OWN[:3]  # the artist's own pictures, of other photos

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def extractor():
    return extractors.load()


@pytest.fixture(scope="module")
def summed(extractor):
    judge = jury.Jury(extractor, CARTOONS, PHOTOS, seed=1)
    for n, photo in enumerate(PHOTOS):
        drawn = {"teacher": OWN[n], "dissolved": DISSOLVED[n], "copy": photo}
        judge.see(str(n), photo, drawn, OWN[n])
    return judge.sum_up()


def value(summed, name, key):
    return summed["methods"][name][key].value


def test_the_artist_is_nearest_to_the_cartoons_and_photos_are_far(summed):
    for key in ("kid_cartoons", "conv3_3", "conv4_3", "style_distance", "palette"):
        teacher, photos = (value(summed, n, key) for n in ("teacher", jury.PHOTOS))
        assert teacher < 0.5 * photos, key
        assert value(summed, "copy", key) == pytest.approx(photos, rel=1e-5), key


def test_a_style_that_dissolves_the_photo_loses(summed):
    kid = [value(summed, n, "kid_cartoons") for n in ("dissolved", jury.PHOTOS)]
    assert kid[0] < 0.5 * kid[1]  # to the set alone it is as good as the artist
    for key in ("structure", "outlines_kept", "outline_f1"):
        teacher, lost = (value(summed, n, key) for n in ("teacher", "dissolved"))
        assert value(summed, "copy", key) == pytest.approx(1)
        assert teacher > lost + 0.1, key
    together = [value(summed, n, "together") for n in ("teacher", "copy", "dissolved")]
    assert together[0] < min(together[1:])
    assert together[1] == pytest.approx(2)
    assert value(summed, jury.BLURRED, "together") > together[0]


def test_structure_outlives_a_palette_and_noise_and_not_another_photo(
    summed, extractor
):
    kept = {
        name: value(summed, name, "structure")
        for name in (jury.RECOLOURED, jury.SQUEEZED, jury.ANOTHER)
    }
    assert kept[jury.SQUEEZED] > 0.75 and kept[jury.RECOLOURED] > 0.6
    assert kept[jury.ANOTHER] < 0.35
    rng = np.random.default_rng(0)
    noisy = (PHOTOS[0] + rng.normal(0, 6, PHOTOS[0].shape)).clip(0, 255)
    blurred = cv2.GaussianBlur(PHOTOS[0], (0, 0), 5)
    _, maps = extractor([PHOTOS[0], noisy.astype(np.uint8), blurred])
    assert extractors.agreement(maps[0], maps[1]) > extractors.agreement(
        maps[0], maps[2]
    )


def test_anchors_are_always_there(summed):
    found = {anchor["what"]: anchor["estimate"] for anchor in summed["anchors"]}
    assert set(found) == {
        "photos against cartoons",
        "cartoons, half against half",
        "photos, half against half",
        "photos as JPEG 75 against photos",
    }
    halves = found["cartoons, half against half"]
    assert abs(halves.value) < 4 * halves.error
    assert found["photos against cartoons"].value > 10 * abs(halves.value)
    assert set(summed["methods"]) >= {*jury.REFERENCES, jury.CARTOONS}


def test_without_cartoons_content_alone_is_judged(extractor):
    judge = jury.Jury(extractor)
    row = judge.see("a", PHOTOS[0], {"copy": PHOTOS[0]})
    assert row["copy"]["structure"] == pytest.approx(1)
    figures = judge.sum_up()["methods"]["copy"]
    assert "kid_cartoons" not in figures and "kid_photos" not in figures


def test_a_codec_for_all_makes_a_jpeg_and_its_picture_one(extractor):
    judge = jury.Jury(extractor, jpeg=60)
    row = judge.see("a", PHOTOS[0], {"copy": PHOTOS[0]})
    assert row["copy"]["outline_f1"] == 1
    assert row[jury.PHOTOS]["sharpness"] == 1
