"""Pixel conventions and picture files: the only place that knows them.

Everywhere in the project a picture is RGB. Outside the networks it is uint8, 0..255,
`(height, width, 3)`; inside them it is float, -1..1. Conversion rounds to the nearest
level (truncation, the usual slip, gets 63 of 256 levels wrong after a round trip).
"""

import io
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from cartoongan_tf.formats import decoders, scratch, sniff, streams
from cartoongan_tf.formats.decoders import Picture
from cartoongan_tf.pictures import disk, memory, paths

QUALITY = 95  # JPEG and WebP: flat colour shows blocks and ringing early

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)  # the set that VGG19 was trained on

# Pillow's own bomb guard, at twice this number, refuses big panoramas.
Image.MAX_IMAGE_PIXELS = memory.MOST_PIXELS // 2
# And a good PNG's profile or XMP, from 1 MiB on; `pngs.check_texts` refuses bombs. All
# the texts of a file together still have Pillow's own 64 MiB.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 2**20
# Oddities in EXIF, large pictures. Once for all: `catch_warnings` around each reading
# would, in threads, swallow the warnings of others.
warnings.filterwarnings("ignore", module=r"PIL\.")


# ---------------------------------------------------------------- values


def to_signed(levels):
    """Levels 0..255 (uint8 array, or float array or tensor) to floats in -1..1."""
    return levels / np.float32(127.5) - np.float32(1)


def to_levels(signed):
    """Floats in -1..1, array or tensor, to float levels 0..255, not rounded or cut."""
    return (signed + 1.0) * 127.5


def to_uint8(signed) -> np.ndarray:
    """Floats in -1..1 to uint8 levels: rounded to the nearest, cut at 0 and 255."""
    return round_levels(to_levels(np.asarray(signed, np.float32)))


def round_levels(levels) -> np.ndarray:
    """Float levels to uint8: rounded to the nearest, cut at 0 and 255."""
    return np.rint(levels).clip(0, 255).astype(np.uint8)


# ---------------------------------------------------------------- shapes


def fit(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Shrinks a uint8 picture, ratio kept, until it fits; never enlarges."""
    tall, wide = pixels.shape[:2]
    ratio = min(1.0, height / tall, width / wide)
    if ratio == 1:
        return pixels
    return resize(pixels, *(max(1, round(side * ratio)) for side in (tall, wide)))


def shrink(picture: Picture, max_size: int) -> Picture:
    """Shrinks a picture, ratio kept, until its long side is at most `max_size`."""
    return _resize(picture, *_shrunk(*picture.pixels.shape[:2], max_size))


def _shrunk(height: int, width: int, max_size: int | None) -> tuple[int, int]:
    longest = max(height, width)
    if max_size is None or longest <= max_size:
        return height, width
    return tuple(max(1, round(side * max_size / longest)) for side in (height, width))


def _resize(picture: Picture, height: int, width: int, part=None) -> Picture:
    """Resizes pixels and alpha; of a `part`, its width and height from the top left."""
    if picture.pixels.shape[:2] == (height, width):
        return picture
    alpha = picture.alpha
    return Picture(
        resize(picture.pixels, height, width, part),
        None if alpha is None else resize(alpha, height, width, part),
    )


def resize(pixels: np.ndarray, height: int, width: int, part=None) -> np.ndarray:
    """Resizes a uint8 picture (RGB or one channel): Lanczos, antialiased.

    Args:
        pixels: `(H, W, 3)` or `(H, W)`.
        height: Of the result.
        width: Of the result.
        part: Width and height of the part to take, from the top left; all by default.
            They may be broken: the last pixel of a JPEG decoded at an eighth is partly
            beyond the picture.
    """
    box = None if part is None else (0, 0, *part)
    lanczos = Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(pixels).resize((width, height), lanczos, box))


# ---------------------------------------------------------------- reading


def read(
    path: str | os.PathLike,
    max_size: int | None = None,
    check: Callable[[int, int], None] | None = None,
    max_memory: int | None = None,
) -> Picture:
    """Reads a picture file: upright by its EXIF, sRGB, 8 bits, alpha kept apart.

    Takes JPEG, PNG, WebP, BMP, TIFF, HEIC, AVIF, and the first frame of a GIF or of an
    animation. More than 8 bits are rounded to 8. The colours of a profile are converted
    to sRGB; a profile that cannot be used is warned of once. docs/inputs.md tells more.

    Args:
        path: The file; its content decides, not its name.
        max_size: Shrink it to this long side, as `shrink` does. A JPEG is not even
            decoded larger than twice that, if it can be.
        check: Called with the height and width of the result (before it is turned) as
            soon as the header is read; what it raises is a reason not to decode it.
        max_memory: Bytes that this process may take in all; None for what is free. A
            TIFF, JPEG, PNG or WebP that takes more to read is decoded to the disk, by
            libvips: `pixels` is then a `numpy.memmap`.

    Raises:
        ValueError: When the file is absent, empty, no picture, damaged or too large.
            The message names the file.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"A photo must be a file. Received a folder: {path}")
    try:
        kind = sniff.look(path)
        data = disk.load(path, max_memory)
    except memory.TooLarge as error:
        data, reason = None, error
    except FileNotFoundError:
        raise ValueError(f"A photo must exist. No such file: {path}") from None
    except OSError as error:
        raise ValueError(f"Cannot read {path}: {error.strerror}") from error
    if data is not None:
        try:
            return decode(data, path, max_size, check, max_memory)
        except memory.TooLarge as error:
            data, reason = None, error
    if kind not in streams.READ:
        raise ValueError(str(reason)) from None
    return _from_disk(path, max_size, check, reason)


