"""Large photos: drawn as large as they are, in the memory that there is."""

from cartoongan_tf.formats import scratch
from cartoongan_tf.inference.tiles import UNKNOWN_GENERATOR, Tiles
from cartoongan_tf.pictures import images, memory, padding
from cartoongan_tf.pictures.large_colors import recolor

LARGE = 2**22  # pixels, from which on colours are worked out on a small copy
FLOATS = 40  # bytes a pixel: what goes into a network and what comes out, and copies
# Of a picture that is coloured in one piece, at 1 and 4 megapixels.
BYTES_PER_PIXEL = 150


def is_large(run, height: int, width: int, most: int | None = None) -> bool:
    """Whether a photo is to be drawn by `draw`, and not in one piece of floats.

    Args:
        run: A runtime of `inference.runtimes`.
        height: Of the photo.
        width: Of it.
        most: As `draw`'s.
    """
    if run.size is not None or not run.has_generator:
        return False  # of one size; or a file that no stages can be cut from
    if height * width > LARGE:
        return True
    left = memory.left(most)
    need = _count(run, height, width) + height * width * BYTES_PER_PIXEL
    return left is not None and need > left


def draw(run, photo, color, strength=1.0, faces=None, most=None, tell=None):
    """Draws a photo, in tiles where memory is short.

    Args:
        run: A runtime of `inference.runtimes`, for which `is_large` says so.
        photo: uint8 RGB `(H, W, 3)`.
        color: `auto`, `style` or `photo`.
        strength: 1 for the cartoon, 0 for the photo.
        faces: As `recolor`'s.
        most: Bytes that this process may take in all; None for what is free.
        tell: Is told after every tile how many of how many are done.

    Returns:
        uint8 RGB `(H, W, 3)`.
    """
    height, width = photo.shape[:2]
    left = memory.left(most)
    need = _count(run, height, width)
    if left is None or need <= left:
        signed = run(images.to_signed(padding.pad(photo))[None])[0]
        cartoon = images.to_uint8(padding.crop(signed, height, width))
        del signed
    else:
        tiles = Tiles(run.generator)  # Keras may have to be loaded for it
        held = 0 if scratch.is_on_disk(photo) else photo.nbytes
        left = max(0, memory.left(most) - held)
        cartoon = tiles(photo, left, tell=tell)
    recolor(cartoon, photo, color, strength, faces)
    return cartoon


def _count(run, height: int, width: int) -> int:
    """Bytes that a photo takes in one piece."""
    own = run.bytes_per_pixel or UNKNOWN_GENERATOR
    return height * width * (own + FLOATS)
