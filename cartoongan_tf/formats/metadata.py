"""What a photo's file says of when and where it was taken."""

import os

from PIL import ExifTags, Image

from cartoongan_tf.formats import heifs, sniff

_TAKEN = (  # within the EXIF part: when, of what time zone, and fractions of a second
    36867, 36868, 36880, 36881, 36882, 37520, 37521, 37522,
)  # fmt: skip
_CHANGED = 306


def read(path: str | os.PathLike) -> bytes | None:
    """The date and the place in a photo's EXIF, as an EXIF of no more than these.

    None where it says neither, or cannot be read.
    """
    kind = sniff.look(path)
    if kind not in sniff.READ:
        return None
    formats = (heifs.register(),) if kind == "HEIC" else None
    try:
        with Image.open(path, formats=formats) as image:
            exif = image.getexif()
            taken = exif.get_ifd(ExifTags.IFD.Exif)
            place = exif.get_ifd(ExifTags.IFD.GPSInfo)
            changed = exif.get(_CHANGED)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError):
        return None  # reading the photo itself says what is wrong
    kept = Image.Exif()
    taken = {tag: value for tag, value in taken.items() if tag in _TAKEN}
    if changed:
        kept[_CHANGED] = changed
    if taken:
        kept.get_ifd(ExifTags.IFD.Exif).update(taken)
    if place:
        kept.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    return kept.tobytes() if changed or taken or place else None
