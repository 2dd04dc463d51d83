"""Faces in a photo, found by BlazeFace, a network of 229 KB that OpenCV runs.

OpenCV 5 has no Haar cascades any more. The file `faces.tflite` is MediaPipe's
`face_detection_short_range` (Google, Apache-2.0), unchanged.
"""

import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from cartoongan_tf.pictures import images
from cartoongan_tf.pictures.areas import average

cv2 = images.opencv()

SIDE = 128  # pixels: what the network takes
SURE = 0.75  # score, 0..1: at 0.7 278 photos without people have 15 faces, here 3
OVERLAP = 0.3  # of two boxes' union: they are one face
SMALLEST = 0.04  # of the long side: a smaller face is three pixels of the network's
EYES = 0.2  # of the box's width at least between the eyes: no profile, no stain


@dataclass(frozen=True)
class Face:
    """One face: a box from the brows to the chin, in pixels of the photo.

    Args:
        left: Of the box.
        top: Of the box.
        width: Of the box.
        height: Of the box.
        score: How sure the network is, 0..1.
        points: The eyes, the nose's tip and the mouth's middle, `(4, 2)` of x and y.
    """

    left: float
    top: float
    width: float
    height: float
    score: float
    points: np.ndarray


def find_faces(photo: np.ndarray) -> list[Face]:
    """The faces of a photo, the largest first.

    The network sees the whole photo at 128 pixels, and then overlapping quarters of it
    at 256, for faces that are too small in the whole.

    Args:
        photo: uint8 RGB `(H, W, 3)`, of any size.
    """
    height, width = photo.shape[:2]
    longest = max(height, width)
    if min(height, width) < 16:
        return []
    found = []
    for long_side in (SIDE, 2 * SIDE):
        scale = long_side / longest
        size = tuple(max(1, round(side * scale)) for side in (height, width))
        small = average(photo, *size)
        for top in _starts(size[0]):
            for left in _starts(size[1]):
                tile = small[top : top + SIDE, left : left + SIDE]
                found += _look(tile, left, top, scale)
    kept = []
    for face in sorted(found, key=lambda face: -face.score):
        if face.height < SMALLEST * longest:
            continue
        eyes = abs(face.points[0, 0] - face.points[1, 0])
        if eyes >= EYES * face.width and not any(_same(face, k) for k in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: -face.height)


def _starts(length: int) -> range:
    return range(0, max(1, length - SIDE // 2), SIDE // 2) if length > SIDE else (0,)


def _look(tile: np.ndarray, left: int, top: int, scale: float) -> list[Face]:
    """The network on one tile; black where the tile is less than its square."""
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    square[: tile.shape[0], : tile.shape[1]] = tile
    signed = images.to_signed(square.astype(np.float32))
    net = _network()
    net.setInput(np.ascontiguousarray(signed.transpose(2, 0, 1)[None]))
    boxes, scores = net.forward(["regressors", "classificators"])
    scores = 1 / (1 + np.exp(-scores.reshape(-1).clip(-80, 80)))
    boxes, anchors = boxes.reshape(-1, 8, 2), _anchors()
    faces = []
    for n in np.flatnonzero(scores >= SURE):
        center, size = boxes[n, 0] + anchors[n], boxes[n, 1]
        points = boxes[n, 2:6] + anchors[n]
        begin = (center - size / 2 + (left, top)) / scale
        place = (points + (left, top)) / scale
        faces.append(Face(*map(float, (*begin, *size / scale, scores[n])), place))
    return faces


def _same(face: Face, other: Face) -> bool:
    wide = min(face.left + face.width, other.left + other.width)
    wide -= max(face.left, other.left)
    high = min(face.top + face.height, other.top + other.height)
    high -= max(face.top, other.top)
    shared = max(0.0, wide) * max(0.0, high)
    # Of the smaller one, too: a tile's border cuts a large face into a small one.
    areas = (face.width * face.height, other.width * other.height)
    return shared > OVERLAP * (sum(areas) - shared) or shared > 0.6 * min(areas)


_own = threading.local()  # OpenCV's networks serve one thread each
# And its reader fills a table of kinds at its first use: two at once find it half full,
# or end the process.
_reading = threading.Lock()


def _network():
    if not hasattr(_own, "network"):
        with _reading:
            _own.network = _read_network()
    return _own.network


def _read_network():
    path = str(Path(__file__).with_name("faces.tflite"))
    # OpenCV 5's new engine knows one of the two outputs alone.
    engine = getattr(cv2.dnn, "ENGINE_CLASSIC", None)
    engines = () if engine is None else (engine,)
    return cv2.dnn.readNetFromTFLite(path, *engines)


@cache
def _anchors() -> np.ndarray:
    """Middles of the network's cells in pixels: two for each of 16x16, six of 8x8."""
    found = []
    for cells, each in ((16, 2), (8, 6)):
        step = SIDE / cells
        middle = (np.arange(cells) + 0.5) * step
        x, y = np.meshgrid(middle, middle)
        found.append(np.stack([x, y], -1).reshape(-1, 2).repeat(each, axis=0))
    return np.concatenate(found)
