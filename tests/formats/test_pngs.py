"""Facts about PNG: 16 bits, chunks about colours, and texts of any size."""

import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from cartoongan_tf.pictures import images


def chunk(name, body):
    whole = name + body
    return struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))


GAMMA = {g: chunk(b"gAMA", struct.pack(">I", g)) for g in (100000, 45455, 55556, 47000)}
SRGB_CHRM = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3_CHRM = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


def chrm(numbers):
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def srgb_levels(light):
    light = np.clip(light, 0, 1)
    curve = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return curve * 255


@pytest.fixture
def colors():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (24, 36, 3), dtype=np.uint8)


def png(pixels, *chunks, **options):
    """A PNG with these chunks behind its first."""
    if pixels.dtype == np.uint16:
        data = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
    else:
        data = images.encode(pixels)
    return data[:33] + b"".join(chunks) + data[33:]


def test_a_gamma_without_a_profile_counts(colors):
    read = images.decode(png(colors, GAMMA[100000])).pixels
    assert np.abs(read - srgb_levels(colors / 255)).max() <= 1
    read = images.decode(png(colors, GAMMA[55556])).pixels
    assert np.abs(read - srgb_levels((colors / 255) ** 1.8)).max() <= 1
    grey = np.ascontiguousarray(colors[..., 0])
    read = images.decode(png(grey, GAMMA[100000])).pixels
    assert np.abs(read - srgb_levels(grey / 255)[..., None]).max() <= 1


def test_a_gamma_counts_in_sixteen_bits_too():
    deep = np.random.default_rng(0).integers(0, 3000, (20, 30, 3), np.uint16)
    read = images.decode(png(deep, GAMMA[100000])).pixels
    assert np.abs(read - srgb_levels(deep / 65535)).max() < 0.75


@pytest.mark.parametrize(
    "chunks",
    [
        [GAMMA[45455]],
        [GAMMA[47000]],  # within libpng's own tolerance
        [GAMMA[45455], chrm(SRGB_CHRM)],
        [chrm(SRGB_CHRM)],
        [chunk(b"sRGB", b"\0"), GAMMA[100000], chrm(P3_CHRM)],  # sRGB goes first
        [chunk(b"cICP", bytes([1, 13, 0, 1])), GAMMA[100000]],  # cICP before all
    ],
)
def test_what_says_srgb_leaves_colours_alone(colors, chunks):
    assert np.array_equal(images.decode(png(colors, *chunks)).pixels, colors)


@pytest.mark.parametrize(
    "chunks",
    [
        [chrm(P3_CHRM)],
        [GAMMA[45455], chrm(P3_CHRM)],
        [chunk(b"cICP", bytes([12, 13, 0, 1]))],
    ],
)
def test_primaries_without_a_profile_count(chunks):
    pixels = np.full((8, 8, 3), (200, 90, 60), np.uint8)
    read = images.decode(png(pixels, *chunks)).pixels[0, 0]
    # By the matrices of P3 and sRGB, in light.
    assert np.abs(read.astype(int) - (216, 82, 48)).max() <= 1


def test_a_profile_goes_before_gamma(colors):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(srgb))
    read = images.decode(png(colors, profile, GAMMA[100000])).pixels
    assert np.array_equal(read, colors)


@pytest.mark.parametrize(
    "odd",
    [chrm((0,) * 8), chunk(b"gAMA", bytes(4)), chunk(b"cICP", bytes([99, 1, 0, 1]))],
)
def test_chunks_that_mean_nothing_are_told_of_and_left(colors, odd):
    with pytest.warns(UserWarning, match="taken for sRGB"):
        read = images.decode(png(colors, odd)).pixels
    assert np.array_equal(read, colors)


def test_large_profiles_and_texts_are_read(tmp_path, colors):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    filled = srgb + np.random.default_rng(0).bytes(1_500_000)
    filled = struct.pack(">I", len(filled)) + filled[4:]
    Image.fromarray(colors).save(tmp_path / "p.png", icc_profile=filled)
    assert np.array_equal(images.read(tmp_path / "p.png").pixels, colors)
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x>" * 600_000, zip=True)
    Image.fromarray(colors).save(tmp_path / "t.png", pnginfo=text)
    assert np.array_equal(images.read(tmp_path / "t.png").pixels, colors)


def test_bombs_are_refused(colors):
    bomb = zlib.compress(bytes(200 * 2**20), 9)  # 200 KB that unpack to 200 MiB
    assert len(bomb) < 300_000
    for body in (b"zTXtx\0\0", b"iCCPx\0\0", b"iTXtx box\0\1\0\0\0"):
        with pytest.raises(ValueError, match="there to fill memory.*unpack to.*: a"):
            images.decode(png(colors, chunk(body[:4], body[4:] + bomb)), "a")
    small = [chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(2 * 2**20), 9))] * 3
    with pytest.raises(ValueError, match="there to fill memory"):
        images.decode(png(colors, *small), "a")


def test_texts_beyond_all_reason_are_refused(colors):
    words = np.random.default_rng(0).integers(97, 101, 17 * 2**20, np.uint8).tobytes()
    packed = zlib.compress(words, 1)
    with pytest.raises(ValueError, match="at most 16 MiB each.*Received more: a"):
        images.decode(png(colors, chunk(b"zTXt", b"x\0\0" + packed)), "a")
