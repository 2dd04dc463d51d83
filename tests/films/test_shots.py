"""Facts about shots and their key frames."""

import cv2
import numpy as np
import pytest
from made_films import Script, blank, pan

from cartoongan_tf.films.frames import Film
from cartoongan_tf.films.shots import Shots, is_fading, is_mixed
from cartoongan_tf.samples import samples

HEIGHT, WIDTH = 144, 192


def scene(seed):
    return samples.draw_cartoon(seed, "paprika", 180, 240)


def still(seed):
    return scene(seed)[:HEIGHT, :WIDTH]


@pytest.fixture(scope="module")
def script():
    found = Script(rate=24)
    for number in range(3):
        found.shot(still(number), 2)
        moving = scene(number + 10)
        found.shot(lambda share, p=moving: pan(p, HEIGHT, WIDTH, share), 2)
    found.fade(found.pictures[-1], 1.0)
    found.shot(blank(HEIGHT, WIDTH), 0.5, "blank")
    found.fade(still(20), 1.0, out=False)
    found.shot(still(20), 2)
    found.fade(still(20), 1.5, still(21))
    found.shot(still(21), 2)
    return found


@pytest.fixture(scope="module")
def film(script, tmp_path_factory):
    return Film(script.write(tmp_path_factory.mktemp("shots") / "f.mp4"))


def test_every_cut_begins_a_shot_and_a_pan_begins_none(film):
    shots = Shots(film, end=11.9)
    keys = list(shots.key_frames())
    assert shots.count == 6
    for shot in range(1, 7):
        times = [key.time for key in keys if key.shot == shot]
        assert 2 * shot - 2.05 <= min(times) <= max(times) < 2 * shot + 0.05


def test_key_frames_stand_for_a_second_each(film):
    counts = [len(list(Shots(film, every).key_frames())) for every in (0.5, 1.0, 4.0)]
    assert counts[0] > 1.5 * counts[1] > 1.5 * counts[2]
    assert counts[1] == pytest.approx(22, abs=5)


def test_no_key_frame_lies_in_a_fade_or_a_dissolve(film, script):
    keys = list(Shots(film).key_frames())
    wrong = [k.time for k in keys if script.label_at(k.time) == "faded" and not k.faded]
    lost = [k.time for k in keys if script.label_at(k.time) == "good" and k.faded]
    assert wrong == [] and lost == []


def test_the_sharpest_of_a_second_is_taken(tmp_path):
    sharp = still(3)
    soft = cv2.GaussianBlur(sharp, (0, 0), 1)
    script = Script(rate=12)
    for _ in range(4):
        script.shot(soft, 0.5, "soft").shot(sharp, 0.5, "sharp")
    film = Film(script.write(tmp_path / "s.mp4"))
    labels = [script.label_at(key.time) for key in Shots(film).key_frames()]
    assert labels.count("soft") <= 1 and len(labels) >= 4


def test_watchers_are_told_the_time_of_what_was_read(film):
    told = []
    shots = Shots(film)
    list(shots.key_frames(told.append))
    assert told == sorted(told) and len(told) == shots.seen > 6 * 15


def test_a_film_of_one_frame_has_one_key_frame(tmp_path):
    path = Script().shot(still(1), 1 / 12).write(tmp_path / "one.mp4")
    assert len(list(Shots(Film(path)).key_frames())) == 1


def test_mixtures_and_fades_are_told_by_their_numbers():
    rng = np.random.default_rng(0)
    one, other, third = rng.normal(0, 30, (3, 576))
    assert is_mixed(0.4 * one + 0.6 * other, one, other)
    assert not is_mixed(third, one, other)
    assert not is_mixed(one, one, other) and not is_mixed(other, one, other)
    assert not is_mixed(one, one, one + rng.normal(0, 3, 576))
    assert is_fading(0.8 * one, one, 0.6 * one)
    assert is_fading(0.8 * one, 0.6 * one, one)
    assert not is_fading(one, one, 0.8 * one)  # the frame before a fade begins
    assert not is_fading(one, other, third)
