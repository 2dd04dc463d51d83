"""HEIC and AVIF, what phones write: their 10 and 12 bits, and their colours."""

import io
import struct

import numpy as np


def register() -> str:
    """Lets Pillow open HEIC; returns its name for that."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    return "HEIF"


def read_deep(data: bytes, kind: str):
    """Decodes a picture of more than 8 bits a channel.

    Pillow decodes it to 8 bits, up to two levels off.

    Args:
        data: The file.
        kind: `HEIC` or `AVIF`.

    Returns:
        Unsigned integers `(H, W, C)`, C of 1 or 3; alpha `(H, W)` or None; and the
        number that stands for white. None where it has 8 bits.
    """
    if kind == "AVIF":
        bits = _avif_bits(data)
        if bits == 8:
            return None
        import imagecodecs

        levels = imagecodecs.avif_decode(data)
        if levels.dtype != np.uint16:
            return None
    else:
        import pillow_heif

        try:
            file = pillow_heif.open_heif(
                io.BytesIO(data), convert_hdr_to_8bit=False, hdr_to_16bit=False
            )
            bits = file.info.get("bit_depth", 8)
            if bits == 8:
                return None
            levels = np.asarray(file)
        except ValueError as error:  # says no more than that it cannot
            raise OSError(str(error)) from error
    if levels.ndim == 4:  # the pictures of an animation
        levels = levels[0]
    if levels.ndim == 2:
        levels = levels[..., None]
    alpha = None
    if levels.shape[-1] in (2, 4):
        levels, alpha = levels[..., :-1], levels[..., -1]
    return levels, alpha, 2**bits - 1


def _avif_bits(data: bytes) -> int:
    at = data.find(b"av1C")
    if at < 0 or at + 7 > len(data) or not data[at + 6] & 0x40:
        return 8
    return 12 if data[at + 6] & 0x20 else 10


def color_numbers(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer curve by ITU-T H.273, where a file says them."""
    at = data.find(b"colrnclx")
    if at < 0 or at + 12 > len(data):
        return None
    return struct.unpack(">HH", data[at + 8 : at + 12])
