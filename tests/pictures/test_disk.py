"""Facts about pictures that memory does not hold."""

import sys

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.pictures import disk, images


@pytest.fixture
def scene():
    """Four corners of four colours, 24 high and 36 wide."""
    corners = np.array(
        [[[250, 10, 20], [15, 240, 30]], [[25, 35, 230], [220, 210, 40]]]
    )
    return corners.repeat(12, 0).repeat(18, 1).astype(np.uint8)


def save(path, pixels):
    Image.fromarray(pixels).save(path)
    return path


def test_what_memory_does_not_hold_is_read_via_the_disk(tmp_path, scene, monkeypatch):
    pytest.importorskip("pyvips", reason="the extra `large` is not installed")
    path = save(tmp_path / "a.tif", scene)
    monkeypatch.setattr(disk.memory, "LARGE", 100)
    read = images.read(path, max_memory=1).pixels
    assert isinstance(read, np.memmap) and np.array_equal(read, scene)
    asked = []
    small = images.read(path, 18, lambda *size: asked.append(size), 1).pixels
    assert asked[-1] == (12, 18) and small.shape == (12, 18, 3)
    plain = images.read(path, 18).pixels.astype(int)
    assert np.abs(small - plain).mean() < 3 and not isinstance(small, np.memmap)


def test_a_kind_that_cannot_be_read_so_must_fit(tmp_path, scene, monkeypatch):
    monkeypatch.setattr(disk.memory, "LARGE", 1000)
    path = save(tmp_path / "a.gif", scene)
    with pytest.raises(
        ValueError, match=r"must fit in memory. Received: 36x24.*a\.gif"
    ):
        images.read(path, max_memory=1)


def test_without_libvips_the_message_says_what_to_install(tmp_path, scene, monkeypatch):
    monkeypatch.setattr(disk.memory, "LARGE", 100)
    monkeypatch.setitem(sys.modules, "pyvips", None)
    with pytest.raises(ValueError, match=r"fit in memory.*a\.tif.*pip install .*large"):
        images.read(save(tmp_path / "a.tif", scene), max_memory=1)


def test_a_long_file_is_not_even_loaded(tmp_path, scene, monkeypatch):
    pytest.importorskip("pyvips", reason="the extra `large` is not installed")
    path = save(tmp_path / "a.tif", scene)
    monkeypatch.setattr(disk.memory, "LARGE", 100)
    monkeypatch.setattr(images, "decode", None)
    assert np.array_equal(images.read(path, max_memory=1).pixels, scene)
