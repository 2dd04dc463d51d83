"""Every kind of picture file to pixels: by Pillow where it does it right."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from cartoongan_tf.formats import bitmaps, heifs, pngs, profiles, sniff, tiffs

# What decoders raise on damaged data, SyntaxError (of Pillow's PNG) included.
DAMAGE = (OSError, SyntaxError, EOFError, IndexError, TypeError, RuntimeError)


@dataclass(frozen=True)
class Picture:
    """A picture read from a file: uint8 RGB `(H, W, 3)`, alpha `(H, W)` or None."""

    pixels: np.ndarray
    alpha: np.ndarray | None = None


def decode(
    data: bytes, kind: str, name, look: Callable[[int, int], tuple[int, int]]
) -> tuple[Picture, int, int]:
    """Decodes a picture file's bytes.

    Args:
        data: The file.
        kind: Of `sniff.READ`.
        name: For warnings.
        look: Called with height and width before the pixels are decoded; returns those
            that are wanted. A JPEG comes smaller then, but not as small.

    Returns:
        The picture as it is stored; the EXIF orientation, for `turn`; and how many
        times smaller it was decoded than it is stored.

    Raises:
        ValueError: When it is of a kind that we do not read.
        DAMAGE: When it is damaged.
    """
    if kind == "TIFF":
        return *_tiff(data, name, look), 1
    if kind == "BMP":
        return _bmp(data, name, look)
    return _with_pillow(data, kind, name, look)


def _with_pillow(data, kind, name, look):
    with _open(data, kind) as image:
        height, width = look(image.height, image.width)
        scale = 1
        if kind == "JPEG":
            scale = jpeg_scale(image.height, image.width, height, width)
            if scale > 1:
                image.draft(None, (image.width // scale, image.height // scale))
        return *_convert(image, data, kind, name), scale


def jpeg_scale(height: int, width: int, target_height: int, target_width: int) -> int:
    """How many times smaller a JPEG is decoded, by the decoder itself: 1, 2, 4 or 8.

    It stays twice as large as the target: the rest of the way is antialiased better.
    """
    room = min(height // (2 * target_height), width // (2 * target_width))
    return next(scale for scale in (8, 4, 2, 1) if room >= scale or scale == 1)


def _open(data: bytes, kind: str) -> Image.Image:
    if kind == "PNG":
        pngs.check_texts(data)
    name = heifs.register() if kind == "HEIC" else kind.upper()
    try:
        return Image.open(io.BytesIO(data), formats=(name,))
    except ValueError as error:
        if "MAX_TEXT" not in str(error):
            raise OSError(str(error)) from error
        raise ValueError(
            "A PNG's profile and texts must have at most 16 MiB each, 64 together. "
            "Received more"
        ) from error


def is_plain(data: bytes) -> bool:
    """Whether any other program decodes a file to the pixels that we do.

    That is a JPEG or PNG of one or three channels of 8 bits, upright, without a profile
    or alpha.
    """
    kind = sniff.kind(data[: sniff.HEAD])
    if kind not in ("JPEG", "PNG") or kind == "PNG" and pngs.is_deep(data):
        return False
    try:
        with _open(data, kind) as image:
            if image.mode not in ("L", "RGB") or "transparency" in image.info:
                return False
            profile = _profile(image, data, kind, "picture")
            return profile is None and image.getexif().get(_ORIENTATION, 1) in (0, 1)
    except (ValueError, *DAMAGE):
        return False


_USUAL_COMPRESSIONS = (1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946)  # each Pillow has them


def _tiff(data, name, look):
    try:
        with _open(data, "TIFF") as image:
            tags = image.tag_v2
            if tiffs.is_raw(tags):
                raise ValueError("A photo must be no raw file. Received a camera's")
            is_usual = tags.get(259, 1) in _USUAL_COMPRESSIONS
            if np.max(tags.get(258, 1)) <= 8 and is_usual:
                look(image.height, image.width)
                return _convert(image, data, "TIFF", name)
    except UnidentifiedImageError:
        pass  # Pillow knows some kinds only
    *deep, profile, orientation = tiffs.read(data, look)
    return from_deep(*deep, profile, name), orientation


def _bmp(data, name, look):
    pixels, alpha, profile = bitmaps.read(data, look)
    if isinstance(pixels, bytes):
        inner = sniff.kind(pixels[: sniff.HEAD])
        if inner not in ("JPEG", "PNG"):
            raise OSError("no JPEG or PNG within")
        return _with_pillow(pixels, inner, name, look)
    pixels = np.ascontiguousarray(pixels)
    if profile:
        image = profiles.to_srgb(Image.fromarray(pixels), profile, name)
        pixels = np.array(image)
    alpha = None if alpha is None else np.ascontiguousarray(alpha)
    return Picture(pixels, alpha), 1, 1


def _convert(image: Image.Image, data: bytes, kind: str, name):
    """Decodes an opened picture."""
    profile = _profile(image, data, kind, name)
    deep = None
    if kind == "PNG" and pngs.is_deep(data):
        deep = *pngs.read_deep(data), 65535
    elif kind in ("HEIC", "AVIF"):
        deep = heifs.read_deep(data, kind)
    if deep is None:
        image.load()
        picture = from_shallow(image, profile, name)
    else:
        picture = from_deep(*deep, profile, name)
    # Asked last: Pillow turns a TIFF while it loads it, and then says so.
    return picture, image.getexif().get(_ORIENTATION, 1)


def _profile(image: Image.Image, data: bytes, kind: str, name) -> bytes | None:
    """The profile of a picture's colours; None for sRGB."""
    embedded = image.info.get("icc_profile")
    try:
        if kind == "PNG":
            return pngs.profile_of(data, embedded)
        if kind in ("HEIC", "AVIF") and not embedded:
            numbers = heifs.color_numbers(data)
            return profiles.from_numbers(*numbers) if numbers else None
        if kind == "JPEG" and not embedded and _is_adobe(image):
            return profiles.adobe()
    except ValueError as error:
        profiles.tell(error, name)
        return None
    return embedded


