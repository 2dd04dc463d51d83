"""TIFF of more than 8 bits a channel, and other kinds that Pillow does not know."""

import io
import logging
import struct
import zlib

import numpy as np

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS = 0, 1, 2, 3, 5
_PREMULTIPLIED, _ALPHA = 1, 2  # of tag 338, for the channels beyond the colours
_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RuntimeError,
    EOFError, struct.error, zlib.error,
)  # fmt: skip


def is_raw(tags) -> bool:
    """Whether a TIFF's tags are those of a camera's raw file, with a small preview.

    Args:
        tags: A mapping from numbers to values.
    """
    is_dng = 50706 in tags
    is_preview = tags.get(254, 0) == 1 and 330 in tags
    return is_dng or is_preview or tags.get(262) in (32803, 34892)


def read(data: bytes, check):
    """Decodes a TIFF's first picture, whatever its bits, planes and compression.

    Args:
        data: The file.
        check: Called with height and width before anything is decoded.

    Returns:
        Unsigned integers `(H, W, C)`, one, three or, for CMYK, four channels with 0 for
        no ink; alpha `(H, W)` or None; the number that stands for white; the embedded
        profile or None; the EXIF orientation.

    Raises:
        ValueError: When it is of another kind, or damaged.
    """
    import tifffile  # slow to load, and seldom needed

    logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # we say it ourselves
    try:
        file = tifffile.TiffFile(io.BytesIO(data))
        page = file.pages[0]
        tags = {tag.code: tag.value for tag in page.tags}
        kind = _refusal(page, tags)
    except (tifffile.TiffFileError, *_DAMAGE) as error:
        raise OSError(str(error) or type(error).__name__) from error
    if kind:
        raise ValueError(
            "A photo must have 8 or 16 bits a channel, whole numbers of grey, RGB or "
            f"CMYK. Received {kind}"
        )
    check(page.imagelength, page.imagewidth)
    try:
        levels = page.asarray()
    except (tifffile.TiffFileError, *_DAMAGE) as error:
        raise OSError(str(error) or type(error).__name__) from error
    levels = _channels_last(levels, page.axes)
    white = 2 ** int(np.max(page.bitspersample)) - 1
    if white > 65535:
        levels, white = (levels >> 16).astype(np.uint16), 65535
    photometric = int(page.photometric)
    if photometric == PALETTE:
        levels, white = page.colormap.T[levels[..., 0]], 65535
    beyond = tuple(map(int, page.extrasamples))
    levels, alpha = _split(levels, _COLORS[photometric], beyond, white)
    if photometric == WHITE_IS_ZERO:
        levels = white - levels
    return levels, alpha, white, tags.get(34675), tags.get(274, 1)


_CHANNELS = 16  # more than any photo has; a damaged header may say 65535
_COLORS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 3, INKS: 4}


def _refusal(page, tags) -> str | None:
    """In words what kind a TIFF is, if we do not read it."""
    if is_raw(tags):
        return "a camera's raw file"
    if int(page.sampleformat) != 1:
        named = {2: "signed numbers", 3: "floats"}.get(int(page.sampleformat), "others")
        return f"a TIFF of {page.bitspersample}-bit {named}"
    is_flat = page.axes in ("YX", "YXS", "SYX") and page.samplesperpixel <= _CHANNELS
    if page.photometric not in _COLORS or not is_flat:
        return f"a TIFF of another kind ({page.photometric!s}, {page.axes})"
    return None


def _channels_last(levels: np.ndarray, axes: str) -> np.ndarray:
    """Pixels as `(H, W, C)`, be they stored in planes or not."""
    if axes == "YX":
        return levels[..., None]
    return np.moveaxis(levels, axes.index("S"), -1)


def _split(levels, count: int, beyond: tuple, white: int):
    """Colours and alpha; what is called neither is left out."""
    colors = levels[..., :count]
    if levels.shape[-1] < count:
        raise OSError(f"{levels.shape[-1]} channels for {count} colours")
    # Four channels of which nothing more is said are RGB and alpha.
    silent = not beyond and levels.shape[-1] == count + 1
    places = [n for n, kind in enumerate(beyond) if kind in (_PREMULTIPLIED, _ALPHA)]
    if not places and not silent:
        return colors, None
    place = places[0] if places else 0
    alpha = levels[..., count + place]
    if beyond and beyond[place] == _PREMULTIPLIED:
        share = np.maximum(alpha, 1)[..., None].astype(np.float32) / white
        colors = np.rint(colors / share).clip(0, white).astype(levels.dtype)
    return colors, alpha
