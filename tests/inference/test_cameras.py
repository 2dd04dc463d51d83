"""Facts about a camera, and a film in its place."""

import time

import cv2
import numpy as np
import pytest

from cartoongan_tf.inference.cameras import Camera


@pytest.fixture
def film(tmp_path):
    """A second of 25 frames, the nth of level 10 n."""
    path = tmp_path / "film.avi"
    codec = cv2.VideoWriter_fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), codec, 25, (64, 48))
    for n in range(25):
        writer.write(np.full((48, 64, 3), (0, 0, 10 * n), np.uint8))  # BGR
    writer.release()
    return path


def test_a_films_frames_come_in_order_as_rgb_at_its_own_speed(film):
    begin = time.perf_counter()
    camera, levels = Camera(film), []
    while (frame := camera.newest()) is not None:
        assert frame.shape == (48, 64, 3)
        levels.append(int(frame[..., 0].mean().round()))
        assert frame[..., 2].mean() < 30
    camera.close()
    assert levels == sorted(levels)
    assert levels[-1] >= 235 and camera.read == 25
    assert time.perf_counter() - begin > 0.9  # a film is no faster than itself


def test_who_is_slow_gets_the_newest_and_misses_the_others(film):
    camera, seen = Camera(film), 0
    while camera.newest() is not None:
        seen += 1
        time.sleep(0.25)
    camera.close()
    assert camera.read == 25
    assert seen < 8


@pytest.mark.parametrize("asked", [0, 1, 3])
def test_it_can_be_closed_at_any_time(film, asked):
    camera = Camera(film)
    for _ in range(asked):
        assert camera.newest() is not None
    camera.close()
    assert not camera._thread.is_alive()


def test_a_film_waits_until_its_second_frame_is_asked_for(film):
    camera = Camera(film)
    time.sleep(0.5)  # while a network is loaded and a window opened
    assert camera.newest()[..., 0].mean() < 5
    assert camera.newest()[..., 0].mean() < 100
    camera.close()


def test_a_camera_or_film_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ValueError, match="must be a camera. Found none of number 77"):
        Camera("77")
    with pytest.raises(ValueError, match="No such file: .*x.mp4"):
        Camera(tmp_path / "x.mp4")
    (tmp_path / "text.mp4").write_text("no film")
    with pytest.raises(ValueError, match="pictures that can be read.*text.mp4"):
        Camera(tmp_path / "text.mp4")


def test_a_film_that_is_cut_off_is_said(film):
    # an AVI says in its header how many frames it has
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    with pytest.warns(UserWarning, match="ends after .* of 25 frames"):
        camera = Camera(film)
        while camera.newest() is not None:
            pass
    camera.close()
    assert camera.read < 20