def _is_adobe(image: Image.Image) -> bool:
    """Whether a camera was set to Adobe RGB: it says so in two letters, no profile."""
    exif = image.getexif()
    if ExifTags.IFD.Exif not in exif:
        return False
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    return ExifTags.IFD.Interop in inner and (
        exif.get_ifd(ExifTags.IFD.Interop).get(1) == "R03"
    )


_ORIENTATION = 0x0112
_TURNS = {  # EXIF value -> what makes the stored picture upright
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: np.rot90(a, 1),
}


def turn(picture: Picture, orientation: int) -> Picture:
    """Turns and mirrors a stored picture as its EXIF says."""
    turned = _TURNS.get(orientation)
    if turned is None:
        return picture
    alpha = picture.alpha
    return Picture(
        np.ascontiguousarray(turned(picture.pixels)),
        None if alpha is None else np.ascontiguousarray(turned(alpha)),
    )


def stored_view(upright: np.ndarray, orientation: int) -> np.ndarray:
    """The view of an upright picture that `turn` would turn into it."""
    turned = _TURNS.get({6: 8, 8: 6}.get(orientation, orientation))
    return upright if turned is None else turned(upright)


def from_shallow(image: Image.Image, profile: bytes | None, name) -> Picture:
    """Pixels of 8 bits, converted in the picture's own mode."""
    if image.mode == "La":
        image = image.convert("LA")
    alpha = None
    if image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        alpha = np.array(with_alpha.getchannel("A"))
        image = image.convert("L") if image.mode in ("L", "LA") else with_alpha
    if image.mode == "LAB":
        image, profile = profiles.lab_to_srgb(image), None
    if image.mode == "1":
        image = image.convert("L")
    if image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    if profile:
        image = profiles.to_srgb(image, profile, name)
    return Picture(
        np.array(image if image.mode == "RGB" else image.convert("RGB")), alpha
    )


def from_deep(levels, alpha, white: int, profile: bytes | None, name) -> Picture:
    """Pixels of more bits: `(H, W, C)` of 1, 3 or, for CMYK, 4; `white` is full."""
    full = white
    if profile:
        if white != 65535:
            levels = np.rint(levels * (65535 / white)).astype(np.uint16)
        levels, full = profiles.deep_to_srgb(levels, profile, name), 65535
    levels = to_eight(levels, full)
    if levels.shape[-1] == 4:
        levels = np.array(Image.fromarray(levels, "CMYK").convert("RGB"))
    elif levels.shape[-1] == 1:
        levels = np.repeat(levels, 3, axis=-1)
    return Picture(levels, None if alpha is None else to_eight(alpha, white))


def to_eight(levels: np.ndarray, white: int) -> np.ndarray:
    """Rounded to 0..255. `white` is odd: nothing lies halfway between two levels."""
    levels = np.ascontiguousarray(levels).astype(np.uint32)
    return ((levels * 255 + white // 2) // white).astype(np.uint8)
