"""Facts about TIFF of more than 8 bits, and of rarer kinds."""

import io
import struct

import numpy as np
import pytest
import tifffile

from cartoongan_tf.pictures import images

HEIGHT, WIDTH = 37, 53
RNG = np.random.default_rng(0)
DEEP = RNG.integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
ALPHA = RNG.integers(3000, 65536, (HEIGHT, WIDTH)).astype(np.uint16)
GREY = np.ascontiguousarray(DEEP[..., 0])


def tiff(pixels, photometric, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric=photometric, **options)
    return buffer.getvalue()


def rounded(deep):
    return np.rint(deep / 257.0)


def read(data):
    picture = images.decode(data)
    assert picture.pixels.dtype == np.uint8 and picture.pixels.flags.c_contiguous
    return picture


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib", "predictor": True},
        {"compression": "packbits"},
        {"tile": (16, 16)},
    ],
)
@pytest.mark.parametrize("planes", [False, True])
def test_sixteen_bits_are_right_in_every_layout(options, planes):
    pixels = np.ascontiguousarray(np.moveaxis(DEEP, -1, 0)) if planes else DEEP
    config = "separate" if planes else "contig"
    picture = read(tiff(pixels, "rgb", planarconfig=config, **options))
    assert np.array_equal(picture.pixels, rounded(DEEP))
    assert picture.alpha is None


def test_premultiplied_colours_are_divided_by_their_alpha():
    cover = ALPHA[..., None] / 65535
    pixels = np.dstack([np.rint(DEEP * cover).astype(np.uint16), ALPHA])
    picture = read(tiff(pixels, "rgb", extrasamples=["assocalpha"]))
    assert np.array_equal(picture.alpha, rounded(ALPHA))
    assert np.abs(picture.pixels - rounded(DEEP)).max() <= 1
    clear = np.zeros((4, 4, 4), np.uint16)
    assert read(tiff(clear, "rgb", extrasamples=["assocalpha"])).pixels.max() == 0


def test_other_channels_are_alpha_only_where_they_are_called_so():
    pixels = np.dstack([DEEP, ALPHA])
    picture = read(tiff(pixels, "rgb", extrasamples=["unassalpha"]))
    assert np.array_equal(picture.alpha, rounded(ALPHA))
    assert np.array_equal(picture.pixels, rounded(DEEP))
    picture = read(tiff(pixels, "rgb", extrasamples=["unspecified"]))
    assert picture.alpha is None
    pixels = np.dstack([DEEP, GREY, ALPHA])
    picture = read(tiff(pixels, "rgb", extrasamples=["unspecified", "unassalpha"]))
    assert np.array_equal(picture.alpha, rounded(ALPHA))


def test_grey_with_alpha_is_read():
    pixels = np.dstack([GREY, ALPHA])
    picture = read(tiff(pixels, "minisblack", extrasamples=["unassalpha"]))
    assert np.array_equal(picture.pixels, rounded(np.dstack([GREY] * 3)))
    assert np.array_equal(picture.alpha, rounded(ALPHA))


def test_white_may_be_zero():
    picture = read(tiff(65535 - GREY, "miniswhite"))
    assert np.array_equal(picture.pixels[..., 1], rounded(GREY))


def pack(levels, bits):
    """A TIFF of grey with so many bits, one behind the other, each row whole bytes."""
    places = np.arange(bits - 1, -1, -1)
    rows = (levels[..., None] >> places & 1).reshape(len(levels), -1).astype(np.uint8)
    body = np.packbits(rows, axis=1).tobytes()
    height, width = levels.shape
    entries = [
        (256, 3, width), (257, 3, height), (258, 3, bits), (259, 3, 1), (262, 3, 1),
        (273, 4, 8), (277, 3, 1), (278, 3, height), (279, 4, len(body)),
    ]  # fmt: skip
    fields = b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries
    )
    directory = struct.pack("<H", len(entries)) + fields + bytes(4)
    body += bytes(len(body) % 2)
    return struct.pack("<2sHI", b"II", 42, 8 + len(body)) + body + directory


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_bits_between_are_scaled_by_their_own_white(bits):
    levels = GREY >> (16 - bits)
    expected = np.rint(levels * (255 / (2**bits - 1)))
    picture = read(pack(levels, bits))
    assert np.array_equal(picture.pixels[..., 2], expected)


def test_inks_become_colours():
    inks = np.zeros((2, 2, 4), np.uint16)
    inks[0, 0] = (65535, 0, 0, 0)  # cyan
    inks[0, 1] = (0, 0, 0, 65535)  # black
    inks[1, 0] = (0, 32896, 65535, 0)  # half of magenta on yellow
    picture = read(tiff(inks, "separated"))
    expected = [[[0, 255, 255], [0, 0, 0]], [[255, 127, 0], [255, 255, 255]]]
    assert picture.pixels.tolist() == expected


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_they_are_turned(orientation):
    tag = (274, "H", 1, orientation, True)
    picture = read(tiff(DEEP, "rgb", extratags=[tag]))
    turned = np.rot90(rounded(DEEP), {1: 0, 3: 2, 6: -1, 8: 1}[orientation])
    assert np.array_equal(picture.pixels, turned)


@pytest.mark.parametrize("compression", ["webp", "zstd", "lzma"])
def test_rarer_compressions_of_eight_bits_are_read(compression):
    pixels = rounded(DEEP).astype(np.uint8)
    options = {"compressionargs": {"lossless": True}} if compression == "webp" else {}
    picture = read(tiff(pixels, "rgb", compression=compression, **options))
    assert np.array_equal(picture.pixels, pixels)


@pytest.mark.parametrize(
    "pixels, photometric, kind",
    [
        (DEEP.astype(np.float32), "rgb", "32-bit floats"),
        (GREY.astype(np.float16), "minisblack", "16-bit floats"),
        (np.dstack([GREY, ALPHA]).astype(np.float32), "minisblack", "32-bit floats"),
        (DEEP.astype(np.int16), "rgb", "16-bit signed numbers"),
        (DEEP, "cielab", "another kind"),
    ],
)
def test_what_has_no_sure_white_is_refused_by_its_kind(pixels, photometric, kind):
    with pytest.raises(ValueError, match=f"must have 8 or 16 bits.*a TIFF of {kind}"):
        images.decode(tiff(pixels, photometric))


def test_a_raw_file_is_not_drawn_from_its_preview():
    preview = np.zeros((16, 16, 3), np.uint8)
    data = tiff(preview, "rgb", extratags=[(50706, "B", 4, (1, 4, 0, 0), True)])
    with pytest.raises(ValueError, match="raw file. Received a camera's: x.dng"):
        images.decode(data, "x.dng")


def test_damage_is_one_line():
    data = tiff(DEEP, "rgb", compression="lzw")
    for length in range(8, len(data), len(data) // 40):
        with pytest.raises(ValueError, match="must be whole. Damaged: x"):
            images.decode(data[:length], "x")
