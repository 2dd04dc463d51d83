"""Facts about photos painted flat with their outlines drawn."""

import keras
import numpy as np
import pytest

from cartoongan_tf.networks.abstraction import Abstraction


def step(noise=0.0, size=64):
    """A dark half beside a light one, RGB in -1..1."""
    x = np.full((1, size, size, 3), -0.4, np.float32)
    x[:, :, size // 2 :] = 0.6
    return x + np.random.default_rng(0).normal(0, noise, x.shape).astype(np.float32)


def test_texture_goes_and_edges_stay():
    photo = step(noise=0.05)
    flat = np.asarray(Abstraction(0.0)(photo))
    assert flat[:, :, 4:24].std() < 0.4 * photo[:, :, 4:24].std()
    assert flat[:, :, 34].mean() - flat[:, :, 29].mean() > 0.8


def test_an_outline_is_darkened_by_its_share_and_flat_areas_are_not():
    photo = step()
    plain, lined = (np.asarray(Abstraction(k)(photo)) for k in (0.0, 0.5))
    assert np.allclose(lined[:, :, :20], plain[:, :, :20], atol=1e-5)
    light = (lined + 1) / (plain + 1)
    assert light.min() == pytest.approx(0.5, abs=0.02)
    dark = np.flatnonzero(light[0, 32, :, 0] < 0.75)
    assert 1 <= len(dark) <= 4 and abs(dark.mean() - 31) <= 3


def test_an_edge_is_as_steep_as_it_was():
    photo = keras.ops.average_pool(step(), 5, strides=1, padding="same")
    flat = np.asarray(Abstraction(0.0)(photo))
    steepest = np.abs(np.diff(flat[0, 32, :, 0])).max()
    assert steepest > 1.5 * np.abs(np.diff(np.asarray(photo)[0, 32, :, 0])).max()


def test_a_dot_is_no_line():
    photo = np.full((1, 64, 64, 3), 0.5, np.float32)
    photo[:, 30:32, 30:32] = -0.8
    plain, lined = (np.asarray(Abstraction(k)(photo)) for k in (0.0, 1.0))
    line = np.full((1, 64, 64, 3), 0.5, np.float32)
    line[:, :, 30:32] = -0.8
    drawn = [np.asarray(Abstraction(k)(line)) for k in (0.0, 1.0)]
    lost = [(a - b).max() for a, b in ((plain, lined), drawn)]
    assert lost[0] < 0.5 * lost[1]


def test_a_flat_picture_stays_as_it_is_to_its_border():
    photo = np.full((1, 16, 20, 3), 0.25, np.float32)
    assert np.allclose(Abstraction(1.0)(photo), photo, atol=1e-5)


def test_it_round_trips_and_refuses_other_shares():
    layer = Abstraction(0.3)
    assert Abstraction.from_config(layer.get_config()).lines == 0.3
    with pytest.raises(ValueError, match="`lines` must be within 0 and 1"):
        Abstraction(1.5)
    model = keras.Sequential([layer])
    assert model(step()).shape == (1, 64, 64, 3)
