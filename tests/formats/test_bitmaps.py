"""Facts about BMP: every kind of it is read, or named."""

import struct

import imagecodecs
import numpy as np
import pytest

from cartoongan_tf.pictures import images

COLORS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
NUMBERS = np.random.default_rng(1).integers(0, 4, (5, 7), dtype=np.uint8)
PALETTE = np.array([[9, 9, 9], [250, 20, 30], [40, 240, 50], [60, 70, 230]], np.uint8)


def bmp(body, bits, compression=0, size=40, height=5, more=b"", palette=False, width=7):
    """A BMP of these bytes behind a header of `size` bytes."""
    colors = b""
    if palette:
        entry = 3 if size == 12 else 4
        colors = b"".join(bytes(c[::-1]).ljust(entry, b"\0") for c in PALETTE)
    if size == 12:
        head = struct.pack("<IHHHH", size, width, height, 1, bits)
    else:
        head = struct.pack("<IiiHHI", size, width, height, 1, bits, compression)
        used = len(PALETTE) if palette else 0
        head = (head + struct.pack("<IiiII", len(body), 0, 0, used, 0))[:size]
    start = 14 + max(size, len(head) + len(more)) + len(colors)
    whole = (head + more).ljust(size, b"\0") + colors + body
    return b"BM" + struct.pack("<IHHI", 14 + len(whole), 0, 0, start) + whole


def rows(values):
    """Rows from the bottom up, each filled up to four bytes."""
    raw = [row.tobytes() for row in values[::-1]]
    return b"".join(row + bytes(-len(row) % 4) for row in raw)


def packed(numbers, bits):
    """Numbers of colours, several to a byte."""
    per = 8 // bits
    padded = np.pad(numbers, ((0, 0), (0, -numbers.shape[1] % per)))
    shifts = np.arange(8 - bits, -1, -bits)
    return (padded.reshape(len(numbers), -1, per) << shifts).sum(-1).astype(np.uint8)


def read(data):
    picture = images.decode(data, "x.bmp")
    assert picture.pixels.flags.c_contiguous
    return picture


@pytest.mark.parametrize(
    "bits, masks",
    [
        (16, (0xF800, 0x7E0, 0x1F)),
        (16, (0x3, 0x1C, 0x20)),  # 2, 3 and 1 bit
        (16, (0x0F00, 0x00F0, 0x000F)),
        (32, (0xFF0000, 0xFF00, 0xFF)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF)),  # ten bits each
        (32, (0x7F, 0x3F80, 0x1FC000)),
        (32, (0xFE000000, 0x1FF0000, 0xFFFF)),
    ],
)
def test_bit_fields_of_any_width_are_read(bits, masks):
    lowest = [mask & -mask for mask in masks]
    most = [mask // low for mask, low in zip(masks, lowest, strict=True)]
    values = np.random.default_rng(2).integers(0, np.array(most) + 1, (5, 7, 3))
    whole = (values * np.array(lowest)).sum(-1).astype(f"<u{bits // 8}")
    data = bmp(rows(whole), bits, 3, more=struct.pack("<III", *masks))
    assert np.array_equal(read(data).pixels, np.rint(values * 255 / np.array(most)))


def test_bit_fields_may_hold_alpha():
    masks = (0xF000, 0x0F00, 0x00F0, 0x000F)
    values = np.random.default_rng(3).integers(0, 16, (5, 7, 4))
    whole = (values * np.array([4096, 256, 16, 1])).sum(-1).astype("<u2")
    data = bmp(rows(whole), 16, 3, size=56, more=struct.pack("<IIII", *masks))
    picture = read(data)
    assert np.array_equal(picture.pixels, values[..., :3] * 17)
    assert np.array_equal(picture.alpha, values[..., 3] * 17)
    whole = (values * np.array([4096, 256, 16, 0])).sum(-1).astype("<u2")
    data = bmp(rows(whole), 16, 3, size=56, more=struct.pack("<IIII", *masks))
    assert read(data).alpha is None  # of a program that knows none


def test_an_embedded_profile_counts():
    linear = imagecodecs.cms_profile(
        "rgb",
        whitepoint=[0.3127, 0.329, 1],
        primaries=[0.64, 0.33, 1, 0.3, 0.6, 1, 0.15, 0.06, 1],
        gamma=1.0,
    )
    body = rows(np.full((5, 7, 3), 128, np.uint8))
    data = bytearray(bmp(body, 24, size=124) + linear)
    data[70:74] = b"DEBM"
    struct.pack_into("<II", data, 126, len(data) - len(linear) - 14, len(linear))
    assert np.unique(read(bytes(data)).pixels).tolist() == [188]


@pytest.mark.parametrize("size", [12, 16, 40, 64, 108, 124])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes_are_read_behind_every_header(size, bits):
    numbers = NUMBERS % min(2**bits, 4)
    data = bmp(rows(packed(numbers, bits)), bits, size=size, palette=True)
    assert np.array_equal(read(data).pixels, PALETTE[numbers])


def test_the_last_row_may_lack_what_it_is_filled_with():
    body = rows(np.ascontiguousarray(COLORS[..., ::-1]))
    assert np.array_equal(read(bmp(body[:-3], 24)).pixels, COLORS)
    with pytest.raises(ValueError, match="must be whole"):
        read(bmp(body[:-4], 24))


def test_a_header_may_forget_its_palette():
    data = bytearray(bmp(rows(packed(NUMBERS, 8)), 8, palette=True))
    struct.pack_into("<I", data, 10, 54)  # where pixels begin: just behind the header
    assert np.array_equal(read(bytes(data)).pixels, PALETTE[NUMBERS])


@pytest.mark.parametrize("size", [12, 16, 40, 64, 124])
def test_plain_colours_are_read_behind_every_header(size):
    data = bmp(rows(np.ascontiguousarray(COLORS[..., ::-1])), 24, size=size)
    assert np.array_equal(read(data).pixels, COLORS)


def test_rows_may_come_from_the_top():
    whole = rows(COLORS[::-1, :, ::-1])
    masks = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)
    assert np.array_equal(read(bmp(whole, 24, height=-5)).pixels, COLORS)
    values = COLORS[::-1].astype(int) @ [1 << 20, 1 << 10, 1]
    masks = struct.pack("<III", 0xFF << 20, 0xFF << 10, 0xFF)
    data = bmp(rows(values.astype("<u4")), 32, 3, height=-5, more=masks)
    assert np.array_equal(read(data).pixels, COLORS)


