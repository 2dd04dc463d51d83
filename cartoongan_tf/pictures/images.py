"""Pixel conventions and picture files: the only place that knows them.

Everywhere in the project a picture is RGB. Outside the networks it is uint8, 0..255,
`(height, width, 3)`; inside them it is float, -1..1. Conversion rounds to the nearest
level (truncation, the usual slip, gets 63 of 256 levels wrong after a round trip).
"""

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from cartoongan_tf.pictures import paths

QUALITY = 95  # JPEG and WebP: flat colour shows blocks and ringing early

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)  # the set that VGG19 was trained on

MULTIPLE = 4  # the generator halves the picture twice
SMALLEST = 8  # below it the bottleneck is too small for its reflection padding

Image.MAX_IMAGE_PIXELS = 400_000_000  # Pillow's own bomb guard refuses big panoramas
# Oddities in EXIF, large pictures. Once for all: `catch_warnings` around each reading
# would, in threads, swallow the warnings of others.
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Picture:
    """A picture read from a file: uint8 RGB `(H, W, 3)`, alpha `(H, W)` or None."""

    pixels: np.ndarray
    alpha: np.ndarray | None = None


# ---------------------------------------------------------------- values


def to_signed(levels):
    """Levels 0..255 (uint8 array, or float array or tensor) to floats in -1..1."""
    return levels / np.float32(127.5) - np.float32(1)


def to_levels(signed):
    """Floats in -1..1, array or tensor, to float levels 0..255, not rounded or cut."""
    return (signed + 1.0) * 127.5


def to_uint8(signed) -> np.ndarray:
    """Floats in -1..1 to uint8 levels: rounded to the nearest, cut at 0 and 255."""
    return round_levels(to_levels(np.asarray(signed, np.float32)))


def round_levels(levels) -> np.ndarray:
    """Float levels to uint8: rounded to the nearest, cut at 0 and 255."""
    return np.rint(levels).clip(0, 255).astype(np.uint8)


# ---------------------------------------------------------------- shapes


