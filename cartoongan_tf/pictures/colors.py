"""A photo's colour and exposure, moved onto its cartoon.

The generator forgets both: its first instance norm makes 0.4 x + 10 and x the same
picture. A dark photo does not stay dark, a film's tint replaces the photo's.
"""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()

MAX_GAIN = 2.0  # of contrast: a foggy photo may not turn a cartoon's lines to noise
WINDOW = 1 / 40  # of the long side: colour is taken from about this far around
SHARPNESS = 4.0  # in L: lightness steps of the cartoon that stop colour from spreading

# Of `tame_color`, in levels. What styles mean to do stays within them on most photos.
TINT = 18.0  # chroma may stray this far from the photo's
LIGHT = 30.0  # and lightness this far
FACE_TINT, FACE_LIGHT = 8.0, 15.0  # within a face, where a patch is seen at once
STEPS = 10.0  # of the cartoon's luma: larger ones stop the shift from spreading


def exposure(cartoon: np.ndarray, photo: np.ndarray) -> tuple[float, float, float]:
    """How a cartoon's lightness becomes its photo's: gain, mean before, mean after.

    Args:
        cartoon: Float RGB levels 0..255, `(H, W, 3)`.
        photo: The same picture before, uint8 or float levels.
    """
    light, target = (to_lab(picture)[..., 0] for picture in (cartoon, photo))
    gain = min(MAX_GAIN, float(target.std()) / max(float(light.std()), 1e-3))
    return gain, float(light.mean()), float(target.mean())


def keep_color(
    cartoon: np.ndarray,
    photo: np.ndarray,
    fit: tuple[float, float, float] | None = None,
) -> np.ndarray:
    """Gives a cartoon the colour and the exposure of its photo.

    Lightness is the cartoon's, its mean and spread matched to the photo's. Colour is
    the photo's, smoothed up to the cartoon's own edges by a guided filter, so that it
    stays flat where the cartoon is flat and does not run over the lines.

    Args:
        cartoon: Float RGB levels 0..255, `(H, W, 3)`.
        photo: The same picture before, uint8 or float levels.
        fit: Of `exposure`, where not this picture's own is wanted: in a film it follows
            slowly.

    Returns:
        Float RGB levels; may reach slightly beyond 0..255.

    Reference: Reinhard et al., Color Transfer between Images, 2001 (mean and spread);
    He et al., Guided Image Filtering, 2010.
    """
    theirs, ours = (to_lab(picture) for picture in (cartoon, photo))
    light = theirs[..., 0]
    gain, mean, target = exposure(cartoon, photo) if fit is None else fit
    matched = (light - mean) * gain + target
    radius = max(1, round(max(light.shape) * WINDOW / 2))
    color = _guided(light, (ours[..., 1], ours[..., 2]), radius)
    lab = np.dstack([np.clip(matched, 0, 100), *color]).astype(np.float32)
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255.0


def tame_color(
    cartoon: np.ndarray, photo: np.ndarray, faces: np.ndarray | None = None
) -> np.ndarray:
    """Takes a style's accidents away and leaves its tint: the colour `auto`.

    What the cartoon's colour differs by from the photo's, smoothed up to the cartoon's
    edges, is let be where it is small. Where it is larger than a bound, as in a blue
    sky that turned black, the cartoon is shifted until it strays by the bound and no
    further. Lines and flat areas stay as they are: the shift is smooth.

    Args:
        cartoon: Float RGB levels 0..255, `(H, W, 3)`.
        photo: The same picture before, uint8 or float levels.
        faces: 1 within faces and 0 elsewhere, float `(H, W, 1)`: bounds are narrower
            there.

    Returns:
        Float RGB levels 0..255.
    """
    cartoon = np.asarray(cartoon, np.float32).clip(0, 255)
    apart = cv2.subtract(np.asarray(photo, np.float32), cartoon)
    guide = luma(*cv2.split(cartoon))
    radius = max(1, round(max(guide.shape) * WINDOW / 2))
    return bound_shift(cartoon, _guided(guide, cv2.split(apart), radius, STEPS), faces)


def bound_shift(cartoon: np.ndarray, smooth: list, faces=None) -> np.ndarray:
    """Shifts a cartoon until it strays from the photo by `tame_color`'s bounds.

    Args:
        cartoon: Float RGB levels 0..255, `(H, W, 3)`.
        smooth: The photo less the cartoon, smoothed: three channels `(H, W)`, float32.
        faces: As `tame_color`'s.

    Returns:
        Float RGB levels 0..255.
    """
    tint, bound = TINT, LIGHT
    if faces is not None:
        tint = TINT + (FACE_TINT - TINT) * faces[..., 0]
        bound = LIGHT + (FACE_LIGHT - LIGHT) * faces[..., 0]
    light = luma(*smooth)
    chroma = [channel - light for channel in smooth]
    size = np.sqrt(sum(channel * channel for channel in chroma))
    less = np.maximum(0, 1 - tint / np.maximum(size, 1e-6))
    light *= np.maximum(0, 1 - bound / np.maximum(np.abs(light), 1e-6))
    shift = cv2.merge([np.float32(channel * less + light) for channel in chroma])
    shift += cartoon
    return shift.clip(0, 255, out=shift)


LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def luma(red, green, blue) -> np.ndarray:
    """How light a picture is, of its three channels."""
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def to_lab(levels: np.ndarray) -> np.ndarray:
    """Levels to L 0..100, and a and b of about -127..127, float32."""
    scaled = np.asarray(levels, np.float32).clip(0, 255) / 255.0
    return cv2.cvtColor(np.ascontiguousarray(scaled), cv2.COLOR_RGB2LAB)


def _guided(guide, channels, radius: int, steps: float = SHARPNESS) -> list:
    """Smooths each of `channels`, except across edges of `guide`; float32 all."""
    guide = np.ascontiguousarray(guide, np.float32)
    smoothed = []
    for slope, rest in guide_fields(guide, channels, radius, steps):
        slope *= guide
        slope += rest
        smoothed.append(slope)
    return smoothed


def guide_fields(guide, channels, radius: int, steps: float = SHARPNESS):
    """The smooth fields of which a guided filter makes `slope * guide + rest`.

    Args:
        guide: `(H, W)`.
        channels: `(H, W)` each.
        radius: Of the windows.
        steps: Edges of the guide larger than this stop it from smoothing.

    Yields:
        Slope and rest of each channel, float32 `(H, W)`.
    """
    side = (2 * radius + 1,) * 2

    def mean(x):
        # float64 sums: a variance is a small difference of large numbers
        return cv2.boxFilter(x, cv2.CV_64F, side, borderType=cv2.BORDER_REFLECT)

    guide = np.ascontiguousarray(guide, np.float32)
    mean_guide = mean(guide)
    spread = mean(guide * guide) - mean_guide**2 + steps**2
    for values in channels:
        values = np.ascontiguousarray(values, np.float32)
        rest = mean(values)
        slope = mean(guide * values)
        slope -= mean_guide * rest
        slope /= spread
        rest -= slope * mean_guide  # what the line through them has at 0
        yield np.float32(mean(np.float32(slope))), np.float32(mean(rest))
