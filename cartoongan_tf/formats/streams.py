"""Picture files that memory should not hold, by libvips: strip by strip, via the disk.

What it reads is what `decoders.decode` reads: upright, sRGB, 8 bits.
"""

import logging
import os

import numpy as np
from PIL import Image

from cartoongan_tf.formats import decoders, scratch
from cartoongan_tf.formats.decoders import Picture

READ = ("TIFF", "JPEG", "PNG", "WebP")  # what libvips decodes in strips
STRIP = 2**21  # pixels that are in memory at once
_CHANNELS = {"b-w": 1, "grey16": 1, "srgb": 3, "rgb": 3, "rgb16": 3, "cmyk": 4}


def read(path: str | os.PathLike, look) -> Picture:
    """Reads a file into arrays on the disk.

    Args:
        path: A file of a kind in `READ`.
        look: Called with height and width, as stored, before the pixels are decoded.

    Returns:
        Its picture; pixels and alpha are arrays of `scratch`.

    Raises:
        ValueError: When it is of a kind that we do not read.
        OSError: When it is damaged, or the disk has no room.
    """
    import pyvips

    logging.getLogger("pyvips").setLevel(logging.CRITICAL)  # we say it ourselves
    try:
        image = pyvips.Image.new_from_file(
            os.fspath(path), access="sequential", fail_on="error"
        )
        height, width, count = image.height, image.width, _count_colors(image)
        look(height, width)
        turn, profile = (
            _field(image, "orientation", 1),
            _field(image, "icc-profile-data"),
        )
        upright = (width, height) if turn >= 5 else (height, width)
        pixels = scratch.array((*upright, 3))
        alpha = scratch.array(upright) if image.hasalpha() else None
        stored = [
            None if x is None else decoders.stored_view(x, turn)
            for x in (pixels, alpha)
        ]
        region, rows = pyvips.Region.new(image), max(16, STRIP // width)
        deep = image.format == "ushort"
        for top in range(0, height, rows):
            tall = min(rows, height - top)
            levels = np.frombuffer(
                region.fetch(0, top, width, tall), np.uint16 if deep else np.uint8
            ).reshape(tall, width, image.bands)
            colors = levels[..., :count]
            if deep:
                part = decoders.from_deep(colors, None, 65535, profile, path)
            else:
                mode = {1: "L", 3: "RGB", 4: "CMYK"}[count]
                colors = np.ascontiguousarray(colors[..., 0] if count == 1 else colors)
                shallow = Image.frombytes(mode, (width, tall), colors)
                part = decoders.from_shallow(shallow, profile, path)
            stored[0][top : top + tall] = part.pixels
            if alpha is not None:
                cover = levels[..., count]
                cover = decoders.to_eight(cover, 65535) if deep else cover
                stored[1][top : top + tall] = cover
            scratch.release(*stored)
    except pyvips.Error as error:
        raise OSError(_last_line(error)) from error
    return Picture(pixels, alpha)


def _count_colors(image) -> int:
    count = _CHANNELS.get(image.interpretation)
    if count is None or image.format not in ("uchar", "ushort"):
        raise ValueError(
            "A photo that memory does not hold must have 8 or 16 bits a channel, grey, "
            f"RGB or CMYK. Received {image.interpretation} of {image.format}"
        )
    return count


def _field(image, name: str, default=None):
    return image.get(name) if image.get_typeof(name) else default


def write(path, pixels, alpha=None, exif: bytes | None = None, quality=95) -> None:
    """Writes arrays of the disk as JPEG, PNG or WebP by the suffix, strip by strip.

    Args:
        path: The file; replaced.
        pixels: uint8 `(H, W, 3)`.
        alpha: uint8 `(H, W)` or None. JPEG shows it on white.
        exif: To be written into it, as bytes.
        quality: Of JPEG and WebP.

    Raises:
        OSError: When it cannot be written.
    """
    import pyvips

    held = [x for x in (pixels, alpha) if x is not None]
    image, *cover = (_take(pyvips, x) for x in held)
    image = image.copy(interpretation="srgb")
    if cover:
        image = image.bandjoin(cover)
    if exif is not None:
        image.set_type(pyvips.GValue.blob_type, "exif-data", exif)
    image.set_progress(True)
    image.signal_connect("eval", lambda *_: scratch.release(*held))
    suffix = os.path.splitext(path)[1].lower()
    more = {} if suffix == ".png" else {"Q": quality}
    if suffix in (".jpg", ".jpeg"):
        more |= {"subsample_mode": "off", "background": [255]}
    try:
        image.write_to_file(os.fspath(path), **more)
    except pyvips.Error as error:
        raise OSError(_last_line(error)) from error


def _take(pyvips, levels: np.ndarray):
    height, width = levels.shape[:2]
    bands = levels.size // (height * width)
    return pyvips.Image.new_from_memory(levels.data, width, height, bands, "uchar")


def _last_line(error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
