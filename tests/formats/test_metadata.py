"""Facts about what a cartoon says of when and where its photo was taken."""

import numpy as np
import pytest
from PIL import ExifTags, Image

from cartoongan_tf.formats import metadata
from cartoongan_tf.pictures import images

PIXELS = np.zeros((16, 16, 3), np.uint8)
GPS = {1: "N", 2: (48.0, 8.0, 12.0), 3: "E", 4: (11.0, 34.0, 30.0)}


@pytest.fixture(params=["jpg", "png", "webp", "heic", "avif"])
def photo(tmp_path, request):
    """A photo that says when, where, by whom, with what, and which way up."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[271], exif[315] = "Maker", "Somebody"
    exif[306] = "2024:05:02 10:00:00"
    exif.get_ifd(ExifTags.IFD.Exif)[36867] = "2024:05:01 09:30:00"
    exif.get_ifd(ExifTags.IFD.Exif)[36881] = "+02:00"
    exif.get_ifd(ExifTags.IFD.Exif)[37500] = b"what the maker notes"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    if request.param == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    path = tmp_path / f"photo.{request.param}"
    Image.fromarray(PIXELS).save(path, exif=exif)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_date_and_place_travel_alone(photo, tmp_path, suffix):
    images.write(tmp_path / f"c.{suffix}", PIXELS, exif=metadata.read(photo))
    with Image.open(tmp_path / f"c.{suffix}") as image:
        exif = image.getexif()
        assert exif[306] == "2024:05:02 10:00:00"
        assert exif.get_ifd(ExifTags.IFD.Exif) == {
            36867: "2024:05:01 09:30:00",
            36881: "+02:00",
        }
        assert exif.get_ifd(ExifTags.IFD.GPSInfo) == GPS
        others = set(exif) - {306, ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo}
        assert not others  # above all not the turn: a cartoon is upright


def test_pictures_say_nothing_by_default(tmp_path):
    for suffix in ("jpg", "png", "webp"):
        images.write(tmp_path / f"c.{suffix}", PIXELS)
        with Image.open(tmp_path / f"c.{suffix}") as image:
            assert not image.getexif()
            assert "exif" not in image.info


def test_photos_that_say_nothing_give_nothing(tmp_path):
    images.write(tmp_path / "a.jpg", PIXELS)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8\xffdamaged")
    for name in ("a.jpg", "b.jpg", "absent.jpg"):
        assert metadata.read(tmp_path / name) is None
