"""Facts about what a header tells before anything is decoded."""

import io
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from cartoongan_tf.formats import decoders
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def claim(height, width):
    """A small JPEG whose header says that it is this large."""
    data = bytearray(images.encode(np.zeros((16, 16, 3), np.uint8), ".jpg"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def test_a_check_sees_the_size_before_the_pixels_are_decoded():
    seen = []

    def check(height, width):
        seen.append((height, width))
        raise ValueError("A photo must be small. Received a large one")

    with pytest.raises(ValueError, match="Received a large one: x.jpg"):
        images.decode(claim(15000, 20000), "x.jpg", check=check)
    with pytest.raises(ValueError, match="Received a large one: x.jpg"):
        images.decode(claim(15000, 20000), "x.jpg", max_size=800, check=check)
    assert seen == [(15000, 20000), (600, 800)]


@pytest.mark.parametrize("suffix", ["PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF"])
def test_every_kind_is_checked(suffix):
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, suffix)
    seen = []
    images.decode(buffer.getvalue(), check=lambda *size: seen.append(size))
    assert seen == [(30, 40)]


def test_more_pixels_than_anybody_has_are_refused_by_the_header():
    with pytest.raises(ValueError, match="at most 800 megapixels.*x.jpg"):
        images.decode(claim(60000, 60000), "x.jpg")


@pytest.mark.parametrize("size", [(301, 517), (1203, 1601), (2000, 1000)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_is_shrunk_as_other_pictures_are(tmp_path, size, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = samples.draw_photo(3, *size)
    Image.fromarray(photo).save(tmp_path / "a.jpg", quality=95, exif=exif)
    for side in (50, 128, 200):
        small = images.read(tmp_path / "a.jpg", max_size=side).pixels
        whole = images.shrink(images.read(tmp_path / "a.jpg"), side).pixels
        assert small.shape == whole.shape and max(small.shape) == side
        assert np.abs(small.astype(int) - whole).mean() < 1.5


PEAK = """\
import resource, sys
from cartoongan_tf.formats import decoders
from cartoongan_tf.pictures import images
start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
picture = images.read(sys.argv[1], max_size=400)
print(picture.pixels.shape, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)
"""


@pytest.mark.slow
def test_a_large_jpeg_is_never_decoded_whole_where_a_small_one_is_wanted(tmp_path):
    pixels = np.zeros((5000, 8000, 3), np.uint8)  # 120 MB, and in Pillow 160
    pixels[:, ::16] = 255
    Image.fromarray(pixels).save(tmp_path / "a.jpg")
    command = [sys.executable, "-c", PEAK, tmp_path / "a.jpg"]
    environment = {"PYTHONPATH": ":".join(sys.path), "CUDA_VISIBLE_DEVICES": ""}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    *shape, peak = result.stdout.split()
    assert shape == ["(250,", "400,", "3)"], result.stderr
    assert int(peak) < 60_000  # KiB


@pytest.mark.parametrize(
    "kind, mode, more, plain",
    [
        ("JPEG", "RGB", {}, True),
        ("JPEG", "L", {}, True),
        ("JPEG", "CMYK", {}, False),
        ("JPEG", "RGB", {"icc_profile": b"any"}, False),
        ("JPEG", "RGB", {"orientation": 6}, False),
        ("JPEG", "RGB", {"orientation": 1}, True),
        ("PNG", "RGB", {}, True),
        ("PNG", "RGBA", {}, False),
        ("PNG", "P", {}, False),
        ("PNG", "I;16", {}, False),
        ("WebP", "RGB", {}, False),
    ],
)
def test_plain_is_what_any_program_decodes_alike(kind, mode, more, plain):
    more = dict(more)
    if "orientation" in more:
        exif = Image.Exif()
        exif[0x0112] = more.pop("orientation")
        more["exif"] = exif
    buffer = io.BytesIO()
    Image.new(mode, (20, 10)).save(buffer, kind, **more)
    assert decoders.is_plain(buffer.getvalue()) is plain
    assert not decoders.is_plain(buffer.getvalue()[:30])
