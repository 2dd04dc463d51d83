"""Facts about pictures read and written via the disk: the same as in memory."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from cartoongan_tf.formats import scratch, streams
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

pytest.importorskip("pyvips", reason="the extra `large` is not installed")
FAILING = Path(__file__).parents[3] / "shared" / "failing"


@pytest.fixture
def photo():
    return samples.draw_photo(3, 150, 201)


@pytest.fixture(autouse=True)
def small_strips(monkeypatch):
    monkeypatch.setattr(streams, "STRIP", 16 * 201)


def save(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


def deep(path, pixels, **options):
    levels = pixels.astype(np.uint16) * 257 + 3
    tifffile.imwrite(path, levels, photometric="rgb", **options)
    return path


KINDS = {
    "a.tif": lambda path, x: save(path, x),
    "a.jpg": lambda path, x: save(path, x, quality=90),
    "a.png": lambda path, x: save(path, x),
    "a.webp": lambda path, x: save(path, x, quality=90),
    "grey.tif": lambda path, x: save(path, x[..., 0]),
    "alpha.png": lambda path, x: save(path, np.dstack([x, x[..., 0]])),
    "deep.tif": lambda path, x: deep(path, x, compression="zlib"),
    "tiles.tif": lambda path, x: tifffile.imwrite(
        path, x, photometric="rgb", tile=(64, 64)
    ),
    "planes.tif": lambda path, x: tifffile.imwrite(
        path, x.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate"
    ),
    "inks.tif": lambda path, x: Image.fromarray(x).convert("CMYK").save(path),
    "palette.png": lambda path, x: Image.fromarray(x).convert("P").save(path),
}


def agree(path):
    plain, streamed = images.read(path), streams.read(path, lambda *_: None)
    assert scratch.is_on_disk(streamed.pixels)
    assert np.array_equal(plain.pixels, streamed.pixels)
    assert (plain.alpha is None) == (streamed.alpha is None)
    assert plain.alpha is None or np.array_equal(plain.alpha, streamed.alpha)


@pytest.mark.parametrize("name", KINDS)
def test_a_file_reads_as_in_memory_to_the_bit(name, tmp_path, photo):
    KINDS[name](tmp_path / name, photo)
    agree(tmp_path / name)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_comes_out_upright(orientation, tmp_path, photo):
    exif = Image.Exif()
    exif[0x0112] = orientation
    agree(save(tmp_path / "turned.jpg", photo, exif=exif))


@pytest.mark.skipif(not FAILING.is_dir(), reason="../shared/failing is not there")
def test_pictures_that_once_failed_read_as_in_memory():
    seen = [
        p for p in sorted(FAILING.iterdir()) if p.suffix in (".png", ".tif", ".tiff")
    ]
    assert len(seen) >= 6
    for path in seen:
        agree(path)


def test_the_header_is_told_before_pixels_are_read(tmp_path, photo):
    def refuse(height, width):
        raise ValueError(f"no {width}x{height}")

    with pytest.raises(ValueError, match="no 201x150"):
        streams.read(save(tmp_path / "a.tif", photo), refuse)


def test_damage_and_floats_are_one_line(tmp_path, photo):
    path = save(tmp_path / "a.tif", photo)
    path.write_bytes(path.read_bytes()[:20000])
    with pytest.raises(OSError) as raised:
        streams.read(path, lambda *_: None)
    assert "\n" not in str(raised.value)
    tifffile.imwrite(path, photo.astype(np.float32), photometric="rgb")
    with pytest.raises(ValueError, match="8 or 16 bits.*Received.*float"):
        streams.read(path, lambda *_: None)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_what_is_written_is_what_memory_writes(suffix, tmp_path, photo):
    there = scratch.array(photo.shape)
    there[...] = photo
    exif = Image.Exif()
    exif[306] = "2026:11:27 12:00:00"
    images.write(tmp_path / f"disk{suffix}", there, exif=exif.tobytes())
    images.write(tmp_path / f"memory{suffix}", photo, exif=exif.tobytes())
    ours, plain = (
        images.read(tmp_path / f"{name}{suffix}").pixels.astype(int)
        for name in ("disk", "memory")
    )
    # JPEG and WebP are encoded by other builds of the same libraries.
    most = 0 if suffix == ".png" else 3
    assert np.abs(ours - plain).max() <= most
    with Image.open(tmp_path / f"disk{suffix}") as written:
        assert written.getexif()[306] == "2026:11:27 12:00:00"
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"disk{suffix}", f"memory{suffix}"]


def test_alpha_is_kept_where_the_format_has_it_and_shown_on_white_else(tmp_path, photo):
    there, alpha = scratch.array(photo.shape), scratch.array(photo.shape[:2])
    there[...], alpha[...] = photo, 0
    alpha[:75] = 255
    images.write(tmp_path / "a.png", there, alpha)
    read = images.read(tmp_path / "a.png")
    assert np.array_equal(read.alpha, alpha) and np.array_equal(read.pixels, photo)
    images.write(tmp_path / "a.jpg", there, alpha)
    assert images.read(tmp_path / "a.jpg").pixels[90:].min() >= 250
