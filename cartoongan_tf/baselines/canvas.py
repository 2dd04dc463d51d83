"""From a photo to what a drawing method works on, and from its result to the photo."""

import numpy as np

from cartoongan_tf.pictures import images, memory, padding


def prepare(pixels: np.ndarray, size: int, smallest: int, bytes_per_pixel: int):
    """A picture of any size as one that VGG takes.

    Args:
        pixels: uint8 RGB `(H, W, 3)`.
        size: It is shrunk to this long side, if it is larger.
        smallest: It is reflected to at least so many pixels a side.
        bytes_per_pixel: What the method takes of memory.

    Returns:
        float32 RGB in -1..1, `(1, height, width, 3)`.

    Raises:
        ValueError: When the memory does not suffice.
    """
    pixels = images.shrink(images.Picture(pixels), size).pixels
    _check_memory(*pixels.shape[:2], bytes_per_pixel)
    return images.to_signed(padding.pad(pixels, 1, smallest))[None]


def finish(signed: np.ndarray, photo: np.ndarray, size: int) -> np.ndarray:
    """What was drawn, at the photo's own size.

    Args:
        signed: RGB in -1..1, `(1, height, width, 3)`, of what `prepare` gave.
        photo: uint8 RGB `(H, W, 3)`.
        size: As in `prepare`.

    Returns:
        uint8 RGB `(H, W, 3)`.
    """
    small = images.shrink(images.Picture(photo), size).pixels.shape[:2]
    drawn = padding.crop(images.to_uint8(signed[0]), *small)
    height, width = photo.shape[:2]
    return drawn if small == (height, width) else images.resize(drawn, height, width)


def check_values(**limits) -> None:
    """Checks, before any work, what a method is asked for.

    Args:
        limits: By name, the value and the least that it may be.

    Raises:
        ValueError: For one below its limit, or not finite.
    """
    for name, (value, least) in limits.items():
        if not least <= value < np.inf:
            raise ValueError(
                f"`{name}` must be at least {least}, and finite. "
                f"Received: {name}={value}"
            )


def _check_memory(height: int, width: int, bytes_per_pixel: int) -> None:
    """TensorFlow would be killed by the system, without a word."""
    need, free = height * width * bytes_per_pixel, memory.available()
    if free is not None and need > free:
        size = int(max(height, width) * (free / need) ** 0.5)
        raise ValueError(
            f"`--size` must fit in memory. Received: {width}x{height} pixels, that "
            f"take about {need / 2**30:.1f} GiB of {free / 2**30:.1f} free; try "
            f"`--size {max(8, size // 8 * 8)}`"
        )
