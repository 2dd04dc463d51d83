"""Shapes on a page, as masks: their parts, holes, hulls and outlines."""

import numpy as np

from cartoongan_tf.pictures import images

cv2 = images.opencv()


def parts(mask: np.ndarray):
    """The connected parts of a bool `(H, W)` mask.

    Yields:
        Pairs of the slices of rows and columns that a part lies in, and the part as a
        bool mask of that size.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(mask, np.uint8), connectivity=4
    )
    for label in range(1, count):
        left, top, wide, high = stats[label, :4]
        box = slice(top, top + high), slice(left, left + wide)
        yield box, labels[box] == label


def fill_holes(shape: np.ndarray) -> np.ndarray:
    """A shape and all that it encloses."""
    outlines, _ = cv2.findContours(
        shape.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros(shape.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    return filled > 0


def grow(shape: np.ndarray, pixels: int) -> np.ndarray:
    """A shape made wider by some pixels on every side."""
    square = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    return cv2.dilate(shape.astype(np.uint8), square) > 0


def outline(shape: np.ndarray) -> np.ndarray:
    """The outer line of a shape's largest part, `(points, 1, 2)`, x before y."""
    lines, _ = cv2.findContours(
        np.pad(shape, 1).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return max(lines, key=cv2.contourArea) - 1


def hull(shape: np.ndarray) -> np.ndarray:
    """The smallest shape without dents around the largest part of one."""
    filled = np.zeros(shape.shape, np.uint8)
    cv2.fillPoly(filled, [cv2.convexHull(outline(shape))], 1)
    return filled > 0
