"""Facts about where a command's pictures go."""

import numpy as np
import pytest

from cartoongan_tf.inference.results import take_order
from cartoongan_tf.pictures import images

PIXEL = np.zeros((1, 1, 3), np.uint8)


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.png", "b.png", "f/c.png"):
        images.write(tmp_path / name, PIXEL)


@pytest.mark.parametrize("out", ["o.xyz", "o.HEIC", "o.tiff", "o.gif", "o.svg", "v.jp"])
def test_a_suffix_that_is_none_of_ours_makes_no_folder(photos, out):
    with pytest.raises(ValueError, match="must be a folder, or end in") as error:
        take_order(["a.png"], out, "cartoon")
    assert f"Received: {out} (a folder of that name would be {out}/)" in str(
        error.value
    )


def test_a_picture_format_is_no_folder_for_several_photos_either(photos):
    with pytest.raises(ValueError, match="Received: o.heic"):
        take_order(["a.png", "b.png"], "o.heic", "cartoon")


@pytest.mark.parametrize("out", ["out", "v1.2", "my.holiday", "o.xyz/", ".cache"])
def test_other_names_are_folders(photos, out, tmp_path):
    assert take_order(["a.png"], out, "cartoon").targets == [
        (tmp_path / out / "a.png").relative_to(tmp_path)
    ]


def test_a_folder_that_is_there_is_one_whatever_its_name(photos, tmp_path):
    (tmp_path / "o.tiff").mkdir()
    (target,) = take_order(["a.png"], "o.tiff", "cartoon").targets
    assert target.as_posix() == "o.tiff/a.png"
    (target,) = take_order(["f"], "o.xyz", "cartoon").targets
    assert target.as_posix() == "o.xyz/c.png"


def test_the_longest_names_get_results_that_fit(photos, tmp_path):
    images.write(tmp_path / f"{'漫' * 83}.png", PIXEL)
    (target,) = take_order([f"{'漫' * 83}.png"], None, "cartoon").targets
    assert target.name == f"{'漫' * 81}_cartoon.png"
    (target,) = take_order([f"{'漫' * 83}.png"], "out", "cartoon").targets
    assert target.name == f"{'漫' * 83}.png"
