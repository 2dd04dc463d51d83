"""Pictures that memory does not hold, read via the disk: strip by strip, by libvips."""

from collections.abc import Callable
from pathlib import Path

from cartoongan_tf.formats import scratch, streams
from cartoongan_tf.formats.decoders import Picture
from cartoongan_tf.pictures import memory


def load(path: Path, max_memory: int | None) -> bytes:
    """A file's bytes, where memory holds them.

    Raises:
        ValueError: `memory.TooLarge` when they would take half of what is left.
        OSError: When the file cannot be read.
    """
    size = path.stat().st_size
    left = memory.left(max_memory) if size > memory.LARGE else None
    if left is None or 2 * size <= left:
        return path.read_bytes()
    raise memory.TooLarge(
        f"A photo's file must fit in memory. Received {size} bytes, of {left} that are "
        f"left: {path}"
    )


def read(path: Path, look: Callable, reason: Exception) -> Picture:
    """Decodes a picture of one of the kinds in `streams.READ` to the disk.

    Args:
        path: The file.
        look: Called with the height and width of the file as soon as its header is
            read; what it raises is a reason not to decode it.
        reason: Why memory does not hold it: the error where libvips is absent.

    Returns:
        Upright, sRGB, 8 bits; `pixels` is a `numpy.memmap`.

    Raises:
        ValueError: As `images.read`.
    """
    try:
        return streams.read(path, look)
    except ModuleNotFoundError:
        raise ValueError(
            f"{reason}. After `pip install 'cartoongan-tf[large]'` it is read via the "
            "disk"
        ) from None
    except ValueError as error:
        raise ValueError(f"{error}: {path}") from error
    except OSError as error:
        raise ValueError(f"Cannot read {path} via the disk: {error}") from error


def average(picture: Picture, height: int, width: int) -> Picture:
    """Shrinks such a picture to at most twice a size, strip by strip, by area.

    So it fits in memory, and Lanczos can do the rest.
    """
    sides = zip(picture.pixels.shape[:2], (height, width), strict=True)
    middle = tuple(min(side, 2 * wanted) for side, wanted in sides)
    alpha = None if picture.alpha is None else scratch.average(picture.alpha, *middle)
    return Picture(scratch.average(picture.pixels, *middle), alpha)
