"""The ground of a comic page: gutters and margins, where nothing is drawn."""

from dataclasses import dataclass

import numpy as np

from cartoongan_tf.comics.shapes import grow
from cartoongan_tf.pictures import images

cv2 = images.opencv()

WORKING_WIDTH = 1000  # pixels: larger pages are looked at shrunk to this
WORKING_AREA = 20e6  # pixels: and long strips to this; 300 MB are needed for it
NEAR = 4  # levels: pixels of the ground itself
SOFT = 40  # levels: what JPEG, or a soft border, makes of the ground beside a panel
SOFT_REACH = 0.010  # of the width: how far that goes
RING = 3  # pixels at the page's edge that tell its ground's colour
RING_SHARE = 0.5  # of two opposite sides, at least
BAND = 0.004  # of the width: the least height of a gutter across the whole page
WIDEST = 0.1  # of the width: a gutter that no other is like
CROSSED = 0.6  # of a row beside a gutter that may be of its colour all the same
THIN = 0.005  # of the width: thinner lines of the ground's colour are drawn ones
COLORS = 3  # grounds that a page may have
FADES = 0.3  # of what lies beside a part that may be nearly of the ground's colour
PIECES = 40  # of a gutter, at most


@dataclass(frozen=True)
class Layer:
    """What of a page has certain colours.

    Args:
        alike: bool `(H, W)`: what is of one of the colours.
        soft: bool `(H, W)`: what is near to one, as a soft border is.
    """

    alike: np.ndarray
    soft: np.ndarray

    def fades_around(self, box: tuple, part: np.ndarray, without: np.ndarray) -> bool:
        """Whether a part of the layer fades into what is around it.

        Light and snow do; balloons, and gutters that a brush has drawn, end.

        Args:
            box: Slices of the rows and columns that the part lies in.
            part: bool, of that size.
            without: bool `(H, W)`: what around it does not count.
        """
        height, width = self.soft.shape
        far, near = round(0.01 * width), round(0.008 * width)
        rows, columns = box
        top, left = max(0, rows.start - far), max(0, columns.start - far)
        bottom, right = min(height, rows.stop + far), min(width, columns.stop + far)
        here = np.zeros((bottom - top, right - left), bool)
        y, x = rows.start - top, columns.start - left
        here[y : y + part.shape[0], x : x + part.shape[1]] = part
        beside = grow(here, far) & ~grow(here, near)
        beside &= ~without[top:bottom, left:right]
        soft = self.soft[top:bottom, left:right][beside]
        return soft.size == 0 or soft.mean() >= FADES


@dataclass(frozen=True)
class Ground:
    """Where a page's ground is.

    Args:
        mask: bool `(H, W)`: ground that is connected to the page's edge, or to a
            gutter that goes from edge to edge.
        layer: What is of the ground's colours, in panels too.
        white: What is white, as balloons are on a ground of any colour.
    """

    mask: np.ndarray
    layer: Layer
    white: Layer


def find_ground(pixels: np.ndarray) -> Ground:
    """Finds gutters and margins: white, black or coloured ones.

    Args:
        pixels: uint8 RGB `(H, W, 3)`, some hundred pixels wide.
    """
    height, width = pixels.shape[:2]
    seed = np.zeros((height, width), bool)
    seed[[0, -1]] = True
    seed[:, [0, -1]] = True
    colors = _color_of_margins(pixels)
    for rows, color in _gutters(pixels):
        seed[rows] = True
        colors.append(color)
    for columns, color in _gutters(np.swapaxes(pixels, 0, 1)):
        seed[:, columns] = True
        colors.append(color)
    colors = _distinct(colors)[:COLORS]
    mask = np.zeros((height, width), bool)
    alike = np.zeros((height, width), bool)
    soft = np.zeros((height, width), bool)
    for color in colors:
        distance = _distance(pixels, color)
        mask |= _flood(distance, seed)
        layer = _layer(distance)
        alike |= layer.alike
        soft |= layer.soft
    white = _layer(_distance(pixels, np.full(3, 255)))
    return Ground(mask, Layer(alike, soft), white)


def _layer(distance) -> Layer:
    return Layer(cv2.blur(distance, (3, 3)) <= NEAR, distance <= SOFT)


