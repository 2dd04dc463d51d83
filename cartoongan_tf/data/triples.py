"""A photo, a cartoon and its smooth: which pictures, and which windows of them.

Each triple is a pure function of the seed and its number. Nothing here imports
TensorFlow.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cartoongan_tf.data.lists import Pictures
from cartoongan_tf.data.smooth import MAX_ZOOM
from cartoongan_tf.pictures import images

cv2 = images.opencv()


@dataclass(frozen=True)
class TrainingSet:
    """Photos, one artist's cartoons, and each cartoon with its edges smoothed."""

    photos: Pictures
    cartoons: Pictures
    smooth: Pictures

    lost: int = 0  # cartoons found damaged before they could be smoothed

    def __post_init__(self):
        assert len(self.cartoons) == len(self.smooth)

    @property
    def damaged(self) -> int:
        """How many files have turned out damaged so far."""
        lists = (self.photos, self.cartoons, self.smooth)
        return self.lost + sum(len(pictures.damaged) for pictures in lists)

    def pair(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """A cartoon and its own smooth picture.

        Where one is damaged, or they differ in size, the next pair stands in.

        Raises:
            ValueError: When no pair is left.
        """
        for step in range(len(self.cartoons)):
            at = (index + step) % len(self.cartoons)
            cartoon, smooth = self.cartoons.get(at), self.smooth.get(at)
            if cartoon is None or smooth is None:
                continue
            if cartoon.shape == smooth.shape:
                return cartoon, smooth
            self.smooth.skip(
                at,
                "A picture in smooth/ must have its cartoon's size. Received: "
                f"{self.smooth.sources[at]}",
            )
        raise self.cartoons.all_damaged()


def draw_triple(training_set: TrainingSet, number: int, image_size: int, seed: int):
    """The `number`-th photo, cartoon and smooth of a run: uint8, cut to `image_size`.

    Photos and cartoons are shuffled apart, a new order each time round. A cartoon and
    its smooth get the same window and flip, so that edges are all that differs.
    """
    sets = training_set
    at = _shuffled(number, len(sets.photos), seed, 0)
    photo = cut(sets.photos[at], image_size, np.random.default_rng((seed, number, 0)))
    at = _shuffled(number, len(sets.cartoons), seed, 1)
    pair = [
        cut(picture, image_size, np.random.default_rng((seed, number, 1)))
        for picture in sets.pair(at)
    ]
    return photo, *pair


def _shuffled(number: int, length: int, seed: int, stream: int) -> int:
    lap, place = divmod(number, length)
    return int(_order(length, seed, stream, lap)[place])


@lru_cache(maxsize=16)  # this lap's order and the last's, of two streams
def _order(length: int, seed: int, stream: int, lap: int) -> np.ndarray:
    return np.random.default_rng((seed, stream, lap)).permutation(length)


def cut(picture: np.ndarray, image_size: int, rng: np.random.Generator) -> np.ndarray:
    """Cuts a random square window, resizes it to `image_size`, and flips it or not.

    Args:
        picture: uint8 `(H, W, 3)` of any size; one smaller than `image_size` is
        enlarged.
        image_size: Side of the result.
        rng: Three draws are taken, whatever the picture: scale, place, flip.

    Returns:
        uint8 `(image_size, image_size, 3)`.
    """
    height, width = picture.shape[:2]
    short = min(height, width)
    zoom, top, left, flip = rng.random(4)
    # Never a window smaller than the result, unless the picture is: no false blur.
    smallest, largest = min(short, image_size), min(short, image_size * MAX_ZOOM)
    side = round(smallest + zoom * (largest - smallest))
    y, x = int(top * (height - side + 1)), int(left * (width - side + 1))
    window = picture[y : y + side, x : x + side]
    if side != image_size:
        # Areas cost six times as much; shrunk to less than half, a picture needs them.
        way = cv2.INTER_AREA if side > 2 * image_size else cv2.INTER_LINEAR
        window = cv2.resize(window, (image_size, image_size), interpolation=way)
    return cv2.flip(window, 1) if flip < 0.5 else np.ascontiguousarray(window)


def cut_center(picture: np.ndarray, image_size: int) -> np.ndarray:
    """Cuts the largest window of training from a picture's middle: uint8 RGB."""
    height, width = picture.shape[:2]
    side = min(height, width, round(image_size * MAX_ZOOM))
    top, left = (height - side) // 2, (width - side) // 2
    return images.resize(
        picture[top : top + side, left : left + side], image_size, image_size
    )
