"""Files that are small and cost much: refused by their structure, before decoding.

How many pixels a header promises is looked at by `images.decode`, and what a PNG's
texts unpack to by `formats.pngs`.
"""

SCANS = 100  # of a JPEG: progressive ones have ten, and its previews a few each
PARTS = 10_000  # of a PNG or WebP that are no pixels; good ones have tens


# Pixels for a byte of a JPEG, at most: its flattest blocks, of 64 pixels, take a bit,
# and half a bit for colour. One that claims more has not the pixels that it claims.
PER_BYTE = 512


class Bomb(ValueError):
    """A file that is there to cost much."""


def check(data: bytes, kind: str, frames: int) -> None:
    """Refuses a file of many frames, scans or parts.

    Args:
        data: The file.
        kind: Of `sniff.READ`.
        frames: How many an animation may have.

    Raises:
        Bomb: When it has more.
    """
    is_jpeg = kind == "JPEG" or (kind == "BMP" and data[30:34] == b"\4\0\0\0")
    # Within a JPEG's pixels these two bytes never stand beside each other.
    if is_jpeg and (scans := data.count(b"\xff\xda")) > SCANS:
        raise Bomb(f"A JPEG must have at most {SCANS} scans. Received: {scans}")
    count = {"GIF": _of_gif, "PNG": _of_png, "WebP": _of_webp, "AVIF": _of_avif}
    if kind in count and (found := count[kind](data, frames)) > frames:
        rule = "one frame" if frames == 1 else f"at most {frames} frames"
        more = "" if found > frames + 1 else " or more"
        raise Bomb(
            f"A photo must have {rule}. Received: {found}{more} (animations are drawn "
            "by `cartoonize`)",
        )


def _of_gif(data, most):
    at = 13 + _table(data[10] if len(data) > 10 else 0)
    found = 0
    while at + 1 < len(data) and found <= most:
        if data[at] == 0x2C:  # a frame
            found += 1
            if at + 9 >= len(data):
                break
            at += 11 + _table(data[at + 9])
        elif data[at] == 0x21:  # an extension
            at += 2
        else:  # the end, or damage
            break
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return found


def _table(flags):
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _of_png(data, most):
    at, parts = 8, 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if name == b"acTL":
            return int.from_bytes(data[at + 8 : at + 12], "big")
        parts = _count(parts, name == b"IDAT")
        at += 12 + length
    return 1


def _of_webp(data, most):
    at, parts, found = 12, 0, 0
    while at + 8 <= len(data) and found <= most:
        found += data[at : at + 4] == b"ANMF"
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        parts = _count(parts, False)
        at += 8 + length + length % 2
    return max(1, found)


def _of_avif(data, most):
    return most + 1 if data[8:12] == b"avis" and most == 1 else 1


def _count(parts, are_pixels):
    parts += not are_pixels
    if parts > PARTS:
        raise Bomb(f"A photo must have at most {PARTS} parts that are no pixels")
    return parts
