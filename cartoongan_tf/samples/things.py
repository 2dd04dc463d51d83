"""What stands in a sample scene: trees, houses, people, drawn onto a sketch."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from cartoongan_tf.samples.shapes import Sketch, box, ellipse

# Turns the points of a thing's own drawing into points of the scene.
_Place = Callable[[ArrayLike], np.ndarray]


def tree(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a tree that stands at (x, y), `size` high."""
    rng = sketch.rng
    half = size * rng.uniform(0.045, 0.07)
    crown = y - 0.66 * size
    sketch.shadow(x, y, 0.38 * size)
    trunk = np.array(
        [
            [x - 1.5 * half, y],
            [x - 0.8 * half, crown],
            [x + 0.8 * half, crown],
            [x + 1.5 * half, y],
        ]
    )
    sketch.add(trunk, "trunk", lit=trunk + [sketch.side * half, 0])
    bumps = int(rng.integers(7, 11)) if size > 0.2 else 5
    rx, ry = size * rng.uniform(0.3, 0.4), size * 0.36
    leaves = sketch.blob(x, crown, rx, ry, bumps, 0.16)
    sketch.add(leaves, "leaf", sketch.pick(3), lit=sketch.towards_light(leaves))


def pine(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a pine that stands at (x, y), `size` high."""
    half = size * 0.04
    sketch.shadow(x, y, 0.3 * size)
    sketch.add(box(x - half, y - 0.25 * size, x + half, y), "trunk")
    variant = sketch.pick(2)
    width = size * sketch.rng.uniform(0.2, 0.27)
    tiers = 3 if size > 0.2 else 2
    for tier in range(tiers):
        share = tier / tiers
        reach = width * (1 - 0.65 * share)
        low = y - size * (0.14 + 0.8 * share * 0.8)
        top = y - size * (0.55 + 0.45 * (tier + 1) / tiers - 0.45 / tiers)
        sag = 0.05 * size
        skirt = np.array(
            [
                [x, top],
                [x + reach, low],
                [x + reach / 2, low + sag * 0.4],
                [x, low + sag],
                [x - reach / 2, low + sag * 0.4],
                [x - reach, low],
            ]
        )
        tip = x + sketch.side * reach
        lit = np.array(
            [
                [x, top - 0.02],
                [tip, low],
                [x + sketch.side * 0.5 * reach, low + sag],
                [x - sketch.side * 0.1 * reach, low + 2 * sag],
            ]
        )
        sketch.add(skirt, "pine", variant, lit=lit)


def bush(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a bush that stands at (x, y), `size` high."""
    sketch.shadow(x, y, 0.8 * size)
    leaves = sketch.blob(x, y - 0.35 * size, 0.75 * size, 0.55 * size, 8, 0.2)
    leaves[:, 1] = np.minimum(leaves[:, 1], y)
    sketch.add(leaves, "leaf", sketch.pick(3), lit=sketch.towards_light(leaves))


def rock(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a rock that stands at (x, y), `size` high."""
    sketch.shadow(x, y, 0.8 * size)
    angle = np.sort(sketch.rng.uniform(0, 2 * np.pi, 9))
    radius = sketch.rng.uniform(0.8, 1.05, 9)
    body = np.stack(
        [
            x + 0.75 * size * radius * np.cos(angle),
            y - 0.4 * size + 0.5 * size * radius * np.sin(angle),
        ],
        axis=1,
    )
    body[:, 1] = np.minimum(body[:, 1], y)
    sketch.add(body, "rock", sketch.pick(2), lit=sketch.towards_light(body, 0.28))


def ball(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a ball that stands at (x, y), `size` high."""
    radius = size / 2
    variant = sketch.pick(4)
    middle = y - radius
    sketch.shadow(x, y - 0.1 * radius, 1.1 * radius)
    body = ellipse(x, middle, radius, radius)
    sketch.add(body, "paint", variant, lit=sketch.towards_light(body, 0.26))
    if size > 0.1:
        tilt = sketch.rng.uniform(-0.5, 0.5)
        along = np.linspace(-1, 1, 12)
        high = np.stack([along, -0.28 - 0.2 * (1 - along**2)], axis=1)
        low = np.stack([along, 0.28 - 0.2 * (1 - along**2)], axis=1)
        stripe = np.concatenate([high, low[::-1]])
        stripe[:, 0] *= np.sqrt(1 - np.minimum(stripe[:, 1] ** 2, 0.9))
        turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
        stripe = stripe @ turn * radius * 0.97 + [x, middle]
        lit = sketch.towards_light(body, 0.26)
        sketch.add(stripe, "paint", variant + 1, lit=lit)


def house(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a house that stands at (x, y), `size` high."""
    rng = sketch.rng
    wide = size * rng.uniform(0.55, 0.75)
    deep = size * rng.uniform(0.5, 0.95)
    tall = size * rng.uniform(0.5, 0.62)
    rise = size * rng.uniform(0.32, 0.45)
    turn = rng.choice([-1.0, 1.0])
    wall, roof = sketch.pick(3), sketch.pick(3)
    left = -(wide + deep) / 2

    def place(points: ArrayLike) -> np.ndarray:
        corners = np.array(points)
        return corners * [turn, 1] + [x + turn * left, y]

    sketch.shadow(x, y, 0.62 * (wide + deep))
    dark = np.zeros((0, 2))
    side_lit = None if turn * sketch.side > 0 else dark
    over = 0.07 * size
    slope = rise / (wide / 2)
    eave = -tall + over * slope
    if rng.random() < 0.7:
        chimney = wide / 2 + deep * rng.uniform(0.4, 0.75)
        top = -tall - rise - 0.1 * size
        stack = [(chimney, top), (chimney + 0.11 * size, top)]
        stack += [(chimney + 0.11 * size, -tall), (chimney, -tall)]
        sketch.add(place(stack), "chimney")
    side = [(wide, 0), (wide + deep, -0.03 * size)]
    side += [(wide + deep, -tall), (wide, -tall)]
    sketch.add(place(side), "wall", wall, lit=side_lit)
    panes = 2 if deep > 0.75 * size else 1
    for pane in range(panes):
        middle = wide + deep * (pane + 0.5) / panes
        window(sketch, place, middle, -0.52 * tall, 0.1 * size)
    ridge = -tall - rise
    cover = [(wide / 2, ridge), (wide / 2 + deep + over, ridge)]
    cover += [(wide + deep + 2 * over, eave), (wide + over, eave)]
    gable = [(0, 0), (wide, 0), (wide, -tall), (wide / 2, ridge), (0, -tall)]
    front_lit = dark if turn * sketch.side > 0 and sketch.pick(2) else None
    sketch.add(place(gable), "wall", wall, lit=front_lit)
    sketch.add(place(cover), "roof", roof)
    board = 0.09 * size
    trim = [(-over, eave), (wide / 2, ridge - 0.02), (wide + over, eave)]
    trim += [(wide + over, eave + board), (wide / 2, ridge + board)]
    trim += [(-over, eave + board)]
    sketch.add(place(trim), "roof", roof, lit=dark)
    door = wide * rng.uniform(0.28, 0.4)
    entry = box(door - 0.1 * size, -0.36 * size, door + 0.1 * size, 0)
    sketch.add(place(entry), "door", wall)
    window(sketch, place, wide * 0.74, -0.48 * tall, 0.085 * size)
    if size > 0.3:
        window(sketch, place, wide / 2, -tall - 0.12 * rise, 0.07 * size)


def window(sketch: Sketch, place: _Place, x: float, y: float, half: float) -> None:
    """A window, with a bar in the middle where there is room for one."""
    if half > 0.04:
        sketch.add(place(box(x - half, y - half, x, y + half)), "window")
        sketch.add(place(box(x, y - half, x + half, y + half)), "window")
    else:
        sketch.add(place(box(x - half, y - half, x + half, y + half)), "window")


def person(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a person that stands at (x, y), `size` high."""
    shirt = sketch.pick(4)
    half = 0.13 * size
    sketch.shadow(x, y, 0.3 * size)
    hip, neck = y - 0.4 * size, y - 0.72 * size
    legs = [[x - half, hip], [x + half, hip], [x + half, y], [x + 0.03 * size, y]]
    legs += [[x, hip + 0.12 * size], [x - 0.03 * size, y], [x - half, y]]
    sketch.add(np.array(legs), "trousers", sketch.pick(2))
    for way in (-1, 1):
        hand = [x + way * 0.27 * size, hip - 0.02 * size]
        arm = [[x + way * 0.8 * half, neck + 0.02 * size], hand]
        arm += [[hand[0] - way * 0.09 * size, hand[1] + 0.03 * size]]
        arm += [[x + way * 0.8 * half, neck + 0.16 * size]]
        sketch.add(np.array(arm), "paint", shirt)
    chest = np.array(
        [
            [x - 1.05 * half, neck],
            [x + 1.05 * half, neck],
            [x + 1.15 * half, hip + 0.04 * size],
            [x - 1.15 * half, hip + 0.04 * size],
        ]
    )
    sketch.add(chest, "paint", shirt, lit=chest + [sketch.side * 0.6 * half, 0])
    radius = 0.13 * size
    middle = neck - 0.9 * radius
    sketch.add(ellipse(x, middle, radius, radius), "skin", sketch.pick(3))
    hair = ellipse(x, middle - 0.1 * radius, 1.1 * radius, 1.1 * radius)
    hair[:, 1] = np.minimum(hair[:, 1], middle - 0.25 * radius)
    sketch.add(hair, "hair", sketch.pick(3))


def car(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a car that stands at (x, y), `size` high."""
    variant = sketch.pick(4)
    turn = sketch.rng.choice([-1.0, 1.0])
    wheel = 0.19 * size
    sketch.shadow(x, y, 1.2 * size)

    def place(points: ArrayLike) -> np.ndarray:
        return np.array(points) * size * [turn, 1] + [x, y]

    cabin = [(-0.6, -0.55), (-0.42, -1.0), (0.25, -1.0), (0.55, -0.55)]
    sketch.add(place(cabin), "paint", variant)
    glass = [(-0.47, -0.55), (-0.34, -0.9), (-0.1, -0.9), (-0.1, -0.55)]
    sketch.add(place(glass), "window")
    glass = [(0.02, -0.55), (0.02, -0.9), (0.2, -0.9), (0.4, -0.55)]
    sketch.add(place(glass), "window")
    body = [(-1.05, -0.15), (-1.05, -0.5), (-0.95, -0.6), (0.6, -0.58)]
    body += [(1.0, -0.48), (1.08, -0.35), (1.08, -0.15)]
    sketch.add(place(body), "paint", variant, lit=place(box(-2, -2, 2, -0.3)))
    for hub in (-0.6, 0.6):
        middle = x + turn * hub * size
        sketch.add(ellipse(middle, y - wheel, wheel, wheel), "tyre")
        sketch.add(ellipse(middle, y - wheel, wheel / 2, wheel / 2), "hub")


def flower(sketch: Sketch, x: float, y: float, size: float) -> None:
    """Draws a flower that stands at (x, y), `size` high."""
    stalk = 0.05 * size
    sketch.add(box(x - stalk, y - size, x + stalk, y + 0.3 * size), "stalk")
    leaf = ellipse(x + 0.28 * size, y - 0.15 * size, 0.25 * size, 0.11 * size)
    sketch.add(leaf, "stalk", joined=True)
    petals = sketch.blob(x, y - size, 0.42 * size, 0.42 * size, 5, 0.4)
    sketch.add(petals, "petal", sketch.pick(3))
    sketch.add(ellipse(x, y - size, 0.15 * size, 0.15 * size), "heart")
