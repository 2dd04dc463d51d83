"""Facts about telling files by their first bytes."""

import io

import pytest
from PIL import Image

from cartoongan_tf.formats import sniff


@pytest.mark.parametrize("kind", sniff.READ)
def test_each_kind_that_we_read_is_known(kind):
    buffer = io.BytesIO()
    if kind == "HEIC":
        import pillow_heif

        pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(buffer)
    else:
        Image.new("RGB", (8, 8)).save(buffer, kind.upper())
    assert sniff.kind(buffer.getvalue()[: sniff.HEAD]) == kind


def boxes(*brands):
    body = brands[0] + bytes(4) + b"".join(brands[1:])
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body


@pytest.mark.parametrize(
    "head, kind",
    [
        (boxes(b"mif1", b"mif1", b"heic"), "HEIC"),
        (boxes(b"mif1", b"avif", b"miaf"), "AVIF"),
        (boxes(b"avis"), "AVIF"),
        (boxes(b"isom", b"mp42"), sniff.FILM),
        (boxes(b"qt  "), sniff.FILM),
        (boxes(b"M4A "), "a sound file"),
        (boxes(b"crx "), sniff.RAW),
        (b"II*\0\x10\0\0\0CR\x02\0", sniff.RAW),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + bytes(8), sniff.FILM),  # .asf
        (b".RMF\0\0\0\x12", sniff.FILM),  # .rmvb
        (b"\0\0\0\1\x67\x42\0\x1e", sniff.FILM),  # .h264
        (b"\0\0\0\1\x09\xf0" + bytes(8), sniff.FILM),
        ((b"G" + bytes(187)) * 3, sniff.FILM),  # .ts
        (b"8BPS\0\1", "a Photoshop file"),
        (b"BMW, a car", "text"),
        ("Grüße aus Köln".encode(), "text"),
        (bytes(100), "other content"),
        (b"", "an empty file"),
    ],
)
def test_others_are_named(head, kind):
    assert sniff.kind(head[: sniff.HEAD]) == kind


def test_what_cannot_be_read_is_other_content(tmp_path):
    assert sniff.look(tmp_path) == sniff.look(tmp_path / "absent") == "other content"
