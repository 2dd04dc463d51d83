"""Facts about the resize before feature networks, by a second implementation."""

import cv2
import numpy as np
import pytest

from cartoongan_tf.evaluation.resizing import resize_float, through_jpeg
from cartoongan_tf.samples import samples


def weights(old, new):
    """Rows of the antialiased bicubic filter (a = -0.5), from its formula."""
    scale = old / new
    stretch = max(scale, 1.0)
    matrix = np.zeros((new, old))
    for row in range(new):
        distance = np.abs((np.arange(old) + 0.5 - (row + 0.5) * scale) / stretch)
        near = 1.5 * distance**3 - 2.5 * distance**2 + 1
        far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
        matrix[row] = np.where(distance < 1, near, np.where(distance < 2, far, 0))
    return matrix / matrix.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("size", [(24, 31), (64, 64), (150, 90), (300, 500)])
def test_it_is_the_bicubic_filter_in_float_antialiased(size):
    photo = samples.draw_photo(3, 120, 160)
    down, across = weights(120, size[0]), weights(160, size[1])
    expected = np.einsum("ih,hwc,jw->ijc", down, photo.astype(float), across)
    assert np.abs(resize_float(photo, *size) - expected).max() < 0.01


def test_it_is_neither_rounded_nor_cut():
    edge = np.zeros((40, 40, 3), np.uint8)
    edge[:, 20:] = 255
    resized = resize_float(edge, 90, 90)
    assert resized.dtype == np.float32
    assert resized.min() < -5 and resized.max() > 260
    assert np.any(resized % 1)


def test_a_resize_that_aliases_is_farther_off_than_a_jpeg():
    photo = samples.draw_photo(3, 240, 320)
    fine = resize_float(photo, 60, 80)
    aliased = cv2.resize(photo, (80, 60), interpolation=cv2.INTER_LINEAR)
    compressed = resize_float(through_jpeg(photo, 75), 60, 80)
    assert np.abs(aliased - fine).mean() > 2 * np.abs(compressed - fine).mean() > 0
