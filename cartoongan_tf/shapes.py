"""Filled shapes, the stuff of sample scenes, and their pixels."""

from dataclasses import dataclass

import numpy as np

from cartoongan_tf import images

cv2 = images.opencv()

# Bits after the binary point in the polygon corners that OpenCV is given, so that a
# small picture is not snapped to whole pixels before it is filled.
_SHIFT = 4

# A material of this name is no thing of its own: it takes the light away from what
# was drawn before it.
SHADOW = "shadow"


@dataclass(frozen=True)
class Shape:
    """One filled polygon of a scene.

    Points are (n, 2) arrays of x to the right and y downwards, in units of the
    picture's height. Shapes with the same `region` are one thing to a cartoonist:
    no line is drawn between them. `depth` runs from 0 (near) to 1 (far). `lit` is
    the part that the light reaches; None means all of it.
    """

    outline: np.ndarray
    material: str
    variant: int
    region: int
    depth: float
    lit: np.ndarray | None = None


@dataclass(frozen=True)
class Scene:
    """Shapes from back to front, and the unit vector towards the light."""

    shapes: tuple[Shape, ...]
    light: np.ndarray


def rasterize(scene: Scene, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Fill the shapes into pixels.

    Returns an int32 (height, width) map of the index of the shape that is seen, and
    a bool map of the same size that is True where the light reaches it.
    """
    seen = np.zeros((height, width), np.int32)
    lit = np.zeros((height, width), np.uint8)
    for index, shape in enumerate(scene.shapes):
        outline = _to_pixels(shape.outline, height)
        if shape.material == SHADOW:
            cv2.fillPoly(lit, [outline], 0, shift=_SHIFT)
            continue
        cv2.fillPoly(seen, [outline], index, shift=_SHIFT)
        cv2.fillPoly(lit, [outline], int(shape.lit is None), shift=_SHIFT)
        if shape.lit is not None and len(shape.lit):
            patch = _to_pixels(shape.lit, height)
            # The light on a shape ends at its border; only the box is gone through.
            low = np.maximum((patch.min(axis=0) >> _SHIFT) - 1, 0)
            high = np.maximum((patch.max(axis=0) >> _SHIFT) + 2, 0)
            around = slice(low[1], high[1]), slice(low[0], high[0])
            before = lit[around].copy()
            cv2.fillPoly(lit, [patch], 1, shift=_SHIFT)
            np.copyto(lit[around], before, where=seen[around] != index)
    return seen, lit > 0


def _to_pixels(points: np.ndarray, height: int) -> np.ndarray:
    # Half a pixel off: OpenCV counts from the centre of the first pixel.
    return np.round((points * height - 0.5) * (1 << _SHIFT)).astype(np.int32)


def ellipse(x: float, y: float, rx: float, ry: float) -> np.ndarray:
    """The outline of an ellipse about (x, y), as of a `Shape`."""
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """The outline of an upright rectangle, as of a `Shape`."""
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
