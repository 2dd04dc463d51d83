"""Facts about triples of photo, cartoon and smooth: windows, flips, orders."""

import numpy as np
import pytest

from cartoongan_tf.data import triples
from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.samples import samples


def test_every_picture_is_seen_once_a_lap_in_another_order():
    pictures = [np.full((40, 40, 3), level, np.uint8) for level in range(7)]
    training_set = triples.TrainingSet(*[Pictures(pictures)] * 3)
    drawn = [triples.draw_triple(training_set, n, 32, 0) for n in range(21)]
    for stream in (0, 1):
        levels = [int(triple[stream][0, 0, 0]) for triple in drawn]
        laps = [levels[at : at + 7] for at in (0, 7, 14)]
        assert all(sorted(lap) == list(range(7)) for lap in laps)
        assert laps[0] != laps[1] != laps[2]
    photos = [triple[0][0, 0, 0] for triple in drawn]
    assert photos != [triple[1][0, 0, 0] for triple in drawn]


def test_cartoon_and_smooth_are_cut_alike():
    cartoons = Pictures(samples.draw_cartoons(3, "hosoda"))
    training_set = triples.TrainingSet(cartoons, cartoons, cartoons)
    for number in range(10):
        _, cartoon, smooth = triples.draw_triple(training_set, number, 64, 0)
        assert np.array_equal(cartoon, smooth)


def test_scale_place_and_flip_all_vary():
    ramp = np.zeros((120, 120, 3), np.uint8)
    ramp[..., 0] = np.arange(120)
    ramp[..., 1] = np.arange(120)[:, None]
    cuts = [
        triples.cut(ramp, 32, np.random.default_rng(n)).astype(int) for n in range(60)
    ]
    spans = {abs(c[0, 0, 0] - c[0, -1, 0]) for c in cuts}
    assert max(spans) > 1.3 * min(spans)
    assert len({c[0, 0, 1] for c in cuts}) > 15
    flipped = sum(c[0, 0, 0] > c[0, -1, 0] for c in cuts)
    assert 15 < flipped < 45


@pytest.mark.parametrize("size", [(1, 1), (10, 300), (33, 32), (32, 32)])
def test_pictures_of_any_size_are_cut(size):
    picture = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    assert triples.cut(picture, 32, np.random.default_rng(0)).shape == (32, 32, 3)
