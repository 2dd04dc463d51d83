"""Facts about EXIF inside a graph: what TensorFlow reads is what Python reads."""

import io
import struct

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from cartoongan_tf.exporting import tensors
from cartoongan_tf.pictures import images

ORDERS = ("<", ">")


def exif(orientation, order="<", before=0, kind=3, count=1):
    """A TIFF directory with an orientation, and other tags before it."""
    entries = [struct.pack(f"{order}HHII", 1 + n, 4, 1, 7) for n in range(before)]
    value = struct.pack(f"{order}H" if kind == 3 else f"{order}I", orientation)
    entries.append(
        struct.pack(f"{order}HHI", 0x0112, kind, count) + value.ljust(4, b"\0")
    )
    head = b"II*\0" if order == "<" else b"MM\0*"
    count = struct.pack(f"{order}H", len(entries))
    return head + struct.pack(f"{order}I", 8) + count + b"".join(entries) + bytes(4)


def segment(marker, content):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def picture(height=24, width=36):
    """Smooth, so that JPEG keeps it, and other in every corner."""
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    levels = np.stack([rows, columns, rows * columns], -1) * 255
    return Image.fromarray(levels.astype(np.uint8))


def file_of(kind, tiff=None, **more):
    buffer = io.BytesIO()
    if tiff is not None:
        more["exif"] = b"Exif\0\0" + tiff
    picture().save(buffer, kind, **more)
    return buffer.getvalue()


def insert(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


@pytest.fixture(scope="module")
def find():
    spec = tf.TensorSpec((), tf.string)
    run = tf.function(tensors.find_orientation, input_signature=[spec])
    return lambda data: int(run(tf.constant(data)))


@pytest.fixture(scope="module")
def upright():
    """A file's pixels, decoded and turned by TensorFlow."""

    @tf.function(input_signature=[tf.TensorSpec((), tf.string)])
    def run(data):
        pixels = tf.io.decode_image(data, 3, expand_animations=False)
        pixels = tf.ensure_shape(pixels, (None, None, 3))
        return tensors.turn_tensor(pixels, tensors.find_orientation(data))

    return lambda data: run(tf.constant(data)).numpy()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ("JPEG", "PNG", "WEBP"))
def test_a_photo_is_turned_as_images_read_turns_it(
    find, upright, tmp_path, kind, orientation, order
):
    data = file_of(kind, exif(orientation, order, before=2))
    (tmp_path / "photo").write_bytes(data)
    ours = images.read(tmp_path / "photo").pixels
    theirs = upright(data)
    assert find(data) == orientation
    assert theirs.shape == ours.shape
    assert theirs.shape[:2] == ((36, 24) if orientation > 4 else (24, 36))
    # decoders of JPEG differ by some levels; another way up by a hundred
    assert np.abs(theirs.astype(int) - ours).max() <= 8


def test_the_eight_ways_up_are_eight(upright):
    ways = {upright(file_of("PNG", exif(way))).tobytes() for way in range(1, 9)}
    assert len(ways) == 8


@pytest.mark.parametrize("order", ORDERS)
def test_it_is_found_behind_other_segments(find, order):
    plain = file_of("JPEG")
    app1 = segment(0xE1, b"Exif\0\0" + exif(6, order, before=20))
    others = [
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
        segment(0xE2, b"MPF"),
    ]
    assert find(insert(plain, *others, app1)) == 6
    assert find(insert(plain, segment(0xE1, bytes(60_000)), b"\xff\xff" + app1)) == 6
    assert find(insert(plain, app1, segment(0xE1, b"Exif\0\0" + exif(3)))) == 6


def test_a_long_says_it_too_and_other_values_do_not(find):
    plain = file_of("JPEG")

    def of(*args, **kwargs):
        content = b"Exif\0\0" + exif(*args, **kwargs)
        return find(insert(plain, segment(0xE1, content)))

    assert of(6, kind=4) == of(6, ">", kind=4) == 6
    assert of(6, kind=2) == of(6, count=2) == 1
    assert of(0) == 0 and of(9) == 9  # `turn_tensor` leaves these as they are


def test_values_that_mean_nothing_turn_nothing(upright):
    plain = upright(file_of("PNG"))
    for value in (0, 9, 300, 65535):
        assert np.array_equal(upright(file_of("PNG", exif(value))), plain)


@pytest.mark.parametrize("kind", ("JPEG", "PNG", "WEBP", "BMP", "GIF"))
def test_without_exif_it_is_upright(find, kind):
    assert find(file_of(kind)) == 1


def test_a_png_may_say_it_behind_its_pixels(find):
    data = file_of("PNG", exif(8))
    start = data.index(b"eXIf") - 4
    length = 12 + int.from_bytes(data[start : start + 4], "big")
    chunk = data[start : start + length]
    rest = data[:start] + data[start + length :]
    end = rest.index(b"IEND") - 4
    assert find(rest[:end] + chunk + rest[end:]) == 8


@pytest.mark.parametrize("kind", ("JPEG", "PNG", "WEBP"))
def test_a_file_cut_anywhere_is_read_no_further_than_its_end(find, kind):
    data = file_of(kind, exif(6, before=3))
    whole = data.index(b"\x12\x01\x03\0") + 12  # where the orientation's entry ends
    for end in {0, 1, 2, 3, 8, *range(10, whole, 7), whole - 1}:
        assert find(data[:end]) in (1, 6)
    assert find(data[: whole - 1]) == 1


def test_bytes_at_random_are_no_error(find):
    rng = np.random.default_rng(0)
    data = np.frombuffer(file_of("JPEG", exif(6, before=3)), np.uint8)
    for _ in range(300):
        harmed = data.copy()
        places = rng.integers(2, 120, 6)
        harmed[places] = rng.integers(0, 256, 6)
        assert 0 <= find(harmed.tobytes()) < 2**32


def test_lengths_that_lead_back_come_to_an_end(find):
    assert find(b"\xff\xd8" + b"\xff\xe0\0\0" * 50_000) == 1
    assert find(b"\xff\xd8\xff" + b"\xff" * 200_000) == 1
    assert find(b"RIFF\0\0\0\0WEBP" + b"VP8X\0\0\0\0" * 50_000) == 1
    assert find(b"\x89PNG\r\n\x1a\n" + b"\xff" * 100) == 1
