"""Facts about HEIC and AVIF, what phones write."""

import io

import imagecodecs
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from cartoongan_tf.pictures import images, paths

P3 = imagecodecs.cms_profile(
    "rgb",
    whitepoint=[0.3127, 0.329, 1],
    primaries=[0.68, 0.32, 1, 0.265, 0.69, 1, 0.15, 0.06, 1],
    gamma=2.2,
)


@pytest.fixture
def scene():
    """Four corners of four colours, 64 high and 96 wide."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:32, :48] = (230, 30, 40)
    pixels[:32, 48:] = (35, 220, 50)
    pixels[32:, :48] = (45, 55, 210)
    pixels[32:, 48:] = (200, 190, 60)
    return pixels


def encode(kind, pixels, **options):
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    if kind == "heic":
        pillow_heif.register_heif_opener()
        image.save(buffer, "HEIF", quality=95, chroma=444, **options)
    else:
        image.save(buffer, "AVIF", quality=98, subsampling="4:4:4", **options)
    return buffer.getvalue()


KINDS = pytest.mark.parametrize("kind", ["heic", "avif"])


@KINDS
def test_they_are_read_from_files_and_folders(tmp_path, scene, kind):
    for name in (f"a.{kind}", f"B.{kind.upper()}", "IMG_0001"):
        (tmp_path / name).write_bytes(encode(kind, scene))
    found = paths.find(tmp_path)
    assert len(found) == 3
    for path in found:
        picture = images.read(path)
        assert np.abs(picture.pixels.astype(int) - scene).mean() < 3
        assert picture.alpha is None


@KINDS
@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_they_are_turned_once(scene, kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }[orientation](scene)
    data = encode(kind, np.ascontiguousarray(stored), exif=exif.tobytes())
    pixels = images.decode(data).pixels
    assert pixels.shape == scene.shape
    assert np.abs(pixels.astype(int) - scene).mean() < 3


@KINDS
def test_their_profiles_are_converted(kind):
    pixels = np.full((64, 64, 3), (200, 90, 60), np.uint8)
    read = images.decode(encode(kind, pixels, icc_profile=P3)).pixels.mean((0, 1))
    assert np.abs(read - (216, 82, 48)).max() <= 5  # their coding is lossy


def test_numbers_in_place_of_a_profile_are_converted():
    pixels = np.full((64, 64, 3), (200, 90, 60), np.uint8)
    data = bytearray(encode("avif", pixels))
    at = data.index(b"colrnclx") + 8
    assert data[at : at + 4] == b"\0\1\0\x0d"  # sRGB
    data[at + 1] = 12  # Display P3
    data = bytes(data)
    read = images.decode(data).pixels.mean((0, 1))
    assert np.abs(read - (217, 82, 48)).max() <= 3


@KINDS
def test_they_keep_their_alpha(scene, kind):
    alpha = np.zeros(scene.shape[:2], np.uint8)
    alpha[:, :48] = 255
    picture = images.decode(encode(kind, np.dstack([scene, alpha])))
    assert np.abs(picture.alpha.astype(int) - alpha).mean() < 2


def ten_bits(kind):
    """All levels of ten bits, in blocks, and a file of them."""
    deep = np.repeat(np.arange(1024, dtype=np.uint16).reshape(32, 32), 16, axis=0)
    deep = np.repeat(np.repeat(deep, 16, axis=1)[..., None], 3, axis=-1)
    if kind == "avif":
        return deep, imagecodecs.avif_encode(
            deep, level=100, bitspersample=10, pixelformat="444"
        )
    image = pillow_heif.from_bytes(
        "RGB;16", deep.shape[1::-1], (deep << 6).astype("<u2").tobytes()
    )
    buffer = io.BytesIO()
    image.save(buffer, quality=-1, chroma=444, matrix_coefficients=0)
    return deep, buffer.getvalue()


@KINDS
def test_ten_bits_are_rounded_not_cut(kind):
    deep, data = ten_bits(kind)
    assert np.array_equal(images.decode(data).pixels, np.rint(deep * (255 / 1023)))


@KINDS
def test_every_cut_of_a_file_is_an_error_or_a_picture(scene, kind):
    for data in (encode(kind, scene), ten_bits(kind)[1]):
        for length in range(1, len(data), len(data) // 25):
            try:
                images.decode(data[:length], "cut")
            except ValueError as error:
                assert "cut" in str(error)
