"""Facts about cuts among frames that come one by one."""

import cv2
import numpy as np
import pytest

from cartoongan_tf.films.cuts import KNOWN, with_cuts
from cartoongan_tf.samples import samples
from tests.made_films import pan


def shots(*lengths):
    """Frames of pans over different photos, each a shot."""
    made = []
    for seed, length in enumerate(lengths):
        large = cv2.GaussianBlur(samples.draw_photo(seed + 5, 120, 160), (0, 0), 3)
        made += [pan(large, 90, 120, n / max(1, length - 1)) for n in range(length)]
    return list(enumerate(made))


def cuts(frames, known=(), ahead=8):
    return [item[0] for item, cut, _ in with_cuts(frames, known, ahead) if cut]


def test_a_shot_begins_where_the_picture_is_another():
    assert cuts(shots(20, 15, 30)) == [0, 20, 35]


def test_a_pan_is_one_shot():
    assert cuts(shots(40)) == [0]


def test_frames_ahead_are_of_the_same_shot():
    frames = shots(20, 15)
    for item, _, rest in with_cuts(frames, ahead=8):
        limit = 20 if item[0] < 20 else 35
        assert [other[0] for other in rest] == list(
            range(item[0] + 1, min(item[0] + 7, limit))
        )


@pytest.mark.parametrize("begin", [6, 18, 19, 20, 21, 22, 30])
def test_one_who_begins_midway_finds_the_same_cuts(begin):
    frames = shots(20, 15, 10)
    known = [pixels for _, pixels in frames[max(0, begin - KNOWN) : begin]]
    assert cuts(frames[begin:], known) == [n for n in (20, 35) if n >= begin]


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_a_few_frames_are_all_given_out(length):
    frames = [(n, np.zeros((9, 7, 3), np.uint8)) for n in range(length)]
    found = [item[0] for item, _, _ in with_cuts(frames)]
    assert found == list(range(length))
    assert cuts(frames) == [0][:length]
