"""Facts about a small cartoon joined with the large photo."""

import json
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.pictures import colors, draw_sizes, images, joining
from cartoongan_tf.samples import samples

FOLDER = Path(__file__).resolve().parents[2] / "mobile" / "contract" / "look"


def golden(name):
    return images.read(FOLDER / f"{name}.png").pixels


def off(made, name):
    return np.abs(images.round_levels(made).astype(int) - golden(name)).max()


def test_the_goldens_for_the_ports_are_what_python_makes():
    photo, small, cartoon = (golden(n) for n in ("photo", "small", "cartoon"))
    assert off(draw_sizes.shrink(photo, 96), "small") <= 1
    assert off(colors.tame_color(cartoon, small), "tamed") <= 1
    join = joining.Join(small, cartoon, *photo.shape[:2])
    assert off(join.rows(photo, 0, len(photo)), "joined") <= 1
    assert set(json.loads((FOLDER / "look.json").read_text())) == {
        "small",
        "tamed",
        "joined",
    }


def test_strips_make_the_same_picture_as_the_whole(monkeypatch):
    photo, small, cartoon = (golden(n) for n in ("photo", "small", "cartoon"))
    join = joining.Join(small, cartoon, *photo.shape[:2])
    whole = join.rows(photo, 0, len(photo))
    monkeypatch.setattr(joining, "STRIP", 7 * photo.shape[1])
    parts = [join.rows(photo, top, bottom) for top, bottom in join.strips()]
    assert len(parts) > 1
    assert np.abs(np.concatenate(parts) - whole).max() < 0.01


def test_no_texture_comes_back_where_the_cartoon_is_flat():
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 256, (120, 160, 3), np.uint8)
    flat = np.full((30, 40, 3), 90.0, np.float32)
    join = joining.Join(draw_sizes.shrink(photo, 40), flat, 120, 160)
    assert np.abs(join.rows(photo, 0, 120) - 90).max() < 0.01


def test_an_edge_is_steeper_than_enlarged_and_has_no_halo():
    photo = np.full((80, 160, 3), 40, np.uint8)
    photo[:, 80:] = 200
    small = draw_sizes.shrink(photo, 20)
    cartoon = small.astype(np.float32)
    joined = joining.Join(small, cartoon, 80, 160).rows(photo, 0, 80)
    enlarged = images.resize(small, 80, 160).astype(float)
    assert np.diff(joined, axis=1).max() > 2 * np.diff(enlarged, axis=1).max()
    assert joined.min() >= 40 and joined.max() <= 200


def test_a_picture_of_one_pixel_is_enlarged():
    photo = np.full((9, 5, 3), 70, np.uint8)
    join = joining.Join(photo[:1, :1], np.full((1, 1, 3), 30.0), 9, 5)
    assert np.allclose(join.rows(photo, 0, 9), 30)


@pytest.mark.parametrize("size", [(120, 90), (333, 61)])
def test_joining_in_bands_is_joining_at_once(size, monkeypatch):
    large = samples.draw_photo(7, *size)
    small = images.resize(large, size[0] // 3, size[1] // 3)
    cartoon = 255.0 - small
    whole = joining.Join(small, cartoon, *size).rows(large, 0, size[0])
    monkeypatch.setattr(joining, "WHOLE", 0)
    bands = joining.Join(small, cartoon, *size)
    for top, bottom in ((0, 7), (7, 60), (60, size[0]), (size[0] - 1, size[0])):
        made = bands.rows(large, top, bottom)
        np.testing.assert_allclose(made, whole[top:bottom], atol=1e-3)
