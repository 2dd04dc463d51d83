"""Facts about who is judged."""

import numpy as np
import pytest

from cartoongan_tf.pictures import images
from cartoongan_tf.reports import contestants


def test_a_picture_is_found_by_its_photos_name_whatever_its_format(tmp_path):
    plain = np.full((20, 30, 3), 9, np.uint8)
    images.write(tmp_path / "drawn" / "sub" / "a.png", plain)
    images.write(tmp_path / "drawn" / "b.jpg", plain)
    folder = contestants.Folder("x", tmp_path / "drawn")
    photo = np.zeros((40, 60, 3), np.uint8)
    for key in ("sub/a", "a", "b", "elsewhere/b"):
        assert folder.draw(key, photo).shape == photo.shape
    assert folder.lacks("c") and not folder.lacks("b")
    said = folder.describe()
    assert said["formats"] == [".jpg", ".png"]
    assert set(said["files"]) == {"sub/a", "a", "b", "elsewhere/b"}


def test_a_picture_of_another_shape_is_refused(tmp_path):
    images.write(tmp_path / "drawn" / "a.png", np.zeros((20, 30, 3), np.uint8))
    folder = contestants.Folder("x", tmp_path / "drawn")
    with pytest.raises(ValueError, match="the whole photo.*Received: 30x20 of 30x30"):
        folder.draw("a", np.zeros((30, 30, 3), np.uint8))


def test_pictures_are_named_name_is_dir():
    parsed = contestants.parse_pictures(["a=b", "c d=e=f"])
    assert parsed == [("a", "b"), ("c d", "e=f")]
    for wrong in ("a", "=b", "a="):
        with pytest.raises(ValueError, match=f"NAME=DIR. Received: {wrong}"):
            contestants.parse_pictures([wrong])


def test_files_are_named_by_as_much_of_their_path_as_tells_them_apart():
    assert contestants.names_apart(["x/a.keras", "y/b.keras"]) == ["a.keras", "b.keras"]
    files = ["runs/full/half/1", "runs/l2/half/1", "runs/l2/half/2"]
    assert contestants.names_apart(files) == ["full/half/1", "l2/half/1", "2"]
    assert contestants.names_apart([]) == []