def decode(
    data: bytes,
    name: str | os.PathLike = "picture",
    max_size: int | None = None,
    check: Callable[[int, int], None] | None = None,
    max_memory: int | None = None,
    most_pixels: int | None = None,
) -> Picture:
    """Decodes a picture file's bytes as `read` does; `name` is for error messages.

    Args:
        data: The file.
        name: For error messages.
        max_size: As of `read`.
        check: As of `read`.
        max_memory: As of `read`.
        most_pixels: That the file may have, whatever is made of it.

    Raises:
        ValueError: As `read`; `memory.TooLarge` where there are too many pixels.
    """
    if not data:
        raise ValueError(f"A photo must not be empty. Received 0 bytes: {name}")
    kind = sniff.kind(data[: sniff.HEAD])
    if kind not in sniff.READ:
        raise ValueError(
            f"A photo must be a {', '.join(sniff.READ[:-1])} or {sniff.READ[-1]} file. "
            f"Received {kind}: {name}"
        )

    stored = target = None

    def look(height: int, width: int) -> tuple[int, int]:
        nonlocal stored, target
        stored = height, width
        if most_pixels is not None and height * width > most_pixels:
            raise memory.TooLarge(
                f"A photo must have at most {most_pixels / 1e6:g} megapixels. "
                f"Received: {width}x{height}"
            )
        target = _shrunk(height, width, max_size)
        scale = decoders.jpeg_scale(height, width, *target) if kind == "JPEG" else 1
        memory.check_pixels(height, width)
        memory.check_reading(height // scale, width // scale, max_memory)
        if check is not None:
            check(*target)
        return target

    try:
        picture, orientation, scale = decoders.decode(data, kind, name, look)
        part = None if scale == 1 else (stored[1] / scale, stored[0] / scale)
        picture = _resize(picture, *target, part)
        return decoders.turn(picture, orientation)
    except Image.DecompressionBombError:
        raise memory.TooLarge(f"{memory.PIXELS_RULE} Received more: {name}") from None
    except UnidentifiedImageError:
        raise ValueError(
            f"A photo must be whole. Damaged: {name} (a {kind} by its first bytes, "
            "but no more)"
        ) from None
    except MemoryError as error:
        raise ValueError(f"A photo must fit in memory. Received: {name}") from error
    except ModuleNotFoundError as error:
        raise ImportError(
            f"A {kind} of this kind needs {error.name}: pip install {error.name}. "
            f"Received: {name}"
        ) from error
    except ValueError as error:
        is_large = isinstance(error, memory.TooLarge)
        kind_of_error = memory.TooLarge if is_large else ValueError
        raise kind_of_error(f"{error}: {name}") from error
    except decoders.DAMAGE as error:
        raise ValueError(f"A photo must be whole. Damaged: {name} ({error})") from error


def _from_disk(path: Path, max_size, check, reason: Exception) -> Picture:
    """A picture that memory does not hold."""

    def look(height: int, width: int) -> None:
        memory.check_pixels(height, width)
        if check is not None:
            check(*_shrunk(height, width, max_size))

    picture = disk.read(path, look, reason)
    size = picture.pixels.shape[:2]
    target = _shrunk(*size, max_size)
    if target == size:
        return picture
    return _resize(disk.average(picture, *target), *target)


def opencv():
    """The `cv2` module, or an ImportError whose one line names the cure."""
    # It would tell stderr of the damage that we tell of.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    try:
        import cv2
    except ImportError as error:
        raise ImportError(
            f"OpenCV cannot be imported ({error}). On a machine without a display: "
            "`apt-get install libgl1 libglib2.0-0`, or "
            "`pip uninstall opencv-python && pip install opencv-python-headless`"
        ) from error
    return cv2


# ---------------------------------------------------------------- writing


def check_writable(path: str | os.PathLike) -> Path:
    """Checks, before any work, that a picture can be written under this name.

    Raises:
        ValueError: When the suffix names no format that we write, or the folder cannot
            be made or written to.
    """
    path = Path(path)
    if path.suffix.lower() not in paths.WRITABLE:
        raise ValueError(
            f"A picture's name must end in {', '.join(paths.WRITABLE)}. "
            f"Received: {path}"
        )
    if path.is_dir():
        raise ValueError(f"A picture's name must not be a folder's. Received: {path}")
    paths.check_folder(path.parent)
    return path


def write(
    path: str | os.PathLike,
    pixels: np.ndarray,
    alpha: np.ndarray | None = None,
    exif: bytes | None = None,
) -> None:
    """Writes a uint8 RGB picture as JPEG, PNG or WebP by its suffix, whole or not at
    all.

    Args:
        path: Where to. Missing folders are made; a file of this name is replaced.
        pixels: uint8 `(H, W, 3)`.
        alpha: uint8 `(H, W)` or None. JPEG has no alpha: it shows on white there.
        exif: What `metadata.read` gives; by default a picture says nothing of its kind.

    Raises:
        ValueError: When the suffix or the folder does not allow it.
    """
    path = check_writable(path)
    most = _LARGEST.get(path.suffix.lower())
    if most is not None and max(pixels.shape[:2]) > most:
        raise ValueError(
            f"A {path.suffix} must have at most {most} pixels a side; write a .png. "
            f"Received: {pixels.shape[1]}x{pixels.shape[0]} for {path}"
        )
    if scratch.is_on_disk(pixels):
        with paths.replacing(path) as temporary:
            streams.write(temporary, pixels, alpha, exif, QUALITY)
        return
    data = encode(pixels, path.suffix, alpha, exif=exif)
    with paths.replacing(path) as temporary:
        temporary.write_bytes(data)


_LARGEST = {".jpg": 65500, ".jpeg": 65500, ".webp": 16383}  # of the formats


def encode(
    pixels: np.ndarray,
    suffix: str = ".png",
    alpha: np.ndarray | None = None,
    note: str | None = None,
    exif: bytes | None = None,
    level: int = 6,
) -> bytes:
    """Encodes a uint8 RGB picture, and alpha where the format has it, to bytes.

    Args:
        pixels: uint8 `(H, W, 3)`.
        suffix: One of `paths.WRITABLE`.
        alpha: uint8 `(H, W)` or None.
        note: A line of text to keep in a PNG, for `read_note`.
        exif: To be written into it, as bytes.
        level: Of a PNG's packing, 1 to 9: 1 takes a third of the time of 6.
    """
    suffix = suffix.lower()
    buffer = io.BytesIO()
    more = {} if exif is None else {"exif": exif}
    if suffix in (".jpg", ".jpeg"):
        if alpha is not None:
            cover = alpha[..., None] / 255.0
            pixels = round_levels(pixels * cover + 255.0 * (1 - cover))
        # No chroma subsampling: it frays the border between two flat colours.
        Image.fromarray(pixels).save(
            buffer, "JPEG", quality=QUALITY, subsampling=0, **more
        )
        return buffer.getvalue()
    if alpha is not None:
        pixels = np.dstack([pixels, alpha])
    if suffix == ".webp":
        Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY, **more)
    else:
        text = PngImagePlugin.PngInfo()
        if note is not None:
            text.add_text(_NOTE, note)
        Image.fromarray(pixels).save(
            buffer, "PNG", pnginfo=text, compress_level=level, **more
        )
    return buffer.getvalue()


def read_note(path: str | os.PathLike) -> str | None:
    """The note in a PNG that `encode` wrote, or None."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            return image.info.get(_NOTE)
    except (OSError, ValueError, SyntaxError):
        return None


_NOTE = "cartoongan_tf"
