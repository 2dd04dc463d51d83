"""What is in a sample scene: layered shapes drawn from a seed, with their light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cartoongan_tf.samples import things
from cartoongan_tf.samples.shapes import Scene, Sketch, box, ellipse

# Chance that a scene is seen from close by, so that objects, and not only
# landscapes, fill a crop of the training set.
_CLOSE_UP = 0.45


def build_scene(rng: np.random.Generator, aspect: float) -> Scene:
    """Invent a landscape for a picture `aspect` times as wide as it is high."""
    sketch = Sketch(rng, aspect)
    _compose(sketch)
    shapes = sketch.shapes
    if rng.random() < _CLOSE_UP:
        zoom = rng.uniform(1.2, 1.7)
        corner = np.array([rng.uniform(0, aspect), rng.uniform(0.35, 0.95)])
        corner *= 1 - 1 / zoom
        shapes = [
            replace(
                shape,
                outline=(shape.outline - corner) * zoom,
                lit=None if shape.lit is None else (shape.lit - corner) * zoom,
            )
            for shape in shapes
        ]
    return Scene(tuple(shapes), sketch.light)


def _compose(sketch: Sketch) -> None:
    rng = sketch.rng
    _sky(sketch)
    sketch.depth = 0.8
    if rng.random() < 0.6:
        _mountains(sketch)
    layers = int(rng.integers(1, 4))
    for layer in range(layers):
        sketch.depth = 0.65 - 0.15 * layer
        level = sketch.horizon - 0.1 * sketch.unit * (1 - layer / layers)
        line = sketch.crest(level, rng.uniform(0.02, 0.05), rng.uniform(2.5, 6))
        shade = sketch.crest(level + 0.07, 0.03, rng.uniform(3, 6))
        band = np.concatenate([line, shade[::-1]])
        sketch.add(sketch.below(line), "hill", layer, lit=band)
        if rng.random() < 0.6:
            _grove(sketch, line)
    sketch.depth = 0.25
    ground = sketch.crest(sketch.horizon + 0.02, 0.008, rng.uniform(2, 5))
    sketch.add(sketch.below(ground), "meadow", sketch.pick(2))
    if rng.random() < 0.55:
        _path(sketch)
    if rng.random() < 0.45:
        _pond(sketch)
    _place_things(sketch)


def _sky(sketch: Sketch) -> None:
    rng = sketch.rng
    everything = box(-0.1, -0.1, sketch.aspect + 0.1, 1.2)
    low = sketch.crest(sketch.horizon - rng.uniform(0.18, 0.3), 0.015, 4)
    sketch.add(everything, "sky", lit=sketch.below(low))
    if rng.random() < 0.55:
        x = sketch.aspect * (0.5 + sketch.side * rng.uniform(0.2, 0.42))
        radius = sketch.unit * rng.uniform(0.045, 0.085)
        sketch.add(ellipse(x, rng.uniform(0.1, 0.22), radius, radius), "sun")
    for _ in range(rng.integers(1, 5)):
        rx = sketch.unit * rng.uniform(0.1, 0.26)
        ry = rx * rng.uniform(0.35, 0.55)
        y = rng.uniform(0.06, sketch.horizon - 0.2)
        cloud = sketch.blob(rng.uniform(0, sketch.aspect), y, rx, ry, 8, 0.2)
        cloud[:, 1] = np.minimum(cloud[:, 1], y + 0.4 * ry)
        sketch.add(cloud, "cloud", lit=sketch.towards_light(cloud, 0.16))


def _mountains(sketch: Sketch) -> None:
    rng = sketch.rng
    peaks = int(rng.integers(3, 6))
    x = np.linspace(-0.15, sketch.aspect + 0.15, 2 * peaks + 1)
    x[1:-1] += rng.uniform(-0.3, 0.3, 2 * peaks - 1) * (x[1] - x[0])
    base = sketch.horizon - 0.04
    rise = np.where(
        np.arange(2 * peaks + 1) % 2,
        rng.uniform(0.16, 0.3, 2 * peaks + 1),
        rng.uniform(0.06, 0.12, 2 * peaks + 1),
    )
    line = np.stack([x, base - rise * sketch.unit], axis=1)
    # The light leaves a wedge dark on the far side of every peak.
    step = 1 if sketch.side < 0 else -1
    lit = []
    for index, point in enumerate(line):
        wedge = [point]
        if index % 2:
            valley = line[index + step]
            inner = point + 0.22 * (valley - point)
            wedge.append(np.array([inner[0], sketch.horizon + 0.1]))
            wedge.append(np.array([valley[0] - 0.01 * step, sketch.horizon + 0.1]))
        lit.extend(wedge[::step])
    variant = sketch.pick(2)
    sketch.add(sketch.below(line), "mountain", variant, lit=sketch.below(np.array(lit)))
    if rng.random() < 0.6:
        for index in range(1, 2 * peaks, 2):
            _snow(sketch, line[index - 1 : index + 2])


def _snow(sketch: Sketch, corners: np.ndarray) -> None:
    left, peak, right = corners
    start = peak + 0.42 * (left - peak)
    end = peak + 0.42 * (right - peak)
    along = np.linspace(0, 1, 5)[1:-1, None]
    teeth = end + (start - end) * along
    teeth[:, 1] += np.array([0.022, -0.012, 0.022]) * sketch.unit
    cap = np.concatenate([[start, peak, end], teeth])
    lit_end = start if sketch.side < 0 else end
    lit = np.array([peak, lit_end, teeth[1] + [0, 0.1], peak])
    sketch.add(cap, "snow", lit=lit)


def _grove(sketch: Sketch, line: np.ndarray) -> None:
    """Small distant trees along the crest of a hill."""
    for index in range(5, 36, int(sketch.rng.integers(3, 8))):
        if sketch.rng.random() < 0.55:
            x, y = line[index]
            things.tree(
                sketch, x, y + 0.015, sketch.unit * sketch.rng.uniform(0.09, 0.15)
            )


def _path(sketch: Sketch) -> None:
    rng = sketch.rng
    steps = np.linspace(0, 1, 24)
    start, end = rng.uniform(0.25, 0.75, 2) * sketch.aspect
    bend = rng.uniform(-0.25, 0.25) * sketch.aspect
    middle = start + (end - start) * steps + bend * np.sin(np.pi * steps)
    half = sketch.unit * (0.012 + rng.uniform(0.1, 0.2) * steps**1.6)
    y = sketch.horizon + 0.03 + (1.05 - sketch.horizon) * steps**1.3
    left = np.stack([middle - half, y], axis=1)
    right = np.stack([middle + half, y], axis=1)
    sketch.add(np.concatenate([left, right[::-1]]), "path", sketch.pick(2))


def _pond(sketch: Sketch) -> None:
    rng = sketch.rng
    x = rng.uniform(0.15, 0.85) * sketch.aspect
    y = rng.uniform(sketch.horizon + 0.14, 0.92)
    rx = sketch.unit * rng.uniform(0.2, 0.38)
    ry = min(rx * 0.3, y - sketch.horizon - 0.06)
    shore = sketch.blob(x, y, rx, ry, 3, 0.12)
    sketch.water = np.array([[x, y], [1.2 * rx, 1.5 * ry]])
    sketch.add(shore, "water", lit=shore + [0, 0.28 * ry])


def _place_things(sketch: Sketch) -> None:
    """Place objects on the ground, the nearest last."""
    rng = sketch.rng
    # How often each thing stands on a spot, and its height close to the viewer
    # as a share of the picture's.
    kinds = [
        (things.house, 0.16, 0.44),
        (things.tree, 0.24, 0.52),
        (things.pine, 0.18, 0.55),
        (things.bush, 0.12, 0.18),
        (things.rock, 0.1, 0.13),
        (things.ball, 0.08, 0.16),
        (things.person, 0.07, 0.36),
        (things.car, 0.05, 0.2),
    ]
    odds = [share for _, share, _ in kinds]
    count = int(rng.integers(5, 10))
    # One per column, so that the objects do not pile up in one place.
    columns = rng.permutation(count)
    spots = []
    for column in columns:
        x = (column + rng.uniform(0.1, 0.9)) / count * sketch.aspect
        y = sketch.horizon + 0.05 + (0.95 - sketch.horizon) * rng.random() ** 1.3
        spots.append((min(y, 0.97), x, int(rng.choice(len(kinds), p=odds))))
    if all(kind > 0 for _, _, kind in spots) and rng.random() < 0.5:
        spots.append((sketch.horizon + 0.14, rng.random() * sketch.aspect, 0))
    for y, x, kind in sorted(spots):
        away = (np.array([x, y]) - sketch.water[0]) / sketch.water[1]
        if np.hypot(*away) < 1:
            continue
        near = (y - sketch.horizon) / (1 - sketch.horizon)
        sketch.depth = 0.25 * (1 - near)
        size = sketch.unit * (0.5 + 0.6 * near) * rng.uniform(0.85, 1.2)
        draw, _, height = kinds[kind]
        draw(sketch, x, y, height * size)
    sketch.depth = 0.0
    for _ in range(rng.integers(0, 5)):
        x, y = rng.random() * sketch.aspect, rng.uniform(0.82, 0.98)
        things.flower(sketch, x, y, sketch.unit * rng.uniform(0.11, 0.19))
