"""PNG: pixels of 16 bits, and what its chunks say about colours without a profile."""

import struct
import zlib

import numpy as np

from cartoongan_tf.formats import profiles

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
    chunks = {name: body for name, body in _chunks(data) if name in _COLORS}
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


_COLORS = (b"cICP", b"sRGB", b"gAMA", b"cHRM")
_PACKED = (b"iCCP", b"iTXt", b"zTXt")
_HARMLESS = 4 * 2**20  # bytes of text; up to here nothing is a bomb
_BOMB = 900  # times that bombs grow; zlib's most is 1032, and no text comes near it


def check_texts(data: bytes) -> None:
    """Refuses a PNG whose texts are there to fill memory.

    Raises:
        ValueError: When they unpack to more than 4 MiB and 900 times their size.
    """
    packed = unpacked = 0
    for name, body in _chunks(data):
        # Where the packed part begins, each kind says in its own way: at a zlib header.
        at = body.find(b"\x78") if name in _PACKED and len(body) > 1000 else -1
        while 0 <= at < 100:
            unpacker = zlib.decompressobj()
            try:
                text = unpacker.decompress(body[at:], 16 * 2**20)
            except zlib.error:  # a letter x
                at = body.find(b"\x78", at + 1)
                continue
            packed += len(body) - at - len(unpacker.unconsumed_tail)
            unpacked += len(text)
            break
        if unpacked > _HARMLESS and unpacked > _BOMB * packed:
            raise ValueError(
                "A PNG's texts must not be there to fill memory. Received: "
                f"{packed} bytes that unpack to {unpacked} or more"
            )


def _chunks(data: bytes):
    """Names and contents of all chunks but the pixels'."""
    at = 8
    while at + 8 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name != b"IDAT":
            yield name, data[at + 8 : at + 8 + length]
        at += 12 + length
