"""Colour profiles: what a picture's numbers mean, and how they become sRGB.

A profile is judged by what it does to colours, never by its name: a monitor's may be
called sRGB and differ, and sRGB has many names.
"""

import functools
import io
import warnings

import numpy as np
from PIL import Image, ImageCms

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
_CHANNELS = {"RGB": "rgb", "L": "gray", "CMYK": "cmyk"}
# By its formula, not by a table of 33 levels: that is 9 levels off in dark greys.
_EXACT = ImageCms.Flags.NOOPTIMIZE
NEAR = 2  # levels: profiles that differ no more from sRGB than this are sRGB
_told = set()
_MOST_TOLD = 1000  # reasons: damage has no end of them


def to_srgb(image: Image.Image, profile: bytes, name="picture") -> Image.Image:
    """An 8-bit picture in the colours that a profile describes, converted to sRGB.

    A profile that cannot be used changes nothing, and is told of once.

    Args:
        image: Of mode RGB, L, CMYK or LAB.
        profile: An ICC profile, for colours of the picture's own mode.
        name: Of the picture, for the warning.

    Returns:
        A picture of mode RGB; of its own mode where nothing is changed.
    """
    try:
        space = _space(profile)
        if image.mode == "L" and space == "RGB":
            image = image.convert("RGB")
        if image.mode != space:
            raise ValueError(f"it is for {space} pictures, not {image.mode}")
        if is_srgb(profile):
            return image
        if space == "L":
            return image.point(_grey_levels(profile))
        return ImageCms.applyTransform(image, _transform(profile, space))
    except _UNUSABLE as error:
        tell(error, name)
        return image


def deep_to_srgb(levels: np.ndarray, profile: bytes, name="picture") -> np.ndarray:
    """The same for 16 bits: uint16 `(H, W, 1)`, `(H, W, 3)` or CMYK `(H, W, 4)`.

    Returns:
        uint16 `(H, W, 3)`; what came where nothing is changed.
    """
    try:
        space = _space(profile)
        shown = levels
        if shown.shape[-1] == 1 and space == "RGB":
            shown = np.repeat(shown, 3, axis=-1)
        channels = {1: "L", 3: "RGB", 4: "CMYK"}[shown.shape[-1]]
        if channels != space:
            raise ValueError(f"it is for {space} pictures, not {channels}")
        if is_srgb(profile):
            return levels
        # Pillow knows colours of 8 bits alone: too few where a curve is steep.
        import imagecodecs

        if space == "L":
            shown = shown[..., 0]
        return imagecodecs.cms_transform(
            np.ascontiguousarray(shown),
            profile,
            _srgb().tobytes(),
            colorspace=_CHANNELS[space],
            outcolorspace="rgb",
            outdtype="uint16",
            flags=_EXACT,
        )
    except (*_UNUSABLE, RuntimeError) as error:
        tell(error, name)
        return levels


# What libraries raise on a profile that is broken or does not fit.
_UNUSABLE = (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError)


def tell(reason: Exception, name) -> None:
    """Warns, once for each reason, that colours were taken for sRGB."""
    told = str(reason) or type(reason).__name__
    if told not in _told and len(_told) < _MOST_TOLD:
        _told.add(told)
        warnings.warn(
            f"A colour profile must be whole and fit its picture. Received: {name} "
            f"({told}); its colours are taken for sRGB",
            stacklevel=4,
        )


# ---------------------------------------------------------------- what they do


def is_srgb(profile: bytes) -> bool:
    """Whether an RGB profile leaves colours, as far as one can see, as sRGB does."""
    large = len(profile) > _LARGE
    return _is_srgb.__wrapped__(profile) if large else _is_srgb(profile)


_LARGE = 2**18  # bytes: sixty-four of these may be kept in memory, but no larger ones


@functools.lru_cache(maxsize=64)
def _is_srgb(profile):
    if _space(profile) != "RGB":
        return False
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=-1)
    colors = np.ascontiguousarray(np.concatenate([cube, greys], axis=1))
    made = ImageCms.applyTransform(Image.fromarray(colors), _transform(profile, "RGB"))
    return np.abs(np.asarray(made).astype(int) - colors).max() <= NEAR


def _space(profile: bytes) -> str:
    """The mode of the pictures that a profile is for."""
    name = ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space
    if name not in _SPACES:
        raise ValueError(f"it is for colours of {name.strip()}")
    return _SPACES[name]


def _transform(profile: bytes, mode: str):
    make = _make_transform
    return (make.__wrapped__ if len(profile) > _LARGE else make)(profile, mode)


@functools.lru_cache(maxsize=8)
def _make_transform(profile, mode):
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, _srgb(), mode, "RGB")


