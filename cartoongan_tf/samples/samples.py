"""The built-in sample set: photo-like and cartoon-like pictures drawn from a seed."""

from __future__ import annotations

import numpy as np

from cartoongan_tf.pictures import images
from cartoongan_tf.samples.materials import PALETTES, STYLES, SURFACES, Surface
from cartoongan_tf.samples.scenes import build_scene
from cartoongan_tf.samples.shapes import Scene, rasterize

cv2 = images.opencv()

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

# Contrast of all textures. At 1 grass and leaves have more contrast than the borders of
# things, and a training of minutes outlines the grass.
_GRAIN = 0.6

# Cartoons are drawn this many times too large and shrunk, which smooths the lines.
_OVERSAMPLE = 2


def draw_photo(seed: int, height: int = 192, width: int = 256) -> np.ndarray:
    """Draw a textured, noisy, softly lit picture without outlines.

    Returns a uint8 RGB array (height, width, 3), the same one for the same
    arguments. `seed` is 0 or more. Raises ValueError for a side below 32 pixels.
    """
    scene, rng, seen, lit = _photo_scene(seed, height, width)
    # Shadows are shapes without a surface: any stands in, as they are never seen.
    names = [shape.material for shape in scene.shapes]
    surfaces = [SURFACES.get(name, SURFACES["sky"]) for name in names]
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
            grain += _GRAIN * contrast[seen] * texture

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
    check_style(style)
    _check_size(height, width)
    palette = PALETTES[style]
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


def check_style(style: str) -> None:
    """Raise ValueError unless there is a palette for `style`."""
    if style not in PALETTES:
        raise ValueError(
            f"`style` must be one of {', '.join(STYLES)}. Received: style={style!r}"
        )


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
            shape.material in SURFACES and SURFACES[shape.material].ragged
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


def _falloff(scene: Scene, surfaces: list[Surface], seen: np.ndarray) -> np.ndarray:
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