def _color_of_margins(pixels) -> list[np.ndarray]:
    """The colour that most of the page's edge has, if two opposite sides have it."""
    sides = (
        pixels[:RING].reshape(-1, 3),
        pixels[-RING:].reshape(-1, 3),
        pixels[:, :RING].reshape(-1, 3),
        pixels[:, -RING:].reshape(-1, 3),
    )
    color = np.median(np.concatenate(sides), axis=0)
    top, bottom, left, right = (
        (_distance(side[None], color) <= 2 * NEAR).mean() for side in sides
    )
    # The sky of a picture is at one end of it, and at half of two sides.
    is_ground = min(top, bottom) >= RING_SHARE or min(left, right) >= 0.9
    return [color] if is_ground else []


def _distinct(colors):
    """Colours without those that are nearly the same as one before."""
    kept: list[np.ndarray] = []
    for color in colors:
        if all(np.abs(color - known).max() > 2 * NEAR for known in kept):
            kept.append(color)
    return kept


def _gutters(pixels):
    """Bands that are gutters, and not the plain sky of a picture.

    Yields:
        Pairs of a slice of rows and their colour.
    """
    height, width = pixels.shape[:2]
    bands = list(_bands(pixels))

    def ends(row, color):
        """Whether most of a row beside a band is of other colours."""
        if not 0 <= row < height:
            return True
        return (_distance(pixels[row][None], color) <= SOFT).mean() <= CROSSED

    for rows, color in bands:
        alike = [b for b in bands if np.abs(b[1] - color).max() <= 2 * NEAR]
        within = rows.start > 0 and rows.stop < height
        if len(alike) == 1 and not (
            within and rows.stop - rows.start <= WIDEST * width
        ):
            continue
        # A sky ends where the first roof begins, a gutter along the whole panel.
        if any(ends(b.start - 4, c) and ends(b.stop + 3, c) for b, c in alike):
            yield rows, color


def _distance(pixels, color):
    """How far pixels are from a colour: the largest of the three channels."""
    color = np.full((1, 1, 3), np.round(color), np.uint8)
    far = cv2.absdiff(pixels, np.broadcast_to(color, pixels.shape).copy())
    return far.max(axis=2)


def _bands(pixels):
    """Rows that are of one colour from edge to edge, several of them in a row.

    Yields:
        Pairs of a slice of rows and their colour.
    """
    height, width = pixels.shape[:2]
    least = max(3, round(BAND * width))
    middle = np.median(pixels[:, :: max(1, width // 200)], axis=1)
    off = np.zeros(height)
    for channel in range(3):
        line = pixels[:, :, channel].astype(np.int16) - middle[:, None, channel]
        off = np.maximum(off, (np.abs(line) > 2 * NEAR).mean(axis=1))
    plain = off <= 0.002
    begin = 0
    while begin < height:
        end = begin + 1
        if plain[begin]:
            while (
                end < height
                and plain[end]
                and np.abs(middle[end] - middle[begin]).max() <= NEAR
            ):
                end += 1
            if end - begin >= least:
                yield slice(begin, end), np.median(middle[begin:end], axis=0)
        begin = end


def _flood(distance, seed):
    """What is of the ground's colour and can be reached from the seeds."""
    width = distance.shape[1]
    of_color = cv2.blur(distance, (3, 3)) <= NEAR
    thin = 2 * max(1, round(THIN * width / 2)) + 1
    solid = cv2.morphologyEx(
        of_color.astype(np.uint8), cv2.MORPH_OPEN, np.ones((thin, thin), np.uint8),
        borderType=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    _, labels = cv2.connectedComponents(solid, connectivity=4)
    soft = (distance <= SOFT).astype(np.uint8)
    reach = max(1, round(SOFT_REACH * width))
    reached = seed & (solid > 0)
    for _ in range(PIECES):  # JPEG cuts narrow gutters to pieces
        names = np.unique(labels[reached])
        ground = np.isin(labels, names[names > 0])
        grown = ground.astype(np.uint8)
        for _ in range(reach):
            grown = cv2.dilate(grown, np.ones((3, 3), np.uint8)) & (soft | grown)
        more = grown > 0
        if not (more & (solid > 0) & ~ground).any():
            break
        reached = more
    return more
