"""Facts about faces found in photos."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.pictures import faces, images
from cartoongan_tf.pictures.faces import find_faces
from cartoongan_tf.samples import samples


@pytest.fixture(scope="module")
def portrait():
    matplotlib = pytest.importorskip("matplotlib")
    folder = Path(matplotlib.get_data_path()) / "sample_data"
    return images.read(folder / "grace_hopper.jpg").pixels


def test_a_portrait_has_one_face_with_eyes_above_the_mouth(portrait):
    (face,) = find_faces(portrait)
    assert 0.15 < face.height / portrait.shape[0] < 0.5
    eyes, mouth = face.points[:2], face.points[3]
    assert (eyes[:, 1] < mouth[1]).all()
    assert face.left < mouth[0] < face.left + face.width


def test_a_face_is_where_it_was_when_the_photo_is_smaller(portrait):
    (large,), (small,) = (
        find_faces(p) for p in (portrait, images.resize(portrait, 303, 256))
    )
    assert abs(small.height * 2 - large.height) < 0.1 * large.height


def test_a_face_cut_by_the_border_or_filling_the_photo_is_no_error(portrait):
    (face,) = find_faces(portrait)
    left, top = int(face.left), int(face.top)
    filling = portrait[top : top + int(face.height), left : left + int(face.width)]
    for part in (filling, portrait[:, : left + int(face.width) // 2]):
        assert len(find_faces(np.ascontiguousarray(part))) <= 1


@pytest.mark.parametrize("size", [(1, 1), (15, 400), (16, 16), (300, 20), (200, 200)])
def test_what_is_no_face_is_none(size):
    assert find_faces(np.full((*size, 3), 128, np.uint8)) == []


def test_a_drawn_landscape_has_no_face():
    assert find_faces(samples.draw_photo(1, 200, 200)) == []


def test_threads_that_begin_together_read_their_networks_one_after_another(monkeypatch):
    # OpenCV's reader ended the process, or knew no PAD, where two read at once.
    inside, most, gate = [], [], threading.Barrier(4)

    def read():
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()

    def begin():
        gate.wait()
        faces._network()

    monkeypatch.setattr(faces, "_read_network", read)
    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]
