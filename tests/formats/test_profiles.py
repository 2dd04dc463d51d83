"""Facts about colour profiles: each picture shown in the colours that it means."""

import io
import struct
import subprocess
import sys
import warnings
import zlib

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from cartoongan_tf.formats import profiles
from cartoongan_tf.pictures import images

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
PRIMARIES = {  # x and y of red, green and blue; white is that of sRGB
    "srgb": [0.64, 0.33, 1, 0.3, 0.6, 1, 0.15, 0.06, 1],
    "p3": [0.68, 0.32, 1, 0.265, 0.69, 1, 0.15, 0.06, 1],
}
TO_XYZ = {
    "srgb": [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ],
    "p3": [
        [0.4866, 0.2657, 0.1982],
        [0.2290, 0.6917, 0.0793],
        [0.0000, 0.0451, 1.0439],
    ],
    "adobe": [
        [0.5767, 0.1856, 0.1882],
        [0.2973, 0.6274, 0.0753],
        [0.0270, 0.0707, 0.9911],
    ],
}


def rgb_profile(gamma, primaries="srgb"):
    white = [0.3127, 0.329, 1.0]
    return imagecodecs.cms_profile(
        "rgb", whitepoint=white, primaries=PRIMARIES[primaries], gamma=gamma
    )


def grey_profile(gamma):
    return imagecodecs.cms_profile("gray", whitepoint=[0.3127, 0.329, 1], gamma=gamma)


def srgb_levels(light):
    """What sRGB calls light of 0..1, in levels 0..255."""
    light = np.clip(light, 0, 1)
    curve = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return curve * 255


def named(profile, name):
    """The same profile under another name: its description alone is replaced."""
    count = struct.unpack(">I", profile[128:132])[0]
    for number in range(count):
        tag, at, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if tag == b"desc":
            text = name.encode("utf-16-be")
            body = b"mluc" + struct.pack(
                ">4xII2s2sII", 1, 12, b"en", b"US", len(text), 28
            )
            body += text
            head = bytearray(profile)
            struct.pack_into(
                ">4sII", head, 132 + 12 * number, tag, len(head), len(body)
            )
            made = bytes(head) + body
            return struct.pack(">I", len(made)) + made[4:]
    raise AssertionError("no name")


@pytest.fixture
def colors():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (24, 36, 3), dtype=np.uint8)


