"""The built-in sample set: photo-like and cartoon-like pictures drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from cartoongan_tf.scenes import Scene, build_scene, rasterize

# Below this the objects of a scene are a few pixels each and the lines swallow them.
_MIN_SIZE = 32

# Seeds that one `seed` of a whole set has to itself, so that sets drawn with
# neighbouring seeds share no picture.
_SET_SIZE = 1_000_000

# Keeps the scenes of the two domains apart: the training pictures are unpaired.
_PHOTO, _CARTOON = 0, 1

# Line width as a share of the short side: 2.5 px at 192x256, thick enough that a
# 64 px crop always holds some.
_LINE = 0.013

# Brightness of the joint between two bricks, where a brick has about 0 to 1.
_JOINT = -1.8

# Cartoons are drawn this many times too large and shrunk, which smooths the lines.
_OVERSAMPLE = 2


@dataclass(frozen=True)
class _Palette:
    """Colours of one cartoon style, as hex numbers per material and variant."""

    line: str
    # What a colour is multiplied with where no light falls on it.
    shade: tuple[float, float, float]
    # The upper sky, which is a colour of its own and no shade of the lower one.
    high_sky: str
    colours: dict[str, str]


_PALETTES = {
    "shinkai": _Palette(
        line="1a1433",
        shade=(0.66, 0.6, 0.84),
        high_sky="2f7df0",
        colours={
            "sky": "7cc6ff",
            "sun": "fff3c4",
            "cloud": "ffe3f0",
            "mountain": "7a6fd0 8f7fdc",
            "snow": "ffe9f7",
            "hill": "5f8fd8 4aa3b8 3fae8c",
            "meadow": "56c47a 6fce72",
            "path": "f0c6d8 d9b8e8",
            "water": "4fd2ff",
            "trunk": "8a5a86",
            "leaf": "2fb58a 46c46c e67fc0",
            "pine": "2a8f96 2f79a8",
            "wall": "fff0f2 ffd3dd d7d4ff",
            "roof": "e8588f 6a5ae0 3c6fe0",
            "window": "ffe98a",
            "door": "a8528f 4f6fd8 d8687a",
            "chimney": "c07aa8",
            "rock": "9c94d0 b3a2cc",
            "paint": "ff5f9e ffd24f 4f8bff a46bff",
            "skin": "ffd9c4 e8a888 a8705f",
            "hair": "4a3560 8a4a5a 2f3f7a",
            "trousers": "3f56b0 6a4f96",
            "tyre": "4a4568",
            "hub": "d8d8f4",
            "stalk": "3aa86a",
            "petal": "ff7fbf ffe9f7 b57fff",
            "heart": "ffd84a",
        },
    ),
    "hosoda": _Palette(
        line="2b2622",
        shade=(0.72, 0.8, 0.92),
        high_sky="8fdcff",
        colours={
            "sky": "d4f4ff",
            "sun": "fff6b0",
            "cloud": "ffffff",
            "mountain": "a4d4ee b4dcec",
            "snow": "ffffff",
            "hill": "8fdcc4 92e08f a6e66c",
            "meadow": "b4ec5c c4f06a",
            "path": "fff0c0 f4e4d0",
            "water": "6fe0f4",
            "trunk": "d89a5c",
            "leaf": "66d84a 8ce048 44c86c",
            "pine": "3cc08a 50b468",
            "wall": "fffaf0 fff0a8 c8f0f8",
            "roof": "ff7a4a 3fa8f0 ffb638",
            "window": "a8ecff",
            "door": "3f9ce0 ff8a5a 5cc46a",
            "chimney": "f0a07a",
            "rock": "d4dce0 e4dcc8",
            "paint": "ff5a4a ffe03c 38a8ff ff8cc0",
            "skin": "ffe2c4 f4bc90 bc8058",
            "hair": "6a4a38 c88a3c 4a4a58",
            "trousers": "4a90d8 f4f0dc",
            "tyre": "6a7078",
            "hub": "eef4f8",
            "stalk": "5cc83c",
            "petal": "ff7a9c ffffff ffc83c",
            "heart": "ffa820",
        },
    ),
    "hayao": _Palette(
        line="2a1d12",
        shade=(0.64, 0.7, 0.66),
        high_sky="5fb4dc",
        colours={
            "sky": "b4e0e4",
            "sun": "fff0b4",
            "cloud": "fff6dc",
            "mountain": "7fa8a4 8cae94",
            "snow": "fff8e4",
            "hill": "76b07c 5fa452 4e9a3c",
            "meadow": "6cb83a 82c042",
            "path": "e4be82 d4a86a",
            "water": "4fb4b8",
            "trunk": "8a5a30",
            "leaf": "3c9430 5aa832 2a8040",
            "pine": "26703c 34783a",
            "wall": "fbe8c4 e8c894 f0dcb4",
            "roof": "c8502c a86a34 b43c34",
            "window": "a4d8dc",
            "door": "8a4a24 3c7858 a83c2c",
            "chimney": "a86848",
            "rock": "a8a084 b4a890",
            "paint": "dc4430 f4bc38 3878b4 f08038",
            "skin": "fcd4a8 dca070 9a6440",
            "hair": "4a2c18 8a4c20 2c2420",
            "trousers": "5a6a94 8a6438",
            "tyre": "4c4238",
            "hub": "d8ccb0",
            "stalk": "388428",
            "petal": "e8483c fff4dc f4c038",
            "heart": "d88420",
        },
    ),
    "paprika": _Palette(
        line="1c0618",
        shade=(0.62, 0.46, 0.72),
        high_sky="d81e78",
        colours={
            "sky": "ff6a5a",
            "sun": "ffd21e",
            "cloud": "ffc49a",
            "mountain": "8a1e8c a8248a",
            "snow": "ffb0d0",
            "hill": "b42a9a 1e7f96 0e9c94",
            "meadow": "0fae9a 12b884",
            "path": "ff9a3c ff7a8c",
            "water": "2a3cd8",
            "trunk": "8c1a3c",
            "leaf": "e01e4c ff4a2e 10a08c",
            "pine": "0c7c8c b8146c",
            "wall": "ffcf4a ff8ab0 48d8cc",
            "roof": "c8102e 7a1ec0 e0187c",
            "window": "5cf0e0",
            "door": "1a5cc8 d81440 6a18a0",
            "chimney": "d8503c",
            "rock": "9a4ab8 c0486c",
            "paint": "ff1e3c ffc60a 12c4c0 e81ea0",
            "skin": "ffc09a f08a6a a84a4a",
            "hair": "5a0e5c c81e3c 143c78",
            "trousers": "3020a0 0a7c80",
            "tyre": "4c1450",
            "hub": "ffd88a",
            "stalk": "0a9478",
            "petal": "ff2a8c ffd02a ff5a2a",
            "heart": "7a1ec0",
        },
    ),
}

STYLES: tuple[str, ...] = tuple(_PALETTES)


@dataclass(frozen=True)
class _Surface:
    """What a material looks like to a camera."""

    colours: str
    # Contrast of each kind of texture, as a share of the surface's own brightness.
    grain: dict[str, float] = field(default_factory=lambda: {"speckle": 0.1})
    # How much darker the surface is where no light falls on it, from 0 to 1.
    dark: float = 0.45
    # Brightness gained from the middle to the top.
    top: float = 0.16
    # Whether the border crumbles, as that of leaves does.
    ragged: bool = False


_FOLIAGE = {"leaves": 0.32, "patches": 0.1}
_FABRIC = {"speckle": 0.12, "patches": 0.08}
_SMOOTH = {"speckle": 0.07, "patches": 0.06}

_SURFACES = {
    "sky": _Surface("92bbe6", {"patches": 0.03, "speckle": 0.012}, 0.0, -0.2),
    "sun": _Surface("fffbe8", {"speckle": 0.01}, 0.0, 0.0),
    "cloud": _Surface("f0f0f2", {"patches": 0.09, "speckle": 0.02}, 0.25, 0.06, True),
    "mountain": _Surface("76808c 8a8478", {"leaves": 0.16, "patches": 0.2}, 0.4),
    "snow": _Surface("e4e8ee", {"patches": 0.12, "speckle": 0.05}, 0.3),
    "hill": _Surface("77896a 6d8358 728448", _FOLIAGE, 0.25, 0.3, True),
    "meadow": _Surface("8b9a58 839049", {"blades": 0.21, "patches": 0.1}, 0.5, 0.1),
    "path": _Surface("b5a288 a49c92", {"speckle": 0.2, "patches": 0.12}, 0.5, 0.0),
    "water": _Surface("5f7c86", {"ripples": 0.22, "patches": 0.06}, 0.25, 0.1),
    "trunk": _Surface("6a5442", {"bark": 0.38, "speckle": 0.1}, 0.5),
    "leaf": _Surface("5c7838 748144 47663a", _FOLIAGE, 0.5, 0.2, True),
    "pine": _Surface("3d5a42 465f38", {"leaves": 0.4, "bark": 0.1}, 0.5, 0.16, True),
    "wall": _Surface("c9bca4 a8745c b5b0a4", {"bricks": 0.24, "speckle": 0.1}, 0.42),
    "roof": _Surface("8a4f3e 6f625c 7c5a44", {"tiles": 0.34, "speckle": 0.12}, 0.35),
    "window": _Surface("55636e", {"patches": 0.2, "speckle": 0.05}, 0.2, 0.35),
    "door": _Surface("5a4030 4a5a58 6b4438", {"bark": 0.2, "speckle": 0.06}),
    "chimney": _Surface("8c6a5a", {"bricks": 0.3, "speckle": 0.1}),
    "rock": _Surface("8d8a82 a0937f", {"leaves": 0.16, "speckle": 0.22}, 0.5, 0.22),
    "paint": _Surface("b0463c c4a044 3f678f 8a5a84", _SMOOTH, 0.5, 0.2),
    "skin": _Surface("d2a487 b07e5e 7a5340", _SMOOTH),
    "hair": _Surface("3c2e26 6e5238 2a2a2c", {"bark": 0.3}),
    "trousers": _Surface("47536a 756750", _FABRIC),
    "tyre": _Surface("2e2e30", {"speckle": 0.15}),
    "hub": _Surface("a4a6a8", {"speckle": 0.1}),
    "stalk": _Surface("5d7d3a", {"bark": 0.2, "speckle": 0.08}),
    "petal": _Surface("c4607c dcd8d0 cf9c48", {"bark": 0.14, "patches": 0.14}),
    "heart": _Surface("a87c2c", {"speckle": 0.25}),
}


def draw_photo(seed: int, height: int = 192, width: int = 256) -> np.ndarray:
    """Draw a textured, noisy, softly lit picture without outlines.

    Returns a uint8 RGB array (height, width, 3), the same one for the same
    arguments. `seed` is 0 or more. Raises ValueError for a side below 32 pixels.
    """
    scene, rng, seen, lit = _photo_scene(seed, height, width)
    # Shadows are shapes without a surface: any stands in, as they are never seen.
    names = [shape.material for shape in scene.shapes]
    surfaces = [_SURFACES.get(name, _SURFACES["sky"]) for name in names]
    short = min(height, width)

    # Everything that is constant on a shape is looked up through the map `seen`.
    depth = np.array([shape.depth for shape in scene.shapes], np.float32)
    colour = np.stack(
        [
            _variant(surface.colours, shape.variant)
            for surface, shape in zip(surfaces, scene.shapes, strict=True)
        ]
    )
    colour *= rng.uniform(0.85, 1.15, (len(colour), 1))
    colour *= rng.uniform(0.97, 1.03, colour.shape)
    haze = rng.uniform(0.15, 0.5) * np.clip(depth - 0.2, 0, 1)
    airy = np.array([name in ("sky", "sun", "cloud") for name in names])
    haze[airy] = 0
    colour += haze[:, None] * (np.array([176, 190, 204]) - colour)
    albedo = colour.astype(np.float32)[seen]

    textures = _textures(rng, height, width)
    grain = np.zeros((height, width), np.float32)
    for name, texture in textures.items():
        contrast = np.array([surface.grain.get(name, 0) for surface in surfaces])
        # Air and distance take the contrast off a texture.
        contrast = (contrast * (1 - 0.45 * depth)).astype(np.float32)
        if contrast.any():
            grain += contrast[seen] * texture

    soft = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), max(0.012 * short, 0.6))
    dark = np.array([surface.dark for surface in surfaces], np.float32)[seen]
    light = 1 - dark * (1 - soft)
    light *= 1 + _falloff(scene, surfaces, seen)

    picture = albedo * (light * np.maximum(1 + grain, 0.15))[..., None]
    # Texture has a colour too: the bright parts of leaves and stone are warmer.
    picture *= 1 + grain[..., None] * np.array([0.12, 0.05, -0.2], np.float32)
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.0028 * short, 0.3))
    # Clouds melt into the sky, but the things before them keep their shape.
    vapour = cv2.GaussianBlur(picture, (0, 0), max(0.007 * short, 0.4))
    np.copyto(picture, vapour, where=airy[seen][..., None])
    return _expose(picture, rng)


def draw_regions(seed: int, height: int = 192, width: int = 256) -> np.ndarray:
    """Label the things in the scene of `draw_photo` with the same arguments.

    Returns an int32 array (height, width). Labels differ between neighbours that a
    cartoonist would part by a line; shading, shadows and texture have none. Raises
    ValueError as `draw_photo` does.
    """
    scene, _, seen, _ = _photo_scene(seed, height, width)
    return _regions(scene)[seen]


def draw_cartoon(
    seed: int, style: str, height: int = 192, width: int = 256
) -> np.ndarray:
    """Draw a picture in flat colours with dark outlines and hard-edged shade.

    Returns a uint8 RGB array (height, width, 3), the same one for the same
    arguments; the scene depends on `seed`, the colours on `style`, one of `STYLES`.
    Raises ValueError for another style or a side below 32 pixels.
    """
    if style not in _PALETTES:
        raise ValueError(
            f"`style` must be one of {', '.join(STYLES)}. Received: style={style!r}"
        )
    _check_size(height, width)
    palette = _PALETTES[style]
    scene = build_scene(np.random.default_rng([_CARTOON, seed]), width / height)
    seen, lit = rasterize(scene, height * _OVERSAMPLE, width * _OVERSAMPLE)

    # A shadow is a shape without a colour of its own, so it is never looked up.
    bright = np.stack(
        [
            _variant(palette.colours.get(shape.material, "000000"), shape.variant)
            for shape in scene.shapes
        ]
    )
    shaded = bright * palette.shade
    shaded[0] = _variant(palette.high_sky, 0)
    colours = np.round(np.stack([shaded, bright], axis=1)).astype(np.uint8)
    picture = colours.reshape(-1, 3)[seen * 2 + lit]

    labels = _regions(scene)[seen]
    border = np.zeros(labels.shape, np.uint8)
    border[:, 1:] |= labels[:, 1:] != labels[:, :-1]
    border[1:] |= labels[1:] != labels[:-1]
    thickness = max(_LINE * min(height, width), 1) * _OVERSAMPLE
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(thickness),) * 2)
    picture[cv2.dilate(border, pen) > 0] = _variant(palette.line, 0)
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def draw_photos(
    count: int, seed: int = 0, height: int = 192, width: int = 256
) -> list[np.ndarray]:
    """Draw `count` different photos; another `seed` gives another set.

    Returns a list of arrays as of `draw_photo`, whose errors it raises.
    """
    first = seed * _SET_SIZE
    return [draw_photo(first + index, height, width) for index in range(count)]


def draw_cartoons(
    count: int, style: str, seed: int = 0, height: int = 192, width: int = 256
) -> list[np.ndarray]:
    """Draw `count` different cartoons, of other scenes than any photo shows.

    Returns a list of arrays as of `draw_cartoon`, whose errors it raises.
    """
    first = seed * _SET_SIZE
    return [draw_cartoon(first + index, style, height, width) for index in range(count)]


def _check_size(height: int, width: int) -> None:
    if min(height, width) < _MIN_SIZE:
        raise ValueError(
            f"`height` and `width` must be at least {_MIN_SIZE}. "
            f"Received: height={height}, width={width}"
        )


def _variant(colours: str, variant: int) -> np.ndarray:
    """The RGB triple of one of several hex numbers, counted round and round."""
    choices = colours.split()
    return np.array(list(bytes.fromhex(choices[variant % len(choices)])), np.float64)


def _regions(scene: Scene) -> np.ndarray:
    return np.array([shape.region for shape in scene.shapes], np.int32)


def _photo_scene(
    seed: int, height: int, width: int
) -> tuple[Scene, np.random.Generator, np.ndarray, np.ndarray]:
    """The scene of a photo, its generator, and what is seen and lit in it."""
    _check_size(height, width)
    rng = np.random.default_rng([_PHOTO, seed])
    scene = build_scene(rng, width / height)
    seen, lit = rasterize(scene, height, width)
    # Foliage has no smooth border: its pixels are swapped with near neighbours.
    reach = 0.012 * min(height, width)
    shift = _noise(rng, height, width, 0.006, 2) * reach
    x = np.clip(np.arange(width) + shift[..., 0], 0, width - 1).astype(np.intp)
    y = np.arange(height)[:, None] + shift[..., 1]
    y = np.clip(y, 0, height - 1).astype(np.intp)
    ragged = np.array(
        [
            shape.material in _SURFACES and _SURFACES[shape.material].ragged
            for shape in scene.shapes
        ]
    )
    source = y * width + x
    moved = seen.ravel()[source]
    # Of two neighbours, the one in front has the border.
    swap = ragged[np.maximum(moved, seen)]
    lit = np.where(swap, lit.ravel()[source], lit)
    return scene, rng, np.where(swap, moved, seen), lit


def _noise(
    rng: np.random.Generator, height: int, width: int, scale: float, channels: int = 1
) -> np.ndarray:
    """Smooth noise of unit variance with features of `scale` of the short side."""
    sigma = max(scale * min(height, width), 0.5)
    step = max(int(sigma), 1)
    shape = (height // step + 2, width // step + 2, channels)
    noise = rng.standard_normal(shape, np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigma / step)
    noise = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return noise / max(float(noise.std()), 1e-6)


def _textures(
    rng: np.random.Generator, height: int, width: int
) -> dict[str, np.ndarray]:
    """Textures of about zero mean and unit variance, one map per kind."""
    short = min(height, width)
    white = rng.standard_normal((height, width), np.float32)
    pixel = max(short / 192, 0.6)
    fine = cv2.GaussianBlur(white, (0, 0), 0.7 * pixel)
    clumps = cv2.GaussianBlur(white[::-1], (0, 0), 1.3 * pixel)
    tall = cv2.GaussianBlur(white, (0, 0), 0.55 * pixel, sigmaY=1.7 * pixel)
    long = cv2.GaussianBlur(white[:, ::-1], (0, 0), 0.7 * pixel, sigmaY=6 * pixel)
    flat = cv2.GaussianBlur(white[::-1], (0, 0), 5 * pixel, sigmaY=0.8 * pixel)
    patches = _noise(rng, height, width, 0.16) + 0.7 * _noise(rng, height, width, 0.06)
    plain = {
        "speckle": fine,
        "blades": tall,
        "bark": long,
        "ripples": flat,
        "patches": patches,
    }
    textures = {name: map_ / map_.std() for name, map_ in plain.items()}
    leaves = clumps / clumps.std() + 0.6 * textures["speckle"]
    # Squeezed, so that leaves are either in the light or in the dark between.
    textures["leaves"] = np.tanh(1.3 * leaves) * 1.2
    textures["bricks"] = _courses(rng, height, width, 0.03 * short, 0.065 * short)
    textures["tiles"] = _courses(rng, height, width, 0.024 * short, 0.03 * short)
    return textures


def _courses(
    rng: np.random.Generator, height: int, width: int, tall: float, wide: float
) -> np.ndarray:
    """Rows of blocks of different brightness with dark joints, set half apart."""
    row, column = np.arange(height) / tall, np.arange(width) / wide
    course = row.astype(np.intp)
    tones = rng.normal(0.35, 0.7, (course[-1] + 1, int(column[-1]) + 2))
    # One line of pixels per course is enough; every other course is set off by half.
    wall = np.empty((len(tones), width), np.float32)
    for odd in (0, 1):
        along = column + 0.5 * odd
        block = along.astype(np.intp)
        wall[odd::2] = tones[odd::2, block]
        wall[odd::2, (along - block) * wide < 1] = _JOINT
    wall = wall[course]
    wall[(row - course) * tall < 1] = _JOINT
    return wall


def _falloff(scene: Scene, surfaces: list[_Surface], seen: np.ndarray) -> np.ndarray:
    """Brightness gained towards the top and the light, from each shape's middle."""
    height, width = seen.shape
    boxes = np.array(
        [[one.outline.min(axis=0), one.outline.max(axis=0)] for one in scene.shapes]
    )
    # What the picture cuts off is shaded as far as it is seen.
    boxes = np.clip(boxes, 0, [width / height, 1])
    centre = boxes.mean(axis=1) * height
    reach = np.maximum((boxes[:, 1] - boxes[:, 0]) / 2 * height, 1)
    top = np.array([surface.top for surface in surfaces])
    across = 0.5 * np.abs(top) * np.sign(scene.light[0])
    slope = np.stack([across, -top], axis=1) / reach
    offset = -(slope * centre).sum(axis=1)
    slope, offset = slope.astype(np.float32), offset.astype(np.float32)
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    return slope[seen, 0] * x + slope[seen, 1] * y + offset[seen]


def _expose(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Turn light into a uint8 photo: exposure, white balance, lens and sensor."""
    height, width, _ = picture.shape
    balance = np.array([rng.uniform(0.95, 1.08), 1, rng.uniform(0.92, 1.06)])
    gain = rng.uniform(0.85, 1.3) * balance
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    vignette = 1 - rng.uniform(0, 0.12) * (x**2 + y**2)
    picture = picture * (vignette[..., None] * gain.astype(np.float32))
    # A film's shoulder: highlights run into white slowly instead of clipping.
    bright = picture > 200
    picture[bright] = 255 - 55 * np.exp((200 - picture[bright]) / 55)
    noise = rng.standard_normal(picture.shape, np.float32)
    picture += rng.uniform(2.5, 6) * noise
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)
