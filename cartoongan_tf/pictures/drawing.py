"""A whole picture through a network, of whatever size it is."""

import math

import numpy as np

from cartoongan_tf.pictures import images, padding

# Of a picture that is drawn only to be looked at or measured: 2:1 at the 384 pixels of
# height that training at 256 reads. The paper's network, called layer by layer, takes
# 2 GiB for it, and 21 for a panorama of 8000x400.
MOST_PIXELS = 2 * 384**2


def cut_middle(pixels: np.ndarray, most: int = MOST_PIXELS) -> np.ndarray:
    """The middle of a picture, of at most `most` pixels; smaller pictures stay whole.

    The long side gives way first: of a panorama the full height is kept.
    """
    sides = pixels.shape[:2]
    if sides[0] * sides[1] <= most:
        return pixels
    short = min(*sides, math.isqrt(most))
    long = most // short
    height, width = (long, short) if sides[0] > sides[1] else (short, long)
    top, left = (sides[0] - height) // 2, (sides[1] - width) // 2
    return pixels[top : top + height, left : left + width]


def draw_whole(draw, photo: np.ndarray) -> np.ndarray:
    """What a network makes of one picture: padded, drawn, and cut to its size again.

    Args:
        draw: A generator, of pictures in -1..1 `(1, height, width, 3)`.
        photo: uint8 RGB of any size from 1x1.

    Returns:
        uint8 RGB of that size.
    """
    signed = draw(images.to_signed(padding.pad(photo))[None])
    return padding.crop(images.to_uint8(signed)[0], *photo.shape[:2])
