"""Facts about pixel conventions and picture files."""

import io
import struct
import sys
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from cartoongan_tf.pictures import images


@pytest.fixture
def scene():
    """A picture with four corners of four colours, 24 high and 36 wide."""
    pixels = np.zeros((24, 36, 3), np.uint8)
    pixels[:12, :18] = (250, 10, 20)
    pixels[:12, 18:] = (15, 240, 30)
    pixels[12:, :18] = (25, 35, 230)
    pixels[12:, 18:] = (220, 210, 40)
    return pixels


def save(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


# ---------------------------------------------------------------- values


def test_identity_round_trip_is_exact():
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(images.to_uint8(images.to_signed(levels)), levels)


def test_signed_values_are_float32_from_minus_one_to_one():
    signed = images.to_signed(np.array([0, 255], np.uint8))
    assert signed.dtype == np.float32
    assert signed.tolist() == [-1, 1]


def test_to_uint8_rounds_to_the_nearest_and_cuts():
    just_below = images.to_signed(np.float32(99.51))
    assert images.to_uint8([just_below, -3, 3]).tolist() == [100, 0, 255]


def test_tensors_convert_as_arrays_do():
    import tensorflow as tf

    levels = np.arange(256, dtype=np.float32)
    signed = images.to_signed(tf.constant(levels))
    assert np.array_equal(signed, images.to_signed(levels))
    assert np.abs(images.to_levels(signed).numpy() - levels).max() < 1e-4


# ---------------------------------------------------------------- shapes


def test_shrink_keeps_the_ratio_and_turns_alpha_along():
    picture = images.Picture(
        np.zeros((100, 50, 3), np.uint8), np.zeros((100, 50), np.uint8)
    )
    small = images.shrink(picture, 40)
    assert small.pixels.shape == (40, 20, 3)
    assert small.alpha.shape == (40, 20)
    assert images.shrink(picture, 100) is picture


def test_shrink_never_loses_a_side():
    wide = images.Picture(np.zeros((1, 900, 3), np.uint8))
    assert images.shrink(wide, 30).pixels.shape == (1, 30, 3)


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "gif", "webp"])
def test_lossless_formats_read_exactly(tmp_path, scene, suffix):
    options = {"lossless": True} if suffix == "webp" else {}
    path = save(tmp_path / f"a.{suffix}", scene, **options)
    picture = images.read(path)
    assert np.array_equal(picture.pixels, scene)
    assert picture.pixels.dtype == np.uint8
    assert picture.alpha is None


def test_jpeg_reads_as_rgb_not_bgr(tmp_path, scene):
    path = save(tmp_path / "a.jpg", scene, quality=95, subsampling=0)
    assert np.abs(images.read(path).pixels.astype(int) - scene).mean() < 4


