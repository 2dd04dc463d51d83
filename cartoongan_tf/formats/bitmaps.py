"""BMP of every kind: Pillow calls half of them damaged, and cuts 5 bits to 8."""

import struct

import numpy as np

NONE, RLE8, RLE4, FIELDS, JPEG, PNG, ALPHA_FIELDS = range(7)
_RLE24, _HUFFMAN = "RLE24", "Huffman"  # of OS/2, which numbers them 4 and 3
_WINDOWS = (40, 52, 56, 108, 124)  # sizes of their headers
_DEFAULT_FIELDS = {16: (0x7C00, 0x3E0, 0x1F), 32: (0xFF0000, 0xFF00, 0xFF)}


def read(data: bytes, check):
    """Decodes a BMP.

    Args:
        data: The file.
        check: Called with height and width before anything is decoded.

    Returns:
        Pixels, uint8 `(H, W, 3)`; alpha, uint8 `(H, W)` or None; the embedded profile
        or None. Or, in place of the pixels, the bytes of the JPEG or PNG that it holds.

    Raises:
        ValueError: When it is of a kind that is not supported.
        OSError: When it is damaged.
    """
    try:
        return _read(data, check)
    except (struct.error, IndexError) as error:
        raise OSError(f"its header: {error}") from error


def _read(data: bytes, check):
    start, size = struct.unpack_from("<II", data, 10)
    if size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = NONE
    else:
        width, height, _, bits = struct.unpack_from("<iiHH", data, 18)
        compression = struct.unpack_from("<I", data, 30)[0] if size >= 20 else NONE
    if bits <= 8 and start == 14 + size:  # forgets its palette, as some programs do
        used = struct.unpack_from("<I", data, 46)[0] if size >= 36 else 0
        start += (3 if size == 12 else 4) * (used or 2**bits)
    if size not in _WINDOWS:
        compression = {3: _HUFFMAN, 4: _RLE24}.get(compression, compression)
    profile = _profile(data, size)
    if compression in (JPEG, PNG):
        return data[struct.unpack_from("<I", data, 10)[0] :], None, None
    rows = abs(height)
    if width < 1 or not rows:
        raise OSError(f"its size is {width}x{height}")
    check(rows, width)
    if compression == NONE and bits in (1, 2, 4, 8):
        numbers = _whole_bytes(data, start, width, rows, bits)
    elif (compression, bits) in ((RLE8, 8), (RLE4, 4), (_RLE24, 24)):
        numbers = _run_lengths(data[start:], width, rows, bits)
    elif compression in (NONE, FIELDS, ALPHA_FIELDS) and bits in (16, 24, 32):
        fields = _fields(data, size, compression, bits)
        pixels, alpha = _take_fields(data, start, width, rows, bits, fields)
        if height > 0:
            pixels, alpha = pixels[::-1], None if alpha is None else alpha[::-1]
        return pixels, alpha, profile
    else:
        raise ValueError(
            "A BMP must be plain, RLE, of bit fields, a JPEG or a PNG within. Received "
            f"a kind of BMP that is not supported ({bits} bits, compression "
            f"{compression})"
        )
    if numbers.ndim == 2:
        numbers = _palette(data, size, bits, start)[numbers]
    return (numbers if height < 0 else numbers[::-1]), None, profile


def _profile(data: bytes, size: int) -> bytes | None:
    """What the newest header embeds."""
    if size != 124 or data[70:74] != b"DEBM":  # MBED, from the last byte on
        return None
    at, length = struct.unpack_from("<II", data, 126)
    return data[14 + at : 14 + at + length] or None


def _rows(data: bytes, start: int, width: int, rows: int, bits: int) -> np.ndarray:
    """The stored bytes, a row each; every row is filled up to four bytes."""
    stride = (width * bits + 31) // 32 * 4
    stored = np.frombuffer(data, np.uint8, offset=min(start, len(data)))
    filling = stride - (width * bits + 7) // 8  # which the last row may lack
    missing = rows * stride - len(stored)
    if missing > filling:
        raise OSError(f"{len(stored)} bytes of pixels for {rows * stride}")
    if missing > 0:
        stored = np.pad(stored, (0, missing))
    return stored[: rows * stride].reshape(rows, stride)


