"""The colours of a large cartoon, as `colors` makes them, in a small memory.

What is smooth is worked out on a small copy, and enlarged (He and Sun, Fast Guided
Filter, 2015); what is sharp stays at full size, a strip of rows at a time.
"""

import numpy as np

from cartoongan_tf.formats import scratch
from cartoongan_tf.pictures import colors, images
from cartoongan_tf.pictures.areas import average
from cartoongan_tf.pictures.joining import enlarge_rows, strips

cv2 = images.opencv()

SMALL = 1024  # long side of the copy, in pixels


def recolor(cartoon, photo, color: str, strength: float = 1.0, faces=None) -> None:
    """Gives a cartoon its colour and its strength, in place.

    Args:
        cartoon: uint8 RGB `(H, W, 3)`; changed.
        photo: The same picture before, uint8.
        color: `style`, `photo` or `auto`, as `Cartoonizer` has it.
        strength: 1 for the cartoon, 0 for the photo.
        faces: A function of the first row and the end of a strip to what `tame_color`
            takes for faces there, or None.
    """
    height, width = photo.shape[:2]
    change = None
    if color == "auto":
        change = _Tamed(cartoon, photo)
    elif color == "photo":
        change = _Kept(cartoon, photo)
    for top, bottom in strips(height, width):
        part, rows = photo[top:bottom], cartoon[top:bottom].astype(np.float32)
        if change is not None:
            seen = None if faces is None else faces(top, bottom)
            rows = change.rows(rows, part, seen, top, bottom)
        if strength != 1:
            rows = strength * rows + (1 - strength) * part.astype(np.float32)
        cartoon[top:bottom] = images.round_levels(rows)
        scratch.release(cartoon, photo)


class _Tamed:
    """What `colors.tame_color` does."""

    def __init__(self, cartoon, photo):
        self.size = photo.shape[:2]
        small, before = (_shrink(x).astype(np.float32) for x in (cartoon, photo))
        guide, apart = colors.luma(*cv2.split(small)), cv2.split(before - small)
        self.fields = _fields(guide, apart, colors.STEPS)

    def rows(self, cartoon, photo, faces, top, bottom):
        guide = colors.luma(*cv2.split(cartoon))
        smooth = _apply(self.fields, guide, self.size, top, bottom)
        return colors.bound_shift(cartoon, smooth, faces)


class _Kept:
    """What `colors.keep_color` does."""

    def __init__(self, cartoon, photo):
        self.size = photo.shape[:2]
        small, before = (colors.to_lab(_shrink(x)) for x in (cartoon, photo))
        channels = before[..., 1], before[..., 2]
        self.fields = _fields(small[..., 0], channels, colors.SHARPNESS)
        moments = np.zeros((2, 2))  # of the lightness of both, over all pixels
        for top, bottom in strips(*self.size):
            for which, x in enumerate((cartoon, photo)):
                light = colors.to_lab(x[top:bottom])[..., 0].astype(np.float64)
                scratch.release(x)
                moments[which] += light.sum(), (light * light).sum()
        moments /= self.size[0] * self.size[1]
        self.means = moments[:, 0]
        spreads = np.sqrt(np.maximum(moments[:, 1] - self.means**2, 0))
        self.gain = min(colors.MAX_GAIN, spreads[1] / max(spreads[0], 1e-3))

    def rows(self, cartoon, photo, faces, top, bottom):
        light = colors.to_lab(cartoon)[..., 0]
        color = _apply(self.fields, light, self.size, top, bottom)
        matched = (light - self.means[0]) * self.gain + self.means[1]
        lab = np.dstack([np.clip(matched, 0, 100), *color]).astype(np.float32)
        return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255.0


def _shrink(pixels: np.ndarray) -> np.ndarray:
    """A small copy of the same shape, each pixel a mean."""
    height, width = pixels.shape[:2]
    times = min(1.0, SMALL / max(height, width))
    return average(pixels, *(max(1, round(x * times)) for x in (height, width)))


def _fields(guide, channels, steps: float) -> np.ndarray:
    """The fields of small guided filters, two for each channel, float32."""
    radius = max(1, round(max(guide.shape) * colors.WINDOW / 2))
    pairs = colors.guide_fields(guide, channels, radius, steps)
    return np.dstack([field for pair in pairs for field in pair])


def _apply(fields, guide, size, top: int, bottom: int) -> list:
    """Rows of what the guided filters give for each channel."""
    enlarged = cv2.split(enlarge_rows(fields, *size, top, bottom))
    pairs = zip(enlarged[::2], enlarged[1::2], strict=True)
    return [slope * guide + rest for slope, rest in pairs]