def pad(pixels: np.ndarray, multiple: int = MULTIPLE, smallest=SMALLEST):
    """Reflects a picture's right and bottom border until the generator can take it.

    The top left pixel stays at the origin: the strided convolutions then sample the
    same pixels as in the published pictures, whose size was odd too (5 dB nearer than
    centred).

    Args:
        pixels: `(H, W, C)`, any size from 1x1.
        multiple: Both sides of the result are a multiple of this.
        smallest: And at least this; one number, or height and width.
    """
    least = np.broadcast_to(smallest, 2)
    bottom, right = (
        max(int(small), -(-side // multiple) * multiple) - side
        for small, side in zip(least, pixels.shape[:2], strict=True)
    )
    # numpy reflects again and again where the margin exceeds the picture, and repeats
    # the pixel of a picture that is one pixel wide.
    return np.pad(pixels, ((0, bottom), (0, right), (0, 0)), mode="reflect")


def crop(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Undoes `pad`, given the picture's size before it."""
    return pixels[:height, :width]


def fit(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Shrinks a uint8 picture, ratio kept, until it fits; never enlarges."""
    tall, wide = pixels.shape[:2]
    ratio = min(1.0, height / tall, width / wide)
    if ratio == 1:
        return pixels
    return resize(pixels, *(max(1, round(side * ratio)) for side in (tall, wide)))


def shrink(picture: Picture, max_size: int) -> Picture:
    """Shrinks a picture, ratio kept, until its long side is at most `max_size`."""
    sides = picture.pixels.shape[:2]
    if max(sides) <= max_size:
        return picture
    height, width = (max(1, round(side * max_size / max(sides))) for side in sides)
    alpha = picture.alpha
    return Picture(
        resize(picture.pixels, height, width),
        None if alpha is None else resize(alpha, height, width),
    )


def resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resizes a uint8 picture (RGB or one channel): Lanczos, antialiased."""
    picture = Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture)


# ---------------------------------------------------------------- reading


def read(path: str | os.PathLike) -> Picture:
    """Reads a picture file: upright by its EXIF, sRGB, 8 bits, alpha kept apart.

    Takes JPEG (CMYK too), PNG (8 and 16 bit, grey, palette, alpha), WebP, BMP, TIFF
    and the first frame of a GIF or of an animation. 16 bits are rounded to 8. An
    embedded colour profile is converted to sRGB.

    Raises:
        ValueError: When the file is absent, empty, no picture, or damaged. The message
            names the file.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"A photo must be a file. Received a folder: {path}")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ValueError(f"A photo must exist. No such file: {path}") from None
    except OSError as error:
        raise ValueError(f"Cannot read {path}: {error.strerror}") from error
    return decode(data, path)


def decode(data: bytes, name: str | os.PathLike = "picture") -> Picture:
    """Decodes a picture file's bytes as `read` does; `name` is for error messages."""
    if not data:
        raise ValueError(f"A photo must not be empty. Received 0 bytes: {name}")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            image.load()
            return _convert(image, data)
    except UnidentifiedImageError:
        raise ValueError(
            f"A photo must be a JPEG, PNG, WebP, BMP, TIFF or GIF file. "
            f"Received other content: {name}"
        ) from None
    except Image.DecompressionBombError:
        raise ValueError(
            f"A photo must have at most {2 * Image.MAX_IMAGE_PIXELS // 10**6} "
            f"megapixels. Received more: {name}"
        ) from None
    except (OSError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # What Pillow's decoders raise on damaged data, SyntaxError (PNG) included.
        raise ValueError(f"A photo must be whole. Damaged: {name} ({error})") from error
    except ValueError as error:
        raise ValueError(f"{error}: {name}") from error


_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")


def _convert(image: Image.Image, data: bytes) -> Picture:
    orientation = image.getexif().get(_ORIENTATION, 1)
    if _is_deep(image, data):
        pixels, alpha = _decode_deep(image, data)
    else:
        pixels, alpha = _decode_shallow(image)
    turn = _TURNS.get(orientation)
    if turn is not None:
        pixels = np.ascontiguousarray(turn(pixels))
        alpha = None if alpha is None else np.ascontiguousarray(turn(alpha))
    return Picture(pixels, alpha)


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


def _decode_shallow(image: Image.Image):
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in image.info
    )
    profile = image.info.get("icc_profile")
    alpha = None
    if has_alpha:
        image = image.convert("RGBA")
        alpha = np.array(image.getchannel("A"))
        image = image.convert("RGB")
    if profile:
        if image.mode in ("P", "1"):
            image = image.convert("RGB")
        image = _to_srgb(image, profile)
    return np.array(image.convert("RGB")), alpha


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones save in Display P3: taken for sRGB such a photo looks pale."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        return ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return image  # a broken profile, or one of another colour space


def _is_deep(image: Image.Image, data: bytes) -> bool:
    """Whether a channel has more than 8 bits: Pillow would drop the low ones."""
    if image.format == "PNG":
        return data[24] == 16  # IHDR's bit depth
    if image.format == "TIFF":
        bits = image.tag_v2.get(258, (1,))
        return max(bits if isinstance(bits, tuple) else (bits,)) > 8
    return False


def _decode_deep(image: Image.Image, data: bytes):
    tags = getattr(image, "tag_v2", {})
    if tags.get(262) not in (None, 0, 1, 2):  # photometric: grey, grey, RGB
        raise ValueError("A TIFF of 16 bits must be grey or RGB. Received another")
    cv2 = opencv()
    deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.dtype != np.uint16:
        kind = "an unknown kind" if deep is None else str(deep.dtype)
        raise ValueError(f"A photo must have 8 or 16 bits a channel. Received {kind}")
    if tags.get(262) == 0:  # grey in which 0 is white
        deep = 65535 - deep
    levels = round_levels(deep / 257.0)  # 65535 / 255
    alpha = None
    if levels.ndim == 2:
        clear = image.info.get("transparency")
        if isinstance(clear, int):  # PNG: this grey is transparent
            alpha = np.where(deep == clear, 0, 255).astype(np.uint8)
        levels = np.repeat(levels[..., None], 3, axis=-1)
    else:
        # A fourth channel that a TIFF does not call alpha (338) is none.
        if levels.shape[-1] == 4 and tags.get(338, (2,))[0] != 0:
            alpha = np.array(levels[..., 3])
        levels = np.ascontiguousarray(levels[..., 2::-1])  # OpenCV speaks BGR
    profile = image.info.get("icc_profile")
    if profile:
        levels = np.array(_to_srgb(Image.fromarray(levels), profile).convert("RGB"))
    return levels, alpha


def opencv():
    """The `cv2` module, or an ImportError whose one line names the cure."""
    # It would tell stderr of the damage that we tell of.
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    try:
        import cv2
    except ImportError as error:
        raise ImportError(
            f"OpenCV cannot be imported ({error}). On a machine without a display: "
            "`apt-get install libgl1 libglib2.0-0`, or "
            "`pip uninstall opencv-python && pip install opencv-python-headless`"
        ) from error
    return cv2


# ---------------------------------------------------------------- writing


def check_writable(path: str | os.PathLike) -> Path:
    """Checks, before any work, that a picture can be written under this name.

    Raises:
        ValueError: When the suffix names no format that we write, or the folder cannot
            be made or written to.
    """
    path = Path(path)
    if path.suffix.lower() not in paths.WRITABLE:
        raise ValueError(
            f"A picture's name must end in {', '.join(paths.WRITABLE)}. "
            f"Received: {path}"
        )
    if path.is_dir():
        raise ValueError(f"A picture's name must not be a folder's. Received: {path}")
    paths.check_folder(path.parent)
    return path


def write(
    path: str | os.PathLike, pixels: np.ndarray, alpha: np.ndarray | None = None
) -> None:
    """Writes a uint8 RGB picture as JPEG, PNG or WebP by its suffix, whole or not at
    all.

    Args:
        path: Where to. Missing folders are made; a file of this name is replaced.
        pixels: uint8 `(H, W, 3)`.
        alpha: uint8 `(H, W)` or None. JPEG has no alpha: it shows on white there.

    Raises:
        ValueError: When the suffix or the folder does not allow it.
    """
    path = check_writable(path)
    most = _LARGEST.get(path.suffix.lower())
    if most is not None and max(pixels.shape[:2]) > most:
        raise ValueError(
            f"A {path.suffix} must have at most {most} pixels a side; write a .png. "
            f"Received: {pixels.shape[1]}x{pixels.shape[0]} for {path}"
        )
    data = encode(pixels, path.suffix, alpha)
    with paths.replacing(path) as temporary:
        temporary.write_bytes(data)


_LARGEST = {".jpg": 65500, ".jpeg": 65500, ".webp": 16383}  # of the formats


def encode(
    pixels: np.ndarray,
    suffix: str = ".png",
    alpha: np.ndarray | None = None,
    note: str | None = None,
) -> bytes:
    """Encodes a uint8 RGB picture, and alpha where the format has it, to bytes.

    Args:
        pixels: uint8 `(H, W, 3)`.
        suffix: One of `paths.WRITABLE`.
        alpha: uint8 `(H, W)` or None.
        note: A line of text to keep in a PNG, for `read_note`.
    """
    suffix = suffix.lower()
    buffer = io.BytesIO()
    if suffix in (".jpg", ".jpeg"):
        if alpha is not None:
            cover = alpha[..., None] / 255.0
            pixels = round_levels(pixels * cover + 255.0 * (1 - cover))
        # No chroma subsampling: it frays the border between two flat colours.
        Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
        return buffer.getvalue()
    if alpha is not None:
        pixels = np.dstack([pixels, alpha])
    if suffix == ".webp":
        Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY)
    else:
        text = PngInfo()
        if note is not None:
            text.add_text(_NOTE, note)
        Image.fromarray(pixels).save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def read_note(path: str | os.PathLike) -> str | None:
    """The note in a PNG that `encode` wrote, or None."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            return image.info.get(_NOTE)
    except (OSError, ValueError, SyntaxError):
        return None


_NOTE = "cartoongan_tf"