def runs(numbers, bits):
    """Runs of one, then a row colour by colour, by turns."""
    body = b""
    for at, row in enumerate(numbers[::-1]):
        if at % 2:
            stored = packed(row[None], bits).tobytes()
            body += bytes([0, len(row)]) + stored + bytes(len(stored) % 2)
        else:
            for number in row:
                body += bytes([1, int(number) << (4 if bits == 4 else 0)])
        body += b"\0\0"
    return body + b"\0\1"


@pytest.mark.parametrize("bits, compression", [(8, 1), (4, 2)])
@pytest.mark.parametrize("size", [40, 64, 124])
def test_run_lengths_are_read(bits, compression, size):
    data = bmp(runs(NUMBERS, bits), bits, compression, size=size, palette=True)
    assert np.array_equal(read(data).pixels, PALETTE[NUMBERS])


def test_run_lengths_may_leave_pixels_out():
    body = b"\2\1" + b"\0\2\3\2" + b"\2\2" + b"\0\1"  # two, a jump, two, the end
    numbers = np.zeros((5, 7), np.uint8)
    numbers[4, :2], numbers[2, 5:] = 1, 2
    assert np.array_equal(read(bmp(body, 8, 1, palette=True)).pixels, PALETTE[numbers])


def test_run_lengths_of_colours_are_read():
    body = b""
    for row in COLORS[::-1]:
        body += bytes([0, 7]) + row[:, ::-1].tobytes() + b"\0" + b"\0\0"
    body += b"\0\1"
    assert np.array_equal(read(bmp(body, 24, 4, size=64)).pixels, COLORS)


@pytest.mark.parametrize("compression, suffix", [(4, ".jpg"), (5, ".png")])
def test_a_file_within_is_read(compression, suffix):
    inner = images.encode(COLORS, suffix)
    expected = images.decode(inner).pixels
    assert np.array_equal(read(bmp(inner, 0, compression)).pixels, expected)


@pytest.mark.parametrize(
    "bits, compression, size", [(64, 0, 40), (1, 3, 64), (8, 11, 40), (24, 2, 40)]
)
def test_other_kinds_are_named(bits, compression, size):
    with pytest.raises(ValueError, match="a kind of BMP that is not supported.*x.bmp"):
        read(bmp(bytes(1000), bits, compression, size=size))


def test_damage_is_named():
    masks = struct.pack("<III", 0xFF << 20, 0xFF << 10, 0xFF)
    for data in (
        bmp(bytes(20), 32, 3, more=masks),
        bmp(bytes(20), 2, palette=True, width=4000),
        bmp(b"", 2, width=-3),
        bmp(b"no file", 0, 5),
        bmp(b"", 16)[:25],
    ):
        with pytest.raises(ValueError, match="must be whole. Damaged: x.bmp"):
            read(data)


def test_a_size_that_is_a_lie_takes_no_memory():
    masks = struct.pack("<III", 0xFF << 20, 0xFF << 10, 0xFF)
    with pytest.raises(ValueError, match="at most 800 megapixels"):
        read(bmp(bytes(20), 32, 3, more=masks, width=60000, height=60000))