def _whole_bytes(data, start, width, rows, bits) -> np.ndarray:
    """Numbers of the palette's colours, of one to eight bits each."""
    stored = _rows(data, start, width, rows, bits)
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    numbers = (stored[..., None] >> shifts) & (2**bits - 1)
    return numbers.reshape(rows, -1)[:, :width]


def _palette(data: bytes, size: int, bits: int, start: int) -> np.ndarray:
    """256 colours, uint8 RGB; those that are missing are black."""
    entry = 3 if size == 12 else 4
    at = 14 + size
    stored = np.frombuffer(data[at : min(start, at + entry * 2**bits)], np.uint8)
    stored = stored[: len(stored) // entry * entry].reshape(-1, entry)
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(stored)] = stored[:, 2::-1]  # B, G, R
    return palette


def _fields(data: bytes, size: int, compression: int, bits: int) -> tuple:
    """Which bits of a pixel are red, green, blue and alpha."""
    if compression == NONE:
        return (*_DEFAULT_FIELDS.get(bits, _DEFAULT_FIELDS[32]), 0)
    has_alpha = size >= 56 or compression == ALPHA_FIELDS
    fields = struct.unpack_from("<IIII" if has_alpha else "<III", data, 54)
    return fields if has_alpha else (*fields, 0)


def _take_fields(data, start, width, rows, bits, fields):
    stored = _rows(data, start, width, rows, bits)
    step = bits // 8
    stored = stored[:, : width * step].reshape(rows, width, step)
    values = None
    if any(field not in (0, *_BYTES[:step]) for field in fields):
        values = np.zeros((rows, width), np.uint32)
        for number in range(step):
            values |= stored[..., number].astype(np.uint32) << np.uint32(8 * number)
    levels = [_levels(stored, values, field) for field in fields]
    zero = np.zeros((rows, width), np.uint8)
    pixels = np.dstack([zero if color is None else color for color in levels[:3]])
    alpha = levels[3]
    if alpha is not None and not alpha.any():
        alpha = None  # programs that know no alpha leave it 0
    return pixels, alpha


_BYTES = (0xFF, 0xFF00, 0xFF0000, 0xFF000000)


def _levels(stored: np.ndarray, values: np.ndarray | None, field: int):
    """The level 0..255 that the bits of `field` say; None where it has none."""
    if not field:
        return None
    if field in _BYTES and _BYTES.index(field) < stored.shape[-1]:
        return stored[..., _BYTES.index(field)]
    lowest = field & -field
    most = field // lowest
    share = ((values & np.uint32(field)) // np.uint32(lowest)).astype(np.float64) / most
    return np.rint(share * 255).astype(np.uint8)


def _run_lengths(data: bytes, width: int, rows: int, bits: int) -> np.ndarray:
    """Numbers of colours `(H, W)`, or pixels `(H, W, 3)` of 24 bits.

    What a run leaves out is of the first colour; runs beyond a row's end are cut.
    """
    depth = (3,) if bits == 24 else ()
    made = np.zeros((rows, width, *depth), np.uint8)
    at = x = y = 0
    while y < rows and at + 1 < len(data):
        count, value = data[at], data[at + 1]
        if count:  # that many of one colour, or of two that take turns
            taken = 3 if bits == 24 else 1
            values = _colors(data[at + 1 : at + 1 + taken], bits)
            run = np.resize(values, (count, *depth))
            at += 1 + taken
        elif value > 2:  # that many colours one by one, filled up to two bytes
            size = (value * bits + 7) // 8
            run = _colors(data[at + 2 : at + 2 + size], bits)[:value]
            at += 2 + size + size % 2
        else:
            at += 2
            if value == 1:  # the end
                break
            if value == 0:
                x, y = 0, y + 1
            elif at + 1 < len(data):
                x, y, at = x + data[at], y + data[at + 1], at + 2
            continue
        room = made[y, x : x + len(run)]
        room[:] = run[: len(room)]
        x += len(run)
    return made


def _colors(stored: bytes, bits: int) -> np.ndarray:
    values = np.frombuffer(stored, np.uint8)
    if bits == 24:
        return values[: len(values) // 3 * 3].reshape(-1, 3)[:, ::-1]
    if bits == 4:
        return np.stack([values >> 4, values & 15], axis=-1).reshape(-1)
    return values
