"""Facts about arrays that lie on the disk."""

import errno
import os

import numpy as np
import pytest

from cartoongan_tf.formats import scratch
from cartoongan_tf.pictures import memory


def test_an_array_holds_what_is_written_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    pixels = scratch.array((40, 50, 3))
    assert pixels.shape == (40, 50, 3) and not pixels.any()
    pixels[7:9] = 5
    scratch.release(pixels)
    assert pixels[7:9].min() == 5 and pixels.sum() == 2 * 50 * 3 * 5
    assert list(tmp_path.iterdir()) == []


def test_views_lie_on_the_disk_and_what_is_computed_does_not():
    pixels = scratch.array((8, 8, 3))
    assert scratch.is_on_disk(pixels) and scratch.is_on_disk(pixels[2:4].swapaxes(0, 1))
    assert not scratch.is_on_disk(pixels + 1)
    assert not scratch.is_on_disk(pixels.astype(np.float32))
    assert not scratch.is_on_disk(np.zeros(3))


def test_an_array_like_one_lies_where_it_lies():
    there, here = scratch.array((4, 5, 3)), np.zeros((4, 5, 3), np.uint8)
    assert scratch.is_on_disk(scratch.empty_like(there))
    assert not scratch.is_on_disk(scratch.empty_like(here))
    assert scratch.empty_like(there).shape == scratch.empty_like(here).shape


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="no such system call")
def test_a_full_disk_says_so_before_anything_is_written():
    with pytest.raises(OSError) as raised:
        scratch.array((2**50,))
    assert raised.value.errno in (errno.ENOSPC, errno.EFBIG)


@pytest.mark.skipif(memory.taken() == 0, reason="the system does not tell")
def test_released_pages_take_no_memory():
    pixels = scratch.array((2**26,))
    pixels[...] = 1
    before = memory.taken()
    scratch.release(pixels[5:])
    assert before - memory.taken() > 2**25 and pixels[2**25] == 1
