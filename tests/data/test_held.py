"""Facts about photos that are only for scores."""

import numpy as np
import pytest

from cartoongan_tf.data.held import MOST_PIXELS, HeldOut
from cartoongan_tf.pictures import images


def negative(photo):
    """A teacher whose pictures anybody can work out."""
    return -photo


def write(path, height, width, seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    images.write(path, pixels)
    return pixels


def test_a_photo_stands_beside_what_the_teacher_makes_of_it(tmp_path):
    pixels = write(tmp_path / "a.png", 21, 30)
    held = HeldOut(tmp_path / "held", [tmp_path / "a.png"])
    held.make(negative)
    (photo, truth), count = held[0], len(held)
    assert count == 1 and held.damaged == 0
    assert np.array_equal(photo, pixels) and np.array_equal(truth, 255 - pixels)


def test_photos_of_one_name_keep_their_own_pictures(tmp_path):
    files = [tmp_path / name for name in ("a/1.png", "b/1.png", "b/1_2.png")]
    pixels = [write(file, 16, 16, seed) for seed, file in enumerate(files)]
    held = HeldOut(tmp_path / "held", files)
    held.make(negative)
    for at, each in enumerate(pixels):
        assert np.array_equal(held[at][1], 255 - each)


def test_of_a_large_photo_the_middle_is_drawn_even_where_all_of_it_was(tmp_path):
    pixels = write(tmp_path / "a.png", 1200, 1000)
    images.write(tmp_path / "held" / "a.png", 255 - pixels)  # by an earlier version
    held = HeldOut(tmp_path / "held", [tmp_path / "a.png"])
    held.make(negative)
    photo, truth = held[0]
    assert photo.shape == (1048, 1000, 3) and 1048 * 1000 <= MOST_PIXELS
    assert np.array_equal(photo, pixels[76:1124])
    assert np.array_equal(truth, 255 - photo)


def test_what_is_of_no_use_is_named_and_counted(tmp_path):
    write(tmp_path / "a.png", 16, 16)
    write(tmp_path / "low.png", 10, 400)
    (tmp_path / "bad.png").write_text("no picture")
    (tmp_path / "link.png").symlink_to("nowhere")
    files = sorted(tmp_path.glob("*.png"))
    held = HeldOut(tmp_path / "held", files)
    with pytest.warns(UserWarning) as told:
        held.make(negative)
    assert len(held) == 1 and held.damaged == 3
    assert held[0][0].shape == (16, 16, 3)
    text = " ".join(str(warning.message) for warning in told)
    assert all(name in text for name in ("bad.png", "link.png", "400x10", "low.png"))


def test_none_of_use_is_an_error(tmp_path):
    write(tmp_path / "low.png", 10, 400)
    held = HeldOut(tmp_path / "held", [tmp_path / "low.png"])
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="at least 11"):
        held.make(negative)


def test_some_are_spread_over_all(tmp_path):
    held = HeldOut(tmp_path, [tmp_path / f"{n}.png" for n in range(20)])
    assert held.some(4) == [0, 5, 10, 15]
    assert held.some(100) == list(range(20))
    assert HeldOut(tmp_path, []).some(8) == []