def save(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize("name", ["sRGB linear", "sRGB of my monitor", "Anything"])
def test_a_profile_is_judged_by_what_it_does_not_by_its_name(tmp_path, colors, name):
    linear = named(rgb_profile(1.0), name)
    opened = ImageCms.ImageCmsProfile(io.BytesIO(linear))
    assert name in ImageCms.getProfileDescription(opened)
    path = save(tmp_path / "a.png", colors, icc_profile=linear)
    expected = srgb_levels(colors / 255)
    assert np.abs(images.read(path).pixels - expected).max() <= 1
    same = named(SRGB, "no name that says so")
    path = save(tmp_path / "b.png", colors, icc_profile=same)
    assert np.array_equal(images.read(path).pixels, colors)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_display_p3_is_converted_in_every_format(tmp_path, suffix):
    pixels = np.full((16, 16, 3), (200, 90, 60), np.uint8)
    options = {"quality": 100, "subsampling": 0} if suffix == "jpg" else {}
    options |= {"lossless": True} if suffix == "webp" else {}
    path = save(
        tmp_path / f"a.{suffix}", pixels, icc_profile=rgb_profile(2.2, "p3"), **options
    )
    light = (pixels[0, 0] / 255) ** 2.2
    back = np.linalg.inv(TO_XYZ["srgb"]) @ np.array(TO_XYZ["p3"])
    expected = srgb_levels(back @ light)
    assert np.abs(images.read(path).pixels[0, 0] - expected).max() <= 2


def test_grey_pictures_are_converted_as_grey(tmp_path, colors):
    grey = colors[..., 0]
    expected = np.rint(srgb_levels(grey / 255))
    alpha = colors[..., 1]
    for name, pixels in (("g", grey), ("ga", np.dstack([grey, alpha]))):
        path = save(tmp_path / f"{name}.png", pixels, icc_profile=grey_profile(1.0))
        picture = images.read(path)
        assert np.abs(picture.pixels - expected[..., None]).max() <= 1, name
        assert np.ptp(picture.pixels, axis=-1).max() == 0  # no tint
    assert np.array_equal(picture.alpha, alpha)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_converted_before_they_are_rounded(tmp_path, channels, suffix):
    import tifffile

    deep = np.random.default_rng(0).integers(0, 65536, (20, 30, channels), np.uint16)
    deep[:5, ..., : channels - 1 + channels % 2] //= 200  # dark: steep in sRGB
    profile = (grey_profile if channels < 3 else rgb_profile)(1.0)
    if suffix == "png":
        data = imagecodecs.png_encode(deep)
        chunk = b"iCCPx\0\0" + zlib.compress(profile)
        size, check = (
            struct.pack(">I", len(chunk) - 4),
            struct.pack(">I", zlib.crc32(chunk)),
        )
        chunk = size + chunk + check
        (tmp_path / "a.png").write_bytes(data[:33] + chunk + data[33:])
    else:
        tifffile.imwrite(
            tmp_path / "a.tif",
            deep,
            photometric="rgb" if channels > 2 else "minisblack",
            extrasamples=["unassalpha"] if channels % 2 == 0 else [],
            iccprofile=profile,
        )
    picture = images.read(tmp_path / f"a.{suffix}")
    count = channels - 1 + channels % 2
    expected = srgb_levels(deep[..., :count] / 65535)
    assert np.abs(picture.pixels - expected).max() < 0.75  # 0.5 is rounding
    if channels % 2 == 0:
        assert np.array_equal(picture.alpha, np.rint(deep[..., -1] / 257))


def test_grey_pictures_with_a_colour_profile_use_it(tmp_path, colors):
    grey = np.full((16, 16), 90, np.uint8)
    path = save(tmp_path / "a.jpg", grey, quality=100, icc_profile=rgb_profile(1.0))
    assert np.abs(images.read(path).pixels - srgb_levels(90 / 255)).max() <= 1
    path = save(tmp_path / "b.png", grey, icc_profile=SRGB)
    assert np.array_equal(images.read(path).pixels[..., 0], grey)


def test_a_profile_that_cannot_be_used_is_told_of_once(tmp_path, colors):
    misfit, broken = tmp_path / "misfit.png", tmp_path / "broken.png"
    save(misfit, colors, icc_profile=grey_profile(1.0))
    save(broken, colors, icc_profile=b"nothing")
    code = (
        "import sys\n"
        "from cartoongan_tf.pictures import images\n"
        "for name in sys.argv[1:]:\n"
        "    print(images.read(name).pixels.sum())\n"
    )
    names = [misfit, misfit, broken, misfit, broken]
    said = subprocess.run(
        [sys.executable, "-W", "always", "-c", code, *names],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    lines = [la for la in said.stderr.splitlines() if "A colour profile" in la]
    assert len(lines) == 2, said.stderr
    assert "misfit.png (it is for L pictures, not RGB)" in lines[0]
    assert "broken.png" in lines[1]
    assert said.stdout.split() == [str(colors.sum(dtype=int))] * 5  # taken for sRGB


def test_usual_profiles_are_told_of_never(tmp_path, colors):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for profile in (SRGB, rgb_profile(2.2), rgb_profile(1.8, "p3")):
            save(tmp_path / "a.png", colors, icc_profile=profile)
            images.read(tmp_path / "a.png")


def test_a_camera_set_to_adobe_rgb_says_so_without_a_profile(tmp_path):
    pixels = np.full((16, 16, 3), (120, 160, 90), np.uint8)
    to_xyz = [
        [0.5767, 0.1856, 0.1882],
        [0.2973, 0.6274, 0.0753],
        [0.027, 0.0707, 0.9911],
    ]
    light = (pixels[0, 0] / 255) ** (563 / 256)
    adobe = srgb_levels(np.linalg.inv(TO_XYZ["srgb"]) @ np.array(to_xyz) @ light)
    for index, expected in (("R03", adobe), ("R98", pixels[0, 0])):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0xA001] = 0xFFFF
        exif.get_ifd(0x8769)[0xA005] = {1: index}
        path = save(tmp_path / "a.jpg", pixels, quality=100, exif=exif)
        assert np.abs(images.read(path).pixels[0, 0] - expected).max() <= 2, index


def test_lab_is_converted(tmp_path, colors):
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    image = Image.fromarray(colors)
    image = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
    image.save(tmp_path / "a.tif")
    difference = images.read(tmp_path / "a.tif").pixels.astype(int) - colors
    assert np.abs(difference).mean() < 1.5  # 8 bits of LAB are coarse


def test_numbers_of_the_standard_say_what_they_mean():
    assert profiles.from_numbers(1, 13) is None
    assert profiles.from_numbers(2, 2) is None
    white = np.full((1, 1, 3), 65535, np.uint16)
    for transfer, signal in ((16, 0.5807), (18, 0.75)):  # 203 cd/m2 each, by BT.2408
        profile = profiles.from_numbers(9, transfer)
        paper = np.rint(white * signal).astype(np.uint16)
        made = profiles.deep_to_srgb(paper, profile) / 257
        assert np.abs(made - 255).max() < 1.5, transfer
        dark = profiles.deep_to_srgb((paper * 0.5).astype(np.uint16), profile) / 257
        assert dark.max() < 120
    with pytest.raises(ValueError, match="number 10"):
        profiles.from_numbers(9, 10)
    with pytest.raises(ValueError, match="number 77"):
        profiles.from_numbers(77, 13)
