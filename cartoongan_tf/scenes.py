"""What is in a sample scene: layered shapes drawn from a seed, with their light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from cartoongan_tf.shapes import SHADOW, Scene, Shape, box, ellipse

# Turns the points of a thing's own drawing into points of the scene.
_Place = Callable[[ArrayLike], np.ndarray]

# Chance that a scene is seen from close by, so that objects, and not only
# landscapes, fill a crop of the training set.
_CLOSE_UP = 0.45


def build_scene(rng: np.random.Generator, aspect: float) -> Scene:
    """Invent a landscape for a picture `aspect` times as wide as it is high."""
    builder = _Builder(rng, aspect)
    builder.compose()
    shapes = builder.shapes
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
    return Scene(tuple(shapes), builder.light)


class _Builder:
    """Collects the shapes of one scene from back to front."""

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

    def compose(self) -> None:
        rng = self.rng
        self.sky()
        self.depth = 0.8
        if rng.random() < 0.6:
            self.mountains()
        layers = int(rng.integers(1, 4))
        for layer in range(layers):
            self.depth = 0.65 - 0.15 * layer
            level = self.horizon - 0.1 * self.unit * (1 - layer / layers)
            line = self.crest(level, rng.uniform(0.02, 0.05), rng.uniform(2.5, 6))
            shade = self.crest(level + 0.07, 0.03, rng.uniform(3, 6))
            band = np.concatenate([line, shade[::-1]])
            self.add(self.below(line), "hill", layer, lit=band)
            if rng.random() < 0.6:
                self.grove(line)
        self.depth = 0.25
        ground = self.crest(self.horizon + 0.02, 0.008, rng.uniform(2, 5))
        self.add(self.below(ground), "meadow", self.pick(2))
        if rng.random() < 0.55:
            self.path()
        if rng.random() < 0.45:
            self.pond()
        self.things()

    def sky(self) -> None:
        rng = self.rng
        everything = box(-0.1, -0.1, self.aspect + 0.1, 1.2)
        low = self.crest(self.horizon - rng.uniform(0.18, 0.3), 0.015, 4)
        self.add(everything, "sky", lit=self.below(low))
        if rng.random() < 0.55:
            x = self.aspect * (0.5 + self.side * rng.uniform(0.2, 0.42))
            radius = self.unit * rng.uniform(0.045, 0.085)
            self.add(ellipse(x, rng.uniform(0.1, 0.22), radius, radius), "sun")
        for _ in range(rng.integers(1, 5)):
            rx = self.unit * rng.uniform(0.1, 0.26)
            ry = rx * rng.uniform(0.35, 0.55)
            y = rng.uniform(0.06, self.horizon - 0.2)
            cloud = self.blob(rng.uniform(0, self.aspect), y, rx, ry, 8, 0.2)
            cloud[:, 1] = np.minimum(cloud[:, 1], y + 0.4 * ry)
            self.add(cloud, "cloud", lit=self.towards_light(cloud, 0.16))

    def mountains(self) -> None:
        rng = self.rng
        peaks = int(rng.integers(3, 6))
        x = np.linspace(-0.15, self.aspect + 0.15, 2 * peaks + 1)
        x[1:-1] += rng.uniform(-0.3, 0.3, 2 * peaks - 1) * (x[1] - x[0])
        base = self.horizon - 0.04
        rise = np.where(
            np.arange(2 * peaks + 1) % 2,
            rng.uniform(0.16, 0.3, 2 * peaks + 1),
            rng.uniform(0.06, 0.12, 2 * peaks + 1),
        )
        line = np.stack([x, base - rise * self.unit], axis=1)
        # The light leaves a wedge dark on the far side of every peak.
        step = 1 if self.side < 0 else -1
        lit = []
        for index, point in enumerate(line):
            wedge = [point]
            if index % 2:
                valley = line[index + step]
                inner = point + 0.22 * (valley - point)
                wedge.append(np.array([inner[0], self.horizon + 0.1]))
                wedge.append(np.array([valley[0] - 0.01 * step, self.horizon + 0.1]))
            lit.extend(wedge[::step])
        variant = self.pick(2)
        self.add(self.below(line), "mountain", variant, lit=self.below(np.array(lit)))
        if rng.random() < 0.6:
            for index in range(1, 2 * peaks, 2):
                self.snow(line[index - 1 : index + 2])

    def snow(self, corners: np.ndarray) -> None:
        left, peak, right = corners
        start = peak + 0.42 * (left - peak)
        end = peak + 0.42 * (right - peak)
        along = np.linspace(0, 1, 5)[1:-1, None]
        teeth = end + (start - end) * along
        teeth[:, 1] += np.array([0.022, -0.012, 0.022]) * self.unit
        cap = np.concatenate([[start, peak, end], teeth])
        lit_end = start if self.side < 0 else end
        lit = np.array([peak, lit_end, teeth[1] + [0, 0.1], peak])
        self.add(cap, "snow", lit=lit)

    def grove(self, line: np.ndarray) -> None:
        """Small distant trees along the crest of a hill."""
        for index in range(5, 36, int(self.rng.integers(3, 8))):
            if self.rng.random() < 0.55:
                x, y = line[index]
                self.tree(x, y + 0.015, self.unit * self.rng.uniform(0.09, 0.15))

    def path(self) -> None:
        rng = self.rng
        steps = np.linspace(0, 1, 24)
        start, end = rng.uniform(0.25, 0.75, 2) * self.aspect
        bend = rng.uniform(-0.25, 0.25) * self.aspect
        middle = start + (end - start) * steps + bend * np.sin(np.pi * steps)
        half = self.unit * (0.012 + rng.uniform(0.1, 0.2) * steps**1.6)
        y = self.horizon + 0.03 + (1.05 - self.horizon) * steps**1.3
        left = np.stack([middle - half, y], axis=1)
        right = np.stack([middle + half, y], axis=1)
        self.add(np.concatenate([left, right[::-1]]), "path", self.pick(2))

    def pond(self) -> None:
        rng = self.rng
        x = rng.uniform(0.15, 0.85) * self.aspect
        y = rng.uniform(self.horizon + 0.14, 0.92)
        rx = self.unit * rng.uniform(0.2, 0.38)
        ry = min(rx * 0.3, y - self.horizon - 0.06)
        shore = self.blob(x, y, rx, ry, 3, 0.12)
        self.water = np.array([[x, y], [1.2 * rx, 1.5 * ry]])
        self.add(shore, "water", lit=shore + [0, 0.28 * ry])

    def things(self) -> None:
        """Place objects on the ground, the nearest last."""
        rng = self.rng
        # How often each thing stands on a spot, and its height close to the viewer
        # as a share of the picture's.
        kinds = [
            (self.house, 0.16, 0.44),
            (self.tree, 0.24, 0.52),
            (self.pine, 0.18, 0.55),
            (self.bush, 0.12, 0.18),
            (self.rock, 0.1, 0.13),
            (self.ball, 0.08, 0.16),
            (self.person, 0.07, 0.36),
            (self.car, 0.05, 0.2),
        ]
        odds = [share for _, share, _ in kinds]
        count = int(rng.integers(5, 10))
        # One per column, so that the objects do not pile up in one place.
        columns = rng.permutation(count)
        spots = []
        for column in columns:
            x = (column + rng.uniform(0.1, 0.9)) / count * self.aspect
            y = self.horizon + 0.05 + (0.95 - self.horizon) * rng.random() ** 1.3
            spots.append((min(y, 0.97), x, int(rng.choice(len(kinds), p=odds))))
        if all(kind > 0 for _, _, kind in spots) and rng.random() < 0.5:
            spots.append((self.horizon + 0.14, rng.random() * self.aspect, 0))
        for y, x, kind in sorted(spots):
            away = (np.array([x, y]) - self.water[0]) / self.water[1]
            if np.hypot(*away) < 1:
                continue
            near = (y - self.horizon) / (1 - self.horizon)
            self.depth = 0.25 * (1 - near)
            size = self.unit * (0.5 + 0.6 * near) * rng.uniform(0.85, 1.2)
            draw, _, height = kinds[kind]
            draw(x, y, height * size)
        self.depth = 0.0
        for _ in range(rng.integers(0, 5)):
            x, y = rng.random() * self.aspect, rng.uniform(0.82, 0.98)
            self.flower(x, y, self.unit * rng.uniform(0.11, 0.19))

    def tree(self, x: float, y: float, size: float) -> None:
        rng = self.rng
        half = size * rng.uniform(0.045, 0.07)
        crown = y - 0.66 * size
        self.shadow(x, y, 0.38 * size)
        trunk = np.array(
            [
                [x - 1.5 * half, y],
                [x - 0.8 * half, crown],
                [x + 0.8 * half, crown],
                [x + 1.5 * half, y],
            ]
        )
        self.add(trunk, "trunk", lit=trunk + [self.side * half, 0])
        bumps = int(rng.integers(7, 11)) if size > 0.2 else 5
        rx, ry = size * rng.uniform(0.3, 0.4), size * 0.36
        leaves = self.blob(x, crown, rx, ry, bumps, 0.16)
        self.add(leaves, "leaf", self.pick(3), lit=self.towards_light(leaves))

    def pine(self, x: float, y: float, size: float) -> None:
        half = size * 0.04
        self.shadow(x, y, 0.3 * size)
        self.add(box(x - half, y - 0.25 * size, x + half, y), "trunk")
        variant = self.pick(2)
        width = size * self.rng.uniform(0.2, 0.27)
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
            tip = x + self.side * reach
            lit = np.array(
                [
                    [x, top - 0.02],
                    [tip, low],
                    [x + self.side * 0.5 * reach, low + sag],
                    [x - self.side * 0.1 * reach, low + 2 * sag],
                ]
            )
            self.add(skirt, "pine", variant, lit=lit)

    def bush(self, x: float, y: float, size: float) -> None:
        self.shadow(x, y, 0.8 * size)
        leaves = self.blob(x, y - 0.35 * size, 0.75 * size, 0.55 * size, 8, 0.2)
        leaves[:, 1] = np.minimum(leaves[:, 1], y)
        self.add(leaves, "leaf", self.pick(3), lit=self.towards_light(leaves))

    def rock(self, x: float, y: float, size: float) -> None:
        self.shadow(x, y, 0.8 * size)
        angle = np.sort(self.rng.uniform(0, 2 * np.pi, 9))
        radius = self.rng.uniform(0.8, 1.05, 9)
        body = np.stack(
            [
                x + 0.75 * size * radius * np.cos(angle),
                y - 0.4 * size + 0.5 * size * radius * np.sin(angle),
            ],
            axis=1,
        )
        body[:, 1] = np.minimum(body[:, 1], y)
        self.add(body, "rock", self.pick(2), lit=self.towards_light(body, 0.28))

    def ball(self, x: float, y: float, size: float) -> None:
        radius = size / 2
        variant = self.pick(4)
        middle = y - radius
        self.shadow(x, y - 0.1 * radius, 1.1 * radius)
        body = ellipse(x, middle, radius, radius)
        self.add(body, "paint", variant, lit=self.towards_light(body, 0.26))
        if size > 0.1:
            tilt = self.rng.uniform(-0.5, 0.5)
            along = np.linspace(-1, 1, 12)
            high = np.stack([along, -0.28 - 0.2 * (1 - along**2)], axis=1)
            low = np.stack([along, 0.28 - 0.2 * (1 - along**2)], axis=1)
            stripe = np.concatenate([high, low[::-1]])
            stripe[:, 0] *= np.sqrt(1 - np.minimum(stripe[:, 1] ** 2, 0.9))
            turn = np.array(
                [[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]]
            )
            stripe = stripe @ turn * radius * 0.97 + [x, middle]
            lit = self.towards_light(body, 0.26)
            self.add(stripe, "paint", variant + 1, lit=lit)

    def house(self, x: float, y: float, size: float) -> None:
        rng = self.rng
        wide = size * rng.uniform(0.55, 0.75)
        deep = size * rng.uniform(0.5, 0.95)
        tall = size * rng.uniform(0.5, 0.62)
        rise = size * rng.uniform(0.32, 0.45)
        turn = rng.choice([-1.0, 1.0])
        wall, roof = self.pick(3), self.pick(3)
        left = -(wide + deep) / 2

        def place(points: ArrayLike) -> np.ndarray:
            corners = np.array(points)
            return corners * [turn, 1] + [x + turn * left, y]

        self.shadow(x, y, 0.62 * (wide + deep))
        dark = np.zeros((0, 2))
        side_lit = None if turn * self.side > 0 else dark
        over = 0.07 * size
        slope = rise / (wide / 2)
        eave = -tall + over * slope
        if rng.random() < 0.7:
            chimney = wide / 2 + deep * rng.uniform(0.4, 0.75)
            top = -tall - rise - 0.1 * size
            stack = [(chimney, top), (chimney + 0.11 * size, top)]
            stack += [(chimney + 0.11 * size, -tall), (chimney, -tall)]
            self.add(place(stack), "chimney")
        side = [(wide, 0), (wide + deep, -0.03 * size)]
        side += [(wide + deep, -tall), (wide, -tall)]
        self.add(place(side), "wall", wall, lit=side_lit)
        panes = 2 if deep > 0.75 * size else 1
        for pane in range(panes):
            middle = wide + deep * (pane + 0.5) / panes
            self.window(place, middle, -0.52 * tall, 0.1 * size)
        ridge = -tall - rise
        cover = [(wide / 2, ridge), (wide / 2 + deep + over, ridge)]
        cover += [(wide + deep + 2 * over, eave), (wide + over, eave)]
        gable = [(0, 0), (wide, 0), (wide, -tall), (wide / 2, ridge), (0, -tall)]
        front_lit = dark if turn * self.side > 0 and self.pick(2) else None
        self.add(place(gable), "wall", wall, lit=front_lit)
        self.add(place(cover), "roof", roof)
        board = 0.09 * size
        trim = [(-over, eave), (wide / 2, ridge - 0.02), (wide + over, eave)]
        trim += [(wide + over, eave + board), (wide / 2, ridge + board)]
        trim += [(-over, eave + board)]
        self.add(place(trim), "roof", roof, lit=dark)
        door = wide * rng.uniform(0.28, 0.4)
        entry = box(door - 0.1 * size, -0.36 * size, door + 0.1 * size, 0)
        self.add(place(entry), "door", wall)
        self.window(place, wide * 0.74, -0.48 * tall, 0.085 * size)
        if size > 0.3:
            self.window(place, wide / 2, -tall - 0.12 * rise, 0.07 * size)

    def window(self, place: _Place, x: float, y: float, half: float) -> None:
        """A window, with a bar in the middle where there is room for one."""
        if half > 0.04:
            self.add(place(box(x - half, y - half, x, y + half)), "window")
            self.add(place(box(x, y - half, x + half, y + half)), "window")
        else:
            self.add(place(box(x - half, y - half, x + half, y + half)), "window")

    def person(self, x: float, y: float, size: float) -> None:
        shirt = self.pick(4)
        half = 0.13 * size
        self.shadow(x, y, 0.3 * size)
        hip, neck = y - 0.4 * size, y - 0.72 * size
        legs = [[x - half, hip], [x + half, hip], [x + half, y], [x + 0.03 * size, y]]
        legs += [[x, hip + 0.12 * size], [x - 0.03 * size, y], [x - half, y]]
        self.add(np.array(legs), "trousers", self.pick(2))
        for way in (-1, 1):
            hand = [x + way * 0.27 * size, hip - 0.02 * size]
            arm = [[x + way * 0.8 * half, neck + 0.02 * size], hand]
            arm += [[hand[0] - way * 0.09 * size, hand[1] + 0.03 * size]]
            arm += [[x + way * 0.8 * half, neck + 0.16 * size]]
            self.add(np.array(arm), "paint", shirt)
        chest = np.array(
            [
                [x - 1.05 * half, neck],
                [x + 1.05 * half, neck],
                [x + 1.15 * half, hip + 0.04 * size],
                [x - 1.15 * half, hip + 0.04 * size],
            ]
        )
        self.add(chest, "paint", shirt, lit=chest + [self.side * 0.6 * half, 0])
        radius = 0.13 * size
        middle = neck - 0.9 * radius
        self.add(ellipse(x, middle, radius, radius), "skin", self.pick(3))
        hair = ellipse(x, middle - 0.1 * radius, 1.1 * radius, 1.1 * radius)
        hair[:, 1] = np.minimum(hair[:, 1], middle - 0.25 * radius)
        self.add(hair, "hair", self.pick(3))

    def car(self, x: float, y: float, size: float) -> None:
        variant = self.pick(4)
        turn = self.rng.choice([-1.0, 1.0])
        wheel = 0.19 * size
        self.shadow(x, y, 1.2 * size)

        def place(points: ArrayLike) -> np.ndarray:
            return np.array(points) * size * [turn, 1] + [x, y]

        cabin = [(-0.6, -0.55), (-0.42, -1.0), (0.25, -1.0), (0.55, -0.55)]
        self.add(place(cabin), "paint", variant)
        glass = [(-0.47, -0.55), (-0.34, -0.9), (-0.1, -0.9), (-0.1, -0.55)]
        self.add(place(glass), "window")
        glass = [(0.02, -0.55), (0.02, -0.9), (0.2, -0.9), (0.4, -0.55)]
        self.add(place(glass), "window")
        body = [(-1.05, -0.15), (-1.05, -0.5), (-0.95, -0.6), (0.6, -0.58)]
        body += [(1.0, -0.48), (1.08, -0.35), (1.08, -0.15)]
        self.add(place(body), "paint", variant, lit=place(box(-2, -2, 2, -0.3)))
        for hub in (-0.6, 0.6):
            middle = x + turn * hub * size
            self.add(ellipse(middle, y - wheel, wheel, wheel), "tyre")
            self.add(ellipse(middle, y - wheel, wheel / 2, wheel / 2), "hub")

    def flower(self, x: float, y: float, size: float) -> None:
        stalk = 0.05 * size
        self.add(box(x - stalk, y - size, x + stalk, y + 0.3 * size), "stalk")
        leaf = ellipse(x + 0.28 * size, y - 0.15 * size, 0.25 * size, 0.11 * size)
        self.add(leaf, "stalk", joined=True)
        petals = self.blob(x, y - size, 0.42 * size, 0.42 * size, 5, 0.4)
        self.add(petals, "petal", self.pick(3))
        self.add(ellipse(x, y - size, 0.15 * size, 0.15 * size), "heart")
