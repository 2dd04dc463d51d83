"""Facts about the networks that sets are compared by."""

import numpy as np
import pytest

from cartoongan_tf.networks import vgg
from cartoongan_tf.reports import extractors
from cartoongan_tf.samples import samples


@pytest.mark.slow
def test_vgg16_is_named_hashed_and_about_one():
    extractor = extractors.load()
    said = extractor.describe()
    assert said["sha256"] == vgg.SHIPPED_SHA256
    assert "VGG16 conv4_3" in said["name"] and "bicubic" in said["input"]
    vectors, maps = extractor([samples.draw_photo(0, 96, 128)] * 2)
    assert vectors.shape == (2, 512) == (2, extractor.channels)
    assert maps.shape == (2, 28, 28, 512)
    assert vectors[0] == pytest.approx(vectors[1], rel=1e-5)
    assert vectors.min() >= 0 and 0.05 < (vectors**2).mean() < 5


@pytest.mark.slow
def test_inceptions_layer_has_its_shape_and_a_hash_of_its_own_weights():
    extractor = extractors.load("inception", weights=None)
    vectors, maps = extractor([samples.draw_photo(0, 96, 128)])
    assert vectors.shape == (1, 2048) and maps.shape == (1, 8, 8, 2048)
    assert len(extractor.sha256) == 64
    assert "Keras" in extractor.name and "299" in extractor.name


def test_weights_that_cannot_be_had_are_told_in_one_line(tmp_path):
    with pytest.raises(ValueError, match="InceptionV3.*Ways out.*--extractor vgg16"):
        extractors.load("inception", weights=str(tmp_path / "no.h5"))
    with pytest.raises(ValueError, match="`--extractor` must be.*Received: clip"):
        extractors.load("clip")


def test_maps_agree_with_themselves_whatever_their_channels_means():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 7, 7, 5))
    assert extractors.agreement(one, one + rng.normal(size=5)) == pytest.approx(1)
    assert extractors.agreement(one, 3 * one) == pytest.approx(1)
    assert abs(extractors.agreement(one, other)) < 0.4
    assert extractors.agreement(one, -one) == pytest.approx(-1)