def test_grey_and_one_bit_pictures_become_rgb(tmp_path):
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
    Image.fromarray(grey).save(tmp_path / "g.png")
    pixels = images.read(tmp_path / "g.png").pixels
    assert np.array_equal(pixels, np.dstack([grey] * 3))
    Image.fromarray(grey > 100).save(tmp_path / "b.png")
    pixels = images.read(tmp_path / "b.png").pixels
    assert np.array_equal(pixels[..., 0], np.where(grey > 100, 255, 0))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_rounded_not_cut(tmp_path, suffix):
    deep = np.array([[0, 128, 129, 65535], [383, 386, 32768, 257]], np.uint16)
    path = str(tmp_path / f"d.{suffix}")
    cv2.imwrite(path, deep)
    expected = np.rint(deep / 257.0)
    assert np.array_equal(images.read(path).pixels[..., 1], expected)
    cv2.imwrite(path, np.dstack([deep, deep // 2, deep // 3]))  # B, G, R
    pixels = images.read(path).pixels
    assert np.array_equal(pixels[..., 0], np.rint(deep // 3 / 257.0))
    assert np.array_equal(pixels[..., 2], expected)


def test_sixteen_bit_png_keeps_its_alpha(tmp_path):
    deep = np.full((4, 4, 4), 1000, np.uint16)
    deep[..., 3] = 40000
    cv2.imwrite(str(tmp_path / "d.png"), deep)
    assert np.unique(images.read(tmp_path / "d.png").alpha) == [round(40000 / 257)]


def test_alpha_is_kept_apart(tmp_path, scene):
    alpha = np.arange(24 * 36, dtype=np.uint32).reshape(24, 36).astype(np.uint8)
    save(tmp_path / "a.png", np.dstack([scene, alpha]))
    picture = images.read(tmp_path / "a.png")
    assert np.array_equal(picture.alpha, alpha)
    assert np.array_equal(picture.pixels, scene)


def test_transparent_palette_becomes_alpha(tmp_path):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8), "P")
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.save(tmp_path / "p.png", transparency=1)
    picture = images.read(tmp_path / "p.png")
    assert picture.alpha.tolist() == [[255, 0], [0, 255]]
    assert picture.pixels[0, 0].tolist() == [10, 20, 30]


def test_first_frame_of_a_gif_is_taken(tmp_path):
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert images.read(tmp_path / "a.gif").pixels[0, 0].tolist() == [255, 0, 0]


def test_cmyk_is_not_inverted(tmp_path, scene):
    Image.fromarray(scene).convert("CMYK").save(tmp_path / "c.jpg", quality=95)
    assert np.abs(images.read(tmp_path / "c.jpg").pixels.astype(int) - scene).mean() < 5


ORIENTED = {  # what a camera stores so that the viewer, turning by EXIF, sees `a`
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", ORIENTED)
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_orientation_is_honoured(tmp_path, scene, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(ORIENTED[orientation](scene))
    options = {} if suffix in ("png", "tif") else {"quality": 95}
    path = save(tmp_path / f"a.{suffix}", stored, exif=exif, **options)
    pixels = images.read(path).pixels
    assert pixels.shape == scene.shape
    assert np.abs(pixels.astype(int) - scene).mean() < 6


def test_deep_tiff_is_turned_once(tmp_path):
    deep = np.zeros((4, 6), np.uint16)
    deep[0, 0] = 65535
    image = Image.fromarray(deep)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to see it upright
    image.save(tmp_path / "a.tif", exif=exif)
    pixels = images.read(tmp_path / "a.tif").pixels
    assert pixels.shape == (6, 4, 3)
    assert pixels[0, 3].tolist() == [255, 255, 255]


def test_an_embedded_profile_is_converted_to_srgb(tmp_path, scene):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = save(tmp_path / "s.png", scene, icc_profile=srgb)
    assert np.array_equal(images.read(path).pixels, scene)
    # A profile whose first channel is what sRGB calls blue, under another name.
    swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ")
    swapped = swapped.replace(b"?XYZ", b"bXYZ").replace(b"\0s\0R", b"\0x\0R")
    path = save(tmp_path / "x.png", scene, icc_profile=swapped)
    read = images.read(path).pixels.astype(int)
    assert np.abs(read - scene[..., ::-1]).max() < 12


def test_profiles_count_for_palettes_and_sixteen_bits_too(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ")
    swapped = swapped.replace(b"?XYZ", b"bXYZ").replace(b"\0s\0R", b"\0x\0R")
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    palette = Image.fromarray(red).quantize(2)
    palette.save(tmp_path / "p.png", icc_profile=swapped)
    cv2.imwrite(str(tmp_path / "d.tif"), red[..., ::-1].astype(np.uint16) * 257)
    with Image.open(tmp_path / "d.tif") as image:
        tags = dict(image.tag_v2)
    assert tags[258] == (16, 16, 16)
    data = (tmp_path / "d.tif").read_bytes()
    assert images.decode(data).pixels[0, 0].tolist() == [255, 0, 0]
    chunk = b"iCCP" + b"p\0\0" + zlib.compress(swapped)
    ok, png = cv2.imencode(".png", red[..., ::-1].astype(np.uint16) * 257)
    png = png.tobytes()
    chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(
        ">I", zlib.crc32(chunk))  # fmt: skip
    (tmp_path / "d.png").write_bytes(png[:33] + chunk + png[33:])
    for name in ("p.png", "d.png"):
        pixel = images.read(tmp_path / name).pixels[0, 0]
        assert pixel[2] > 200 and pixel[0] < 60, name


def test_deep_tiffs_of_other_kinds_are_right(tmp_path):
    deep = np.full((4, 4), 60000, np.uint16)
    image = Image.fromarray(deep)
    image.save(tmp_path / "w.tif", tiffinfo={262: 0})  # 0 is white
    assert images.read(tmp_path / "w.tif").pixels[0, 0, 0] == round(5535 / 257)
    cv2.imwrite(str(tmp_path / "c.tif"), np.dstack([deep] * 4), [259, 1])
    data = bytearray((tmp_path / "c.tif").read_bytes())
    at = data.index(struct.pack("<HHI", 262, 3, 1)) + 8
    for photometric, pixel in ((5, round(22 * 22 / 255)), (2, round(60000 / 257))):
        data[at : at + 2] = struct.pack("<H", photometric)  # CMYK, RGB with alpha
        assert np.unique(images.decode(bytes(data)).pixels) == [pixel]


def test_a_grey_that_means_transparent_becomes_alpha_in_sixteen_bits(tmp_path):
    deep = np.array([[100, 30000]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "t.png", transparency=30000)
    assert images.read(tmp_path / "t.png").alpha.tolist() == [[255, 0]]


def test_a_note_travels_in_a_png(tmp_path, scene):
    (tmp_path / "a.png").write_bytes(images.encode(scene, ".png", note="made from b"))
    assert images.read_note(tmp_path / "a.png") == "made from b"
    assert np.array_equal(images.read(tmp_path / "a.png").pixels, scene)
    images.write(tmp_path / "b.png", scene)
    assert images.read_note(tmp_path / "b.png") is None
    assert images.read_note(tmp_path / "absent.png") is None


def test_bad_files_are_named(tmp_path, scene):
    empty = tmp_path / "empty.jpg"
    empty.touch()
    text = tmp_path / "text.jpg"
    text.write_text("this is no picture")
    cut = save(tmp_path / "cut.jpg", scene)
    cut.write_bytes(cut.read_bytes()[:-200])
    torn = save(tmp_path / "torn.png", np.random.default_rng(0).integers(
        0, 256, (40, 40, 3), np.uint8))  # fmt: skip
    torn.write_bytes(torn.read_bytes()[:2000])
    for path, rule in (
        (tmp_path / "absent.jpg", "must exist"),
        (tmp_path, "must be a file"),
        (empty, "must not be empty"),
        (text, "must be a JPEG"),
        (cut, "must be whole"),
        (torn, "must be whole"),
    ):
        with pytest.raises(ValueError, match=rule) as error:
            images.read(path)
        assert str(path) in str(error.value)


def test_every_cut_of_a_file_is_an_error_or_a_picture(tmp_path, scene):
    for suffix in ("jpg", "png", "gif", "bmp", "webp", "tif"):
        buffer = io.BytesIO()
        Image.fromarray(scene).save(buffer, images.Image.registered_extensions()[
            f".{suffix}"])  # fmt: skip
        data = buffer.getvalue()
        for length in range(1, len(data), max(1, len(data) // 40)):
            try:
                pixels = images.decode(data[:length]).pixels
            except ValueError:
                continue
            assert pixels.shape == scene.shape


def test_float_tiffs_are_refused_with_the_rule(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "f.tif")
    with pytest.raises(ValueError, match="8 or 16 bits"):
        images.read(tmp_path / "f.tif")


# ---------------------------------------------------------------- writing


def test_png_and_its_alpha_survive_writing(tmp_path, scene):
    alpha = np.full(scene.shape[:2], 90, np.uint8)
    images.write(tmp_path / "deep" / "a.png", scene, alpha)
    picture = images.read(tmp_path / "deep" / "a.png")
    assert np.array_equal(picture.pixels, scene)
    assert np.array_equal(picture.alpha, alpha)


@pytest.mark.parametrize("suffix", ["jpg", "JPEG", "webp"])
def test_lossy_formats_are_chosen_by_suffix(tmp_path, scene, suffix):
    path = tmp_path / f"a.{suffix}"
    images.write(path, scene)
    with Image.open(path) as image:
        assert image.format == ("WEBP" if suffix == "webp" else "JPEG")
    assert np.abs(images.read(path).pixels.astype(int) - scene).mean() < 6


def test_jpeg_shows_transparency_on_white(tmp_path):
    black = np.zeros((16, 16, 3), np.uint8)
    images.write(tmp_path / "a.jpg", black, np.zeros((16, 16), np.uint8))
    assert images.read(tmp_path / "a.jpg").pixels.min() > 250


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, scene, monkeypatch):
    images.write(tmp_path / "a.png", scene)
    wide = np.zeros((1, 70000, 3), np.uint8)  # more than a JPEG may have
    monkeypatch.setattr(images, "_LARGEST", {})
    with pytest.raises(OSError):
        images.write(tmp_path / "a.jpg", wide)
    with pytest.raises(TypeError):
        images.write(tmp_path / "a.png", scene[::-1].astype(np.float64))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert np.array_equal(images.read(tmp_path / "a.png").pixels, scene)


def test_other_suffixes_are_refused(tmp_path, scene):
    with pytest.raises(ValueError, match=r"must end in .*\.png.*Received: .*a\.xyz"):
        images.write(tmp_path / "a.xyz", scene)


def test_missing_opencv_is_one_line_with_the_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ImportError, match="libgl1") as error:
        images.opencv()
    assert "\n" not in str(error.value)


def test_more_pixels_than_allowed_are_told_apart_from_damage():
    data = images.encode(np.zeros((30, 40, 3), np.uint8))
    assert images.decode(data, most_pixels=1200).pixels.shape == (30, 40, 3)
    with pytest.raises(
        images.memory.TooLarge, match="0.001199 megapixels. Received: 40x30"
    ):
        images.decode(data, most_pixels=1199)
    # However small it is to become.
    with pytest.raises(images.memory.TooLarge):
        images.decode(data, max_size=4, most_pixels=1199)
    with pytest.raises(ValueError) as damaged:
        images.decode(data[:60], most_pixels=1200)
    assert not isinstance(damaged.value, images.memory.TooLarge)
