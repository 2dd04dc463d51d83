"""Facts about pictures made smaller by area average."""

import numpy as np
import pytest

from cartoongan_tf.formats import scratch
from cartoongan_tf.pictures import areas
from cartoongan_tf.samples import samples


@pytest.mark.parametrize(
    "size", [(100, 150), (111, 150), (37, 401), (300, 401), (1, 1)]
)
def test_from_the_disk_it_is_as_from_memory(size, monkeypatch):
    photo = samples.draw_photo(2, 300, 401)
    monkeypatch.setattr(scratch, "STRIP", 401 * 17)
    there = scratch.array(photo.shape)
    there[...] = photo
    apart = areas.average(there, *size).astype(int) - areas.average(photo, *size)
    assert np.abs(apart).max() <= 1


def test_a_pixel_is_the_mean_of_its_area():
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
    there = scratch.array(levels.shape)
    there[...] = levels
    means = levels.reshape(4, 2, 4, 2).mean((1, 3))
    for pixels in (levels, there):
        assert np.abs(areas.average(pixels, 4, 4) - means).max() <= 0.5
