"""Facts about the teacher's pictures."""

import numpy as np
import pytest

from cartoongan_tf.data.pairs import (
    Pairs,
    claim_folder,
    describe_pairs,
    hold_out,
    name_pairs,
)
from cartoongan_tf.pictures import images


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    files = []
    for number in range(3):
        files.append(tmp_path / "photos" / f"{number}.png")
        images.write(files[-1], rng.integers(0, 256, (50, 70, 3)).astype(np.uint8))
    return files


def negative(windows, margin):
    return -windows


def test_a_pair_is_a_window_and_what_the_teacher_makes_of_it(tmp_path, photos):
    pairs = Pairs(tmp_path / "pairs", photos, 32)
    pairs.make(negative, 5)
    names = sorted(p.name for p in (tmp_path / "pairs").iterdir())
    assert names == ["00000.npy", "look.png"]
    photo, cartoon = pairs[3]
    assert photo.shape == cartoon.shape == (32, 32, 3)
    assert np.array_equal(photo, pairs.cut(3))
    assert np.array_equal(cartoon, 255 - photo)
    assert np.array_equal(np.load(pairs.path(0))[3][:, 32:], cartoon)


def test_a_pair_depends_on_seed_and_number_alone(tmp_path, photos):
    one, other = (Pairs(tmp_path / name, photos, 32) for name in "ab")
    one.make(negative, 40)
    other.make(negative, 2)
    other.make(negative, 40)
    for number in (0, 3, 31, 32, 39):
        assert np.array_equal(one[number], other[number])
    assert not np.array_equal(one.cut(0), one.cut(1))
    assert not np.array_equal(one.cut(0), Pairs(tmp_path, photos, 32, seed=1).cut(0))


def test_only_what_is_missing_is_drawn_again(tmp_path, photos):
    pairs = Pairs(tmp_path / "pairs", photos, 32, margin=8)
    pairs.make(negative, 96)
    pairs.path(1).unlink()
    drawn = []

    def teacher(windows, margin):
        drawn.append((len(windows), margin))
        return windows

    pairs.make(teacher, 96)
    assert drawn == [(4, 8)] * 8


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


def test_some_windows_are_of_another_light(tmp_path):
    grey = np.full((64, 64, 3), 120, np.uint8)
    images.write(tmp_path / "grey.png", grey)
    pairs = Pairs(tmp_path, [tmp_path / "grey.png"], 32)
    windows = np.stack([pairs.cut(number)[0, 0].astype(int) for number in range(60)])
    colored = np.ptp(windows, axis=1) > 3
    assert 5 < colored.sum() < 30


@pytest.mark.parametrize("damage", ["cut", "other", "text"])
def test_a_damaged_file_is_named(tmp_path, photos, damage):
    pairs = Pairs(tmp_path / "pairs", photos, 32)
    pairs.make(negative, 1)
    path = pairs.path(0)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    elif damage == "text":
        path.write_text("no array")
    else:
        np.save(path, np.zeros((32, 16, 32, 3), np.uint8))
    with pytest.raises(
        ValueError, match=r"file of pairs must be .*00000\.npy, .*drawn"
    ):
        pairs[0]


def test_what_pairs_depend_on_gives_their_folder_its_name(tmp_path, photos):
    teacher = tmp_path / "t.keras"
    teacher.write_bytes(b"one")

    def name(*about):
        return name_pairs(describe_pairs(teacher, *about))

    first = name(photos, 32, 0)
    assert first == name(photos, 32, 0)
    others = {
        name(photos[1:], 32, 0),
        name(photos, 64, 0),
        name(photos, 32, 1),
        name(photos, 32, 0, 8),
    }
    teacher.write_bytes(b"another")
    others.add(name(photos, 32, 0))
    assert len(others | {first}) == 6


def test_a_folder_of_other_pairs_is_refused(tmp_path, photos):
    teacher = tmp_path / "t.keras"
    teacher.write_bytes(b"one")
    about = describe_pairs(teacher, photos, 32, 0)
    folder = tmp_path / "pairs"
    claim_folder(folder, about)
    claim_folder(folder, about)
    with pytest.raises(ValueError, match=r"Received: .*pairs, with another seed; take"):
        claim_folder(folder, {**about, "seed": 1})
    (folder / "about.json").write_text("{")
    with pytest.raises(ValueError, match="with another teacher, another photos"):
        claim_folder(folder, about)


def test_held_out_photos_are_never_learnt_from():
    photos = [f"{n}.jpg" for n in range(20)]
    learnt, held = hold_out(photos, 8)
    assert held == ["0.jpg", "8.jpg", "16.jpg"]
    assert not set(learnt) & set(held) and len(learnt) + len(held) == 20
    assert hold_out(photos, 0) == (photos, [])
    with pytest.raises(ValueError, match="Received: 1, one in 8"):
        hold_out(photos[:1], 8)
