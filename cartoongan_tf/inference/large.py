"""Large photos: drawn as large as they are, in the memory that there is."""

import numpy as np

from cartoongan_tf.inference.tiles import UNKNOWN_GENERATOR, Tiles
from cartoongan_tf.pictures import draw_sizes, images, memory
from cartoongan_tf.pictures.large_colors import recolor

LARGE = 2**22  # pixels, from which on colours are worked out on a small copy
FLOATS = 40  # bytes a pixel: what goes into a network and what comes out, and copies


def is_large(run, height: int, width: int, most: int | None = None) -> bool:
    """Whether a photo is to be drawn by `draw`, and not in one piece of floats.

    Args:
        run: A runtime of `inference.runtimes`.
        height: Of the photo.
        width: Of it.
        most: As `draw`'s.
    """
    if run.size is not None:
        return False  # drawn at that size, whatever the photo's
    if height * width > LARGE:
        return True
    left = memory.left(most)
    return left is not None and _count(run, height, width) + height * width * 150 > left


def draw(run, photo, color, seen, strength=1.0, most=None, tell=None) -> np.ndarray:
    """Draws a photo, in tiles where memory is short.

    Args:
        run: A runtime of `inference.runtimes`, for pictures of any size.
        photo: uint8 RGB `(H, W, 3)`.
        color: `auto`, `style` or `photo`.
        seen: Faces, of `find_faces`.
        strength: 1 for the cartoon, 0 for the photo.
        most: Bytes that this process may take in all; None for what is free.
        tell: Is told after every tile how many of how many are done.

    Returns:
        uint8 RGB `(H, W, 3)`.

    Raises:
        ValueError: When there is no memory for it, and the network is in a file that
            cannot be cut into stages: an `.onnx` of one's own.
    """
    height, width = photo.shape[:2]
    left = memory.left(most)
    need = _count(run, height, width)
    if left is None or need <= left:
        signed = run(images.to_signed(images.pad(photo))[None])[0]
        cartoon = images.to_uint8(images.crop(signed, height, width))
        del signed
    elif run.generator is None:
        raise ValueError(
            f"A photo must fit in memory for an .onnx file. Received: {width}x{height} "
            f"pixels, which take about {need / 2**30:.1f} GiB of {left / 2**30:.1f}; "
            "the network's .keras file draws it in tiles"
        )
    else:
        cartoon = Tiles(run.generator)(photo, max(0, left - photo.nbytes), tell=tell)

    def faces(top, bottom):
        return draw_sizes.weights(seen, photo.shape, photo.shape, top, bottom)

    recolor(cartoon, photo, color, strength, faces if seen is not None else None)
    return cartoon


def _count(run, height: int, width: int) -> int:
    """Bytes that a photo takes in one piece."""
    own = run.bytes_per_pixel or UNKNOWN_GENERATOR
    return height * width * (own + FLOATS)