@functools.lru_cache(maxsize=8)
def _grey_levels(profile: bytes) -> list[int]:
    """The sRGB level of each of the 256 greys: equal in all channels."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(source, _srgb(), "L", "RGB", flags=_EXACT)
    made = ImageCms.applyTransform(ramp, transform)
    return np.asarray(made)[0, :, 1].tolist()


@functools.lru_cache(maxsize=1)
def _srgb():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def lab_to_srgb(image: Image.Image) -> Image.Image:
    """A picture of mode LAB, as TIFFs may be, to RGB."""
    return ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), _srgb(), outputMode="RGB"
    )


# ---------------------------------------------------------------- from numbers

SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
# The numbers of ITU-T H.273, as HEIC, AVIF and PNG write them: x and y of white, red,
# green and blue.
_PRIMARIES = {
    1: SRGB_PRIMARIES,
    2: SRGB_PRIMARIES,  # not said
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (0.3127, 0.329, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (0.3127, 0.329, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (0.3127, 0.329, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),  # BT.2020
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),  # Display P3
}
_POWERS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
# BT.709 and its kin describe cameras; a picture in them is shown as sRGB.
_LIKE_SRGB = (1, 2, 6, 7, 11, 12, 13, 14, 15)
PAPER_WHITE = 203.0  # cd/m2 of HDR that are sRGB's white (ITU-R BT.2408)


@functools.lru_cache(maxsize=64)
def from_numbers(primaries: int, transfer: int) -> bytes | None:
    """The profile that two numbers of ITU-T H.273 stand for; None for sRGB's.

    Light brighter than paper is cut where the curve is HDR's (PQ, HLG).

    Raises:
        ValueError: When we do not know a number.
    """
    if primaries in (1, 2) and transfer in _LIKE_SRGB:
        return None
    signal = np.linspace(0, 1, 4096)
    if transfer in _LIKE_SRGB:
        light = _srgb_light(signal)
    elif transfer in _POWERS:
        light = signal ** _POWERS[transfer]
    elif transfer == 16:
        light = _pq_light(signal) / PAPER_WHITE
    elif transfer == 18:
        light = _hlg_light(signal) / PAPER_WHITE
    else:
        raise ValueError(f"its transfer curve is number {transfer} of H.273")
    if primaries not in _PRIMARIES:
        raise ValueError(f"its primaries are number {primaries} of H.273")
    return _make(_PRIMARIES[primaries], light)


@functools.lru_cache(maxsize=64)
def from_gamma(gamma: float | None, primaries: tuple = SRGB_PRIMARIES) -> bytes:
    """The profile of a power curve; None, and what is within 5% of 2.2, is sRGB's.

    Args:
        gamma: As in PNG: 1 / 2.2 is usual, 1 is linear.
        primaries: x and y of white, red, green and blue.

    Raises:
        ValueError: When the numbers describe no colours.
    """
    signal = np.linspace(0, 1, 4096)
    if gamma is None or is_usual_gamma(gamma):
        return _make(primaries, _srgb_light(signal))
    if not 0.1 <= gamma <= 10:
        raise ValueError(f"its gamma is {gamma:g}")
    return _make(primaries, signal ** (1 / gamma))


@functools.lru_cache(maxsize=1)
def adobe() -> bytes:
    """The profile of Adobe RGB (1998)."""
    primaries = (0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
    return _make(primaries, np.linspace(0, 1, 4096) ** (563 / 256))


def is_usual_gamma(gamma: float) -> bool:
    """Whether a PNG's gamma stands for sRGB's curve: within 5% of 1 / 2.2."""
    return abs(gamma * 2.2 - 1) < 0.05  # libpng's own tolerance


def _make(primaries: tuple, light: np.ndarray) -> bytes:
    if min(primaries[1::2]) <= 0 or max(primaries) > 1:
        raise ValueError("its primaries are no colours")
    import imagecodecs

    (*white, rx, ry, gx, gy, bx, by) = primaries
    table = np.rint(light.clip(0, 1) * 65535).astype(np.uint16)
    return imagecodecs.cms_profile(
        "rgb",
        whitepoint=[*white, 1.0],
        primaries=[rx, ry, 1.0, gx, gy, 1.0, bx, by, 1.0],
        transferfunction=table,
    )


def _srgb_light(signal):
    return np.where(
        signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4
    )


def _pq_light(signal):
    """SMPTE ST 2084: signal 0..1 to cd/m2."""
    root = signal ** (1 / 78.84375)
    ratio = np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)
    return 10000 * ratio ** (1 / 0.1593017578125)


def _hlg_light(signal):
    """ITU-R BT.2100, on a display of 1000 cd/m2: signal 0..1 to cd/m2, for greys."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return 1000 * scene**1.2
