"""Facts about small files that cost much."""

import io

import pytest
from PIL import Image

from cartoongan_tf.formats import bombs, sniff
from cartoongan_tf.formats.bombs import Bomb


def check(data, frames=1):
    bombs.check(data, sniff.kind(data[: sniff.HEAD]), frames)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WebP"])
def test_frames_are_counted_without_decoding_them(hostile, kind):
    five = hostile.frames(kind, 5)
    check(five, frames=5)
    with pytest.raises(Bomb, match="at most 4 frames. Received: 5"):
        check(five, frames=4)
    with pytest.raises(Bomb, match="one frame"):
        check(five)


@pytest.mark.parametrize("kind", ["JPEG", "GIF", "PNG", "WebP", "BMP", "TIFF", "AVIF"])
def test_a_picture_is_none(hostile, kind):
    check(hostile.photo(kind, (300, 200)))


def test_a_gif_is_counted_past_comments_and_palettes():
    made = [Image.new("P", (9, 9), n) for n in range(3)]
    for n, frame in enumerate(made):
        frame.putpalette([n, 1, 2] * 256)
        frame.putpixel((n, n), 7)
    buffer = io.BytesIO()
    made[0].save(
        buffer, "GIF", save_all=True, append_images=made[1:], comment=b"," * 700
    )
    assert bombs._of_gif(buffer.getvalue(), 99) == 3


def test_a_jpegs_scans_are_counted(hostile):
    check(hostile.scans(50))
    with pytest.raises(Bomb, match="at most 100 scans"):
        check(hostile.scans(150))


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_file_that_ends_anywhere_is_no_error_here(hostile, cut):
    for kind in ("GIF", "PNG", "WebP"):
        data = hostile.frames(kind, 2)[:cut]
        bombs.check(data, kind, 9)


def test_the_flattest_jpeg_has_more_bytes_than_the_rule_wants():
    for progressive in (False, True):
        buffer = io.BytesIO()
        flat = Image.new("RGB", (4000, 3000), (90, 90, 90))
        flat.save(buffer, "JPEG", quality=1, optimize=True, progressive=progressive)
        assert len(buffer.getvalue()) * bombs.PER_BYTE > 4000 * 3000
