"""PNG: pixels of 16 bits, and what its chunks say about colours without a profile."""

import struct

import numpy as np

from cartoongan_tf.pictures import profiles

DEPTH = 24  # where the bits a channel stand, in the first chunk


def is_deep(data: bytes) -> bool:
    """Whether a channel has 16 bits."""
    return data[DEPTH] == 16


def read_deep(data: bytes):
    """Decodes a PNG of 16 bits.

    Returns:
        uint16 `(H, W, 1)` or `(H, W, 3)`, and alpha, uint16 `(H, W)` or None.
    """
    import imagecodecs

    levels = imagecodecs.png_decode(data)
    if levels.ndim == 2:
        return levels[..., None], None
    if levels.shape[-1] in (2, 4):
        return levels[..., :-1], levels[..., -1]
    return levels, None


def profile_of(data: bytes, embedded: bytes | None) -> bytes | None:
    """The profile that a PNG's colours are of; None for sRGB.

    The chunks count in the order of the standard: cICP, iCCP, sRGB, gAMA and cHRM.

    Args:
        data: The file.
        embedded: What stands in its iCCP.

    Raises:
        ValueError: When they describe no colours that we know.
    """
    chunks = dict(_chunks(data))
    if len(chunks.get(b"cICP", b"")) == 4:
        primaries, transfer, _, is_full = chunks[b"cICP"]
        if not is_full:
            raise ValueError("its cICP chunk is of a narrow range")
        return profiles.from_numbers(primaries, transfer)
    if embedded is not None or b"sRGB" in chunks:
        return embedded
    gamma, primaries = None, profiles.SRGB_PRIMARIES
    if len(chunks.get(b"gAMA", b"")) == 4:
        gamma = struct.unpack(">I", chunks[b"gAMA"])[0] / 100000
    if len(chunks.get(b"cHRM", b"")) == 32:
        primaries = tuple(v / 100000 for v in struct.unpack(">8I", chunks[b"cHRM"]))
    is_usual = gamma is None or profiles.is_usual_gamma(gamma)
    if is_usual and np.allclose(primaries, profiles.SRGB_PRIMARIES, atol=0.002):
        return None
    return profiles.from_gamma(gamma, primaries)


def _chunks(data: bytes):
    """Names and contents of the chunks about colours; they stand before the pixels."""
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"IDAT":
            return
        if name in (b"cICP", b"sRGB", b"gAMA", b"cHRM"):
            yield name, data[at + 8 : at + 8 + length]
        at += 12 + length
