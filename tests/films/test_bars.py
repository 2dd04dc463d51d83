"""Facts about black bars."""

import numpy as np

from cartoongan_tf.films.bars import find_bars
from cartoongan_tf.films.frames import WHOLE


def scenes(count=20, height=90, width=160, seed=0):
    rng = np.random.default_rng(seed)
    return [
        rng.integers(40, 255, (height, width)).astype(np.uint8) for _ in range(count)
    ]


def boxed(pictures, rows, columns=0, level=16):
    margins = ((rows, rows), (columns, columns))
    return [np.pad(p, margins, constant_values=level) for p in pictures]


def test_letterbox_and_pillarbox_are_cut_to_a_pixel_or_two():
    for rows, columns in ((20, 0), (0, 30), (11, 7)):
        box = find_bars(boxed(scenes(), rows, columns))
        shape = (90 + 2 * rows, 160 + 2 * columns)
        cut = box.cut(np.empty(shape)).shape
        assert 90 - 4 <= cut[0] <= 90 and 160 - 4 <= cut[1] <= 160


def test_no_bars_no_cut():
    assert find_bars(scenes()) == WHOLE


def test_dark_scenes_make_no_bars():
    pictures = scenes()
    for picture in pictures[:12]:
        picture[:40] = 5
    assert find_bars(pictures) == WHOLE


def test_subtitles_in_a_bar_and_a_logo_over_all_do_not_hide_it():
    pictures = boxed(scenes(40), 20)
    for picture in pictures[:15]:
        picture[115:123, 50:110:3] = 240
    pictures[0][:] = 250
    box = find_bars(pictures)
    assert box.cut(np.empty((130, 160))).shape[0] in range(86, 91)


def test_black_films_and_too_few_frames_have_no_bars():
    assert find_bars([np.zeros((50, 60), np.uint8)] * 30) == WHOLE
    assert find_bars(boxed(scenes(2), 20)) == WHOLE
    assert find_bars([]) == WHOLE


def test_a_picture_in_a_corner_is_not_what_bars_leave():
    pictures = []
    for picture in scenes():
        page = np.zeros((400, 400), np.uint8)
        page[300:390, 200:360] = picture
        pictures.append(page)
    assert find_bars(pictures) == WHOLE
