"""Facts about the list of measures."""

import pytest

from cartoongan_tf.evaluation import measures
from cartoongan_tf.samples import samples


def test_every_measure_has_one_key_and_is_explained_in_sentences():
    keys = [measure.key for measure in measures.MEASURES]
    assert len(set(keys)) == len(keys)
    for measure in measures.MEASURES:
        assert measure.better in ("high", "low", "cartoons", "one", "free")
        assert measure.about.endswith(".") and measure.about[:1] in "FKTSCHDVP(M"


def test_all_of_a_picture_are_in_the_list():
    photo = samples.draw_photo(0, 64, 80)
    found = measures.of_picture(photo, photo, photo)
    listed = {m.key for m in measures.MEASURES if m.of == "picture"}
    assert set(found) == listed - {"structure"}  # that needs a network
    assert found["ssim"] == pytest.approx(1)
    assert "psnr" not in measures.of_picture(photo, photo)


def test_the_worse_a_value_is_the_larger_its_badness():
    bad = measures.badness
    assert bad("structure", 0.5, None) > bad("structure", 0.9, None)
    assert bad("checkerboard", 9, None) > bad("checkerboard", 1, None)
    assert bad("sharpness", 2, None) == bad("sharpness", 0, None) == 1
    assert bad("flatness", 0.5, 0.2) == pytest.approx(0.3)
    assert bad("flatness", 0.5, None) is bad("kid_photos", 1, 1) is None
