"""Pictures made smaller by area average, also those that lie on the disk."""

import numpy as np

from cartoongan_tf.formats import scratch
from cartoongan_tf.pictures import images

cv2 = images.opencv()


def average(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """A uint8 picture resized: each pixel the mean of the area that it covers.

    Args:
        pixels: `(H, W, 3)` or `(H, W)`; on the disk no smaller than the result.
        height: Of the result.
        width: Of it.
    """
    if scratch.is_on_disk(pixels):
        return scratch.average(pixels, height, width)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
