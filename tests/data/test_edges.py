"""Facts about edge smoothing."""

import numpy as np
import pytest

from cartoongan_tf.data.edges import (
    find_edges,
    smooth_edges,
    smooth_edges_by_definition,
)
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def cartoon():
    return samples.draw_cartoon(3, "hayao", 96, 128)


@pytest.mark.parametrize("kernel_size", [3, 5, 7])
def test_exact_form_equals_the_definition_to_the_bit(cartoon, kernel_size):
    exact = smooth_edges(cartoon, kernel_size, exact=True)
    assert np.array_equal(exact, smooth_edges_by_definition(cartoon, kernel_size))


def test_exact_form_equals_the_definition_on_noise():
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    exact = smooth_edges(noise, exact=True)
    assert not np.array_equal(exact, noise)
    assert np.array_equal(exact, smooth_edges_by_definition(noise))


def test_fast_form_is_within_one_level(cartoon):
    fast = smooth_edges(cartoon).astype(int)
    assert np.abs(fast - smooth_edges(cartoon, exact=True)).max() <= 1


def test_pixels_away_from_edges_stay_as_they_are(cartoon):
    away = find_edges(cartoon) == 0
    assert 0.1 < away.mean() < 0.95
    for exact in (False, True):
        assert np.array_equal(smooth_edges(cartoon, exact=exact)[away], cartoon[away])


def test_edges_are_weaker_afterwards(cartoon):
    steps = [np.abs(np.diff(p.astype(int), axis=1)).max(-1).astype(float)
             for p in (cartoon, smooth_edges(cartoon))]  # fmt: skip
    assert (steps[1] > 60).mean() < 0.5 * (steps[0] > 60).mean()


def test_a_step_is_smoothed_as_worked_by_hand():
    # Kernel 1 4 6 4 1 / 16 across a step from 0 to 160: 10, 50, 110, 150.
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:, 16:] = 160
    row = smooth_edges(picture, exact=True)[16, 13:19, 0]
    assert row.tolist() == [0, 10, 50, 110, 150, 160]


def test_a_flat_picture_is_left_alone():
    flat = np.full((20, 30, 3), 77, np.uint8)
    assert np.array_equal(smooth_edges(flat), flat)


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (5, 3)])
def test_tiny_pictures_are_taken(size):
    picture = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    for exact in (False, True):
        assert smooth_edges(picture, exact=exact).shape == picture.shape


def test_other_input_is_refused_with_the_rule(cartoon):
    with pytest.raises(ValueError, match="`kernel_size` must be odd.*kernel_size=4"):
        smooth_edges(cartoon, 4)
    with pytest.raises(ValueError, match="must be uint8 RGB.*float64"):
        smooth_edges(cartoon / 255)
