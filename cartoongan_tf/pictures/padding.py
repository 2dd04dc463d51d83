"""Sides that the generator takes: pictures padded for it, and cropped after it."""

import numpy as np

MULTIPLE = 4  # the generator halves the picture twice
SMALLEST = 8  # below it the bottleneck is too small for its reflection padding


def pad(pixels: np.ndarray, multiple: int = MULTIPLE, smallest=SMALLEST):
    """Reflects a picture's right and bottom border until the generator can take it.

    The top left pixel stays at the origin: the strided convolutions then sample the
    same pixels as in the published pictures, whose size was odd too (5 dB nearer than
    centred).

    Args:
        pixels: `(H, W, C)`, any size from 1x1.
        multiple: Both sides of the result are a multiple of this.
        smallest: And at least this; one number, or height and width.
    """
    height, width = pixels.shape[:2]
    tall, wide = padded_size(height, width, multiple, smallest)
    bottom, right = tall - height, wide - width
    # numpy reflects again and again where the margin exceeds the picture, and repeats
    # the pixel of a picture that is one pixel wide.
    return np.pad(pixels, ((0, bottom), (0, right), (0, 0)), mode="reflect")


def padded_size(height: int, width: int, multiple: int = MULTIPLE, smallest=SMALLEST):
    """Height and width that `pad` makes of a picture's."""
    least = np.broadcast_to(smallest, 2)
    return tuple(
        max(int(small), -(-side // multiple) * multiple)
        for small, side in zip(least, (height, width), strict=True)
    )


def reflect_places(first: int, end: int, side: int) -> np.ndarray:
    """Where `pad` takes the rows, or columns, from `first` to before `end` from."""
    period = max(2 * (side - 1), 1)
    place = np.arange(first, end) % period
    return np.minimum(place, period - place)


def crop(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Undoes `pad`, given the picture's size before it."""
    return pixels[:height, :width]
