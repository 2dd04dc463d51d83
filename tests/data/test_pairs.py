"""Facts about the teacher's pictures."""

import numpy as np
import pytest

from cartoongan_tf.data.pairs import Pairs, hold_out, name_pairs
from cartoongan_tf.pictures import images


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    files = []
    for number in range(3):
        files.append(tmp_path / "photos" / f"{number}.png")
        images.write(files[-1], rng.integers(0, 256, (50, 70, 3)).astype(np.uint8))
    return files


def negative(batch):
    return -batch


def test_a_pair_is_a_window_and_what_the_teacher_makes_of_it(tmp_path, photos):
    pairs = Pairs(tmp_path / "pairs", photos, 32)
    pairs.make(negative, 5)
    assert len(list((tmp_path / "pairs").iterdir())) == 5
    photo, cartoon = pairs[3]
    assert photo.shape == cartoon.shape == (32, 32, 3)
    assert np.array_equal(photo, pairs.cut(3))
    assert np.array_equal(cartoon, 255 - photo)


def test_a_pair_depends_on_seed_and_number_alone(tmp_path, photos):
    one, other = (Pairs(tmp_path / name, photos, 32) for name in "ab")
    one.make(negative, 4)
    other.make(negative, 2)
    other.make(negative, 4)
    for number in range(4):
        assert np.array_equal(one[number], other[number])
    assert not np.array_equal(one.cut(0), one.cut(1))
    assert not np.array_equal(one.cut(0), Pairs(tmp_path, photos, 32, seed=1).cut(0))


def test_a_margin_is_seen_by_the_teacher_and_cut_off_its_picture(tmp_path, photos):
    seen = []

    def teacher(batch):
        seen.append(batch)
        return -batch

    pairs = Pairs(tmp_path / "pairs", photos, 32, margin=8)
    pairs.make(teacher, 1)
    photo, cartoon = pairs[0]
    assert np.array_equal(cartoon, 255 - photo)
    (batch,) = seen
    assert batch.shape == (1, 48, 48, 3)
    framed = np.pad(photo, ((8, 8), (8, 8), (0, 0)), "reflect")
    assert np.array_equal(images.to_uint8(batch[0]), framed)


def test_only_what_is_missing_is_drawn_again(tmp_path, photos):
    pairs = Pairs(tmp_path / "pairs", photos, 32)
    pairs.make(negative, 4)
    pairs.path(2).unlink()
    drawn = []

    def teacher(batch):
        drawn.append(len(batch))
        return batch

    pairs.make(teacher, 4)
    assert drawn == [1]


def test_windows_differ_in_scale_exposure_and_side(tmp_path):
    ramp = np.linspace(60, 200, 256).astype(np.uint8)
    photo = np.broadcast_to(ramp[None, :, None], (256, 256, 3)).copy()
    images.write(tmp_path / "ramp.png", photo)
    pairs = Pairs(tmp_path, [tmp_path / "ramp.png"], 64)
    windows = [pairs.cut(number).astype(float) for number in range(40)]
    slopes = np.array([w[:, -1].mean() - w[:, 0].mean() for w in windows])
    assert (slopes > 0).any() and (slopes < 0).any()
    assert np.abs(slopes).max() > 2.5 * np.abs(slopes).min()
    assert max(w.max() for w in windows) > 210  # brighter than the photo


def test_a_damaged_pair_is_named(tmp_path, photos):
    pairs = Pairs(tmp_path / "pairs", photos, 32)
    pairs.make(negative, 1)
    images.write(pairs.path(0), np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match=r"two pictures of 32 pixels.*00000\.png"):
        pairs[0]


def test_the_name_tells_teachers_photos_sizes_and_seeds_apart(tmp_path, photos):
    teacher = tmp_path / "t.keras"
    teacher.write_bytes(b"one")
    first = name_pairs(teacher, photos, 32, 0)
    assert first == name_pairs(teacher, photos, 32, 0)
    others = {
        name_pairs(teacher, photos[1:], 32, 0),
        name_pairs(teacher, photos, 64, 0),
        name_pairs(teacher, photos, 32, 1),
        name_pairs(teacher, photos, 32, 0, 8),
    }
    teacher.write_bytes(b"another")
    others.add(name_pairs(teacher, photos, 32, 0))
    assert len(others | {first}) == 6


def test_held_out_photos_are_never_learnt_from():
    photos = [f"{n}.jpg" for n in range(20)]
    learnt, held = hold_out(photos, 8)
    assert held == ["0.jpg", "8.jpg", "16.jpg"]
    assert not set(learnt) & set(held) and len(learnt) + len(held) == 20
    assert hold_out(photos, 0) == (photos, [])
    with pytest.raises(ValueError, match="Received: 1, one in 8"):
        hold_out(photos[:1], 8)
