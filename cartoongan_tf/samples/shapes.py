"""Filled shapes, the stuff of sample scenes, and their pixels."""

from dataclasses import dataclass

import numpy as np

from cartoongan_tf.pictures import images

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


class Sketch:
    """Collects the shapes of one scene from back to front.

    It knows how wide the scene is, where its horizon and its light are, and how far
    away (`depth`) what is added next stands.
    """

    def __init__(self, rng: np.random.Generator, aspect: float) -> None:
        self.rng = rng
        self.aspect = aspect
        # Objects shrink with the short side, so that a narrow picture holds them.
        self.unit = min(1.0, aspect)
        self.horizon = rng.uniform(0.38, 0.6)
        self.side = rng.choice([-1.0, 1.0])
        light = np.array([self.side * rng.uniform(0.45, 0.9), -0.75])
        self.light = light / np.linalg.norm(light)
        self.depth = 1.0
        self.shapes: list[Shape] = []
        self.regions = 0
        # Middle and half axes of the pond, which nothing stands in.
        self.water = np.array([[0.0, 0.0], [1e-6, 1e-6]])

    def add(
        self,
        outline: np.ndarray,
        material: str,
        variant: int = 0,
        lit: np.ndarray | None = None,
        joined: bool = False,
    ) -> None:
        """Put a shape in front of the others, `joined` to the region before it."""
        if not joined:
            self.regions += 1
        shape = Shape(outline, material, variant, self.regions, self.depth, lit)
        self.shapes.append(shape)

    def pick(self, count: int) -> int:
        """One of so many variants."""
        return int(self.rng.integers(count))

    def towards_light(self, outline: np.ndarray, amount: float = 0.22) -> np.ndarray:
        """The lit part of a rounded body: its outline moved towards the light."""
        low, high = outline.min(axis=0), outline.max(axis=0)
        centre = (low + high) / 2
        reach = (high - low) / 2
        return centre + (outline - centre) * 0.96 + self.light * amount * 1.7 * reach

    def blob(
        self, x: float, y: float, rx: float, ry: float, bumps: int, depth: float = 0.2
    ) -> np.ndarray:
        """A scalloped outline, as of foliage or a cloud."""
        angle = np.linspace(0, 2 * np.pi, bumps * 7, endpoint=False)
        # Bumps of uneven width look grown rather than cut with a cookie cutter.
        warped = angle + 0.35 * np.sin(angle * 2 + self.rng.uniform(0, 6.28))
        swell = 1 + 0.08 * np.sin(angle * 3 + self.rng.uniform(0, 6.28))
        radius = (1 - depth + depth * np.abs(np.sin(warped * bumps / 2))) * swell
        return np.stack(
            [x + rx * radius * np.cos(angle), y + ry * radius * np.sin(angle)], axis=1
        )

    def crest(self, level: float, swing: float, waves: float) -> np.ndarray:
        """A wavy line across the picture, from left to right."""
        x = np.linspace(-0.1, self.aspect + 0.1, 40)
        phase = self.rng.uniform(0, 6.28, 2)
        y = np.sin(x / self.unit * waves + phase[0])
        y = y + 0.4 * np.sin(x / self.unit * waves * 2.3 + phase[1])
        return np.stack([x, level + swing * y], axis=1)

    def below(self, line: np.ndarray) -> np.ndarray:
        """The polygon from a line down to below the picture."""
        ends = np.array([[line[-1, 0], 1.2], [line[0, 0], 1.2]])
        return np.concatenate([line, ends])

    def shadow(self, x: float, y: float, rx: float) -> None:
        """A shadow cast on the ground by something that stands at (x, y)."""
        outline = ellipse(x - 0.55 * rx * self.side, y, rx, 0.2 * rx)
        self.add(outline, SHADOW, joined=True)
